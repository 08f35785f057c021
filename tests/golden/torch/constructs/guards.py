# Written by archdsl from guards.arch with depth=10, bc=yes, rate=0.
# Spec f25e0db471567d7c, code 159667365c2c84db: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Guards"]


class D(nn.Module):
    """The spec's block D.

    (N, in_channels, 8, 8) -> (N, in_channels + n, 8, 8)
    """

    def __init__(self, in_channels: int, n: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, n, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, F.relu(self.conv(x))], dim=1)


class N(nn.Module):
    """The spec's block N.

    (N, in_channels, 8, 8) -> (N, n, 8, 8)
    """

    def __init__(self, in_channels: int, n: int, inner: int | None = None) -> None:
        super().__init__()
        if inner is None:
            if n % 2:
                raise ValueError("n / 2 must be whole")
            inner = n // 2
        self.conv1 = nn.Conv2d(in_channels, inner, kernel_size=1)
        self.conv2 = nn.Conv2d(inner, n, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv1(x))
        return F.relu(self.conv2(x))


class U(nn.Module):
    """The spec's block U.

    (N, in_channels, 8, 8) -> (N, 3, 8, 8)
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, 3, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.conv(x))


class Guards(nn.Module):
    """Numbers that must be whole, each refused where it is needed and nowhere else.

    (N, 3, 8, 8) -> (N, 4)
    """

    def __init__(self, depth: int = 10, bc: bool = True, rate: float = 0) -> None:
        super().__init__()
        if bc:
            if (depth - 4) % 2:
                raise ValueError("(depth - 4) / 2 must be whole")
            self.conv1: nn.Module = nn.Conv2d(3, (depth - 4) // 2, kernel_size=1)
        else:
            if (depth - 1) % 3:
                raise ValueError("(depth - 1) / 3 must be whole")
            self.conv1 = nn.Conv2d(3, (depth - 1) // 3, kernel_size=1)
        if bc:
            self.a: nn.Module = D((depth - 4) // 2, 2)
        else:
            self.a = D((depth - 1) // 3, 3)
        channels = (depth - 4) // 2 + 2 if bc else (depth - 1) // 3 + 3
        self.bn = nn.BatchNorm2d(channels)
        if depth > 12:
            if (depth - 4) % 10:
                raise ValueError("(depth - 4) / 10 must be whole")
            self.layers: nn.Module = nn.Sequential(
                *(U(channels if i == 0 else 3) for i in range((depth - 4) // 10))
            )
        else:
            if (depth - 4) % 6:
                raise ValueError("(depth - 4) / 6 must be whole")
            self.layers = nn.Sequential(
                *(U(channels if i == 0 else 3) for i in range((depth - 4) // 6))
            )
        channels2 = (
            (3 if (depth - 4) // 10 >= 1 else channels)
            if depth > 12
            else 3
            if (depth - 4) // 6 >= 1
            else channels
        )
        if depth % 2:
            raise ValueError("depth / 2 must be whole")
        self.narrow = nn.Sequential(N(channels2, 4), N(4, 6, inner=5), N(6, depth))
        self.dropout = nn.Dropout(p=rate)
        self.fc = nn.Linear(64 * depth, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv1(x))  # (N, 3, 8, 8)
        x = self.a(x)  # (N, 5, 8, 8)
        x = self.bn(x)  # (N, 5, 8, 8)
        x = self.layers(x)  # (N, 3, 8, 8)
        x = self.narrow(x)  # (N, 10, 8, 8)
        x = self.dropout(x)  # (N, 10, 8, 8)
        output: Tensor = self.fc(torch.flatten(x, 1))  # (N, 4)
        return output
