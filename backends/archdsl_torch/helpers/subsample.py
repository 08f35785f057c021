"""LeNet-5's subsampling, as emitted files define it."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Subsample(nn.Module):
    """The sum of each window times a learned number a channel, plus one; at first its mean."""

    def __init__(
        self,
        channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None = None,
        padding: int | tuple[int, int] = 0,
    ) -> None:
        super().__init__()
        height, width = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        self.kernel_size, self.stride, self.padding = (height, width), stride, padding
        self.weight = nn.Parameter(torch.full((channels,), 1 / (height * width)))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        height, width = self.kernel_size
        total = height * width * F.avg_pool2d(x, self.kernel_size, self.stride, self.padding)
        return total * self.weight[:, None, None] + self.bias[:, None, None]
