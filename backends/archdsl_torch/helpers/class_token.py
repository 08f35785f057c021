"""A learned token in front of the others, as emitted files define it."""

import torch
from torch import Tensor


def with_class_token(x: Tensor, token: Tensor) -> Tensor:
    """One more token in front of a sequence, which is maps of width 1."""
    front = token.mT.unsqueeze(3).expand(len(x), -1, -1, -1)
    return torch.cat([front, x], dim=2)
