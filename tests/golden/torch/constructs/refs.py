# Written by archdsl from refs.arch with w=6.
# Spec f00921fbf631575c, code a1c185d941ef7b2f: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Refs"]


class Up(nn.Module):
    """The spec's block Up.

    (N, in_channels, 8, 8) -> (N, n, 8, 8)
    """

    def __init__(self, in_channels: int, skip_channels: int, n: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, n, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(n, n, kernel_size=1)
        self.conv3 = nn.Conv2d(skip_channels, n, kernel_size=1)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        y = F.relu(self.conv1(x))
        x = self.conv2(y) + self.conv3(skip)
        return x


class Refs(nn.Module):
    """`from`, lines as arguments, named values.

    (N, 3, 16, 16) -> (N, 4)
    """

    def __init__(self, w: int = 6) -> None:
        super().__init__()
        self.down1 = nn.Sequential(nn.Conv2d(3, w, kernel_size=3, padding=1), nn.ReLU())
        self.conv1 = nn.Conv2d(w, w, kernel_size=3, stride=2, padding=1)
        self.bn1 = nn.BatchNorm2d(w)
        self.down2 = nn.Conv2d(w, 2 * w, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(2 * w, 3 * w, kernel_size=3, padding=1)
        self.up = Up(3 * w, 2 * w, 5)
        self.up2 = Up(5, 2 * w, 4)
        self.conv7 = nn.Conv2d(5, 2, kernel_size=1)
        self.sc = nn.Conv2d(w, 3, kernel_size=1)
        self.pool = nn.AdaptiveMaxPool2d(1)
        self.fc = nn.Linear(9, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.down1(x)  # (N, 6, 16, 16)
        conv1 = self.conv1(x)
        x = F.relu(self.bn1(conv1))  # (N, 6, 8, 8)
        down2 = self.down2(x)  # (N, 12, 8, 8)
        x = self.conv2(down2)  # (N, 18, 8, 8)
        x = torch.sigmoid(x)  # (N, 18, 8, 8)
        up = self.up(x, down2)  # (N, 5, 8, 8)
        x = self.up2(up, down2)  # (N, 4, 8, 8)
        x = torch.cat([self.conv7(up), x, self.sc(conv1)], dim=1)  # (N, 9, 8, 8)
        x = self.pool(x)  # (N, 9, 1, 1)
        output: Tensor = self.fc(torch.flatten(x, 1))  # (N, 4)
        return output
