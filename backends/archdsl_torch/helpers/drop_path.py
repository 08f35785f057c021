"""FractalNet's drop-path, as emitted files define it."""

import torch
from torch import Tensor


class DropPath:
    """What the joins of a network draw together, for one call of its `forward`.

    Position 0 decides whether joins keep one column alone. The others rank the columns,
    counted from the last: joins of any width agree on the one to keep.
    """

    def __init__(self) -> None:
        self.drawn: list[float] = []

    def number(self, position: int) -> float:
        """A number from 0 to 1 that is drawn once, when someone first asks for it."""
        while len(self.drawn) <= position:
            self.drawn.append(torch.rand(()).item())
        return self.drawn[position]

    def draw(
        self, count: int, training: bool, rate: float = 0.0, one_column: float = 0.0
    ) -> list[bool]:
        """Which columns a join keeps: all, but in training only some, one at least."""
        if not training:
            return [True] * count
        if self.number(0) < one_column:
            alone = count - max(range(1, count + 1), key=self.number)
            return [column == alone for column in range(count)]
        kept = [torch.rand(()).item() >= rate for _ in range(count)]
        if not any(kept):
            kept[int(torch.randint(count, ()))] = True
        return kept

    def join(self, columns: list[Tensor]) -> Tensor:
        """The mean of the columns that are kept."""
        return torch.stack(columns).mean(dim=0)
