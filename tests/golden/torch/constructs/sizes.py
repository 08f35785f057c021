# Written by archdsl from sizes.arch with k=3x5, rate=0.25, depth=14.
# Spec 810f65711308e949, code fcce6dc6bb1003b9: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Sizes"]


class ScaledTanh(nn.Module):
    """LeCun's 1.7159 tanh(2/3 x)."""

    def forward(self, x: Tensor) -> Tensor:
        return 1.7159 * torch.tanh(2 / 3 * x)


class C(nn.Module):
    """The spec's block C.

    (N, in_channels, H, W) -> (N, n, (H + 2 * (size[0] // 2) - size[0]) // stride +
        1, (W + 2 * (size[1] // 2) - size[1]) // stride + 1)
    """

    def __init__(
        self,
        in_channels: int,
        n: int,
        size: tuple[int, int],
        stride: int = 1,
        after: bool = True,
    ) -> None:
        super().__init__()
        self.after = after
        self.conv = nn.Conv2d(
            in_channels,
            n,
            kernel_size=size,
            stride=stride,
            padding=(size[0] // 2, size[1] // 2),
        )
        self.bn = nn.BatchNorm2d(n)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        x = self.bn(x)
        if self.after:
            x = F.relu(x)
        return x


class H(nn.Module):
    """The spec's block H.

    (N, in_channels, H, W) -> (N, max(in_channels // 2, 1), H, W)
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, max(in_channels // 2, 1), kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        return F.hardswish(self.conv(x))


class Sizes(nn.Module):
    """Sizes and rates as parameters, computed repeats, halved channels.

    (N, 3, 24, 24) -> (N, 3)
    """

    def __init__(
        self, k: tuple[int, int] = (3, 5), rate: float = 0.25, depth: int = 14
    ) -> None:
        super().__init__()
        self.conv0 = nn.Conv2d(3, 4, kernel_size=k, padding=(k[0] // 2, k[1] // 2))
        self.c1 = C(4, 6, k)
        self.c2 = C(6, 6, (1, 7), stride=2)
        self.c3 = C(6, 6, (3, 3), after=False)
        self.tanh = ScaledTanh()
        self.dropout = nn.Dropout(p=rate)
        if (depth - 2) % 6:
            raise ValueError("(depth - 2) / 6 must be whole")
        self.layers = nn.Sequential(*(C(6, 6, (3, 3)) for _ in range((depth - 2) // 6)))
        if (depth - 8) % 2:
            raise ValueError("(depth - 8) / 2 must be whole")
        self.more = nn.Sequential(
            *(C(6 if i == 0 else 5, 5, (3, 3)) for i in range((depth - 8) // 2))
        )
        channels = max(max((5 if (depth - 8) // 2 >= 1 else 6) // 2, 1) // 2, 1)
        self.halved = nn.Sequential(
            H(5 if (depth - 8) // 2 >= 1 else 6),
            H(max((5 if (depth - 8) // 2 >= 1 else 6) // 2, 1)),
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, 6)
        self.bn = nn.BatchNorm1d(6)
        self.fc2 = nn.Linear(6, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv0(x)  # (N, 4, 24, 24)
        x = self.c1(x)  # (N, 6, 24, 24)
        x = self.c2(x)  # (N, 6, 12, 12)
        x = self.c3(x)  # (N, 6, 12, 12)
        x = self.tanh(x)  # (N, 6, 12, 12)
        x = self.dropout(x)  # (N, 6, 12, 12)
        x = self.layers(x)  # (N, 6, 12, 12)
        x = self.more(x)  # (N, 5, 12, 12)
        x = self.halved(x)  # (N, 1, 12, 12)
        x = self.pool(x)  # (N, 1, 1, 1)
        x = torch.flatten(x, 1)  # (N, 1)
        x = F.relu(self.bn(self.fc(x)))  # (N, 6)
        output: Tensor = self.fc2(x)  # (N, 3)
        return output
