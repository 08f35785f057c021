# Written by archdsl from clashes.arch with n=3, f=0.2.
# Spec be3de78861d140a2, code 49e255073e0d56e8: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["S"]


class B(nn.Module):
    """The spec's block B.

    (N, 3, 16, 16) -> (N, 3, 16, 16)
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, kernel_size=1)

    def forward(self, x: Tensor, x_: Tensor) -> Tensor:
        x = x + self.conv(x_)
        return x


class R(nn.Module):
    """The spec's block R.

    (N, 8, 16, 16) -> (N, 8, 16, 16)
    """

    def __init__(self, f: float) -> None:
        super().__init__()
        self.f = f
        self.conv = nn.Conv2d(8, 8, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.conv(x))
        x = x + (self.f * y)
        return x


class S(nn.Module):
    """Names that clash with what emitted code calls its own things, and a block that
    may be unused.

    (N, 3, 16, 16) -> (N, 3)
    """

    def __init__(self, n: int = 3, f: float = 0.2) -> None:
        super().__init__()
        self.q = nn.Sequential(nn.Conv2d(3, 3, kernel_size=1), nn.ReLU())
        self.a = B()
        for in_channels in range(1, 3):
            self.add_module(
                f"c{in_channels}",
                nn.Sequential(
                    nn.Conv2d(
                        3 if in_channels == 1 else 4 * (in_channels - 1),
                        4 * in_channels,
                        kernel_size=1,
                    ),
                    nn.ReLU(),
                ),
            )
        self.body = nn.Sequential(*(R(f) for _ in range(n)))
        self.fc = nn.Linear(2048, 3)

    def forward(self, x: Tensor) -> Tensor:
        q = self.q(x)  # (N, 3, 16, 16)
        x = F.relu(q)  # (N, 3, 16, 16)
        x = self.a(x, q)  # (N, 3, 16, 16)
        for in_channels in range(1, 3):
            x = getattr(self, f"c{in_channels}")(x)
        x = self.body(x)  # (N, 8, 16, 16)
        output: Tensor = self.fc(torch.flatten(x, 1))  # (N, 3)
        return output
