# Written by archdsl from reals.arch with alpha=1.5, beta=0.29.
# Spec 0c251bc175382a8c, code e81f30bdaa5d076e: the hash of all that follows this line.
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["M"]


class B(nn.Module):
    """The spec's block B.

    (N, in_channels, 8, 8) -> (N, int((w + 0.5 + 1e-9) // 1), 8, 8)
    """

    def __init__(self, in_channels: int, w: float) -> None:
        super().__init__()
        if abs(w - int((w + 0.5 + 1e-9) // 1)) > 1e-9:
            raise ValueError("w must be whole")
        self.conv = nn.Conv2d(in_channels, int((w + 0.5 + 1e-9) // 1), kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.conv(x))


class M(nn.Module):
    """Fractions as parameters, rounded and not.

    (N, 3, 8, 8) -> (N, int((8 * alpha + 0.5 + 1e-9) // 1), 8, 8)
    """

    def __init__(self, alpha: float = 1.5, beta: float = 0.29) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, int((24 * alpha + 1e-9) // 1), kernel_size=1)
        if abs(32 * alpha - int((32 * alpha + 0.5 + 1e-9) // 1)) > 1e-9:
            raise ValueError("32 * alpha must be whole")
        self.conv2 = nn.Conv2d(
            int((24 * alpha + 1e-9) // 1),
            int((32 * alpha + 0.5 + 1e-9) // 1),
            kernel_size=1,
        )
        self.conv3 = nn.Conv2d(
            int((32 * alpha + 0.5 + 1e-9) // 1),
            int((100 * beta + 1e-9) // 1),
            kernel_size=1,
        )
        self.conv4 = nn.Conv2d(
            int((100 * beta + 1e-9) // 1),
            -int((-10 * beta + 1e-9) // 1) + int((alpha + 0.5 + 1e-9) // 1),
            kernel_size=1,
        )
        channels = -int((-10 * beta + 1e-9) // 1) + int((alpha + 0.5 + 1e-9) // 1)
        self.b = B(channels, 8 * alpha)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv1(x))  # (N, 36, 8, 8)
        x = F.relu(self.conv2(x))  # (N, 48, 8, 8)
        x = F.relu(self.conv3(x))  # (N, 29, 8, 8)
        x = F.relu(self.conv4(x))  # (N, 5, 8, 8)
        output: Tensor = self.b(x)  # (N, 12, 8, 8)
        return output
