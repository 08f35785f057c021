"""A block-diagonal fully connected layer, as emitted files define it."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class GroupedLinear(nn.Module):
    """A fully connected layer in groups, each of which sees its own part of the input."""

    def __init__(
        self,
        in_features: int,
        out_features: int,
        groups: int,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.groups = groups
        self.weight = nn.Parameter(torch.empty(out_features, in_features // groups))
        self.bias = nn.Parameter(torch.empty(out_features)) if bias else None
        bound = (in_features // groups) ** -0.5  # nn.Linear's.
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def forward(self, x: Tensor) -> Tensor:
        weights = self.weight.chunk(self.groups)
        pairs = zip(x.chunk(self.groups, dim=1), weights, strict=True)
        x = torch.cat([F.linear(part, weight) for part, weight in pairs], dim=1)
        return x if self.bias is None else x + self.bias
