"""How each op is written in PyTorch: as a module, as a function, or both.

Torch's defaults are left out and square pairs collapse, as a person would write it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from archdsl import ops
from archdsl.lowering import Rules
from archdsl.ops import Shape
from archdsl_torch.code import Code, Infix, Items, Literal, Member, Starred, Text, call, tensor_call

Function = Callable[[Code], Code]
Applied = Callable[[Code, Code], Code]


class Torch(NamedTuple):
    """One layer in PyTorch.

    `module` is what `__init__` constructs; `function` what `forward` writes instead, where the
    layer has no state worth a name. `before` is done to the input first: torch's module cannot.
    `helper` names a file of `helpers/` whose class or function the file must define.

    An op whose only weight is nameless is no module: `parameter` is the value that `__init__` makes
    an `nn.Parameter` of, and `applied` what `forward` makes of the input and that parameter.
    """

    module: Code | None = None
    function: Function | None = None
    before: Function | None = None
    helper: str | None = None
    prefers_function: bool = False
    parameter: Code | None = None
    applied: Applied | None = None


LayerRule = Callable[[Any, Shape], Torch]
MergeRule = Callable[[Any], "Merging"]

RULES: Rules[LayerRule] = Rules("torch")
"""Op with one input -> how it is written, given the op and its input's shape."""

MERGES: Rules[MergeRule] = Rules("torch")
"""Op with several inputs -> the expressions that merge them, given the op."""


DROP_PATH = "drop_path"
"""The variable of `forward` that holds what the joins of a network draw together."""


def collapse(pair: Any) -> Any:
    """A square pair as one number."""
    if isinstance(pair, tuple) and len(pair) == 2 and pair[0] == pair[1]:
        return pair[0]
    return pair


def said(default: Any, **keywords: Any) -> dict[str, Any]:
    """The keyword, unless it says torch's default."""
    (name, value), *_ = keywords.items()
    value = collapse(value)
    return {} if _same(value, default) else {name: value}


def _same(value: Any, default: Any) -> bool:
    if isinstance(value, bool) or isinstance(default, bool):
        return value is default
    return bool(value == default)


def _real(value: Any) -> Code:
    return Literal(value)


def _simple(module: str, function: str, **keywords: Any) -> Torch:
    """An activation: a module without arguments, or a function of the input."""
    reals = {name: _real(value) for name, value in keywords.items()}
    return Torch(
        module=call(module, **reals),
        function=lambda x: tensor_call(function, x, **reals),
        prefers_function=True,
    )


# --- Layers with weights ---


@RULES.rule(ops.Conv2d)
def _conv(op: ops.Conv2d, shape: Shape) -> Torch:
    padding: dict[str, Any] = {}
    before: Function | None = None
    if op.is_symmetric:
        padding = said(0, padding=op.pad)
    else:
        before = _padder(op)
    return Torch(
        module=call(
            "nn.Conv2d",
            shape.channels,
            op.filters,
            kernel_size=collapse(op.kernel),
            **said(1, stride=op.stride),
            **padding,
            **said(1, dilation=op.dilation),
            **said(1, groups=op.groups),
            **said(True, bias=op.bias),
        ),
        before=before,
    )


def _padder(op: ops.Conv2d) -> Function:
    """Pad first: torch's module pads both ends alike; `F.pad` takes left, right, top, bottom."""
    (top, left), (bottom, right) = op.pad, op.after
    sides = call("", left, right, top, bottom)
    return lambda x: tensor_call("F.pad", x, sides)


@RULES.rule(ops.Linear)
def _linear(op: ops.Linear, shape: Shape) -> Torch:
    if op.at_every_pixel and not shape.flat:
        module = call(
            "PixelLinear",
            shape.channels,
            op.neurons,
            **said(1, groups=op.groups),
            **said(True, bias=op.bias),
        )
        return Torch(module=module, helper="pixel_linear")
    sides, bias = (shape.values, op.neurons), said(True, bias=op.bias)
    before = None if shape.flat else _flatten
    if op.groups != 1:
        module = call("GroupedLinear", *sides, op.groups, **bias)
        return Torch(module=module, before=before, helper="grouped_linear")
    return Torch(module=call("nn.Linear", *sides, **bias), before=before)


@RULES.rule(ops.RBF)
def _rbf(op: ops.RBF, shape: Shape) -> Torch:
    module = call("RBF", shape.values, op.centres)
    return Torch(module=module, before=None if shape.flat else _flatten, helper="rbf")


@RULES.rule(ops.LayerNorm)
def _layer_norm(op: ops.LayerNorm, shape: Shape) -> Torch:
    epsilon = {k: _real(v) for k, v in said(1e-5, eps=op.epsilon).items()}
    if shape.flat:
        return Torch(module=call("nn.LayerNorm", shape.channels, **epsilon))
    module = call("LayerNorm2d", shape.channels, **epsilon)
    return Torch(module=module, helper="layer_norm")


@RULES.rule(ops.BatchNorm)
def _batch_norm(op: ops.BatchNorm, shape: Shape) -> Torch:
    return Torch(
        module=call(
            "nn.BatchNorm1d" if shape.flat else "nn.BatchNorm2d",
            shape.channels,
            **{k: _real(v) for k, v in said(1e-5, eps=op.epsilon).items()},
            **{k: _real(v) for k, v in said(0.1, momentum=op.momentum).items()},
        )
    )


@RULES.rule(ops.PReLU)
def _prelu(op: ops.PReLU, shape: Shape) -> Torch:
    count = {} if op.shared else said(1, num_parameters=shape.channels)
    initial = {k: _real(v) for k, v in said(0.25, init=op.initial).items()}
    return Torch(module=call("nn.PReLU", **count, **initial))


# --- Layers with a state worth a name ---


def _window(op: Any) -> dict[str, Any]:
    return {
        # torch's own default for the stride of a pooling is its window.
        **({} if op.stride == op.kernel else {"stride": collapse(op.stride)}),
        **said(0, padding=op.pad),
        **said(False, ceil_mode=op.rounding == "ceil"),
    }


@RULES.rule(ops.MaxPool2d)
def _max_pool(op: ops.MaxPool2d, shape: Shape) -> Torch:
    window = {"kernel_size": collapse(op.kernel), **_window(op), **said(1, dilation=op.dilation)}
    return Torch(
        module=call("nn.MaxPool2d", **window),
        function=lambda x: call("F.max_pool2d", x, **window),
    )


@RULES.rule(ops.AvgPool2d)
def _avg_pool(op: ops.AvgPool2d, shape: Shape) -> Torch:
    window = {
        "kernel_size": collapse(op.kernel),
        **_window(op),
        **said(True, count_include_pad=op.count_padding),
    }
    return Torch(
        module=call("nn.AvgPool2d", **window),
        function=lambda x: call("F.avg_pool2d", x, **window),
    )


@RULES.rule(ops.Subsample)
def _subsample(op: ops.Subsample, shape: Shape) -> Torch:
    module = call("Subsample", shape.channels, kernel_size=op.kernel, **_window(op))
    return Torch(module=module, helper="subsample")


@RULES.rule(ops.AdaptiveAvgPool2d)
def _adaptive(op: ops.AdaptiveAvgPool2d, shape: Shape) -> Torch:
    size = collapse(op.output)
    return Torch(
        module=call("nn.AdaptiveAvgPool2d", size),
        function=lambda x: call("F.adaptive_avg_pool2d", x, size),
    )


@RULES.rule(ops.GlobalAvgPool2d)
def _global_avg(op: ops.GlobalAvgPool2d, shape: Shape) -> Torch:
    return Torch(
        module=call("nn.AdaptiveAvgPool2d", 1),
        function=lambda x: call("F.adaptive_avg_pool2d", x, 1),
    )


@RULES.rule(ops.GlobalMaxPool2d)
def _global_max(op: ops.GlobalMaxPool2d, shape: Shape) -> Torch:
    return Torch(
        module=call("nn.AdaptiveMaxPool2d", 1),
        function=lambda x: call("F.adaptive_max_pool2d", x, 1),
    )


@RULES.rule(ops.LocalResponseNorm)
def _local_response_norm(op: ops.LocalResponseNorm, shape: Shape) -> Torch:
    rates = {
        **said(0.0001, alpha=op.alpha),
        **said(0.75, beta=op.beta),
        **said(1.0, k=op.k),
    }
    reals = {name: _real(value) for name, value in rates.items()}
    if op.groups != 1:
        module = call("GroupedResponseNorm", op.groups, op.size, **reals)
        return Torch(module=module, helper="grouped_response_norm")
    return Torch(
        module=call("nn.LocalResponseNorm", op.size, **reals),
        function=lambda x: tensor_call("F.local_response_norm", x, op.size, **reals),
    )


@RULES.rule(ops.Dropout)
def _dropout(op: ops.Dropout, shape: Shape) -> Torch:
    whole = op.whole_maps and not shape.flat
    rate = {k: _real(v) for k, v in said(0.5, p=op.rate).items()}
    return Torch(
        module=call("nn.Dropout2d" if whole else "nn.Dropout", **rate),
        function=lambda x: tensor_call(
            "F.dropout2d" if whole else "F.dropout",
            x,
            _real(op.rate),
            Text("self.training"),
        ),
    )


@RULES.rule(ops.StochasticDepth)
def _stochastic_depth(op: ops.StochasticDepth, shape: Shape) -> Torch:
    if op.survival == 1:
        return Torch(module=call("nn.Identity"), function=lambda x: x, prefers_function=True)
    name = "SampleDepth" if op.each_sample else "StochasticDepth"
    scaled = said(False, scaled_in_training=op.scaled_in_training)
    helper = "sample_depth" if op.each_sample else "stochastic_depth"
    return Torch(module=call(name, _real(op.survival), **scaled), helper=helper)


# --- Layers that a function says better ---


@RULES.rule(ops.ReLU)
def _relu(op: ops.ReLU, shape: Shape) -> Torch:
    if op.ceiling is None:
        return _simple("nn.ReLU", "F.relu")
    if op.ceiling == 6:
        return _simple("nn.ReLU6", "F.relu6")
    cut = _real(op.ceiling)
    return Torch(
        module=call("nn.Hardtanh", Literal(0), cut),
        function=lambda x: tensor_call("F.hardtanh", x, Literal(0), cut),
        prefers_function=True,
    )


@RULES.rule(ops.LeakyReLU)
def _leaky(op: ops.LeakyReLU, shape: Shape) -> Torch:
    return _simple("nn.LeakyReLU", "F.leaky_relu", **said(0.01, negative_slope=op.slope))


@RULES.rule(ops.Tanh)
def _tanh(op: ops.Tanh, shape: Shape) -> Torch:
    return _simple("nn.Tanh", "torch.tanh")


@RULES.rule(ops.ScaledTanh)
def _scaled_tanh(op: ops.ScaledTanh, shape: Shape) -> Torch:
    return Torch(module=call("ScaledTanh"), helper="scaled_tanh")


@RULES.rule(ops.Sigmoid)
def _sigmoid(op: ops.Sigmoid, shape: Shape) -> Torch:
    return _simple("nn.Sigmoid", "torch.sigmoid")


@RULES.rule(ops.HardSigmoid)
def _hard_sigmoid(op: ops.HardSigmoid, shape: Shape) -> Torch:
    return _simple("nn.Hardsigmoid", "F.hardsigmoid")


@RULES.rule(ops.SiLU)
def _silu(op: ops.SiLU, shape: Shape) -> Torch:
    return _simple("nn.SiLU", "F.silu")


@RULES.rule(ops.HardSwish)
def _hard_swish(op: ops.HardSwish, shape: Shape) -> Torch:
    return _simple("nn.Hardswish", "F.hardswish")


@RULES.rule(ops.GELU)
def _gelu(op: ops.GELU, shape: Shape) -> Torch:
    return _simple("nn.GELU", "F.gelu")


@RULES.rule(ops.Softmax)
def _softmax(op: ops.Softmax, shape: Shape) -> Torch:
    return _simple("nn.Softmax", "F.softmax", dim=1)


@RULES.rule(ops.Flatten)
def _flatten_layer(op: ops.Flatten, shape: Shape) -> Torch:
    return Torch(module=call("nn.Flatten"), function=_flatten, prefers_function=True)


@RULES.rule(ops.Identity)
def _identity(op: ops.Identity, shape: Shape) -> Torch:
    return Torch(module=call("nn.Identity"), function=lambda x: x, prefers_function=True)


def _flatten(x: Code) -> Code:
    return tensor_call("torch.flatten", x, 1)


# --- Merges ---


class Merging(NamedTuple):
    """One merge in PyTorch: of paths that are written out, and of a list of paths."""

    several: Callable[[list[Code]], Code]
    listed: Callable[[Code], Code]


@MERGES.rule(ops.Add)
def _add(op: ops.Add) -> Merging:
    return Merging(lambda paths: Infix("+", tuple(paths)), lambda paths: _stacked(paths, "sum"))


@MERGES.rule(ops.Mean)
def _mean(op: ops.Mean) -> Merging:
    if drops_columns(op):
        kept = Member(Text(DROP_PATH), "join")
        return Merging(
            lambda paths: tensor_call(kept, Items(tuple(paths))),
            lambda paths: tensor_call(kept, paths),
        )
    return Merging(
        lambda paths: Infix("/", (Infix("+", tuple(paths)), Literal(len(paths)))),
        lambda paths: _stacked(paths, "mean"),
    )


@MERGES.rule(ops.Multiply)
def _multiply(op: ops.Multiply) -> Merging:
    return Merging(
        lambda paths: Infix("*", tuple(paths)),
        lambda paths: _stacked(call("torch.broadcast_tensors", Starred(paths)), "prod"),
    )


@MERGES.rule(ops.Concat)
def _concat(op: ops.Concat) -> Merging:
    def joined(paths: Code) -> Code:
        return tensor_call("torch.cat", paths, dim=1)

    return Merging(lambda paths: joined(Items(tuple(paths))), joined)


def drops_columns(op: ops.Op) -> bool:
    """Whether a merge is a join with a rule of drop-path."""
    return isinstance(op, ops.Mean) and bool(op.model_fields_set & {"drop_path", "one_column"})


def draw_of(op: ops.Mean, count: Code) -> Code:
    """Which of so many columns training keeps; the helper class has torch-like defaults."""
    rates = {**said(0.0, rate=op.drop_path), **said(0.0, one_column=op.one_column)}
    reals = {name: _real(value) for name, value in rates.items()}
    return call(Member(Text(DROP_PATH), "draw"), count, Text("self.training"), **reals)


def all_kept(count: Code) -> Code:
    """What a draw gives that drops none of so many columns."""
    return Infix("*", (Items((Literal(True),)), count))


def _stacked(paths: Code, reduction: str) -> Code:
    return tensor_call(Member(call("torch.stack", paths), reduction), dim=0)
