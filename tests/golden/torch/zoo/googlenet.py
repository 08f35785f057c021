# Written by archdsl from googlenet.arch with classes=1000.
# Spec 2ff0b3f83d279298, code 145502757581d911: the hash of all that follows this line.
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["GoogLeNet", "GoogLeNetOutput"]


class Inception(nn.Module):
    """1x1, 3x3 and 5x5 filters beside a pooling; 1x1 filters reduce first, so that
    depth stays payable.

    (N, in_channels, H, W) -> (N, n1x1 + n3x3 + n5x5 + pool_proj, H, W)
    """

    def __init__(
        self,
        in_channels: int,
        n1x1: int,
        n3x3_reduce: int,
        n3x3: int,
        n5x5_reduce: int,
        n5x5: int,
        pool_proj: int,
    ) -> None:
        super().__init__()
        self.branch1 = nn.Conv2d(in_channels, n1x1, kernel_size=1)
        self.branch2 = nn.Sequential(
            nn.Conv2d(in_channels, n3x3_reduce, kernel_size=1),
            nn.ReLU(),
            nn.Conv2d(n3x3_reduce, n3x3, kernel_size=3, padding=1),
            nn.ReLU(),
        )
        self.branch3 = nn.Sequential(
            nn.Conv2d(in_channels, n5x5_reduce, kernel_size=1),
            nn.ReLU(),
            nn.Conv2d(n5x5_reduce, n5x5, kernel_size=5, padding=2),
            nn.ReLU(),
        )
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(kernel_size=3, stride=1, padding=1),
            nn.Conv2d(in_channels, pool_proj, kernel_size=1),
            nn.ReLU(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat(
            [
                F.relu(self.branch1(x)),
                self.branch2(x),
                self.branch3(x),
                self.branch4(x),
            ],
            dim=1,
        )


class SideHead(nn.Module):
    """What keeps gradients alive half way down: its loss counts in training, and
    nothing else does.

    (N, in_channels, 14, 14) -> (N, classes)
    """

    def __init__(self, in_channels: int, classes: int) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(kernel_size=5, stride=3)
        self.conv = nn.Conv2d(in_channels, 128, kernel_size=1)
        self.fc1 = nn.Linear(2048, 1024)
        self.dropout = nn.Dropout(p=0.7)
        self.fc2 = nn.Linear(1024, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(x)
        x = F.relu(self.conv(x))
        x = self.dropout(F.relu(self.fc1(torch.flatten(x, 1))))
        x = self.fc2(x)
        return x


class GoogLeNetOutput(NamedTuple):
    """What GoogLeNet gives in training: logits, and the side heads aux1 and aux2."""

    logits: Tensor
    aux1: Tensor
    aux2: Tensor


class GoogLeNet(nn.Module):
    """Szegedy et al., "Going Deeper with Convolutions", CVPR 2015.

    (N, 3, 224, 224) -> (N, classes)
    In training a GoogLeNetOutput, whose losses count loss_weights times.
    """

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3)
        self.pool1 = nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)
        self.norm1 = nn.LocalResponseNorm(5, k=2.0)
        self.conv2_reduce = nn.Conv2d(64, 64, kernel_size=1)
        self.conv2 = nn.Conv2d(64, 192, kernel_size=3, padding=1)
        self.norm2 = nn.LocalResponseNorm(5, k=2.0)
        self.pool2 = nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)
        self.inception3a = Inception(192, 64, 96, 128, 16, 32, 32)
        self.inception3b = Inception(256, 128, 128, 192, 32, 96, 64)
        self.pool3 = nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)
        self.inception4a = Inception(480, 192, 96, 208, 16, 48, 64)
        self.inception4b = Inception(512, 160, 112, 224, 24, 64, 64)
        self.inception4c = Inception(512, 128, 128, 256, 24, 64, 64)
        self.inception4d = Inception(512, 112, 144, 288, 32, 64, 64)
        self.inception4e = Inception(528, 256, 160, 320, 32, 128, 128)
        self.pool4 = nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)
        self.inception5a = Inception(832, 256, 160, 320, 32, 128, 128)
        self.inception5b = Inception(832, 384, 192, 384, 48, 128, 128)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(p=0.4)
        self.fc = nn.Linear(1024, classes)
        self.aux1 = SideHead(512, classes)
        self.aux2 = SideHead(528, classes)
        self.loss_weights: tuple[float, ...] = (1.0, 0.3, 0.3)

    def forward(self, x: Tensor) -> Tensor | GoogLeNetOutput:
        x = F.relu(self.conv1(x))  # (N, 64, 112, 112)
        x = self.norm1(self.pool1(x))  # (N, 64, 56, 56)
        x = F.relu(self.conv2_reduce(x))  # (N, 64, 56, 56)
        x = self.norm2(F.relu(self.conv2(x)))  # (N, 192, 56, 56)
        x = self.pool2(x)  # (N, 192, 28, 28)
        x = self.inception3a(x)  # (N, 256, 28, 28)
        x = self.inception3b(x)  # (N, 480, 28, 28)
        x = self.pool3(x)  # (N, 480, 14, 14)
        inception4a = self.inception4a(x)  # (N, 512, 14, 14)
        x = self.inception4b(inception4a)  # (N, 512, 14, 14)
        x = self.inception4c(x)  # (N, 512, 14, 14)
        inception4d = self.inception4d(x)  # (N, 528, 14, 14)
        x = self.inception4e(inception4d)  # (N, 832, 14, 14)
        x = self.pool4(x)  # (N, 832, 7, 7)
        x = self.inception5a(x)  # (N, 832, 7, 7)
        x = self.inception5b(x)  # (N, 1024, 7, 7)
        x = self.dropout(self.pool(x))  # (N, 1024, 1, 1)
        logits: Tensor = self.fc(torch.flatten(x, 1))  # (N, 1000)
        if self.training:
            aux1 = self.aux1(inception4a)
            aux2 = self.aux2(inception4d)
            return GoogLeNetOutput(logits, aux1, aux2)
        return logits
