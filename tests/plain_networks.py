"""Networks in plain torch, written from their papers: twins for specs that have no other."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class LeNet5(nn.Module):
    """LeNet-5 of 1998. Its C3 is a convolution whose weights are zero outside of table I."""

    # Rows are maps of S2, columns maps of C3.
    TABLE = """
        X...XXX..XXXX.XX
        XX...XXX..XXXX.X
        XXX...XXX..X.XXX
        .XXX..XXXX..X.XX
        ..XXX..XXXX.XX.X
        ...XXX..XXXX.XXX
    """

    def __init__(self) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5)
        self.s2 = nn.ParameterList([torch.empty(6), torch.empty(6)])
        self.c3 = nn.Conv2d(6, 16, 5)
        self.s4 = nn.ParameterList([torch.empty(16), torch.empty(16)])
        self.c5 = nn.Conv2d(16, 120, 5)
        self.f6 = nn.Linear(120, 84)
        self.patterns = nn.Parameter(torch.empty(10, 84))

    @classmethod
    def seen(cls) -> Tensor:
        """Whether each map of C3 sees each map of S2, (16, 6)."""
        rows = [[mark == "X" for mark in row] for row in cls.TABLE.split()]
        return torch.tensor(rows).T

    def forward(self, x: Tensor) -> Tensor:
        def squash(x: Tensor) -> Tensor:
            return 1.7159 * torch.tanh(2 * x / 3)

        def subsample(x: Tensor, numbers: nn.ParameterList) -> Tensor:
            coefficient, bias = (each.reshape(1, -1, 1, 1) for each in numbers)
            four = x[..., ::2, ::2] + x[..., 1::2, ::2] + x[..., ::2, 1::2] + x[..., 1::2, 1::2]
            return four * coefficient + bias

        x = squash(self.c1(x))
        x = squash(subsample(x, self.s2))
        weight = self.c3.weight * self.seen()[:, :, None, None]
        x = squash(F.conv2d(x, weight, self.c3.bias))
        x = squash(subsample(x, self.s4))
        x = squash(self.c5(x)).flatten(1)
        x = squash(self.f6(x))
        return torch.stack([((x - pattern) ** 2).sum(dim=1) for pattern in self.patterns], dim=1)


class UNet(nn.Module):
    """U-Net: figure 1 of its paper, from left to right."""

    def __init__(self) -> None:
        super().__init__()
        widths = [64, 128, 256, 512, 1024]
        self.down = nn.ModuleList(
            self._two(before, width) for before, width in zip([1, *widths], widths, strict=False)
        )
        self.up = nn.ModuleList(
            nn.ModuleList([nn.ConvTranspose2d(2 * width, width, 2, 2), self._two(2 * width, width)])
            for width in reversed(widths[:-1])
        )
        self.last = nn.Conv2d(64, 2, 1)

    @staticmethod
    def _two(before: int, width: int) -> nn.Sequential:
        convolutions = nn.Conv2d(before, width, 3), nn.Conv2d(width, width, 3)
        return nn.Sequential(convolutions[0], nn.ReLU(), convolutions[1], nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        seen = []
        for level, convolutions in enumerate(self.down):
            x = convolutions(F.max_pool2d(x, 2) if level else x)
            seen.append(x)
        for (grow, convolutions), wide in zip(self.up, reversed(seen[:-1]), strict=True):
            x = grow(x)
            margin = (wide.shape[-1] - x.shape[-1]) // 2
            cropped = wide[..., margin:-margin, margin:-margin]
            x = convolutions(torch.cat([cropped, x], dim=1))
        return self.last(x)


class VisionTransformer(nn.Module):
    """A vision transformer on (N, tokens, channels), with torchvision's keys."""

    class Layer(nn.Module):
        """One layer of the encoder."""

        def __init__(self, width: int, heads: int) -> None:
            super().__init__()
            self.ln_1 = nn.LayerNorm(width, eps=1e-6)
            self.self_attention = nn.MultiheadAttention(width, heads, batch_first=True)
            self.ln_2 = nn.LayerNorm(width, eps=1e-6)
            self.mlp = nn.Sequential(
                nn.Linear(width, 4 * width),
                nn.GELU(),
                nn.Dropout(0.0),
                nn.Linear(4 * width, width),
            )

        def forward(self, x: Tensor) -> Tensor:
            y = self.ln_1(x)
            x = x + self.self_attention(y, y, y)[0]
            return x + self.mlp(self.ln_2(x))

    def __init__(self, width: int, heads: int, depth: int) -> None:
        super().__init__()
        self.class_token = nn.Parameter(torch.empty(1, 1, width))
        self.conv_proj = nn.Conv2d(3, width, 16, 16)
        layers = {f"encoder_layer_{i}": self.Layer(width, heads) for i in range(depth)}
        self.encoder = nn.Module()
        self.encoder.pos_embedding = nn.Parameter(torch.empty(1, 197, width))
        self.encoder.layers = nn.ModuleDict(layers)
        self.encoder.ln = nn.LayerNorm(width, eps=1e-6)
        self.heads = nn.ModuleDict({"head": nn.Linear(width, 1000)})

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_proj(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_token.repeat(len(x), 1, 1), x], dim=1)
        x = x + self.encoder.pos_embedding
        for layer in self.encoder.layers.values():
            x = layer(x)
        return self.heads["head"](self.encoder.ln(x)[:, 0])
