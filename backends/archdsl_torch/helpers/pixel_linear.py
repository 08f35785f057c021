"""A fully connected layer for each position, as emitted files define it."""

import torch.nn.functional as F
from torch import Tensor, nn


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
