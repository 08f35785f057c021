# Written by archdsl from torchvision/resnet50.arch with classes=1000.
# Spec c5806ed9e02fd9f3, code 5fa69d448259faeb: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["ResNet50"]


class Bottleneck(nn.Module):
    """1x1 reduce, 3x3, 1x1 expand, added to a shortcut; the paper strides in the first
    1x1, v1.5 in the 3x3.

    (N, in_channels, H, W) -> (N, 4 * width, (H - 1) // stride1 // stride2 + 1, (W -
        1) // stride1 // stride2 + 1)
    """

    def __init__(
        self,
        in_channels: int,
        width: int,
        stride1: int = 1,
        stride2: int = 1,
        inner: int | None = None,
        groups: int = 1,
    ) -> None:
        super().__init__()
        if inner is None:
            inner = width
        self.conv1 = nn.Conv2d(
            in_channels, inner, kernel_size=1, stride=stride1, bias=False
        )
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(
            inner,
            inner,
            kernel_size=3,
            stride=stride2,
            padding=1,
            groups=groups,
            bias=False,
        )
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv3 = nn.Conv2d(inner, 4 * width, kernel_size=1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.downsample: nn.Module = nn.Identity()
        if stride1 * stride2 != 1 or in_channels != 4 * width:
            self.downsample = nn.Sequential(
                nn.Conv2d(
                    in_channels,
                    4 * width,
                    kernel_size=1,
                    stride=stride1 * stride2,
                    bias=False,
                ),
                nn.BatchNorm2d(4 * width),
            )

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        return F.relu(self.bn3(self.conv3(y)) + self.downsample(x))


class ResNet50(nn.Module):
    """He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", CVPR 2016.

    (N, 3, 224, 224) -> (N, classes)
    """

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.pool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.layer1 = nn.Sequential(
            Bottleneck(64, 64), *(Bottleneck(256, 64) for _ in range(2))
        )
        self.layer2 = nn.Sequential(
            Bottleneck(256, 128, stride2=2), *(Bottleneck(512, 128) for _ in range(3))
        )
        self.layer3 = nn.Sequential(
            Bottleneck(512, 256, stride2=2), *(Bottleneck(1024, 256) for _ in range(5))
        )
        self.layer4 = nn.Sequential(
            Bottleneck(1024, 512, stride2=2), *(Bottleneck(2048, 512) for _ in range(2))
        )
        self.pool_2 = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(2048, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.bn1(self.conv1(x)))  # (N, 64, 112, 112)
        x = self.pool(x)  # (N, 64, 56, 56)
        x = self.layer1(x)  # (N, 256, 56, 56)
        x = self.layer2(x)  # (N, 512, 28, 28)
        x = self.layer3(x)  # (N, 1024, 14, 14)
        x = self.layer4(x)  # (N, 2048, 7, 7)
        logits: Tensor = self.fc(torch.flatten(self.pool_2(x), 1))  # (N, 1000)
        return logits
