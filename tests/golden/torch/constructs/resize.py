# Written by archdsl from resize.arch with n=6, factor=0.5.
# Spec edafbea57451d4bb, code 5b111bcb8b36bacc: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Resize"]


class CenterCrop(nn.Module):
    """The middle of the maps; where it cannot be the middle, one nearer the top left."""

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        self.height, self.width = height, width

    def forward(self, x: Tensor) -> Tensor:
        top = (x.shape[2] - self.height) // 2
        left = (x.shape[3] - self.width) // 2
        return x[:, :, top : top + self.height, left : left + self.width]


class Scale(nn.Module):
    """Every value times one number."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        return self.factor * x


class Shortcut(nn.Module):
    """Every second position, and zeros for the channels that are missing behind."""

    def __init__(self, missing: int, stride: int | tuple[int, int] = 1) -> None:
        super().__init__()
        self.missing = missing
        pair = (stride, stride) if isinstance(stride, int) else stride
        self.rows, self.columns = pair

    def forward(self, x: Tensor) -> Tensor:
        x = x[:, :, :: self.rows, :: self.columns]
        return F.pad(x, (0, 0, 0, 0, 0, self.missing))


class Unit(nn.Module):
    """The spec's block Unit.

    (N, in_channels, H, W) -> (N, n, ceil(H / stride), ceil(W / stride))
    """

    def __init__(self, in_channels: int, n: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, n, kernel_size=3, stride=stride, padding=1)
        self.shortcut = Shortcut(n - in_channels, stride=stride)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.conv(x) + self.shortcut(x))


class Resize(nn.Module):
    """Positions that are multiplied, moved and dropped: transposed convolution,
    upsampling, cropping.

    (N, 3, 19, 21) -> (N, 5)
    """

    def __init__(self, n: int = 6, factor: float = 0.5) -> None:
        super().__init__()
        self.a = Unit(3, n, stride=2)
        self.b = Unit(n, n)
        self.up = nn.Sequential(
            nn.ConvTranspose2d(n, 4, kernel_size=(3, 4), stride=2, padding=1), nn.ReLU()
        )
        self.upconv2 = nn.ConvTranspose2d(
            4, 6, kernel_size=2, groups=2, bias=False, dilation=2
        )
        self.shuffle = nn.ChannelShuffle(3)
        self.crop = CenterCrop(31, 30)
        self.trunk = nn.Sequential(
            nn.Conv2d(6, 6, kernel_size=3, stride=2),
            Shortcut(2),
            nn.Upsample(size=(20, 25), mode="bilinear"),
            Scale(factor),
            nn.Upsample(scale_factor=(2, 1), mode="bilinear", align_corners=True),
            nn.ChannelShuffle(4),
        )
        self.fc = nn.Linear(8000, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.a(x)  # (N, 6, 10, 11)
        x = self.b(x)  # (N, 6, 10, 11)
        x = self.up(x)  # (N, 4, 19, 22)
        x = self.upconv2(x)  # (N, 6, 21, 24)
        x = self.shuffle(x)  # (N, 6, 21, 24)
        x = F.interpolate(x, scale_factor=2)  # (N, 6, 42, 48)
        x = F.relu(x)  # (N, 6, 42, 48)
        x = self.crop(x)  # (N, 6, 31, 30)
        x = self.trunk(x)  # (N, 8, 40, 25)
        x = 0.25 * x  # (N, 8, 40, 25)
        output: Tensor = self.fc(torch.flatten(x, 1))  # (N, 5)
        return output
