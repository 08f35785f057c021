"""How many windows fit, against windows laid one by one."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from archdsl.ops import AvgPool2d, Conv2d, MaxPool2d, Misfit, Shape
from archdsl.ops.windows import Windowed

sides = st.integers(1, 40)
small = st.integers(1, 7)
pads = st.integers(0, 6)


def starts(
    size: int, extent: int, stride: int, before: int, after: int, rounds_up: bool
) -> list[int]:
    """Where windows start, laid from the padding's first row on; row 0 is the input's first.

    Rounding down, every window lies within the padded input. Rounding up, another window is laid
    while the last one does not reach its end; Caffe drops it if it starts behind the input.
    """
    end = size + after
    found = [-before]
    while found[-1] + stride + extent <= end:
        found.append(found[-1] + stride)
    if rounds_up and found[-1] + extent < end and found[-1] + stride < size:
        found.append(found[-1] + stride)
    return found


@settings(deadline=None)
@given(sides, small, small, pads, pads, st.integers(1, 3))
def test_rounding_down(
    size: int, kernel: int, stride: int, before: int, after: int, dilation: int
) -> None:
    extent = dilation * (kernel - 1) + 1
    assume(extent <= size + before + after)
    conv = Conv2d(
        filters=5,
        kernel=(kernel, 1),
        stride=(stride, 1),
        pad=(before, 0),
        pad_after=(after, 0),
        dilation=(dilation, 1),
    )
    inputs = (Shape(size, 9, 2),)
    conv.check(inputs)
    count = len(starts(size, extent, stride, before, after, rounds_up=False))
    assert conv.infer(inputs) == Shape(count, 9, 5)
    assert conv.arithmetic(inputs)["height"].endswith(f"= {count}")


@settings(deadline=None)
@given(sides, small, small, pads, st.integers(1, 2))
def test_rounding_up_by_caffes_rule_as_torch_does(
    size: int, kernel: int, stride: int, pad: int, dilation: int
) -> None:
    extent = dilation * (kernel - 1) + 1
    assume(extent <= size + 2 * pad)
    assume(2 * pad <= kernel)
    pool = MaxPool2d(
        kernel=(1, kernel),
        stride=(1, stride),
        pad=(0, pad),
        dilation=(1, dilation),
        rounding="ceil",
    )
    inputs = (Shape(3, size, 2),)
    pool.check(inputs)
    count = len(starts(size, extent, stride, pad, pad, rounds_up=True))
    assert pool.infer(inputs) == Shape(3, count, 2)
    assert pool.arithmetic(inputs)["width"].endswith(f"= {count}")
    module = torch.nn.MaxPool2d((1, kernel), (1, stride), (0, pad), (1, dilation), ceil_mode=True)
    assert module(torch.empty(1, 2, 3, size, device="meta")).shape == (1, 2, 3, count)


@settings(deadline=None)
@example(size=1, kernel=3, stride=3, before=4, after=0)
@given(sides, small, small, pads, pads)
def test_the_warning_is_of_input_that_no_window_sees(
    size: int, kernel: int, stride: int, before: int, after: int
) -> None:
    assume(kernel <= size + before + after)
    conv = Conv2d(
        filters=1, kernel=(kernel, 1), stride=(stride, 1), pad=(before, 0), pad_after=(after, 0)
    )
    places = starts(size, kernel, stride, before, after, rounds_up=False)
    seen = {row for start in places for row in range(start, start + kernel)}
    unseen = [row for row in range(size) if row not in seen]
    doubts = conv.doubts((Shape(size, 1, 1),))
    # A window smaller than the stride means to skip rows.
    assert bool(doubts) == (bool(unseen) and kernel >= stride)
    if doubts:
        last = "the last" if len(unseen) == 1 else f"the last {len(unseen)}"
        assert doubts[0].message.startswith(f"{last} of {size} rows")
        assert not conv.model_copy(update={"rounding": "floor"}).doubts((Shape(size, 1, 1),))


@pytest.mark.parametrize("op", [Conv2d(filters=1, kernel=3), MaxPool2d(kernel=3)])
def test_vectors_have_no_windows(op: Windowed) -> None:
    with pytest.raises(Misfit, match="vector"):
        op.check((Shape.vector(9),))


@pytest.mark.parametrize(
    ("options", "fits"),
    [
        ({"kernel": 7}, True),
        ({"kernel": 8}, False),
        ({"kernel": 9, "pad": 1}, True),
        ({"kernel": 10, "pad": 1}, False),
        ({"kernel": (7, 8)}, False),
        ({"kernel": 4, "dilation": 2}, True),
        ({"kernel": 5, "dilation": 2}, False),
    ],
)
def test_a_window_must_fit_into_the_padded_input(options: dict[str, Any], fits: bool) -> None:
    op = MaxPool2d(**options)
    if fits:
        op.check((Shape(7, 7, 1),))
        return
    with pytest.raises(Misfit, match="does not fit") as caught:
        op.check((Shape(7, 7, 1),))
    assert caught.value.field == "kernel"


@pytest.mark.parametrize("pool", [MaxPool2d, AvgPool2d])
def test_no_window_lies_in_the_padding_alone(pool: type[MaxPool2d] | type[AvgPool2d]) -> None:
    pool(kernel=4, pad=2).check((Shape(9, 9, 1),))
    with pytest.raises(Misfit, match="more than half"):
        pool(kernel=3, pad=2).check((Shape(9, 9, 1),))
