"""Some of the channels, as emitted files define it."""

from torch import Tensor, nn


class SelectChannels(nn.Module):
    """The channels of these numbers, in this order."""

    def __init__(self, *kept: int) -> None:
        super().__init__()
        self.kept = list(kept)

    def forward(self, x: Tensor) -> Tensor:
        return x[:, self.kept]
