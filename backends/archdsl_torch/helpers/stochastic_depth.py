"""A path that training drops as a whole, as emitted files define it."""

import torch
from torch import Tensor, nn


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
