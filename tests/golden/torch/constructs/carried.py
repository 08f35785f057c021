# Written by archdsl from carried.arch with n=3.
# Spec 20f1752935666773, code 84f1c40f8b93c58f: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Carried"]


class D(nn.Module):
    """The spec's block D.

    (N, in_channels, H, W) -> (N, w, H // 2, W // 2)
    """

    def __init__(self, in_channels: int, w: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, w, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(kernel_size=2)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv(x))
        x = self.pool(x)
        return x


class Carried(nn.Module):
    """Maps that shrink with every round, and a layer that needs to know how far.

    (N, 3, 32, 32) -> (N, 4)
    """

    def __init__(self, n: int = 3) -> None:
        super().__init__()
        self.trunk = nn.Sequential()
        height2 = 32
        width2 = 32
        for i in range(n):
            self.trunk.append(D(3 if i == 0 else 5, 5))
            height2 = height2 // 2
            width2 = width2 // 2
        self.fc1 = nn.Linear((5 if n >= 1 else 3) * height2 * width2, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.trunk(x)
        output: Tensor = self.fc1(torch.flatten(x, 1))  # (N, 4)
        return output
