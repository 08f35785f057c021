# Written by archdsl from fractal.arch with columns=3, blocks=2, classes=10.
# Spec ee13ada415768a59, code ffb028b9c213ae1f: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["FractalNet"]


class ConvBlock(nn.Module):
    """The spec's block ConvBlock.

    (N, in_channels, H, W) -> (N, filters, H, W)
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

    (N, in_channels, H, W) -> (N, filters, H, W)
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


class FractalNet(nn.Module):
    """Recursion, joins, a loop that halves the maps.

    (N, 3, 32, 32) -> (N, classes)
    """

    def __init__(self, columns: int = 3, blocks: int = 2, classes: int = 10) -> None:
        super().__init__()
        self.blocks = blocks
        height = 32
        width = 32
        for b in range(1, blocks + 1):
            self.add_module(
                f"block{b}", Fractal(3 if b == 1 else 8 * (b - 1), columns, 8 * b)
            )
            height = height // 2
            width = width // 2
        self.fc = nn.Linear(
            (8 * blocks if blocks >= 1 else 3) * height * width, classes
        )

    def forward(self, x: Tensor) -> Tensor:
        for b in range(1, self.blocks + 1):
            x = getattr(self, f"block{b}")(x)
            x = F.max_pool2d(x, kernel_size=2)
        logits: Tensor = self.fc(torch.flatten(x, 1))  # (N, 10)
        return logits
