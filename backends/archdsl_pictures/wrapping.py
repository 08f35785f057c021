"""A long series in several columns, cut where a single upright line leads on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise

from archdsl_svg.geometry import Rect

from archdsl_pictures.model import Edge, Frame
from archdsl_pictures.structure import Framed, Leaf, Part, Series, leaves

Atom = tuple[tuple[Frame, ...], Part]
"""A part that no cut goes through, with the frames around it, the outermost first."""


def columns_of(
    top: Series, count: int, boxes: Mapping[str, Rect], loose: Sequence[Edge]
) -> list[Series]:
    """The series in at most `count` pieces, the longest as short as can be.

    `boxes` is where everything lies in a single column; no cut goes through a `loose` edge.
    """
    atoms = list(_atoms(top, ()))
    spans = [_span(part, boxes) for _, part in atoms]
    ways = [(boxes[edge.source].bottom, boxes[edge.target].top) for edge in loose]
    cuts = [
        at
        for at in range(1, len(atoms))
        if isinstance(atoms[at - 1][1], Leaf)
        and not any(start <= spans[at - 1][1] and end >= spans[at][0] for start, end in ways)
    ]
    pieces = shortest(cuts, spans, count)
    begun = set[str]()
    found = []
    for piece in pieces:
        held = [atoms[at] for at in piece]
        found.append(Series(tuple(_nested(held, 0, begun))))
        begun |= {frame.path for frames, _ in held for frame in frames}
    return found


def _atoms(series: Series, frames: tuple[Frame, ...]) -> Iterator[Atom]:
    for part in series.parts:
        if isinstance(part, Framed):
            yield from _atoms(part.inside, (*frames, part.frame))
        else:
            yield frames, part


def _span(part: Part, boxes: Mapping[str, Rect]) -> tuple[float, float]:
    """From where to where a part reaches."""
    rects = [boxes[path] for path in leaves(part)]
    return min((r.top for r in rects), default=0.0), max((r.bottom for r in rects), default=0.0)


def shortest(cuts: Sequence[int], spans: Sequence[tuple[float, float]], count: int) -> list[range]:
    """At most so many pieces, cut at some of the cuts, the longest as short as can be.

    `spans` is from where to where each thing reaches that is not cut.
    """
    low, high = 0.0, spans[-1][1] - spans[0][0]
    found = [range(len(spans))]
    for _ in range(24 if count > 1 else 0):
        limit = (low + high) / 2
        pieces = _filled(cuts, spans, limit)
        if len(pieces) <= count:
            found, high = pieces, limit
        else:
            low = limit
    return found


def _filled(cuts: Sequence[int], spans: Sequence[tuple[float, float]], limit: float) -> list[range]:
    """Pieces that are each as long as the limit allows, or as the next cut does."""
    starts = [0]
    for at, following in pairwise([*cuts, len(spans)]):
        if spans[following - 1][1] - spans[starts[-1]][0] > limit:
            starts.append(at)
    return [range(first, end) for first, end in pairwise([*starts, len(spans)])]


def _nested(atoms: Sequence[Atom], level: int, begun: set[str]) -> Iterator[Part]:
    """The atoms with their frames around them again."""
    for frame, group in groupby(atoms, lambda a: a[0][level] if len(a[0]) > level else None):
        if frame is None:
            yield from (part for _, part in group)
        else:
            inside = Series(tuple(_nested(list(group), level + 1, begun)))
            yield Framed(frame, inside, goes_on=frame.path in begun)
