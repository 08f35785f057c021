"""How a random spec writes each op, so that it fits wherever maps of one size go through."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from archdsl.ops import OPS, Op
from archdsl.ops.activation import Activation


class Place(NamedTuple):
    """Where a layer goes: `numbers` are expressions of at least 1, `size` that of the maps."""

    random: Random
    numbers: Callable[[], str]
    size: str

    def number(self) -> str:
        return self.numbers()

    def choice(self, *texts: str) -> str:
        return self.random.choice(texts)

    def convolution(self) -> str:
        """`CONV` with its options; the size stays."""
        filters = self.choice(
            "1x1 filters",
            "3x3 filters, pad 1",
            "1x3 filters, pad 0x1",
            "5x5 filters, pad 2",
            "3x3 filters, pad 2, dilation 2",
            "2x2 filters, pad 0 before and 1 after",
        )
        end = self.choice("", "", ", no bias", ", linear")
        return f"CONV {{{self.number()}}} {filters}{end}"


def _grouped(place: Place) -> str:
    number = place.number()
    groups = place.choice("in 2 groups", "in {2*1} groups")
    return (
        f"CONV {{2*({number})}} 1x1 filters -> CONV {{4*({number})}} 3x3 filters, pad 1, {groups}"
    )


def _transposed(place: Place) -> str:
    number = place.number()
    smaller = "MAX POOL: 2x2 filters at stride 2"
    return place.choice(
        f"UPCONV {{{number}}} 3x3 filters, pad 1",
        f"UPCONV {{{number}}} 2x2 filters at stride 2 -> {smaller}",
        f"UPCONV {{{number}}} 3x3 filters at stride 2, pad 1, output pad 1, no bias -> {smaller}",
    )


def _upsampled(place: Place) -> str:
    how = place.choice("", ", nearest", ", bilinear", ", bilinear, aligned corners")
    return f"UPSAMPLE by 2{how} -> AVG POOL: 2x2 filters at stride 2"


def _chosen(place: Place) -> str:
    which = place.choice("0", "0..1", "1, 0", "2, 0..1")
    return f"CONV {{{place.number()} + 2}} 1x1 filters -> CHANNELS {which}"


def _wider(place: Place) -> str:
    number = place.number()
    return f"CONV {{{number}}} 1x1 filters -> SHORTCUT: {{{number} + 2}} channels"


def _attention(place: Place) -> str:
    heads = place.choice("1 head", "2 heads", "2 heads, no bias")
    return f"CONV {{2*({place.number()})}} 1x1 filters -> POSITION -> ATTENTION {heads}"


ON_MAPS: dict[str, Callable[[Place], str]] = {
    "Conv2d": lambda place: place.choice(
        place.convolution(), _grouped(place), "CONV: 3x3 depthwise filters, pad 1"
    ),
    "ConvTranspose2d": _transposed,
    "MaxPool2d": lambda _: "MAX POOL: 3x3 filters at stride 1, pad 1",
    "AvgPool2d": lambda place: (
        "AVG POOL: 3x3 filters, pad 1" + place.choice("", ", ignoring padding")
    ),
    "AdaptiveAvgPool2d": lambda place: f"AVG POOL to {place.size}",
    "Subsample": lambda _: "UPSAMPLE by 2 -> SUBSAMPLE: 2x2 windows at stride 2",
    "LocalResponseNorm": lambda place: (
        "NORM: " + place.choice("3 channels", "5 channels, alpha 0.1")
    ),
    "BatchNorm": lambda place: "BN" + place.choice("", " epsilon 0.001"),
    "LayerNorm": lambda place: "LAYER NORM" + place.choice("", ", epsilon 0.000001"),
    "Linear": lambda place: f"FC {{{place.number()}}} neurons, at every pixel",
    "Identity": lambda _: "IDENTITY",
    "Shortcut": _wider,
    "Upsample": _upsampled,
    "Crop": lambda place: f"CONV {{{place.number()}}} 3x3 filters, pad 2 -> CROP to {place.size}",
    "ChannelSelect": _chosen,
    "ChannelShuffle": lambda place: (
        f"CONV {{3*({place.number()})}} 1x1 filters -> SHUFFLE in 3 groups"
    ),
    "Scale": lambda _: "SCALE by 0.5",
    "LearnedScale": lambda place: "SCALE initially 0.5",
    "Position": lambda _: "POSITION",
    "Attention": _attention,
    "LeakyReLU": lambda place: "LEAKY RELU" + place.choice("", " slope 0.2"),
    "PReLU": lambda place: "PRELU" + place.choice("", ": shared, initially 0.1"),
    "ReLU": lambda place: "RELU" + place.choice("", "", " at most 6"),
    "Dropout": lambda place: "DROPOUT: " + place.choice("20%", "20%, whole maps"),
    "StochasticDepth": lambda place: (
        "STOCHASTIC DEPTH: survive 80%"
        + place.choice("", ", each sample")
        + place.choice("", ", scaled in training")
    ),
}
"""Op -> a chain of layers with it that keeps the maps' size, whatever the channels are."""
ON_MAPS |= {
    op.__name__: (lambda _, word=op.words[0]: word)
    for op in OPS
    if issubclass(op, Activation) and op.__name__ not in ON_MAPS
}

AT_THE_END: dict[str, Callable[[Place], str]] = {
    "GlobalAvgPool2d": lambda _: "GLOBAL AVG POOL",
    "GlobalMaxPool2d": lambda _: "GLOBAL MAX POOL",
    "Flatten": lambda _: "AVG POOL to 2x2 -> FLATTEN",
    "RBF": lambda _: "FC: 4 neurons -> RBF: 3 centres",
    "Tokens": lambda _: "TOKENS -> GLOBAL AVG POOL",
    "ClassToken": lambda _: "TOKENS -> CLASS TOKEN -> POSITION -> GLOBAL MAX POOL",
    "FirstToken": lambda _: "TOKENS -> CLASS TOKEN -> FIRST TOKEN",
}
"""Op -> a chain of layers with it that makes maps smaller, or a vector."""


def undrawn() -> set[type[Op]]:
    """Ops that no random spec can have; merges have statements of their own."""
    return {
        op for op in OPS if op.merge is None and op.__name__ not in {"Input", *ON_MAPS, *AT_THE_END}
    }
