"""A path that training drops image by image, as emitted files define it."""

from torch import Tensor, nn


class SampleDepth(nn.Module):
    """Stochastic depth with one draw for each image of a batch."""

    def __init__(self, survival: float, scaled_in_training: bool = False) -> None:
        super().__init__()
        self.survival = survival
        self.scaled_in_training = scaled_in_training

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            each = (x.shape[0], *[1] * (x.dim() - 1))
            x = x * x.new_empty(each).bernoulli_(self.survival)
        if self.scaled_in_training:
            return x / self.survival if self.training else x
        return x if self.training else self.survival * x
