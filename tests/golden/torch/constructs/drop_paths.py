# Written by archdsl from drop_paths.arch with columns=3, rate=0.2, drop_path=yes.
# Spec 31367b3a93f416d4, code eed2e936d4e023a3: the hash of all that follows this line.
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
        self.join_width = 1 if columns == 1 else getattr(self.long, "1").join_width + 1

    def forward(self, x: Tensor, drop_path: DropPath | None = None) -> Tensor:
        drop_path = drop_path or DropPath()
        kept = drop_path.draw(self.join_width, self.training, rate=0.15, one_column=0.5)
        return drop_path.join(self.join_columns(x, drop_path, kept))

    def join_columns(
        self, x: Tensor, drop_path: DropPath, kept: list[bool]
    ) -> list[Tensor]:
        columns2: list[Tensor] = []
        if self.columns == 1:
            columns2.append(F.relu(self.conv(x)))
        else:
            if kept[0]:
                columns2.append(F.relu(self.short(x)))
            if any(kept[1:]):
                y = self.long["0"](x, drop_path)
                columns2 += getattr(self.long, "1").join_columns(y, drop_path, kept[1:])
        return columns2


class Wrapped(nn.Module):
    """The spec's block Wrapped.

    (N, 4, 8, 8) -> (N, filters, 8, 8)
    """

    def __init__(self, filters: int) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(4)
        self.fractal = Fractal(4, 2, filters)
        self.join_width = self.fractal.join_width

    def forward(self, x: Tensor, drop_path: DropPath | None = None) -> Tensor:
        drop_path = drop_path or DropPath()
        kept = drop_path.draw(self.join_width, self.training, rate=0.15, one_column=0.5)
        return drop_path.join(self.join_columns(x, drop_path, kept))

    def join_columns(
        self, x: Tensor, drop_path: DropPath, kept: list[bool]
    ) -> list[Tensor]:
        x = self.bn(x)
        return self.fractal.join_columns(x, drop_path, kept)


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
        if drop_path:
            self.conv4 = nn.Conv2d(4, 4, kernel_size=1)
            self.chosen = Wrapped(4)
        for i in range(1, columns + 1):
            if i != 2:
                self.add_module(f"some{i}", nn.Conv2d(4, 4, kernel_size=1))
        self.early1 = nn.Conv2d(4, 4, kernel_size=1)
        self.then1 = nn.Conv2d(4, 4, kernel_size=1)
        self.early2 = nn.Conv2d(4, 4, kernel_size=1)
        self.then2 = nn.Conv2d(4, 4, kernel_size=1)
        self.late = nn.Conv2d(4, 4, kernel_size=1)
        self.later = nn.Conv2d(4, 4, kernel_size=1)
        self.last = Fractal(4, columns, 4)
        self.fc = nn.Linear(256, 5)

    def forward(self, x: Tensor) -> Tensor:
        drop_path = DropPath()
        for i in range(2):
            x = self.fractals[f"{i}"](x, drop_path)
        kept = drop_path.draw(
            self.wrapped.join_width + 1, self.training, rate=self.rate
        )
        columns2: list[Tensor] = []
        if kept[0]:
            columns2.append(F.relu(self.conv1(x)))
        if any(kept[1:]):
            columns2 += self.wrapped.join_columns(x, drop_path, kept[1:])
        x = drop_path.join(columns2)  # (N, 4, 8, 8)
        del columns2
        kept2 = drop_path.draw(max(self.columns, 0) + 1, self.training, one_column=0.25)
        columns3: list[Tensor] = []
        if kept2[0]:
            columns3.append(x)
        for i in range(1, self.columns + 1):
            if kept2[i]:
                columns3.append(F.relu(getattr(self, f"side{i}")(x)))
        x = drop_path.join(columns3)  # (N, 4, 8, 8)
        del columns3
        if self.drop_path:
            kept3 = drop_path.draw(
                2, self.training, rate=self.rate / 2, one_column=self.rate
            )
            columns4: list[Tensor] = []
            if kept3[0]:
                columns4.append(F.relu(self.conv2(x)))
            if kept3[1]:
                columns4.append(x)
            x = drop_path.join(columns4)
            del columns4
        x = F.relu(self.conv3(x))  # (N, 4, 8, 8)
        kept4 = drop_path.draw(
            (self.chosen.join_width + 1 if self.drop_path else 0)
            + sum(1 if i != 2 else 0 for i in range(1, self.columns + 1))
            + 4,
            self.training,
            rate=self.rate,
        )
        columns5: list[Tensor] = []
        if self.drop_path:
            if kept4[0]:
                columns5.append(F.relu(self.conv4(x)))
            if any(kept4[1 : self.chosen.join_width + 1]):
                columns5 += self.chosen.join_columns(
                    x, drop_path, kept4[1 : self.chosen.join_width + 1]
                )
            kept4 = kept4[self.chosen.join_width + 1 :]
        for i in range(1, self.columns + 1):
            if i != 2:
                if kept4[0]:
                    columns5.append(F.relu(getattr(self, f"some{i}")(x)))
                kept4 = kept4[1:]
        early1 = F.relu(self.early1(x))
        if kept4[0]:
            columns5.append(F.relu(self.then1(early1)))
        if kept4[1]:
            y = F.relu(self.early2(x))
            columns5.append(F.relu(self.then2(y)))
        if any(kept4[2:]):
            y = F.relu(self.late(x))
            if kept4[2]:
                columns5.append(y)
            if kept4[3]:
                columns5.append(F.relu(self.later(y)))
        x = drop_path.join(columns5)  # (N, 4, 8, 8)
        del columns5
        x = x + early1  # (N, 4, 8, 8)
        x = self.last(x, drop_path)  # (N, 4, 8, 8)
        output: Tensor = self.fc(torch.flatten(x, 1))  # (N, 5)
        return output
