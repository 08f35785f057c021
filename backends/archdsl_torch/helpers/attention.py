"""Self-attention among the positions of maps, as emitted files define it."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class SelfAttention(nn.Module):
    """Multi-head self-attention among all positions, with the keys of nn.MultiheadAttention."""

    def __init__(
        self,
        channels: int,
        heads: int,
        dropout: float = 0.0,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.in_proj_weight = nn.Parameter(torch.empty(3 * channels, channels))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * channels)) if bias else None
        self.out_proj = nn.Linear(channels, channels, bias=bias)
        nn.init.xavier_uniform_(self.in_proj_weight)

    def forward(self, x: Tensor) -> Tensor:
        tokens = x.flatten(2).mT
        projected = F.linear(tokens, self.in_proj_weight, self.in_proj_bias)
        # (N, positions, 3 channels) -> queries, keys and values: (N, heads, positions, depth)
        parts = projected.reshape(*tokens.shape[:2], 3, self.heads, -1)
        queries, keys, values = parts.permute(2, 0, 3, 1, 4)
        rate = self.dropout if self.training else 0.0
        mixed = F.scaled_dot_product_attention(queries, keys, values, dropout_p=rate)
        joined: Tensor = self.out_proj(mixed.transpose(1, 2).flatten(2))
        return joined.mT.reshape(x.shape)
