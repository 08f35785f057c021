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


class ENet(nn.Sequential):
    """E-lab's ENet for ImageNet, layer by layer as its models/enet.lua lists them."""

    WIDTHS = (64, 128, 128, 256, 256, 256, 512, 512, 512, 1024, 1024, 1024)
    STRIDED = (0, 3, 6, 9)

    class Initial(nn.Module):
        """13 convolved maps beside the three of the image, pooled."""

        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 13, 3, 2, 1)
            self.norm = nn.BatchNorm2d(16, 1e-3)
            self.activation = nn.PReLU(16)

        def forward(self, x: Tensor) -> Tensor:
            maps = torch.cat([self.conv(x), F.max_pool2d(x, 2)], dim=1)
            return self.activation(self.norm(maps))

    class Bottleneck(nn.Module):
        """Three convolutions beside the input, pooled and with maps of zeros behind it."""

        def __init__(self, before: int, width: int, inner: int, stride: int) -> None:
            super().__init__()
            self.main = nn.Sequential(
                nn.Conv2d(before, inner, stride, stride, bias=False),
                nn.BatchNorm2d(inner, 1e-3),
                nn.PReLU(inner),
                nn.Conv2d(inner, inner, 3, 1, 1),
                nn.BatchNorm2d(inner, 1e-3),
                nn.PReLU(inner),
                nn.Conv2d(inner, width, 1, bias=False),
                nn.BatchNorm2d(width, 1e-3),
            )
            self.activation = nn.PReLU(width)
            self.stride, self.missing = stride, width - before

        def forward(self, x: Tensor) -> Tensor:
            other = F.max_pool2d(x, self.stride) if self.stride > 1 else x
            zeros = other.new_zeros(len(x), self.missing, *other.shape[2:])
            return self.activation(self.main(x) + torch.cat([other, zeros], dim=1))

    def __init__(self) -> None:
        super().__init__(self.Initial())
        before = 16
        for number, width in enumerate(self.WIDTHS):
            stride = 2 if number in self.STRIDED else 1
            inner = width if number == 0 else width // 4
            self.append(self.Bottleneck(before, width, inner, stride))
            before = width
        self.extend([nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1024, 1000)])


def alexnet() -> nn.Module:
    """The lecture's AlexNet: one tower, pooling before normalization."""
    return nn.Sequential(
        *(nn.Conv2d(3, 96, 11, 4), nn.ReLU(), nn.MaxPool2d(3, 2), nn.LocalResponseNorm(5, k=2.0)),
        *(nn.Conv2d(96, 256, 5, 1, 2), nn.ReLU(), nn.MaxPool2d(3, 2)),
        *(nn.LocalResponseNorm(5, k=2.0), nn.Conv2d(256, 384, 3, 1, 1), nn.ReLU()),
        *(nn.Conv2d(384, 384, 3, 1, 1), nn.ReLU(), nn.Conv2d(384, 256, 3, 1, 1), nn.ReLU()),
        *(nn.MaxPool2d(3, 2), nn.Flatten(), nn.Linear(9216, 4096), nn.ReLU()),
        *(nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000)),
    )


def bn_alexnet() -> nn.Module:
    """The AlexNet of one weird trick, with batch norm before every ReLU."""
    layers: list[nn.Module] = []
    before = 3
    for width, kernel, stride, pad, pooled in (
        (64, 11, 4, 2, True),
        (192, 5, 1, 2, True),
        (384, 3, 1, 1, False),
        (256, 3, 1, 1, False),
        (256, 3, 1, 1, True),
    ):
        layers += [nn.Conv2d(before, width, kernel, stride, pad), nn.BatchNorm2d(width), nn.ReLU()]
        layers += [nn.MaxPool2d(3, 2)] if pooled else []
        before = width
    layers.append(nn.Flatten())
    for inputs in (9216, 4096):
        layers += [nn.Linear(inputs, 4096), nn.BatchNorm1d(4096), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(4096, 1000))


def lectures_lenet() -> nn.Module:
    """LeNet-5 as lectures draw it."""
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh()),
        *(nn.AvgPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84)),
        *(nn.Tanh(), nn.Linear(84, 10)),
    )


def nin() -> nn.Module:
    """Network in Network for ImageNet, as its author's Caffe model has it."""
    layers: list[nn.Module] = []
    before = 3
    for first, last, kernel, stride, pad in (
        (96, 96, 11, 4, 0),
        (256, 256, 5, 1, 2),
        (384, 384, 3, 1, 1),
        (1024, 1000, 3, 1, 1),
    ):
        layers += [nn.Conv2d(before, first, kernel, stride, pad), nn.ReLU()]
        layers += [nn.Conv2d(first, first, 1), nn.ReLU(), nn.Conv2d(first, last, 1), nn.ReLU()]
        layers.append(nn.MaxPool2d(3, 2, ceil_mode=True))
        before = last
    return nn.Sequential(*layers[:-1], nn.AdaptiveAvgPool2d(1), nn.Flatten())


def bn_nin() -> nn.Module:
    """Zagoruyko's Network in Network with batch norm."""
    layers: list[nn.Module] = []
    before = 3
    for width, kernel, stride, pad in (
        (96, 11, 4, 5),
        (256, 5, 1, 2),
        (384, 3, 1, 1),
        (1024, 3, 1, 1),
    ):
        for inputs, size, step, around in (
            (before, kernel, stride, pad),
            (width, 1, 1, 0),
            (width, 1, 1, 0),
        ):
            layers += [nn.Conv2d(inputs, width, size, step, around), nn.BatchNorm2d(width)]
            layers.append(nn.ReLU())
        layers.append(nn.MaxPool2d(3, 2, 1))
        before = width
    return nn.Sequential(*layers[:-1], nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1024, 1000))


class InceptionModule(nn.Module):
    """The lecture's module on 256 maps, naive or with 64 filters of 1x1 before the costly ones."""

    def __init__(self, is_naive: bool) -> None:
        super().__init__()

        def filters(count: int, kernel: int) -> nn.Module:
            inputs = 256 if is_naive else 64
            last = nn.Conv2d(inputs, count, kernel, 1, kernel // 2, bias=False)
            if is_naive:
                return nn.Sequential(last, nn.ReLU())
            return nn.Sequential(nn.Conv2d(256, 64, 1, bias=False), nn.ReLU(), last, nn.ReLU())

        self.paths = nn.ModuleList(
            [
                nn.Sequential(nn.Conv2d(256, 128, 1, bias=False), nn.ReLU()),
                filters(192, 3),
                filters(96, 5),
                nn.MaxPool2d(3, 1, 1),
            ]
        )
        if not is_naive:
            self.projection = nn.Sequential(nn.Conv2d(256, 64, 1, bias=False), nn.ReLU())
        else:
            self.projection = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        *convolved, pooled = [path(x) for path in self.paths]
        return torch.cat([*convolved, self.projection(pooled)], dim=1)
