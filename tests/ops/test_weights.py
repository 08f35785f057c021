"""Weights, multiply-adds and connections, against torch's modules and counting one by one."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from archdsl import ops
from archdsl.ops import OPS, Misfit, Op, Shape


def brute_force(op: ops.Conv2d, shape: Shape) -> tuple[int, int]:
    """Multiply-adds and connections of a convolution, one at a time."""
    out = op.infer((shape,))
    each = shape.channels // op.groups
    macs = connections = 0
    for _, _, _ in product(range(out.height), range(out.width), range(out.channels)):
        for _, _, _ in product(range(each), range(op.kernel[0]), range(op.kernel[1])):
            macs += 1
            connections += 1
        connections += op.bias
    return macs, connections


@settings(max_examples=50, deadline=None)
@given(
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(1, 3),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.booleans(),
)
def test_a_convolution(
    groups: int, each_in: int, each_out: int, kernel: tuple[int, int], bias: bool
) -> None:
    op = ops.Conv2d(filters=groups * each_out, kernel=kernel, groups=groups, bias=bias, stride=2)
    shape = Shape(5, 4, groups * each_in)
    op.check((shape,))
    assert (op.macs((shape,)), op.connections((shape,))) == brute_force(op, shape)
    module = nn.Conv2d(shape.channels, op.filters, kernel, stride=2, groups=groups, bias=bias)
    assert_same_keys(op, shape, module)


def assert_same_keys(op: Op, shape: Shape, module: nn.Module) -> None:
    """The op has the state dict of a torch module: names, shapes, and which are trained."""
    weights = op.weights((shape,))
    state = module.state_dict()
    assert {name: weight.shape for name, weight in weights.items()} == {
        name: tuple(value.shape) for name, value in state.items()
    }
    trained = {name for name, _ in module.named_parameters()}
    assert {name for name, weight in weights.items() if weight.trainable} == trained
    values = sum(weight.values for weight in weights.values())
    assert values == sum(value.numel() for value in state.values())


@pytest.mark.parametrize(
    ("op", "shape", "module"),
    [
        (ops.Linear(neurons=7), Shape(2, 3, 4), nn.Linear(24, 7)),
        (ops.Linear(neurons=7, bias=False), Shape.vector(5), nn.Linear(5, 7, bias=False)),
        (ops.BatchNorm(), Shape(2, 3, 4), nn.BatchNorm2d(4)),
        (ops.BatchNorm(), Shape.vector(4), nn.BatchNorm1d(4)),
        (ops.PReLU(), Shape(2, 3, 4), nn.PReLU(4)),
        (ops.PReLU(shared=True), Shape(2, 3, 4), nn.PReLU()),
        (ops.LayerNorm(), Shape(2, 3, 4), nn.LayerNorm(4)),
        (ops.Linear(neurons=7, at_every_pixel=True), Shape(2, 3, 4), nn.Linear(4, 7)),
        (ops.Attention(heads=2), Shape(6, 1, 4), nn.MultiheadAttention(4, 2)),
        (
            ops.Attention(heads=1, bias=False),
            Shape(2, 3, 4),
            nn.MultiheadAttention(4, 1, bias=False),
        ),
    ],
)
def test_other_layers_with_weights(op: Op, shape: Shape, module: nn.Module) -> None:
    assert_same_keys(op, shape, module)


def test_a_fully_connected_layer_connects_everything() -> None:
    op, inputs = ops.Linear(neurons=7), (Shape(2, 3, 4),)
    assert op.infer(inputs) == Shape.vector(7)
    assert (op.macs(inputs), op.connections(inputs)) == (24 * 7, 24 * 7 + 7)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.booleans())
def test_attention(height: int, width: int, heads: int, depth: int, bias: bool) -> None:
    op, shape = ops.Attention(heads=heads, bias=bias), Shape(height, width, heads * depth)
    op.check((shape,))
    positions = range(height * width)
    macs = 0
    for _ in positions:
        macs += shape.channels * 3 * shape.channels + shape.channels * shape.channels
    for _, _, _ in product(range(heads), positions, positions):
        macs += 2 * depth  # A query with a key, and a weight with a value.
    assert op.macs((shape,)) == macs
    each = 4 * shape.channels**2 + 4 * shape.channels * bias
    assert op.connections((shape,)) == len(positions) * each


def test_lecuns_subsampling_connects_four_values_and_a_bias() -> None:
    op, inputs = ops.Subsample(kernel=2, stride=2), (Shape(28, 28, 6),)
    assert op.infer(inputs) == Shape(14, 14, 6)
    assert sum(weight.values for weight in op.weights(inputs).values()) == 12
    assert op.connections(inputs) == 5880


def test_fixed_centres_are_a_buffer() -> None:
    op, inputs = ops.RBF(centres=10), (Shape.vector(84),)
    assert op.weights(inputs) == {"centres": ops.Weight((10, 84), trainable=False)}
    assert op.connections(inputs) == 840


def test_a_nameless_weight_has_the_key_of_its_layer() -> None:
    for op in (ops.LearnedScale(), ops.ClassToken(), ops.Position()):
        assert list(op.weights((Shape(6, 1, 4),))) == [ops.NAMELESS]
    assert ops.key_of("stage.layer_scale", ops.NAMELESS) == "stage.layer_scale"
    assert ops.key_of("stage.conv", "weight") == "stage.conv.weight"


def test_only_batch_norms_counter_is_no_value() -> None:
    weights = ops.BatchNorm().weights((Shape(1, 1, 4),))
    assert [name for name, weight in weights.items() if weight.counter] == ["num_batches_tracked"]


def samples() -> list[Any]:
    """One of each op that has words and one input, with what must be said."""
    said: dict[str, dict[str, Any]] = {
        "Conv2d": {"filters": 4, "kernel": 3},
        "MaxPool2d": {"kernel": 2},
        "AvgPool2d": {"kernel": 2},
        "AdaptiveAvgPool2d": {"output": 2},
        "Linear": {"neurons": 3},
        "Dropout": {"rate": 0.5},
        "ChannelSelect": {"channels": ((0, 0), (2, 3))},
        "RBF": {"centres": 3},
    }
    found = []
    for op in OPS:
        is_known = op.__name__ in said or not any(f.is_required() for f in op.model_fields.values())
        if op.merge is not None or op is ops.Input or not is_known:
            continue
        sample = op(**said.get(op.__name__, {}))
        try:
            sample.check((Shape(8, 8, 4),))
        except Misfit:
            continue  # It needs one of several options.
        found.append(pytest.param(sample, id=op.__name__))
    return found


@pytest.mark.parametrize("op", samples())
def test_what_costs_nothing_has_no_weights_to_multiply(op: Op) -> None:
    inputs = (Shape(8, 8, 4),)
    if not op.is_weighted:
        assert op.macs(inputs) == 0
    assert op.has_weights() == bool(op.weights(inputs))
    assert isinstance(op.infer(inputs), Shape)


@pytest.mark.parametrize(
    ("op", "function"),
    [
        (ops.ReLU(), torch.relu),
        (ops.Tanh(), torch.tanh),
        (ops.Softmax(), lambda x: torch.softmax(x, 1)),
    ],
)
def test_activations_keep_the_shape(op: Op, function: Any) -> None:
    assert op.infer((Shape(2, 3, 4),)) == Shape(2, 3, 4)
    assert function(torch.empty(1, 4, 2, 3, device="meta")).shape == (1, 4, 2, 3)
