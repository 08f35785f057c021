# Written by archdsl from branches.arch with kind=1.
# Spec 36576d8db537f00b, code 59b7c0565b36d2de: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["A"]


class R(nn.Module):
    """The spec's block R.

    (N, in_channels, H, W) -> (N, w, H, W)
    """

    def __init__(self, in_channels: int, w: int) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.w = w
        self.conv = nn.Conv2d(in_channels, w, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.conv(x))
        if self.in_channels == self.w:
            y = y + x
        x = y
        return x


class A(nn.Module):
    """Choices with equal sides, and a shortcut that may be missing.

    (N, 3, 8, 8) -> (N, 10)
    """

    def __init__(self, kind: int = 1) -> None:
        super().__init__()
        self.kind = kind
        if kind == 1:
            self.conv1: nn.Module = nn.Conv2d(3, 4, kernel_size=3, padding=1)
        elif kind == 2:
            self.conv1 = nn.Conv2d(3, 6, kernel_size=5, padding=2)
        else:
            self.pool = nn.MaxPool2d(kernel_size=2)
        self.a = R(4 if kind == 1 else 6 if kind == 2 else 3, 16)
        self.b = R(16, 16)
        self.fc = nn.Linear(
            16
            * (8 if kind == 1 or kind == 2 else 4)
            * (8 if kind == 1 or kind == 2 else 4),
            10,
        )

    def forward(self, x: Tensor) -> Tensor:
        if self.kind == 1 or self.kind == 2:
            x = F.relu(self.conv1(x))
        else:
            x = self.pool(x)
        x = self.a(x)  # (N, 16, 8, 8)
        x = self.b(x)  # (N, 16, 8, 8)
        output: Tensor = self.fc(torch.flatten(x, 1))  # (N, 10)
        return output
