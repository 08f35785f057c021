"""A choice of channels, as emitted files define it."""

from torch import Tensor, nn


class Channels(nn.Module):
    """Some of the channels, in an order of their own."""

    def __init__(self, *channels: int) -> None:
        super().__init__()
        self.channels = list(channels)

    def forward(self, x: Tensor) -> Tensor:
        return x[:, self.channels]
