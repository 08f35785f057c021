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
from archdsl.ops.base import Doubt, Extra, Family, Inputs, Kept, Misfit, Op, Reach, Weight, Window
from archdsl.ops.channels import ChannelShuffle, Scale
from archdsl.ops.convolution import Conv2d
from archdsl.ops.dense import Linear
from archdsl.ops.merge import Add, Concat, Mean, Multiply
from archdsl.ops.normalization import BatchNorm, LocalResponseNorm
from archdsl.ops.pooling import (
    AdaptiveAvgPool2d,
    AvgPool2d,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    MaxPool2d,
)
from archdsl.ops.regularization import Dropout
from archdsl.ops.reshape import Flatten, Identity, Input
from archdsl.ops.resize import ConvTranspose2d, Crop, Upsample
from archdsl.ops.shape import Shape
from archdsl.ops.shortcut import Shortcut

OPS: tuple[type[Op], ...] = (
    Input,
    Conv2d,
    ConvTranspose2d,
    MaxPool2d,
    AvgPool2d,
    AdaptiveAvgPool2d,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    LocalResponseNorm,
    BatchNorm,
    Linear,
    Flatten,
    Identity,
    Shortcut,
    Upsample,
    Crop,
    ChannelShuffle,
    Scale,
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
    "OPS",
    "AdaptiveAvgPool2d",
    "Add",
    "AvgPool2d",
    "BatchNorm",
    "ChannelShuffle",
    "Concat",
    "Conv2d",
    "ConvTranspose2d",
    "Crop",
    "Doubt",
    "Dropout",
    "Extra",
    "Family",
    "Flatten",
    "GlobalAvgPool2d",
    "GlobalMaxPool2d",
    "HardSigmoid",
    "HardSwish",
    "Identity",
    "Input",
    "Inputs",
    "Kept",
    "LeakyReLU",
    "Linear",
    "LocalResponseNorm",
    "MaxPool2d",
    "Mean",
    "Misfit",
    "Multiply",
    "Op",
    "PReLU",
    "ReLU",
    "Reach",
    "Scale",
    "ScaledTanh",
    "Shape",
    "Shortcut",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "Upsample",
    "Weight",
    "Window",
    "ops_by_merge",
    "ops_by_word",
]
