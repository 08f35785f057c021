"""Where paths meet: which shapes fit, and what comes out."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from archdsl.ops import Add, Concat, Mean, Misfit, Multiply, Op, Shape

MAPS, WIDE, DEEP = Shape(4, 4, 8), Shape(4, 5, 8), Shape(4, 4, 9)
ONE, VECTOR = Shape(1, 1, 8), Shape.vector(8)


@pytest.mark.parametrize("op", [Add(), Mean()])
@pytest.mark.parametrize(
    ("inputs", "fits"),
    [
        ((MAPS, MAPS), True),
        ((MAPS, MAPS, MAPS), True),
        ((VECTOR, VECTOR), True),
        ((MAPS, WIDE), False),
        ((MAPS, DEEP), False),
        ((MAPS, ONE), False),
        ((ONE, VECTOR), False),
        ((MAPS, MAPS, DEEP), False),
    ],
)
def test_equal_shapes(op: Op, inputs: tuple[Shape, ...], fits: bool) -> None:
    check(op, inputs, inputs[0] if fits else None)


@pytest.mark.parametrize(
    ("inputs", "output"),
    [
        ((MAPS, MAPS), MAPS),
        ((MAPS, ONE), MAPS),
        ((ONE, MAPS), MAPS),
        ((ONE, MAPS, MAPS), MAPS),
        ((ONE, ONE), ONE),
        ((VECTOR, VECTOR), VECTOR),
        ((MAPS, WIDE), None),
        ((ONE, MAPS, WIDE), None),
        ((MAPS, DEEP), None),
        ((Shape(1, 1, 9), MAPS), None),
        ((MAPS, VECTOR), None),
        ((MAPS, Shape(1, 4, 8)), None),
    ],
)
def test_multiply_scales_whole_maps(inputs: tuple[Shape, ...], output: Shape | None) -> None:
    check(Multiply(), inputs, output)


@pytest.mark.parametrize(
    ("inputs", "output"),
    [
        ((MAPS, DEEP), Shape(4, 4, 17)),
        ((VECTOR, VECTOR, VECTOR), Shape.vector(24)),
        ((MAPS, WIDE), None),
        ((MAPS, ONE), None),
        ((ONE, VECTOR), None),
    ],
)
def test_concat_adds_channels(inputs: tuple[Shape, ...], output: Shape | None) -> None:
    check(Concat(), inputs, output)


def check(op: Op, inputs: tuple[Shape, ...], output: Shape | None) -> None:
    if output is not None:
        op.check(inputs)
        assert op.infer(inputs) == output
        return
    with pytest.raises(Misfit) as caught:
        op.check(inputs)
    first, other = caught.value.paths
    assert inputs[first] != inputs[other]
    assert f"path {other + 1} gives {inputs[other]}" in caught.value.message


sides = st.integers(1, 5)


@settings(deadline=None)
@given(st.lists(st.tuples(sides, sides, sides), min_size=2, max_size=3))
def test_multiply_is_what_torch_broadcasts_to_where_it_is_allowed(
    shapes: list[tuple[int, int, int]],
) -> None:
    inputs = tuple(Shape(*shape) for shape in shapes)
    try:
        Multiply().check(inputs)
    except Misfit:
        return
    tensors = [torch.empty(1, s.channels, s.height, s.width, device="meta") for s in inputs]
    out = Multiply().infer(inputs)
    assert torch.broadcast_tensors(*tensors)[0].shape[1:] == (out.channels, out.height, out.width)
