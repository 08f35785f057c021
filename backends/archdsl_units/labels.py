"""What a layer is called in a picture and which form its box has: one rule an op class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from archdsl.ir.graph import Graph
from archdsl.lowering import Rules
from archdsl.ops import (
    GELU,
    RBF,
    AdaptiveAvgPool2d,
    Add,
    Attention,
    AvgPool2d,
    BatchNorm,
    ChannelSelect,
    ChannelShuffle,
    ClassToken,
    Concat,
    Conv2d,
    ConvTranspose2d,
    Crop,
    Dropout,
    FirstToken,
    Flatten,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    HardSigmoid,
    HardSwish,
    Identity,
    Input,
    Inputs,
    LayerNorm,
    LeakyReLU,
    LearnedScale,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    Mean,
    Multiply,
    Position,
    PReLU,
    ReLU,
    Scale,
    ScaledTanh,
    Shape,
    Shortcut,
    Sigmoid,
    SiLU,
    Softmax,
    StochasticDepth,
    Subsample,
    Tanh,
    Tokens,
    Upsample,
)
from archdsl.report.describe import describe_call


class Form(StrEnum):
    """The outline of a box. It repeats what the colour says."""

    BOX = "box"
    TRAPEZOID = "trapezoid"
    ROUND = "round"
    BAR = "bar"
    PILL = "pill"
    PORT = "port"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Label:
    """A layer's text and form. One that `follows` is a small second line of the box before it."""

    text: str
    form: Form = Form.BOX
    follows: bool = False


LabelRule = Callable[[Any, Inputs], Label]
RULES: Rules[LabelRule] = Rules("pictures")


def sizes(pair: tuple[int, int]) -> str:
    """`7x7`, height first."""
    return f"{pair[0]}x{pair[1]}"


def shape_text(shape: Shape) -> str:
    """`56x56x64` or, of a vector, `4096`."""
    return "x".join(map(str, shape.sides))


def _one(pair: tuple[int, int]) -> str:
    """`2` of a square pair, `2x1` of another."""
    return str(pair[0]) if pair[0] == pair[1] else sizes(pair)


def _number(value: float) -> str:
    return f"{value:g}"


def _groups(count: int) -> str:
    return f", {count} groups" if count > 1 else ""


def _extras(op: Any) -> str:
    """What a window does that is no default: a stride, a dilation, a pad that keeps no size.

    As in the papers, the pad that keeps the size (half the window) and no pad at all go without
    saying: the shapes beside the edges tell them apart.
    """
    text = ""
    if op.stride != (1, 1):
        text += f", /{_one(op.stride)}"
    if op.dilation != (1, 1):
        text += f", dilation {_one(op.dilation)}"
    half = tuple(d * (k - 1) // 2 for k, d in zip(op.kernel, op.dilation, strict=True))
    if not op.is_symmetric:
        text += f", pad {_one(op.pad)} and {_one(op.after)}"
    elif op.pad not in ((0, 0), half):
        text += f", pad {_one(op.pad)}"
    return text


@RULES.rule(Input)
def _input(op: Input, inputs: Inputs) -> Label:
    return Label("input", Form.PILL)


@RULES.rule(Conv2d)
def _conv(op: Conv2d, inputs: Inputs) -> Label:
    depthwise = op.groups > 1 and op.groups == inputs[0].channels
    word = "depthwise conv" if depthwise else "conv"
    groups = "" if depthwise else _groups(op.groups)
    return Label(f"{sizes(op.kernel)} {word}, {op.filters}{_extras(op)}{groups}")


@RULES.rule(MaxPool2d)
def _max_pool(op: MaxPool2d, inputs: Inputs) -> Label:
    return Label(f"{sizes(op.kernel)} max pool{_extras(op)}", Form.TRAPEZOID)


@RULES.rule(AvgPool2d)
def _avg_pool(op: AvgPool2d, inputs: Inputs) -> Label:
    return Label(f"{sizes(op.kernel)} avg pool{_extras(op)}", Form.TRAPEZOID)


@RULES.rule(Subsample)
def _subsample(op: Subsample, inputs: Inputs) -> Label:
    return Label(f"{sizes(op.kernel)} trained subsampling{_extras(op)}", Form.TRAPEZOID)


@RULES.rule(AdaptiveAvgPool2d)
def _adaptive_avg_pool(op: AdaptiveAvgPool2d, inputs: Inputs) -> Label:
    return Label(f"avg pool to {sizes(op.output)}", Form.TRAPEZOID)


@RULES.rule(GlobalAvgPool2d)
def _global_avg_pool(op: GlobalAvgPool2d, inputs: Inputs) -> Label:
    return Label("global avg pool", Form.TRAPEZOID)


@RULES.rule(GlobalMaxPool2d)
def _global_max_pool(op: GlobalMaxPool2d, inputs: Inputs) -> Label:
    return Label("global max pool", Form.TRAPEZOID)


@RULES.rule(LocalResponseNorm)
def _local_response_norm(op: LocalResponseNorm, inputs: Inputs) -> Label:
    return Label(f"local response norm{_groups(op.groups)}")


@RULES.rule(BatchNorm)
def _batch_norm(op: BatchNorm, inputs: Inputs) -> Label:
    return Label("BN", follows=True)


@RULES.rule(LayerNorm)
def _layer_norm(op: LayerNorm, inputs: Inputs) -> Label:
    return Label("layer norm", follows=True)


@RULES.rule(Linear)
def _linear(op: Linear, inputs: Inputs) -> Label:
    where = " at every pixel" if op.at_every_pixel else ""
    return Label(f"fc {op.neurons}{where}{_groups(op.groups)}")


@RULES.rule(RBF)
def _rbf(op: RBF, inputs: Inputs) -> Label:
    return Label(f"RBF, {op.centres} centres")


@RULES.rule(Flatten)
def _flatten(op: Flatten, inputs: Inputs) -> Label:
    return Label("flatten")


@RULES.rule(Identity)
def _identity(op: Identity, inputs: Inputs) -> Label:
    return Label("identity")


@RULES.rule(ConvTranspose2d)
def _transposed_conv(op: ConvTranspose2d, inputs: Inputs) -> Label:
    stride = f", x{_one(op.stride)}" if op.stride != (1, 1) else ""
    return Label(f"{sizes(op.kernel)} transposed conv, {op.filters}{stride}")


@RULES.rule(Upsample)
def _upsample(op: Upsample, inputs: Inputs) -> Label:
    far = f"x{_one(op.factor)}" if op.factor is not None else f"to {sizes(op.size or (1, 1))}"
    return Label(f"{op.mode} upsampling {far}", Form.TRAPEZOID)


@RULES.rule(Crop)
def _crop(op: Crop, inputs: Inputs) -> Label:
    return Label(f"crop to {sizes(op.size)}")


@RULES.rule(Shortcut)
def _shortcut(op: Shortcut, inputs: Inputs) -> Label:
    stride = f", /{_one(op.stride)}" if op.stride != (1, 1) else ""
    return Label(f"shortcut, {op.channels}{stride}")


@RULES.rule(ChannelSelect)
def _channel_select(op: ChannelSelect, inputs: Inputs) -> Label:
    runs = (str(a) if a == b else f"{a}–{b}" for a, b in op.joined())
    return Label(f"channels {', '.join(runs)}")


@RULES.rule(ChannelShuffle)
def _shuffle(op: ChannelShuffle, inputs: Inputs) -> Label:
    return Label(f"shuffle in {op.groups} groups")


@RULES.rule(Scale)
def _scale(op: Scale, inputs: Inputs) -> Label:
    return Label(f"× {_number(op.factor)}", follows=True)


@RULES.rule(LearnedScale)
def _learned_scale(op: LearnedScale, inputs: Inputs) -> Label:
    return Label("scale", follows=True)


@RULES.rule(Tokens)
def _tokens(op: Tokens, inputs: Inputs) -> Label:
    return Label("tokens")


@RULES.rule(ClassToken)
def _class_token(op: ClassToken, inputs: Inputs) -> Label:
    return Label("class token")


@RULES.rule(FirstToken)
def _first_token(op: FirstToken, inputs: Inputs) -> Label:
    return Label("first token")


@RULES.rule(Position)
def _position(op: Position, inputs: Inputs) -> Label:
    return Label("position")


@RULES.rule(Attention)
def _attention(op: Attention, inputs: Inputs) -> Label:
    return Label(f"attention, {op.heads} head{'s' if op.heads > 1 else ''}")


@RULES.rule(ReLU)
def _relu(op: ReLU, inputs: Inputs) -> Label:
    return Label("ReLU" if op.ceiling is None else f"ReLU{_number(op.ceiling)}", follows=True)


@RULES.rule(LeakyReLU)
def _leaky_relu(op: LeakyReLU, inputs: Inputs) -> Label:
    slope = "" if op.slope == LeakyReLU.model_fields["slope"].default else f" {_number(op.slope)}"
    return Label(f"leaky ReLU{slope}", follows=True)


@RULES.rule(PReLU)
def _prelu(op: PReLU, inputs: Inputs) -> Label:
    return Label("shared PReLU" if op.shared else "PReLU", follows=True)


@RULES.rule(Tanh)
def _tanh(op: Tanh, inputs: Inputs) -> Label:
    return Label("tanh", follows=True)


@RULES.rule(ScaledTanh)
def _scaled_tanh(op: ScaledTanh, inputs: Inputs) -> Label:
    return Label("scaled tanh", follows=True)


@RULES.rule(Sigmoid)
def _sigmoid(op: Sigmoid, inputs: Inputs) -> Label:
    return Label("sigmoid", follows=True)


@RULES.rule(HardSigmoid)
def _hard_sigmoid(op: HardSigmoid, inputs: Inputs) -> Label:
    return Label("hard sigmoid", follows=True)


@RULES.rule(SiLU)
def _silu(op: SiLU, inputs: Inputs) -> Label:
    return Label("SiLU", follows=True)


@RULES.rule(HardSwish)
def _hard_swish(op: HardSwish, inputs: Inputs) -> Label:
    return Label("hard swish", follows=True)


@RULES.rule(GELU)
def _gelu(op: GELU, inputs: Inputs) -> Label:
    return Label("GELU", follows=True)


@RULES.rule(Softmax)
def _softmax(op: Softmax, inputs: Inputs) -> Label:
    return Label("softmax", follows=True)


@RULES.rule(Dropout)
def _dropout(op: Dropout, inputs: Inputs) -> Label:
    maps = " of maps" if op.whole_maps else ""
    return Label(f"dropout{maps} {_number(100 * op.rate)}%", follows=True)


@RULES.rule(StochasticDepth)
def _stochastic_depth(op: StochasticDepth, inputs: Inputs) -> Label:
    return Label(f"survives {_number(100 * op.survival)}%", follows=True)


@RULES.rule(Add)
def _add(op: Add, inputs: Inputs) -> Label:
    return Label("+", Form.ROUND)


@RULES.rule(Multiply)
def _multiply(op: Multiply, inputs: Inputs) -> Label:
    return Label("×", Form.ROUND)


@RULES.rule(Mean)
def _mean(op: Mean, inputs: Inputs) -> Label:
    return Label("mean", Form.BAR)


@RULES.rule(Concat)
def _concat(op: Concat, inputs: Inputs) -> Label:
    return Label("concat", Form.BAR)


def label_of(op: Any, inputs: Inputs) -> Label:
    """The label of a layer that is fed with these shapes."""
    return RULES[type(op)](op, inputs)


def call_text(graph: Graph, lines: Mapping[str, str] | None = None) -> str:
    """A block with its arguments; one without any has no brackets."""
    return describe_call(graph, lines).removesuffix("()")


def texts_of(labels: Sequence[Label]) -> tuple[str, tuple[str, ...]]:
    """The text and the small lines of a box: a head and what follows it."""
    head, *rest = labels
    if head.follows:
        # Nothing but normalization and activation: one line says it.
        return ", ".join(label.text for label in labels), ()
    return head.text, (", ".join(label.text for label in rest),) if rest else ()
