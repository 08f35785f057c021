# Written by archdsl from deep.arch with survival=0.5 for cuda:0, cuda:1.
# Spec a3d182069aae63a8, code 8b5e5b0e65bb18e9: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Deep"]


class StochasticDepth(nn.Module):
    """A path that survives a batch of training or is zero, on every device alike.

    `drawn` is a number from 0 to 1 that the network draws for all towers. Where
    `survives()` is asked first, a dropped path need not be computed; `scaled` is then
    what the path counts for.
    """

    def __init__(self, survival: float, scaled_in_training: bool = False) -> None:
        super().__init__()
        self.survival = survival
        self.scaled_in_training = scaled_in_training
        self.drawn = 0.0

    def survives(self) -> bool:
        return not self.training or self.drawn < self.survival

    def scaled(self, x: Tensor) -> Tensor:
        if self.scaled_in_training:
            return x / self.survival if self.training else x
        return x if self.training else self.survival * x

    def forward(self, x: Tensor) -> Tensor:
        return self.scaled(x) if self.survives() else torch.zeros_like(x)


class Unit(nn.Module):
    """The spec's block Unit.

    (N, 4, 8, 8) -> (N, 4, 8, 8)
    """

    def __init__(self, survival: float) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(4, 4, kernel_size=3, padding=1)
        self.depth = StochasticDepth(survival)

    def forward(self, x: Tensor) -> Tensor:
        y = x
        if self.depth.survives():
            y = y + self.depth.scaled(F.relu(self.conv1(x)))
        x = y
        return x


class Tower(nn.Module):
    """One device's share of Deep.

    Between two methods the towers exchange their maps.
    """

    def __init__(self, survival: float = 0.5) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, kernel_size=3, padding=1)
        self.depth = StochasticDepth(0.75, scaled_in_training=True)
        self.conv2 = nn.Conv2d(8, 4, kernel_size=1)
        self.units = nn.Sequential(*(Unit(survival) for _ in range(3)))
        self.fc = nn.Linear(512, 5)

    def from_input(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv1(x))  # (N, 4, 8, 8)
        x = self.depth(x)  # (N, 4, 8, 8)
        return x

    def from_conv2(self, x: Tensor) -> Tensor:
        x = self.conv2(x)  # (N, 4, 8, 8)
        x = self.units(x)  # (N, 4, 8, 8)
        return x

    def from_fc(self, x: Tensor) -> Tensor:
        logits: Tensor = self.fc(torch.flatten(x, 1))  # (N, 5)
        return logits


class Deep(nn.Module):
    """Deep, as its spec says.

    (N, 3, 8, 8) -> (N, 10)
    """

    def __init__(
        self, survival: float = 0.5, devices: tuple[str, str] = ("cuda:0", "cuda:1")
    ) -> None:
        super().__init__()
        self.devices = devices
        with torch.device(devices[0]):
            self.tower0 = Tower(survival)
        with torch.device(devices[1]):
            self.tower1 = Tower(survival)

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.draw_depths()
        maps = [x.to(device) for device in self.devices]
        maps = [tower.from_input(x) for tower, x in zip(self.towers, maps)]
        maps = self.everywhere(maps)
        maps = [tower.from_conv2(x) for tower, x in zip(self.towers, maps)]
        maps = self.everywhere(maps)
        maps = [tower.from_fc(x) for tower, x in zip(self.towers, maps)]
        return torch.cat([x.to(self.devices[0]) for x in maps], dim=1)

    @property
    def towers(self) -> tuple[Tower, ...]:
        return self.tower0, self.tower1

    def everywhere(self, maps: list[Tensor]) -> list[Tensor]:
        """All maps on every device, for a layer that sees those of all."""
        return [torch.cat([x.to(d) for x in maps], dim=1) for d in self.devices]

    def load_whole(self, state: dict[str, Tensor]) -> None:
        """Load the state dict of the network on one device, each tower its share.

        That is its part of every tensor's first axis: its filters, its neurons.
        """
        for number, tower in enumerate(self.towers):
            own = {
                key: value.chunk(2)[number] if value.dim() else value
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

    def draw_depths(self) -> None:
        """Draw for all towers together: a path survives on every device, or on none."""
        depths = (
            [each for each in tower.modules() if isinstance(each, StochasticDepth)]
            for tower in self.towers
        )
        for same in zip(*depths):
            drawn = torch.rand(()).item()
            for depth in same:
                depth.drawn = drawn
