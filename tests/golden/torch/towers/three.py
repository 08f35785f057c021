# Written by archdsl from three.arch with width=6, n=2, deep=yes, devices=12 for cuda:0, cuda:1, cuda:2.
# Spec 9a050cab218849f3, code 35faa5dfcdb8fc90: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Three"]


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

    (N, in_channels, 16, 16) -> (N, width // 3, 16, 16)
    """

    def __init__(self, in_channels: int, width: int) -> None:
        super().__init__()
        if width % 3:
            raise ValueError("width / 3 must be whole")
        self.conv1 = nn.Conv2d(in_channels, width // 3, kernel_size=3, padding=1)
        self.bn1 = nn.BatchNorm2d(width // 3)
        self.prelu1 = nn.PReLU(num_parameters=width // 3)
        self.conv2 = nn.Conv2d(width // 3, width // 3, kernel_size=3, padding=1)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        y = self.prelu1(self.bn1(self.conv1(x)))
        x = self.conv2(y) + x + skip
        return x


class Tower(nn.Module):
    """One device's share of Three.

    Between two methods the towers exchange their maps.
    """

    def __init__(
        self, width: int = 6, n: int = 2, deep: bool = True, devices: int = 12
    ) -> None:
        super().__init__()
        self.deep = deep
        self.n = n
        self.dropout = nn.Dropout(p=0.1)
        if width % 3:
            raise ValueError("width / 3 must be whole")
        self.conv1 = nn.Conv2d(2, width // 3, kernel_size=3, padding=1)
        self.norm1 = nn.LocalResponseNorm(3, alpha=0.1, k=2.0)
        self.from_conv2 = nn.Conv2d(
            width // 3, width // 3, kernel_size=3, padding=1, groups=width // 3
        )
        self.unit = nn.ModuleDict()
        for i in range(n):
            self.unit.add_module(f"{i}", Unit(width // 3, width))
        if 2 * width % 3:
            raise ValueError("(2 * width) / 3 must be whole")
        self.conv2 = nn.Conv2d(
            3 * (width // 3), 2 * width // 3, kernel_size=3, stride=2, padding=1
        )
        self.features = nn.ModuleDict()
        self.features["0"] = nn.ConvTranspose2d(
            2 * width // 3, width // 3, kernel_size=2, stride=2
        )
        self.features["1"] = nn.BatchNorm2d(width // 3)
        if deep:
            self.features["3"] = nn.Conv2d(width // 3, 2, kernel_size=1)
        self.features.add_module(
            f"{5 if deep else 3}",
            nn.Conv2d(3 * (2 if deep else width // 3), width // 3, kernel_size=1),
        )
        self.features.add_module(
            f"{(5 if deep else 3) + 2}", GroupedResponseNorm(2, 5, k=2.0)
        )
        self.features.add_module(f"{(5 if deep else 3) + 3}", nn.AdaptiveAvgPool2d(1))
        if width % 3:
            raise ValueError("width / 3 must be whole")
        self.features["weigh"] = nn.Sequential(
            nn.Conv2d(width // 3, width // 3, kernel_size=1), nn.Sigmoid()
        )
        self.pool = nn.AvgPool2d(kernel_size=8)
        if devices % 3:
            raise ValueError("devices / 3 must be whole")
        self.fc1 = nn.Linear(4 * (width // 3), devices // 3)
        self.dropout_2 = nn.Dropout()
        self.fc2 = nn.Linear(3 * (devices // 3), devices // 3, bias=False)
        self.fc = nn.Linear(3 * (devices // 3), devices // 3)
        self.fc3 = nn.Linear(devices // 3, 1)

    def from_input(self, x: Tensor) -> Tensor:
        x = self.dropout(x)  # (N, 2, 16, 16)
        conv1 = F.relu(self.conv1(x))
        x = self.norm1(conv1)  # (N, 2, 16, 16)
        x = F.relu(self.from_conv2(x))  # (N, 2, 16, 16)
        for i in range(self.n):
            x = self.unit[f"{i}"](x, conv1)
        return x

    def from_conv2_(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv2(x))  # (N, 4, 8, 8)
        x = F.relu(self.features["1"](self.features["0"](x)))
        if self.deep:
            x = F.relu(self.features["3"](x))
        return x

    def from_features_conv(self, x: Tensor) -> Tensor:
        x = F.relu(self.features[f"{5 if self.deep else 3}"](x))
        x = self.features[f"{(5 if self.deep else 3) + 2}"](x)
        y = self.features[f"{(5 if self.deep else 3) + 3}"](x)
        x = x * self.features["weigh"](y)  # (N, 2, 16, 16)
        x = self.pool(x)  # (N, 2, 2, 2)
        x = self.dropout_2(F.relu(self.fc1(torch.flatten(x, 1))))  # (N, 4)
        return x

    def from_fc2(self, x: Tensor) -> Tensor:
        x = F.relu(self.fc2(x))  # (N, 4)
        return x

    def from_fc(self, x: Tensor) -> Tensor:
        x = F.relu(self.fc(x))  # (N, 4)
        logits: Tensor = self.fc3(x)  # (N, 1)
        return logits


class Three(nn.Module):
    """Three, as its spec says.

    (N, 2, 16, 16) -> (N, 3)
    """

    def __init__(
        self,
        width: int = 6,
        n: int = 2,
        deep: bool = True,
        devices: int = 12,
        devices_: tuple[str, str, str] = ("cuda:0", "cuda:1", "cuda:2"),
    ) -> None:
        super().__init__()
        self.devices = devices_
        with torch.device(devices_[0]):
            self.tower0 = Tower(width, n, deep, devices)
        with torch.device(devices_[1]):
            self.tower1 = Tower(width, n, deep, devices)
        with torch.device(devices_[2]):
            self.tower2 = Tower(width, n, deep, devices)

    def forward(self, x: Tensor) -> Tensor:
        maps = [x.to(device) for device in self.devices]
        maps = [tower.from_input(x) for tower, x in zip(self.towers, maps)]
        maps = self.everywhere(maps)
        maps = [tower.from_conv2_(x) for tower, x in zip(self.towers, maps)]
        maps = self.everywhere(maps)
        maps = [tower.from_features_conv(x) for tower, x in zip(self.towers, maps)]
        maps = self.everywhere(maps)
        maps = [tower.from_fc2(x) for tower, x in zip(self.towers, maps)]
        maps = self.everywhere(maps)
        maps = [tower.from_fc(x) for tower, x in zip(self.towers, maps)]
        return torch.cat([x.to(self.devices[0]) for x in maps], dim=1)

    @property
    def towers(self) -> tuple[Tower, ...]:
        return self.tower0, self.tower1, self.tower2

    def everywhere(self, maps: list[Tensor]) -> list[Tensor]:
        """All maps on every device, for a layer that sees those of all."""
        return [torch.cat([x.to(d) for x in maps], dim=1) for d in self.devices]

    def load_whole(self, state: dict[str, Tensor]) -> None:
        """Load the state dict of the network on one device, each tower its share.

        That is its part of every tensor's first axis: its filters, its neurons.
        """
        for number, tower in enumerate(self.towers):
            own = {
                key: value.chunk(3)[number] if value.dim() else value
                for key, value in state.items()
            }
            tower.load_state_dict(own)

    def whole_state(self) -> dict[str, Tensor]:
        """The state dict that the network has on one device, the first one."""
        first, *others = [tower.state_dict() for tower in self.towers]
        return {
            key: torch.cat([value, *(own[key].to(value.device) for own in others)])
            if value.dim()
            else value
            for key, value in first.items()
        }
