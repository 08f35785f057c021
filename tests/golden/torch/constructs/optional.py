# Written by archdsl from optional.arch.
# Spec 8ba4d2901fc95ee3, code 355ffd94d17227a8: the hash of all that follows this line.
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Optional"]


class R(nn.Module):
    """The spec's block R.

    (N, 3, 8, 8) -> (N, w, 8, 8)
    """

    def __init__(self, w: int) -> None:
        super().__init__()
        self.w = w
        self.conv = nn.Conv2d(3, w, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.conv(x))
        if 3 == self.w:
            y = y + x
        x = y
        return x


class Optional(nn.Module):
    """Optional, as its spec says.

    (N, 3, 8, 8) -> (N, 5, 8, 8)
    """

    def __init__(self) -> None:
        super().__init__()
        self.a = R(16)
        self.conv1 = nn.Conv2d(16, 5, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.a(x)  # (N, 16, 8, 8)
        output: Tensor = self.conv1(x)  # (N, 5, 8, 8)
        return output
