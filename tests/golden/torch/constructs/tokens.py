# Written by archdsl from tokens.arch with n=2, heads=3, patch=4x2, scaled=yes, drop=0.1.
# Spec 17b676e0b83a2a5c, code 8746ee9a041466b7: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Tokens"]


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


def with_class_token(x: Tensor, token: Tensor) -> Tensor:
    """One more token in front of a sequence, which is maps of width 1."""
    front = token.mT.unsqueeze(3).expand(len(x), -1, -1, -1)
    return torch.cat([front, x], dim=2)


class LayerNorm2d(nn.LayerNorm):
    """Layer normalization over the channels of each position."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class PixelLinear(nn.Linear):
    """A fully connected layer at every pixel: it sees the channels of one position."""

    def __init__(
        self,
        in_features: int,
        out_features: int,
        groups: int = 1,
        bias: bool = True,
    ) -> None:
        super().__init__(in_features // groups, out_features, bias)
        self.groups = groups

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight[:, :, None, None]
        return F.conv2d(x, weight, self.bias, groups=self.groups)


def with_position(x: Tensor, position: Tensor) -> Tensor:
    """The maps plus a vector at each position, row by row."""
    return x + position.mT.reshape(1, *x.shape[1:])


class EncoderLayer(nn.Module):
    """The spec's block EncoderLayer.

    (N, 6, H, 1) -> (N, 6, H, 1)
    """

    def __init__(self, heads: int, hidden: int, scaled: bool) -> None:
        super().__init__()
        self.scaled = scaled
        self.ln_1 = LayerNorm2d(6, eps=1e-06)
        self.self_attention = SelfAttention(6, heads)
        if scaled:
            self.layer_scale = nn.Parameter(0.5 * torch.ones(6, 1, 1))
        self.ln_2 = LayerNorm2d(6)
        self.mlp = nn.Sequential(
            PixelLinear(6, hidden), nn.GELU(), PixelLinear(hidden, 6, bias=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        y = self.ln_1(x)
        y = self.self_attention(y)
        if self.scaled:
            y = y * self.layer_scale
        x = y + x
        y = self.ln_2(x)
        x = self.mlp(y) + x
        return x


class Encoder(nn.Module):
    """The spec's block Encoder.

    (N, 6, H, 1) -> (N, 6, H, 1)
    """

    def __init__(self, in_height: int, n: int, heads: int, scaled: bool) -> None:
        super().__init__()
        self.pos_embedding = nn.Parameter(
            nn.init.normal_(torch.empty(1, in_height, 6), std=0.02)
        )
        self.layers = nn.Sequential()
        for i in range(n):
            self.layers.add_module(f"encoder_layer_{i}", EncoderLayer(heads, 8, scaled))
        self.ln = LayerNorm2d(6)

    def forward(self, x: Tensor) -> Tensor:
        x = with_position(x, self.pos_embedding)
        x = self.layers(x)
        x = self.ln(x)
        return x


class Tokens(nn.Module):
    """Patches as tokens, attention among them, and what else transformers need; keys
    as torchvision's.

    (N, 3, 12, 8) -> (N, 5)
    """

    def __init__(
        self,
        n: int = 2,
        heads: int = 3,
        patch: tuple[int, int] = (4, 2),
        scaled: bool = True,
        drop: float = 0.1,
    ) -> None:
        super().__init__()
        self.conv_proj = nn.Conv2d(3, 6, kernel_size=patch, stride=patch)
        self.grid = nn.ModuleDict()
        self.grid.register_parameter(
            "0",
            nn.Parameter(
                nn.init.normal_(
                    torch.empty(
                        1,
                        (12 - patch[0]) // patch[0] * ((8 - patch[1]) // patch[1])
                        + (12 - patch[0]) // patch[0]
                        + (8 - patch[1]) // patch[1]
                        + 1,
                        6,
                    ),
                    std=0.02,
                ),
            ),
        )
        self.grid["1"] = SelfAttention(6, 1, dropout=drop, bias=False)
        height = (
            (12 - patch[0]) // patch[0] * ((8 - patch[1]) // patch[1])
            + (12 - patch[0]) // patch[0]
            + (8 - patch[1]) // patch[1]
            + 1
        )
        self.class_token = nn.Parameter(torch.zeros(1, 1, 6))
        self.encoder = Encoder(height + 1, n, heads, scaled)
        self.heads_ = nn.ModuleDict()
        self.heads_["head"] = nn.Linear(6, 5)
        self.heads_["1"] = nn.LayerNorm(5)
        self.heads_.register_parameter("2", nn.Parameter(2.0 * torch.ones(5)))
        self.scale2 = nn.Parameter(torch.ones(5))

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_proj(x)  # (N, 6, 3, 4)
        # (N, 6, 3, 4)
        x = self.grid["1"](with_position(x, self.grid.get_parameter("0")))
        x = x.flatten(2).unsqueeze(3)  # (N, 6, 12, 1)
        x = with_class_token(x, self.class_token)  # (N, 6, 13, 1)
        x = self.encoder(x)  # (N, 6, 13, 1)
        x = x[:, :, 0, 0]  # (N, 6)
        x = self.heads_["head"](x)
        x = self.heads_["1"](x)
        x = x * self.heads_.get_parameter("2")  # (N, 5)
        output: Tensor = x * self.scale2  # (N, 5)
        return output
