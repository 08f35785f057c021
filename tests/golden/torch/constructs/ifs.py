# Written by archdsl from ifs.arch with kind=1, wide=no.
# Spec b27857cd14ab5cd8, code e8c8ce65a0f01d99: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Ifs"]


class B(nn.Module):
    """The spec's block B.

    (N, in_channels, H, W) -> (N, n, H, W)
    """

    def __init__(self, in_channels: int, in_height: int, n: int) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.in_height = in_height
        self.n = n
        self.conv1 = nn.Conv2d(in_channels, n, kernel_size=1)
        if n > 2 and in_channels == 6 or in_height > 20:
            self.conv2 = nn.Conv2d(in_channels, n, kernel_size=3, padding=1)
            self.conv3 = nn.Conv2d(n, n, kernel_size=1)
        else:
            self.conv4 = nn.Conv2d(in_channels, n, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        z = self.conv1(x)
        if self.n > 2 and self.in_channels == 6 or self.in_height > 20:
            y = F.relu(self.conv2(x))
            y = self.conv3(y)
        else:
            y = self.conv4(x)
        return F.relu(z + y)


class Ifs(nn.Module):
    """Choices in sequences and between paths.

    (N, 3, 16, 16) -> (N, 4)
    """

    def __init__(self, kind: int = 1, wide: bool = False) -> None:
        super().__init__()
        self.kind = kind
        self.wide = wide
        self.conv1 = nn.Conv2d(3, 6, kernel_size=3, padding=1)
        if kind == 1:
            self.pool = nn.MaxPool2d(kernel_size=2)
        elif kind == 2:
            self.a = B(6, 16, 3)
        if wide:
            self.conv5 = nn.Conv2d(
                6 if kind == 1 else 3 if kind == 2 else 6, 20, kernel_size=1
            )
        channels = 20 if wide else 6 if kind == 1 else 3 if kind == 2 else 6
        self.b1 = B(channels, 8 if kind == 1 else 16, 2)
        self.b2 = B(2, 8 if kind == 1 else 16, 3)
        if wide:
            self.conv6 = nn.Conv2d(3, 3, kernel_size=1)
        if kind != 1:
            self.conv7 = nn.Conv2d(3, 3, kernel_size=1)
            self.bn = nn.BatchNorm2d(3)
            self.conv8 = nn.Conv2d(3, 3, kernel_size=1)
        self.fc = nn.Linear(3 * (8 if kind == 1 else 16) * (8 if kind == 1 else 16), 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(x)  # (N, 6, 16, 16)
        if self.kind == 1:
            x = F.relu(x)
            x = self.pool(x)
        elif self.kind == 2:
            x = self.a(x)
        else:
            x = torch.tanh(x)
        if self.wide:
            x = F.relu(self.conv5(x))
        x = self.b1(x)  # (N, 2, 8, 8)
        x = self.b2(x)  # (N, 3, 8, 8)
        paths: list[Tensor] = [x]
        if self.wide:
            paths.append(self.conv6(x))
        if self.kind != 1:
            paths.append(self.bn(self.conv7(x)))
            paths.append(self.conv8(x))
        x = torch.stack(paths).sum(dim=0)  # (N, 3, 8, 8)
        del paths
        output: Tensor = self.fc(torch.flatten(x, 1))  # (N, 4)
        return output
