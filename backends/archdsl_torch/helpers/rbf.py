"""LeNet-5's output, as emitted files define it."""

import torch
from torch import Tensor, nn


class RBF(nn.Module):
    """Squared distances to fixed centres, which are -1 and +1 at random until they are loaded."""

    centres: Tensor

    def __init__(self, inputs: int, centres: int) -> None:
        super().__init__()
        self.register_buffer("centres", 2.0 * torch.randint(2, (centres, inputs)) - 1.0)

    def forward(self, x: Tensor) -> Tensor:
        return (x.unsqueeze(1) - self.centres).square().sum(dim=2)
