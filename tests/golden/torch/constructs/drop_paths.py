# Written by archdsl from drop_paths.arch with columns=3, rate=0.2, drop_path=yes.
# Spec 222f562a54beb3d9, code b83767089d6da986: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["DropPaths"]


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


class Fractal(nn.Module):
    """The spec's block Fractal.

    (N, in_channels, 8, 8) -> (N, filters, 8, 8)
    """

    def __init__(self, in_channels: int, columns: int, filters: int) -> None:
        super().__init__()
        self.columns = columns
        if columns == 1:
            self.conv = nn.Conv2d(
                in_channels, filters, kernel_size=3, padding=1, bias=False
            )
        else:
            self.short = nn.Conv2d(
                in_channels, filters, kernel_size=3, padding=1, bias=False
            )
            self.long = nn.ModuleDict()
            self.long["0"] = Fractal(in_channels, columns - 1, filters)
            self.long["1"] = Fractal(filters, columns - 1, filters)

    def forward(self, x: Tensor, drop_path: DropPath | None = None) -> Tensor:
        drop_path = drop_path or DropPath()
        return drop_path.join(
            self.join_columns(x, drop_path), self.training, rate=0.15, one_column=0.5
        )

    def join_columns(self, x: Tensor, drop_path: DropPath) -> list[Tensor]:
        if self.columns == 1:
            columns2: list[Tensor] = [F.relu(self.conv(x))]
        else:
            y = self.long["0"](x, drop_path)
            columns2 = [
                F.relu(self.short(x)),
                *getattr(self.long, "1").join_columns(y, drop_path),
            ]
        return columns2


class Wrapped(nn.Module):
    """The spec's block Wrapped.

    (N, 4, 8, 8) -> (N, filters, 8, 8)
    """

    def __init__(self, filters: int) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(4)
        self.fractal = Fractal(4, 2, filters)

    def forward(self, x: Tensor, drop_path: DropPath | None = None) -> Tensor:
        drop_path = drop_path or DropPath()
        return drop_path.join(
            self.join_columns(x, drop_path), self.training, rate=0.15, one_column=0.5
        )

    def join_columns(self, x: Tensor, drop_path: DropPath) -> list[Tensor]:
        x = self.bn(x)
        return self.fractal.join_columns(x, drop_path)


class DropPaths(nn.Module):
    """Joins that drop paths, by rules of their own and by the outermost's; where a
    list cannot say them, too.

    (N, 3, 8, 8) -> (N, 5)
    """

    def __init__(
        self, columns: int = 3, rate: float = 0.2, drop_path: bool = True
    ) -> None:
        super().__init__()
        self.columns = columns
        self.drop_path = drop_path
        self.rate = rate
        self.fractals = nn.ModuleDict()
        for i in range(2):
            self.fractals.add_module(f"{i}", Fractal(3 if i == 0 else 4, columns, 4))
        self.conv1 = nn.Conv2d(4, 4, kernel_size=1)
        self.wrapped = Wrapped(4)
        for i in range(1, columns + 1):
            self.add_module(f"side{i}", nn.Conv2d(4, 4, kernel_size=1))
        if drop_path:
            self.conv2 = nn.Conv2d(4, 4, kernel_size=1)
        self.conv3 = nn.Conv2d(4, 4, kernel_size=1)
        self.last = Fractal(4, columns, 4)
        self.fc = nn.Linear(256, 5)

    def forward(self, x: Tensor) -> Tensor:
        drop_path = DropPath()
        for i in range(2):
            x = self.fractals[f"{i}"](x, drop_path)
        # (N, 4, 8, 8)
        x = drop_path.join(
            [F.relu(self.conv1(x)), *self.wrapped.join_columns(x, drop_path)],
            self.training,
            rate=self.rate,
        )
        paths: list[Tensor] = []
        paths.append(x)
        for i in range(1, self.columns + 1):
            paths.append(F.relu(getattr(self, f"side{i}")(x)))
        x = drop_path.join(paths, self.training, one_column=0.25)  # (N, 4, 8, 8)
        if self.drop_path:
            x = drop_path.join(
                [F.relu(self.conv2(x)), x],
                self.training,
                rate=self.rate / 2,
                one_column=self.rate,
            )
        x = F.relu(self.conv3(x))  # (N, 4, 8, 8)
        x = self.last(x, drop_path)  # (N, 4, 8, 8)
        output: Tensor = self.fc(torch.flatten(x, 1))  # (N, 5)
        return output
