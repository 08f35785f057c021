# Written by archdsl from alexnet_two_gpus.arch with classes=1000 for cuda:0, cuda:1.
# Spec a2e3e3031becf013, code bba0895bb079f487: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["AlexNetTwoGpus"]


class Tower(nn.Module):
    """One device's share of AlexNetTwoGpus.

    Between two methods the towers exchange their maps.
    """

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 48, kernel_size=11, stride=4)
        self.norm1 = nn.LocalResponseNorm(5, k=2.0)
        self.pool1 = nn.MaxPool2d(kernel_size=3, stride=2)
        self.conv2 = nn.Conv2d(48, 128, kernel_size=5, padding=2)
        self.norm2 = nn.LocalResponseNorm(5, k=2.0)
        self.pool2 = nn.MaxPool2d(kernel_size=3, stride=2)
        self.conv3 = nn.Conv2d(256, 192, kernel_size=3, padding=1)
        self.conv4 = nn.Conv2d(192, 192, kernel_size=3, padding=1)
        self.conv5 = nn.Conv2d(192, 128, kernel_size=3, padding=1)
        self.pool5 = nn.MaxPool2d(kernel_size=3, stride=2)
        self.fc6 = nn.Linear(9216, 2048)
        self.dropout = nn.Dropout()
        self.fc7 = nn.Linear(4096, 2048)
        self.dropout_2 = nn.Dropout()
        if classes % 2:
            raise ValueError("classes / 2 must be whole")
        self.fc8 = nn.Linear(4096, classes // 2)

    def from_input(self, x: Tensor) -> Tensor:
        x = self.norm1(F.relu(self.conv1(x)))  # (N, 48, 55, 55)
        x = self.pool1(x)  # (N, 48, 27, 27)
        x = self.norm2(F.relu(self.conv2(x)))  # (N, 128, 27, 27)
        x = self.pool2(x)  # (N, 128, 13, 13)
        return x

    def from_conv3(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv3(x))  # (N, 192, 13, 13)
        x = F.relu(self.conv4(x))  # (N, 192, 13, 13)
        x = F.relu(self.conv5(x))  # (N, 128, 13, 13)
        x = self.pool5(x)  # (N, 128, 6, 6)
        return x

    def from_fc6(self, x: Tensor) -> Tensor:
        x = self.dropout(F.relu(self.fc6(torch.flatten(x, 1))))  # (N, 2048)
        return x

    def from_fc7(self, x: Tensor) -> Tensor:
        x = self.dropout_2(F.relu(self.fc7(x)))  # (N, 2048)
        return x

    def from_fc8(self, x: Tensor) -> Tensor:
        logits: Tensor = self.fc8(x)  # (N, 500)
        return logits


class AlexNetTwoGpus(nn.Module):
    """Krizhevsky, Sutskever, Hinton, "ImageNet Classification with Deep Convolutional
    Neural Networks", NIPS 2012.

    (N, 3, 227, 227) -> (N, classes)
    """

    def __init__(
        self, classes: int = 1000, devices: tuple[str, str] = ("cuda:0", "cuda:1")
    ) -> None:
        super().__init__()
        self.devices = devices
        with torch.device(devices[0]):
            self.tower0 = Tower(classes)
        with torch.device(devices[1]):
            self.tower1 = Tower(classes)

    def forward(self, x: Tensor) -> Tensor:
        maps = [x.to(device) for device in self.devices]
        maps = [tower.from_input(x) for tower, x in zip(self.towers, maps)]
        maps = self.everywhere(maps)
        maps = [tower.from_conv3(x) for tower, x in zip(self.towers, maps)]
        maps = self.everywhere(maps)
        maps = [tower.from_fc6(x) for tower, x in zip(self.towers, maps)]
        maps = self.everywhere(maps)
        maps = [tower.from_fc7(x) for tower, x in zip(self.towers, maps)]
        maps = self.everywhere(maps)
        maps = [tower.from_fc8(x) for tower, x in zip(self.towers, maps)]
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
