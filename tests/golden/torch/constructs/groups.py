# Written by archdsl from groups.arch with n=2, se=yes.
# Spec 36b507f9fbf735bc, code 7be4ebda2170019e: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Groups"]


class Unit(nn.Module):
    """The spec's block Unit.

    (N, in_channels, 20, 20) -> (N, in_channels + n, 20, 20)
    """

    def __init__(self, in_channels: int, n: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, in_channels + n, kernel_size=3, padding=1)
        self.prelu = nn.PReLU(num_parameters=in_channels + n)

    def forward(self, x: Tensor) -> Tensor:
        x = self.prelu(self.conv(x))
        return x


class Groups(nn.Module):
    """Positions in groups, a merge inside a group, numbers as names, squeeze-and-
    excitation.

    (N, 3, 20, 20) -> (N, 5)
    """

    def __init__(self, n: int = 2, se: bool = True) -> None:
        super().__init__()
        self.n = n
        self.se = se
        self.stem = nn.ModuleDict()
        self.stem["0"] = nn.Conv2d(3, 8, kernel_size=3, padding=1)
        self.stem["2"] = nn.Conv2d(8, 8, kernel_size=1)
        self.stem["3"] = nn.BatchNorm2d(8)
        for i in range(n):
            self.stem.add_module(f"{i + 4}", nn.Conv2d(8, 8, kernel_size=3, padding=1))
        self.body = nn.Sequential()
        for i in range(3):
            self.body.append(Unit(4 * i + 8, 4))
        self.body.add_module("named", nn.Conv2d(20, 6, kernel_size=1))
        self.body.append(nn.Tanh())
        self.body.append(nn.MaxPool2d(kernel_size=2))
        self.body.add_module("8", nn.Conv2d(6, 7, kernel_size=1))
        self.body.add_module("9", nn.GELU())
        if se:
            self.pool = nn.AdaptiveAvgPool2d(1)
            self.fc1 = nn.Sequential(
                nn.Conv2d(7, 3, kernel_size=1), nn.LeakyReLU(negative_slope=0.2)
            )
            self.fc2 = nn.Sequential(nn.Conv2d(3, 7, kernel_size=1), nn.Hardsigmoid())
        self.classifier = nn.Sequential(
            nn.Linear(700, 12),
            nn.SiLU(),
            nn.Dropout(),
            nn.Linear(12, 5),
            nn.Softmax(dim=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.stem["0"](x))
        x = x + self.stem["2"](x)
        x = self.stem["3"](x)
        for i in range(self.n):
            x = self.stem[f"{i + 4}"](x)
        x = self.body(x)  # (N, 7, 10, 10)
        if self.se:
            y = self.pool(x)
            y = self.fc1(y)
            x = x * self.fc2(y)
        output: Tensor = self.classifier(torch.flatten(x, 1))  # (N, 5)
        return output
