# Written by archdsl from channels.arch with width=8, n=2, ratio=4.
# Spec ffbfdbd8b8ab2b04, code 46a49ae3d3e2bda9: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["ChannelsBlock"]


class Channels(nn.Module):
    """Some of the channels, in an order of their own."""

    def __init__(self, *channels: int) -> None:
        super().__init__()
        self.channels = list(channels)

    def forward(self, x: Tensor) -> Tensor:
        return x[:, self.channels]


class LayerNorm2d(nn.LayerNorm):
    """Layer normalization over the channels of each position."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class PixelLinear(nn.Linear):
    """A fully connected layer at every pixel: it sees the channels of one position."""

    def __init__(
        self,
        in_features: int,
        out_features: int,
        groups: int = 1,
        bias: bool = True,
    ) -> None:
        super().__init__(in_features // groups, out_features, bias)
        self.groups = groups

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight[:, :, None, None]
        return F.conv2d(x, weight, self.bias, groups=self.groups)


class RBF(nn.Module):
    """Squared distances to fixed centres, which are -1 and +1 at random until they are loaded."""

    centres: Tensor

    def __init__(self, inputs: int, centres: int) -> None:
        super().__init__()
        self.register_buffer("centres", 2.0 * torch.randint(2, (centres, inputs)) - 1.0)

    def forward(self, x: Tensor) -> Tensor:
        return (x.unsqueeze(1) - self.centres).square().sum(dim=2)


class ScaledTanh(nn.Module):
    """LeCun's 1.7159 tanh(2/3 x)."""

    def forward(self, x: Tensor) -> Tensor:
        return 1.7159 * torch.tanh(2 / 3 * x)


class Subsample(nn.Module):
    """The sum of each window times a learned number a channel, plus one; at first its mean."""

    def __init__(
        self,
        channels: int,
        kernel_size: tuple[int, int],
        stride: int | tuple[int, int] | None = None,
        padding: int | tuple[int, int] = 0,
    ) -> None:
        super().__init__()
        self.area = kernel_size[0] * kernel_size[1]
        self.mean = nn.AvgPool2d(kernel_size, stride, padding)
        self.weight = nn.Parameter(torch.full((channels,), 1 / self.area))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        total: Tensor = self.area * self.mean(x)
        return total * self.weight[:, None, None] + self.bias[:, None, None]


class ConvNeXt(nn.Module):
    """The spec's block ConvNeXt.

    (N, in_channels, 9, 7) -> (N, in_channels, 9, 7)
    """

    def __init__(self, in_channels: int, ratio: int) -> None:
        super().__init__()
        self.dwconv = nn.Conv2d(
            in_channels, in_channels, kernel_size=7, padding=3, groups=in_channels
        )
        self.norm = LayerNorm2d(in_channels, eps=1e-06)
        self.pwconv1 = PixelLinear(in_channels, in_channels * ratio)
        self.pwconv2 = PixelLinear(in_channels * ratio, in_channels, groups=2)
        self.gamma = nn.Parameter(0.25 * torch.ones(in_channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        y = self.dwconv(x)
        y = self.norm(y)
        y = F.gelu(self.pwconv1(y))
        y = self.pwconv2(y)
        x = (y * self.gamma) + x
        return x


class Shuffled(nn.Module):
    """The spec's block Shuffled.

    (N, in_channels, 9, 7) -> (N, 2 * (width // 2), 9, 7)
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.conv1 = nn.Conv2d(
            width - width // 2, width // 2, kernel_size=1, bias=False
        )
        self.bn1 = nn.BatchNorm2d(width // 2)
        self.conv2 = nn.Conv2d(
            width // 2,
            width // 2,
            kernel_size=3,
            padding=1,
            groups=width // 2,
            bias=False,
        )
        self.bn2 = nn.BatchNorm2d(width // 2)
        self.shuffle = nn.ChannelShuffle(2)

    def forward(self, x: Tensor) -> Tensor:
        z = x.narrow(1, 0, self.width // 2)
        y = x.narrow(1, self.width // 2, self.width - self.width // 2)
        y = F.relu(self.bn1(self.conv1(y)))
        x = torch.cat([z, F.relu(self.bn2(self.conv2(y)))], dim=1)
        x = self.shuffle(x)
        return x


class ChannelsBlock(nn.Module):
    """Channels chosen and parted, scales that are learned, layers at every pixel:
    ShuffleNet's and ConvNeXt's units.

    (N, 3, 9, 7) -> (N, 4)
    """

    def __init__(self, width: int = 8, n: int = 2, ratio: int = 4) -> None:
        super().__init__()
        self.ratio = ratio
        self.stem = nn.Sequential(
            nn.Conv2d(3, width, kernel_size=3, padding=1), LayerNorm2d(width), nn.SiLU()
        )
        self.shuffled = nn.Sequential(*(Shuffled(width) for _ in range(n)))
        self.convnext = nn.Sequential(
            *(ConvNeXt(2 * (width // 2) if n >= 1 else width, ratio) for _ in range(n))
        )
        for i in range(3):
            self.add_module(
                f"three{i}",
                nn.Sequential(
                    Channels(i, (i + 1) % 3, i + 3), nn.Conv2d(3, 1, kernel_size=3)
                ),
            )
        self.channels = Channels(5, *range(2), 3)
        self.conv3 = nn.Conv2d(4, 2, kernel_size=3)
        self.scaled = nn.ModuleDict()
        self.scaled["0"] = Subsample(5, kernel_size=(2, 2), padding=1)
        self.scaled["1"] = ScaledTanh()
        self.scaled.register_parameter(
            "2", nn.Parameter((1 - ratio / 8) * torch.ones(5, 1, 1))
        )
        self.subsample2 = Subsample(3, kernel_size=(2, 1), stride=1)
        self.fc1 = nn.Linear(27, max((26 * ratio + 10) // 20, -(-width // 3)))
        self.norm1 = nn.LayerNorm(max((26 * ratio + 10) // 20, -(-width // 3)))
        self.rbf = RBF(max((26 * ratio + 10) // 20, -(-width // 3)), 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)  # (N, 8, 9, 7)
        x = self.shuffled(x)  # (N, 8, 9, 7)
        x = self.convnext(x)  # (N, 8, 9, 7)
        x = F.gelu(x)  # (N, 8, 9, 7)
        paths: list[Tensor] = []
        for i in range(3):
            paths.append(getattr(self, f"three{i}")(x))
        paths.append(self.conv3(self.channels(x)))
        x = torch.cat(paths, dim=1)  # (N, 5, 7, 5)
        del paths
        x = F.relu(x)  # (N, 5, 7, 5)
        x = self.scaled["1"](self.scaled["0"](x))
        x = x * self.scaled.get_parameter("2")
        x = (self.ratio / 8 + 0.5) * x  # (N, 5, 4, 3)
        x = x.narrow(1, 2, 3)  # (N, 3, 4, 3)
        x = torch.tanh(self.subsample2(x))  # (N, 3, 3, 3)
        x = F.relu(self.norm1(self.fc1(torch.flatten(x, 1))))  # (N, 5)
        output: Tensor = self.rbf(x)  # (N, 4)
        return output
