"""A path that training drops on all devices at once, as emitted towers define it."""

import torch
from torch import Tensor, nn


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
