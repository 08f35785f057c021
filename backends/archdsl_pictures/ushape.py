"""The U of a network whose maps shrink and grow again: the smaller the maps, the lower they stand.

What shrinks stands below what it is made of, what grows stands above and to the right, and a skip
leads straight from one arm to the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log2

from archdsl_units import theme
from archdsl_units.folding import Style

from archdsl_pictures.around import Way
from archdsl_pictures.model import Panel
from archdsl_pictures.solids import CAPTION, Placed, Volume

Drawn = tuple[Mapping[str, Placed], Sequence[Way], Sequence[Way]]
"""Volumes in their places, the way of each edge, and where it has gaps."""

BESIDE = 8.0
"""Between an upright arrow and the words at its right."""
BETWEEN = 20.0
"""Between two levels, besides the words."""


def u_shape(volumes: Mapping[str, Volume], panel: Panel) -> Drawn | None:
    """A network drawn as a U; nothing where it is none, or where its skips would not be level."""
    row = list(volumes.values())
    number_of = {path: number for number, path in enumerate(volumes)}
    levels = _levels(row)
    steps = [(number_of[edge.source], number_of[edge.target]) for edge in panel.edges]
    skips = [(start, end) for start, end in steps if end != start + 1]
    is_chain = len(steps) - len(skips) == len(row) - 1
    are_level = all(levels[a] == levels[b] < min(levels[a + 1 : b]) for a, b in skips)
    is_plain = all(v.box.shares == 1 and v.box.skip is Style.FLOW for v in row)
    if not (skips and is_chain and are_level and is_plain and _is_u(levels)):
        return None
    placed = dict(zip(volumes, _placed(row, levels), strict=True))
    ways = [
        _way(placed[edge.source], placed[edge.target], levels[end] - levels[start])
        for edge, (start, end) in zip(panel.edges, steps, strict=True)
    ]
    return placed, ways, [() for _ in ways]


def _levels(row: Sequence[Volume]) -> list[int]:
    """How often the maps of each volume were halved, doubled ones counted back."""
    found: list[int] = []
    before = 0
    for volume in row:
        shape = volume.box.output
        assert shape is not None
        side = max(shape.height, shape.width)
        halvings = round(log2(before / side)) if before else 0
        found.append(found[-1] + halvings if found else 0)
        before = side
    return found


def _is_u(levels: Sequence[int]) -> bool:
    """Whether levels sink, and then rise."""
    lowest = levels.index(max(levels))
    sinks = all(one <= other for one, other in pairwise(levels[: lowest + 1]))
    rises = all(one >= other for one, other in pairwise(levels[lowest:]))
    return sinks and rises and levels[0] < levels[lowest] > levels[-1]


def _placed(row: Sequence[Volume], levels: Sequence[int]) -> list[Placed]:
    """Every volume on the axis of its level."""
    axes = _axes(row, levels)
    found: list[Placed] = []
    for number, (volume, level) in enumerate(zip(row, levels, strict=True)):
        width, axis = volume.size[0], axes[level]
        if not number:
            found.append(Placed(volume, 0.0, axis, 0.0, (0.0, axis)))
            continue
        before = found[-1]
        if level > levels[number - 1]:
            left, start = before.middle - width / 2, before.middle
            x = start + BESIDE + volume.words_width / 2
            y = axis - volume.size[1] / 2 - BETWEEN / 2
            found.append(Placed(volume, left, axis, start, (x, y)))
            continue
        start = before.right + (before.volume.slot - before.volume.size[0]) / 2
        end = start + volume.words_room
        # What grows is reached from below.
        left = end - (width / 2 if level < levels[number - 1] else 0.0)
        found.append(Placed(volume, left, axis, start, ((start + end) / 2, before.axis - 5)))
    return found


def _axes(row: Sequence[Volume], levels: Sequence[int]) -> list[float]:
    """The height of each level: under the one above with its captions, and the words between."""
    found: list[float] = []
    bottom = 0.0
    for level in range(max(levels) + 1):
        on_it = [v for v, own in zip(row, levels, strict=True) if own == level]
        tallest = max(volume.size[1] for volume in on_it)
        words = max(volume.lines for volume in on_it) * theme.NOTE_HEIGHT
        found.append(bottom + words + BETWEEN + tallest / 2)
        bottom = found[-1] + tallest / 2 + CAPTION
    return found


def _way(source: Placed, target: Placed, sinks: int) -> Way:
    """Straight on the same level, straight down, or to the right and up."""
    if sinks > 0:
        foot = source.axis + source.volume.size[1] / 2 + CAPTION
        return (source.middle, foot), (source.middle, target.top - 2)
    if sinks == 0:
        return (source.right, source.axis), (target.left - 4, target.axis)
    foot = target.axis + target.volume.size[1] / 2 + CAPTION
    return (source.right, source.axis), (target.middle, source.axis), (target.middle, foot)
