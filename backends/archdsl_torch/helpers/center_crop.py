"""The middle of the maps, as emitted files define it."""

from torch import Tensor, nn


class CenterCrop(nn.Module):
    """The middle of the maps; where it cannot be the middle, one nearer the top left."""

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        self.height, self.width = height, width

    def forward(self, x: Tensor) -> Tensor:
        top = (x.shape[2] - self.height) // 2
        left = (x.shape[3] - self.width) // 2
        return x[:, :, top : top + self.height, left : left + self.width]
