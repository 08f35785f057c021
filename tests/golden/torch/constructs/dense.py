# Written by archdsl from dense.arch with growth=4, layers=3, classes=10, bottleneck=yes.
# Spec e37baef45b2b1e80, code 5f019303abe448bf: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["DenseNet"]


class DenseLayer(nn.Module):
    """The spec's block DenseLayer.

    (N, in_channels, H, W) -> (N, growth, H, W)
    """

    def __init__(self, in_channels: int, growth: int, bottleneck: bool = True) -> None:
        super().__init__()
        self.bottleneck = bottleneck
        if bottleneck:
            self.bn1 = nn.BatchNorm2d(in_channels)
            self.conv1 = nn.Conv2d(in_channels, 4 * growth, kernel_size=1, bias=False)
        self.bn2 = nn.BatchNorm2d(4 * growth if bottleneck else in_channels)
        self.conv2 = nn.Conv2d(
            4 * growth if bottleneck else in_channels,
            growth,
            kernel_size=3,
            padding=1,
            bias=False,
        )

    def forward(self, x: Tensor) -> Tensor:
        if self.bottleneck:
            x = self.conv1(F.relu(self.bn1(x)))
        x = self.conv2(F.relu(self.bn2(x)))
        return x


class DenseBlock(nn.Module):
    """The spec's block DenseBlock.

    (N, in_channels, H, W) -> (N, in_channels + growth * layers, H, W)
    """

    def __init__(
        self, in_channels: int, layers: int, growth: int, bottleneck: bool
    ) -> None:
        super().__init__()
        self.layers = layers
        for i in range(1, layers + 1):
            self.add_module(
                f"denselayer{i}",
                DenseLayer(
                    in_channels + (i - 1) * growth, growth, bottleneck=bottleneck
                ),
            )

    def forward(self, x: Tensor) -> Tensor:
        for i in range(1, self.layers + 1):
            x = torch.cat([x, getattr(self, f"denselayer{i}")(x)], dim=1)
        return x


class Transition(nn.Module):
    """The spec's block Transition.

    (N, in_channels, 16, 16) -> (N, in_channels // 2, 8, 8)
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(in_channels)
        self.conv = nn.Conv2d(in_channels, in_channels // 2, kernel_size=1, bias=False)
        self.pool = nn.AvgPool2d(kernel_size=2)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.bn(x))
        x = self.conv(x)
        x = self.pool(x)
        return x


class DenseNet(nn.Module):
    """A loop that grows the channels, a choice by a truth, a group of named members.

    (N, 3, 16, 16) -> (N, classes)
    """

    def __init__(
        self,
        growth: int = 4,
        layers: int = 3,
        classes: int = 10,
        bottleneck: bool = True,
    ) -> None:
        super().__init__()
        self.features = nn.Sequential()
        self.features.add_module(
            "conv0", nn.Conv2d(3, 2 * growth, kernel_size=3, padding=1, bias=False)
        )
        self.features.add_module(
            "denseblock1", DenseBlock(2 * growth, layers, growth, bottleneck)
        )
        self.features.add_module(
            "transition1", Transition(2 * growth + growth * layers)
        )
        self.features.add_module(
            "denseblock2",
            DenseBlock(growth + growth * layers // 2, layers, growth, bottleneck),
        )
        self.features.add_module(
            "norm5", nn.BatchNorm2d(growth + growth * layers // 2 + growth * layers)
        )
        self.features.append(nn.ReLU())
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(
            growth + growth * layers // 2 + growth * layers, classes
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)  # (N, 22, 8, 8)
        x = self.pool(x)  # (N, 22, 1, 1)
        logits: Tensor = self.classifier(torch.flatten(x, 1))  # (N, 10)
        return logits
