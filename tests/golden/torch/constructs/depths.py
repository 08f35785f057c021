# Written by archdsl from depths.arch with n=2, p=0.5.
# Spec 1c33a43f018c6774, code f750598cd280c7eb: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Depths"]


class SampleDepth(nn.Module):
    """Stochastic depth with one draw for each image of a batch."""

    def __init__(self, survival: float, scaled_in_training: bool = False) -> None:
        super().__init__()
        self.survival = survival
        self.scaled_in_training = scaled_in_training

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            each = (x.shape[0], *[1] * (x.dim() - 1))
            x = x * x.new_empty(each).bernoulli_(self.survival)
        if self.scaled_in_training:
            return x / self.survival if self.training else x
        return x if self.training else self.survival * x


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


class StochasticDepth(nn.Module):
    """A path that survives a batch of training or is zero, with one draw a batch.

    Where `survives()` is asked first, a dropped path need not be computed; `scaled` is
    then what the path counts for.
    """

    def __init__(self, survival: float, scaled_in_training: bool = False) -> None:
        super().__init__()
        self.survival = survival
        self.scaled_in_training = scaled_in_training

    def survives(self) -> bool:
        return not self.training or torch.rand(()).item() < self.survival

    def scaled(self, x: Tensor) -> Tensor:
        if self.scaled_in_training:
            return x / self.survival if self.training else x
        return x if self.training else self.survival * x

    def forward(self, x: Tensor) -> Tensor:
        return self.scaled(x) if self.survives() else torch.zeros_like(x)


class Branch(nn.Module):
    """The spec's block Branch.

    (N, 6, 4, 4) -> (N, width, 4, 4)
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(6, width, kernel_size=1)
        self.depth = SampleDepth(0.6, scaled_in_training=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.depth(F.relu(self.conv(x)))
        return x


class Unit(nn.Module):
    """The spec's block Unit.

    (N, 4, 8, 8) -> (N, width if stride != 1 else 4, 7 // stride + 1 if stride != 1
        else 8, 7 // stride + 1 if stride != 1 else 8)
    """

    def __init__(self, width: int, survival: float, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(
            4, width, kernel_size=3, stride=stride, padding=1, bias=False
        )
        self.bn1 = nn.BatchNorm2d(width)
        self.depth = StochasticDepth(survival)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1:
            self.shortcut = Shortcut(width - 4, stride=stride)

    def forward(self, x: Tensor) -> Tensor:
        y = self.shortcut(x)
        if self.depth.survives():
            y = y + self.depth.scaled(self.bn1(self.conv1(x)))
        return F.relu(y)


class Depths(nn.Module):
    """Stochastic depth: skipped in a block, in the network's lines, in a loop and in a
    group; elsewhere a mask.

    (N, 4, 8, 8) -> (N, 5)
    """

    def __init__(self, n: int = 2, p: float = 0.5) -> None:
        super().__init__()
        self.n = n
        self.units = nn.Sequential(*(Unit(4, 1 - p / 4) for _ in range(n)))
        self.down = Unit(6, 1 - p, stride=2)
        self.conv2 = nn.Conv2d(6, 6, kernel_size=1)
        self.depth = SampleDepth(0.8)
        self.conv3 = nn.Conv2d(6, 6, kernel_size=1)
        self.depth_2 = StochasticDepth(0.7, scaled_in_training=True)
        self.named = nn.Sequential(
            nn.Conv2d(6, 6, kernel_size=1), nn.ReLU(), StochasticDepth(0.9)
        )
        self.called = Branch(6)
        self.group = nn.ModuleDict()
        self.group["0"] = nn.Conv2d(6, 6, kernel_size=1)
        self.group["2"] = nn.Conv2d(6, 6, kernel_size=1)
        self.group["5"] = StochasticDepth(0.5)
        self.conv4 = nn.Conv2d(6, 6, kernel_size=1)
        self.conv5 = nn.Conv2d(6, 6, kernel_size=1)
        self.depth_4 = StochasticDepth(0.6)
        self.conv6 = nn.Conv2d(6, 6, kernel_size=1)
        self.depth_5 = StochasticDepth(0.6)
        self.conv7 = nn.Conv2d(6, 6, kernel_size=1)
        self.depth_6 = StochasticDepth(0.75)
        self.conv8 = nn.Conv2d(6, 6, kernel_size=1)
        self.conv9 = nn.Conv2d(6, 6, kernel_size=1)
        self.depth_7 = StochasticDepth(0.75)
        self.depth_8 = SampleDepth(0.99)
        self.conv10 = nn.Conv2d(12, 6, kernel_size=1)
        for i in range(1, n + 1):
            self.add_module(f"first{i}", nn.Conv2d(6, 6, kernel_size=1))
            self.add_module(f"second{i}", nn.Conv2d(6, 6, kernel_size=1))
            self.add_module(f"depth_9_at_{i}", StochasticDepth(1 - i * p / n))
            self.add_module(f"third{i}", nn.Conv2d(6, 6, kernel_size=1))
            self.add_module(f"depth_10_at_{i}", StochasticDepth(1 - i * p / n))
        self.fc = nn.Linear(96, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.units(x)  # (N, 4, 8, 8)
        x = self.down(x)  # (N, 6, 4, 4)
        y = x + self.depth(F.relu(self.conv2(x))) + self.named(x) + self.called(x)
        if self.depth_2.survives():
            y = y + self.depth_2.scaled(F.relu(self.conv3(x)))
        x = F.relu(self.group["0"](y))
        y = x
        if getattr(self.group, "5").survives():
            y = y + getattr(self.group, "5").scaled(F.relu(self.group["2"](x)))
        x = F.relu(self.conv4(y)) + y  # (N, 6, 4, 4)
        y = self.depth_4(F.relu(self.conv5(x)))
        if self.depth_5.survives():
            y = y + self.depth_5.scaled(F.relu(self.conv6(x)))
        conv7 = F.relu(self.conv7(y))  # (N, 6, 4, 4)
        x = self.depth_6(conv7) + F.relu(self.conv8(conv7))  # (N, 6, 4, 4)
        y = F.relu(self.conv9(x))  # (N, 6, 4, 4)
        x = torch.cat([x, self.depth_7(y)], dim=1)  # (N, 12, 4, 4)
        x = self.depth_8(x)  # (N, 12, 4, 4)
        x = F.relu(self.conv10(x))  # (N, 6, 4, 4)
        for i in range(1, self.n + 1):
            z = F.relu(getattr(self, f"first{i}")(x))
            y = F.relu(getattr(self, f"second{i}")(x))
            y = getattr(self, f"depth_9_at_{i}")(y)
            y = z + (0.5 * y)
            if getattr(self, f"depth_10_at_{i}").survives():
                y2 = F.relu(getattr(self, f"third{i}")(x))
                y = y + getattr(self, f"depth_10_at_{i}").scaled(y2)
            x = y
        output: Tensor = self.fc(torch.flatten(x, 1))  # (N, 5)
        return output
