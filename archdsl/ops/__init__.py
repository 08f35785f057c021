"""Every layer, defined exactly once: fields, validation, shape, weights, cost."""

from archdsl.ops.activation import (
    GELU,
    HardSigmoid,
    HardSwish,
    LeakyReLU,
    PReLU,
    ReLU,
    ScaledTanh,
    Sigmoid,
    SiLU,
    Softmax,
    Tanh,
)
from archdsl.ops.base import (
    NAMELESS,
    Doubt,
    Extra,
    Family,
    Inputs,
    Kept,
    Misfit,
    Op,
    Reach,
    Weight,
    Window,
    key_of,
)
from archdsl.ops.channels import ChannelSelect, ChannelShuffle, LearnedScale, Scale
from archdsl.ops.convolution import Conv2d
from archdsl.ops.dense import RBF, Linear
from archdsl.ops.merge import Add, Concat, Mean, Multiply
from archdsl.ops.normalization import BatchNorm, LayerNorm, LocalResponseNorm
from archdsl.ops.pooling import (
    AdaptiveAvgPool2d,
    AvgPool2d,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    MaxPool2d,
    Subsample,
)
from archdsl.ops.regularization import Dropout, StochasticDepth
from archdsl.ops.reshape import Flatten, Identity, Input
from archdsl.ops.resize import ConvTranspose2d, Crop, Upsample
from archdsl.ops.shape import Shape
from archdsl.ops.shortcut import Shortcut
from archdsl.ops.tokens import Attention, ClassToken, FirstToken, Position, Tokens

OPS: tuple[type[Op], ...] = (
    Input,
    Conv2d,
    ConvTranspose2d,
    MaxPool2d,
    AvgPool2d,
    AdaptiveAvgPool2d,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    Subsample,
    LocalResponseNorm,
    BatchNorm,
    LayerNorm,
    Linear,
    RBF,
    Flatten,
    Identity,
    Shortcut,
    Upsample,
    Crop,
    ChannelSelect,
    ChannelShuffle,
    Scale,
    LearnedScale,
    Tokens,
    ClassToken,
    FirstToken,
    Position,
    Attention,
    ReLU,
    LeakyReLU,
    PReLU,
    Tanh,
    ScaledTanh,
    Sigmoid,
    HardSigmoid,
    SiLU,
    HardSwish,
    GELU,
    Softmax,
    Dropout,
    StochasticDepth,
    Add,
    Concat,
    Multiply,
    Mean,
)
"""All ops. Layer words and merge words are read off these classes and stand nowhere else."""


def ops_by_word() -> dict[str, tuple[type[Op], ...]]:
    """Layer word -> the ops that it can mean; their phrases decide between several."""
    found: dict[str, tuple[type[Op], ...]] = {}
    for op in OPS:
        for word in op.words:
            found[word] = (*found.get(word, ()), op)
    return found


def ops_by_merge() -> dict[str, type[Op]]:
    """Structure word -> the op that merges its paths."""
    return {op.merge: op for op in OPS if op.merge is not None}


__all__ = [
    "GELU",
    "NAMELESS",
    "OPS",
    "RBF",
    "AdaptiveAvgPool2d",
    "Add",
    "Attention",
    "AvgPool2d",
    "BatchNorm",
    "ChannelSelect",
    "ChannelShuffle",
    "ClassToken",
    "Concat",
    "Conv2d",
    "ConvTranspose2d",
    "Crop",
    "Doubt",
    "Dropout",
    "Extra",
    "Family",
    "FirstToken",
    "Flatten",
    "GlobalAvgPool2d",
    "GlobalMaxPool2d",
    "HardSigmoid",
    "HardSwish",
    "Identity",
    "Input",
    "Inputs",
    "Kept",
    "LayerNorm",
    "LeakyReLU",
    "LearnedScale",
    "Linear",
    "LocalResponseNorm",
    "MaxPool2d",
    "Mean",
    "Misfit",
    "Multiply",
    "Op",
    "PReLU",
    "Position",
    "ReLU",
    "Reach",
    "Scale",
    "ScaledTanh",
    "Shape",
    "Shortcut",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "StochasticDepth",
    "Subsample",
    "Tanh",
    "Tokens",
    "Upsample",
    "Weight",
    "Window",
    "key_of",
    "ops_by_merge",
    "ops_by_word",
]
