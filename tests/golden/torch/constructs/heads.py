# Written by archdsl from heads.arch with classes=5, share=0.3, wide=no.
# Spec 3332612025b08653, code ad31e94769dc585f: the hash of all that follows this line.
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Heads", "HeadsOutput"]


class Side(nn.Module):
    """The spec's block Side.

    (N, 8, 12, 12) -> (N, classes)
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(kernel_size=3, stride=2, ceil_mode=True)
        self.conv = nn.Conv2d(8, 4, kernel_size=1)
        self.fc = nn.Linear(144, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(x)
        x = self.conv(x)
        x = self.fc(torch.flatten(x, 1))
        return x


class HeadsOutput(NamedTuple):
    """What Heads gives in training: logits, and the side heads early, aux1, aux2 and aux3."""

    logits: Tensor
    early: Tensor
    aux1: Tensor
    aux2: Tensor
    aux3: Tensor


class Heads(nn.Module):
    """Side heads of every form: a block, a group, a chain, a layer; from a layer, a
    merge, the input.

    (N, 3, 12, 12) -> (N, classes)
    In training a HeadsOutput, whose losses count loss_weights times.
    """

    def __init__(
        self, classes: int = 5, share: float = 0.3, wide: bool = False
    ) -> None:
        super().__init__()
        self.wide = wide
        self.conv1 = nn.Conv2d(3, 8, kernel_size=3, padding=1)
        if wide:
            self.conv = nn.Conv2d(8, 12, kernel_size=1)
        self.conv2 = nn.Conv2d(12 if wide else 8, 8, kernel_size=3, padding=1)
        self.conv3 = nn.Conv2d(8, 8, kernel_size=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(8, classes)
        self.early = nn.Linear(432, classes)
        self.aux1 = Side(classes)
        self.aux2 = nn.ModuleDict()
        self.aux2["pooled"] = nn.Sequential(
            nn.MaxPool2d(kernel_size=2), nn.BatchNorm2d(8)
        )
        self.aux2["1"] = nn.Conv2d(8, 8, kernel_size=2, stride=2)
        self.aux2["3"] = nn.AdaptiveAvgPool2d(1)
        self.aux2["4"] = nn.Linear(8, classes)
        self.aux3 = nn.Sequential(
            nn.Conv2d(8, classes, kernel_size=1),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )
        self.loss_weights: tuple[float, ...] = (1.0, 0.1, share, 2 * share, 1)

    def forward(self, x: Tensor) -> Tensor | HeadsOutput:
        conv1 = F.relu(self.conv1(x))  # (N, 8, 12, 12)
        if self.wide:
            y = F.relu(self.conv(conv1))
        else:
            y = conv1
        mixed = F.relu(self.conv2(y)) + F.relu(self.conv3(conv1))  # (N, 8, 12, 12)
        y = self.pool(mixed)  # (N, 8, 1, 1)
        logits: Tensor = self.fc(torch.flatten(y, 1))  # (N, 5)
        if self.training:
            early = self.early(torch.flatten(x, 1))
            aux1 = self.aux1(conv1)
            y = self.aux2["pooled"](mixed) + F.relu(self.aux2["1"](mixed))
            y = self.aux2["3"](y)
            aux2 = self.aux2["4"](torch.flatten(y, 1))
            aux3 = self.aux3(mixed)
            return HeadsOutput(logits, early, aux1, aux2, aux3)
        return logits
