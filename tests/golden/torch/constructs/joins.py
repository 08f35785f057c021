# Written by archdsl from joins.arch with columns=3, deep=no.
# Spec 4c59fd5eb3eff974, code 7158c77b595222af: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Fr"]


class ConvBlock(nn.Module):
    """The spec's block ConvBlock.

    (N, in_channels, 8, 8) -> (N, filters, 8, 8)
    """

    def __init__(self, in_channels: int, filters: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            in_channels, filters, kernel_size=3, padding=1, bias=False
        )
        self.bn = nn.BatchNorm2d(filters)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(x)))


class Fractal(nn.Module):
    """The spec's block Fractal.

    (N, in_channels, 8, 8) -> (N, filters, 8, 8)
    """

    def __init__(self, in_channels: int, columns: int, filters: int) -> None:
        super().__init__()
        self.columns = columns
        if columns == 1:
            self.convblock = ConvBlock(in_channels, filters)
        else:
            self.short = ConvBlock(in_channels, filters)
            self.long = nn.ModuleDict()
            self.long["0"] = Fractal(in_channels, columns - 1, filters)
            self.long["1"] = Fractal(filters, columns - 1, filters)

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack(self.join_columns(x)).mean(dim=0)

    def join_columns(self, x: Tensor) -> list[Tensor]:
        columns2: list[Tensor] = []
        if self.columns == 1:
            columns2.append(self.convblock(x))
        else:
            columns2.append(self.short(x))
            y = self.long["0"](x)
            columns2 += getattr(self.long, "1").join_columns(y)
        return columns2


class Fr(nn.Module):
    """A join that ends in joins.

    (N, 3, 8, 8) -> (N, 5, 8, 8)
    """

    def __init__(self, columns: int = 3, deep: bool = False) -> None:
        super().__init__()
        self.deep = deep
        self.f = Fractal(3, columns, 4)
        self.conv1 = nn.Conv2d(4, 5, kernel_size=1)
        self.conv2 = nn.Conv2d(4, 5, kernel_size=1)
        self.conv3 = nn.Conv2d(5, 5, kernel_size=1)
        self.conv4 = nn.Conv2d(5, 5, kernel_size=1)
        if deep:
            self.conv5 = nn.Conv2d(5, 5, kernel_size=1)
            self.chosen = Fractal(5, 2, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.f(x)  # (N, 4, 8, 8)
        y = self.conv2(x)  # (N, 5, 8, 8)
        y = F.relu(y)
        # (N, 5, 8, 8)
        x = torch.stack([self.conv1(x), self.conv3(y), self.conv4(y), y]).mean(dim=0)
        paths2: list[Tensor] = []
        if self.deep:
            paths2.append(self.conv5(x))
            paths2 += self.chosen.join_columns(x)
        paths2.append(x)
        output = torch.stack(paths2).mean(dim=0)  # (N, 5, 8, 8)
        return output
