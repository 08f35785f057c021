# Written by archdsl from tree.arch.
# Spec dc378bca0ee94801, code dba272bd433f20f5: the hash of all that follows this line.
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Tree"]


class Leaf(nn.Module):
    """The spec's block Leaf.

    (N, in_channels, 8, 8) -> (N, w, 8, 8)
    """

    def __init__(self, in_channels: int, w: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, w, kernel_size=3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.conv(x))


class TreeBlock(nn.Module):
    """The spec's block Tree.

    (N, in_channels, 8, 8) -> (N, w, 8, 8)
    """

    def __init__(self, in_channels: int, n: int, w: int) -> None:
        super().__init__()
        self.n = n
        if n == 1:
            self.leaf = Leaf(in_channels, w)
        else:
            self.long = nn.Sequential(
                TreeBlock(in_channels, n - 1, w), TreeBlock(w, n - 1, w)
            )

    def forward(self, x: Tensor) -> Tensor:
        if self.n == 1:
            x = self.leaf(x)
        else:
            x = self.long(x)
        return x


class Tree(nn.Module):
    """Tree, as its spec says.

    (N, 3, 8, 8) -> (N, 8, 8, 8)
    """

    def __init__(self) -> None:
        super().__init__()
        self.tree = TreeBlock(3, 2, 8)

    def forward(self, x: Tensor) -> Tensor:
        output: Tensor = self.tree(x)  # (N, 8, 8, 8)
        return output
