# Written by archdsl from joins.arch with columns=3.
# Spec 6d7aae2e4e65131d, code e0d610b55f727571: the hash of all that follows this line.
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
        if self.columns == 1:
            columns2: list[Tensor] = [self.convblock(x)]
        else:
            y = self.long["0"](x)
            columns2 = [self.short(x), *getattr(self.long, "1").join_columns(y)]
        return columns2


class Fr(nn.Module):
    """A join that ends in joins.

    (N, 3, 8, 8) -> (N, 5, 8, 8)
    """

    def __init__(self, columns: int = 3) -> None:
        super().__init__()
        self.f = Fractal(3, columns, 4)
        self.conv1 = nn.Conv2d(4, 5, kernel_size=1)
        self.conv2 = nn.Conv2d(4, 5, kernel_size=1)
        self.conv3 = nn.Conv2d(5, 5, kernel_size=1)
        self.conv4 = nn.Conv2d(5, 5, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.f(x)  # (N, 4, 8, 8)
        y = self.conv2(x)  # (N, 5, 8, 8)
        y = F.relu(y)
        # (N, 5, 8, 8)
        output = torch.stack([self.conv1(x), self.conv3(y), self.conv4(y), y]).mean(
            dim=0
        )
        return output
