"""LeNet-5's subsampling, as emitted files define it."""

import torch
from torch import Tensor, nn


class Subsample(nn.Module):
    """The sum of each window times a learned number a channel, plus one; at first its mean."""

    def __init__(
        self,
        channels: int,
        kernel_size: tuple[int, int],
        stride: int | tuple[int, int] | None = None,
        padding: int | tuple[int, int] = 0,
    ) -> None:
        super().__init__()
        self.area = kernel_size[0] * kernel_size[1]
        self.mean = nn.AvgPool2d(kernel_size, stride, padding)
        self.weight = nn.Parameter(torch.full((channels,), 1 / self.area))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        total: Tensor = self.area * self.mean(x)
        return total * self.weight[:, None, None] + self.bias[:, None, None]
