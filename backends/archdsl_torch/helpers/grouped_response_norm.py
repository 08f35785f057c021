"""Local response normalization that stays in its group, as emitted files define it."""

from torch import Tensor, nn


class GroupedResponseNorm(nn.LocalResponseNorm):
    """Local response normalization of each group of channels by itself."""

    def __init__(
        self,
        groups: int,
        size: int,
        alpha: float = 1e-4,
        beta: float = 0.75,
        k: float = 1.0,
    ) -> None:
        super().__init__(size, alpha, beta, k)
        self.groups = groups

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, height, width = x.shape
        each = channels // self.groups
        groups = x.reshape(batch * self.groups, each, height, width)
        return super().forward(groups).reshape(x.shape)
