"""Which channels are kept, and how a line says so."""

from __future__ import annotations

import pytest
from compiling import complaint, said, shapes
from hypothesis import given
from hypothesis import strategies as st

from archdsl.ops import ChannelSelect, Misfit, Shape


def expand(op: ChannelSelect) -> list[int]:
    return [channel for first, last in op.channels for channel in range(first, last + 1)]


@given(st.permutations(range(8)), st.integers(1, 8))
def test_what_is_kept_once_is_allowed_in_any_order(order: list[int], count: int) -> None:
    op = ChannelSelect(channels=tuple((channel, channel) for channel in order[:count]))
    op.check((Shape(2, 3, 8),))
    assert op.infer((Shape(2, 3, 8),)) == Shape(2, 3, count)
    joined = ChannelSelect(channels=tuple(op.joined()))
    assert expand(joined) == expand(op) == order[:count]


@pytest.mark.parametrize(
    ("channels", "message"),
    [
        (((0, 0), (6, 6)), "there is no channel 6"),
        (((0, 9),), "there is no channel 9"),
        (((2, 2), (0, 3)), "channel 2 is chosen twice"),
        (((3, 2),), "3..2 holds no channel"),
    ],
)
def test_what_is_not_there_or_there_twice_is_refused(
    channels: tuple[tuple[int, int], ...], message: str
) -> None:
    with pytest.raises(Misfit, match=message):
        ChannelSelect(channels=channels).check((Shape(2, 3, 6),))


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("CHANNELS 1", 1),
        ("CHANNELS: 2, 0", 2),
        ("CHANNELS 0..1", 2),
        ("CHANNELS 2, 0..1", 3),
        ("CHANNELS {3 - 2}..{2}, linear", 2),
        ("CHANNELS1: 0, {1}", 2),
    ],
)
def test_a_line_lists_channels_and_ranges(line: str, count: int) -> None:
    assert list(shapes(line).values()) == [f"[32x32x{count}]"]


def test_the_error_shows_the_numbers() -> None:
    found = complaint("CHANNELS 0, 3")
    assert found.message == "CHANNELS: there is no channel 3"
    assert found.note == "the input has 3 channels, 0 to 2"
    assert found.mark is None
    assert found.span is not None
    assert found.span.text == "0, 3"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("CHANNELS", ("E405", "CHANNELS")),
        ("CHANNELS 0 1", ("E404", "1")),
        ("CHANNELS 50%", ("E403", "50%")),
        ("CHANNELS {0 - 1}", ("E403", "{0 - 1}")),
        ("CHANNELS {1/2}", ("E503", "1/2")),
        ("CHANNELS 3x3", ("E502", "3x3")),
        ("CHANNELS 0, n", ("E402", "n")),
        ("CHANNELS {n}", ("E501", "n")),
        ("CONV 1..2 3x3 filters", ("E402", "1..2 3x3 filters")),
    ],
)
def test_what_is_no_channel_is_refused(line: str, expected: tuple[str, str]) -> None:
    assert said(line) == [expected]
