# Written by archdsl from split.arch with width=12, n=2, classes=6, wide=no.
# Spec 04f6a506a1e29852, code dde9d90080f58884: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Split"]


class GroupedLinear(nn.Module):
    """A fully connected layer in groups, each of which sees its own part of the input."""

    def __init__(
        self,
        in_features: int,
        out_features: int,
        groups: int,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.groups = groups
        self.weight = nn.Parameter(torch.empty(out_features, in_features // groups))
        self.bias = nn.Parameter(torch.empty(out_features)) if bias else None
        bound = (in_features // groups) ** -0.5  # nn.Linear's.
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def forward(self, x: Tensor) -> Tensor:
        weights = self.weight.chunk(self.groups)
        pairs = zip(x.chunk(self.groups, dim=1), weights, strict=True)
        x = torch.cat([F.linear(part, weight) for part, weight in pairs], dim=1)
        return x if self.bias is None else x + self.bias


class GroupedResponseNorm(nn.LocalResponseNorm):
    """Local response normalization of each group of channels by itself."""

    def __init__(
        self,
        groups: int,
        size: int,
        alpha: float = 1e-4,
        beta: float = 0.75,
        k: float = 1.0,
    ) -> None:
        super().__init__(size, alpha, beta, k)
        self.groups = groups

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, height, width = x.shape
        each = channels // self.groups
        groups = x.reshape(batch * self.groups, each, height, width)
        return super().forward(groups).reshape(x.shape)


class Unit(nn.Module):
    """The spec's block Unit.

    (N, in_channels, 7, 7) -> (N, width, 7, 7)
    """

    def __init__(self, in_channels: int, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, width, kernel_size=3, padding=1, groups=3)
        self.bn1 = nn.BatchNorm2d(width)
        self.prelu1 = nn.PReLU(num_parameters=width)
        self.conv2 = nn.Conv2d(width, width, kernel_size=3, padding=1, groups=6)
        self.conv3: nn.Module = nn.Identity()
        if in_channels != width:
            self.conv3 = nn.Conv2d(in_channels, width, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.prelu1(self.bn1(self.conv1(x)))
        x = self.conv2(y) + self.conv3(x)
        return x


class Split(nn.Module):
    """What lies whole, what is divided, what sees all maps.

    (N, 2, 16, 16) -> (N, classes)
    """

    def __init__(
        self, width: int = 12, n: int = 2, classes: int = 6, wide: bool = False
    ) -> None:
        super().__init__()
        self.wide = wide
        self.dropout = nn.Dropout(p=0.1)
        self.conv1 = nn.Conv2d(2, width, kernel_size=3, padding=1)
        self.norm1 = GroupedResponseNorm(3, 3, alpha=0.1, k=2.0)
        self.pool1 = nn.MaxPool2d(kernel_size=3, stride=2)
        self.conv2 = nn.Conv2d(width, width, kernel_size=3, padding=1, groups=width)
        self.units = nn.Sequential(
            Unit(width, 2 * width), *(Unit(2 * width, 2 * width) for _ in range(n))
        )
        self.upconv = nn.ConvTranspose2d(
            2 * width, width, kernel_size=2, stride=2, groups=3
        )
        if wide:
            self.conv3 = nn.Conv2d(width, 2 * width, kernel_size=1)
        else:
            self.conv4 = nn.Conv2d(width, 2 * width, kernel_size=1, groups=3)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.gate = nn.Sequential(
            nn.Conv2d(2 * width, 2 * width, kernel_size=1, groups=3), nn.Sigmoid()
        )
        self.pool_2 = nn.AvgPool2d(kernel_size=7)
        self.norm2 = GroupedResponseNorm(6, 5, k=2.0)
        self.fc1 = GroupedLinear(8 * width, 24, 3)
        self.dropout_2 = nn.Dropout()
        self.fc2 = GroupedLinear(24, 24, 3, bias=False)
        self.fc3 = nn.Linear(24, 12)
        self.fc4 = GroupedLinear(12, classes, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.dropout(x)  # (N, 2, 16, 16)
        x = F.relu(self.conv1(x))  # (N, 12, 16, 16)
        x = self.norm1(x)  # (N, 12, 16, 16)
        x = self.pool1(x)  # (N, 12, 7, 7)
        x = F.relu(self.conv2(x))  # (N, 12, 7, 7)
        x = self.units(x)  # (N, 24, 7, 7)
        x = F.relu(self.upconv(x))  # (N, 12, 14, 14)
        if self.wide:
            x = F.relu(self.conv3(x))
        else:
            x = F.relu(self.conv4(x))
        y = self.pool(x)  # (N, 24, 1, 1)
        x = x * self.gate(y)  # (N, 24, 14, 14)
        x = self.pool_2(x)  # (N, 24, 2, 2)
        x = self.norm2(x)  # (N, 24, 2, 2)
        x = F.relu(self.fc1(torch.flatten(x, 1)))  # (N, 24)
        x = self.dropout_2(x)  # (N, 24)
        x = F.relu(self.fc2(x))  # (N, 24)
        x = F.relu(self.fc3(x))  # (N, 12)
        logits: Tensor = self.fc4(x)  # (N, 6)
        return logits
