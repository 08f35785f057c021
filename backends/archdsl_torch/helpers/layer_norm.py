"""Layer normalization of maps, as emitted files define it."""

from torch import Tensor, nn


class LayerNorm2d(nn.LayerNorm):
    """Layer normalization over the channels of each position."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)
