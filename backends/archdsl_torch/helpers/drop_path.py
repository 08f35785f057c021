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

    def join(
        self,
        columns: list[Tensor],
        training: bool,
        rate: float = 0.0,
        one_column: float = 0.0,
    ) -> Tensor:
        """The mean of the columns; in training of those that are kept, one at least."""
        if training and self.number(0) < one_column:
            columns = [columns[-max(range(1, len(columns) + 1), key=self.number)]]
        elif training:
            kept = [column for column in columns if torch.rand(()).item() >= rate]
            columns = kept or [columns[int(torch.randint(len(columns), ()))]]
        return torch.stack(columns).mean(dim=0)
