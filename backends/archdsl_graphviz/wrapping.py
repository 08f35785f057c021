"""A long overview in several columns, cut where a single upright line leads on."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from archdsl_svg.geometry import Point

from archdsl_graphviz import theme
from archdsl_graphviz.layout import PlacedEdge, PlacedPanel, extents

GUTTER = 44.0
"""Between two columns; the line that leads on runs in its middle."""
ARRIVE = 30.0
"""From the top of a later column to its first box or frame."""
TURN = 13.0
SLACK = 0.3
"""How far a cut may lie from where it would be even, in columns."""
LEAST_GAP = 12.0
"""What is lower is no gap between two rows."""


def wrapped(panel: PlacedPanel, count: int) -> PlacedPanel:
    """The panel in at most `count` columns of about equal height, as it can be cut."""
    cuts = _cuts(panel) if count > 1 else []
    chosen = set[float]()
    for number in range(1, count) if cuts else ():
        goal = panel.height * number / count
        near = min(cuts, key=lambda y: abs(y - goal))
        if abs(near - goal) <= SLACK * panel.height / count:
            chosen.add(near)
    return _columns(panel, sorted(chosen)) if chosen else panel


def _cuts(panel: PlacedPanel) -> list[float]:
    """The heights at which nothing but one upright line is cut."""
    rects = [box.rect for box in panel.boxes] + [frame.rect for frame in panel.frames]
    spans = [(rect.top, rect.bottom) for rect in rects]
    gaps = pairwise(sorted({y for span in spans for y in span}))
    heights = [[y for _, y in edge.points] for edge in panel.edges]
    # Uprights are what may be cut; no other edge and no box or frame may be open there.
    upright = [(min(ys), max(ys)) for ys in heights if len(ys) == 2]
    closed = spans + [(min(ys), max(ys)) for ys in heights if len(ys) != 2]
    count_closed, count_upright = _counter(closed), _counter(upright)
    return [
        (above + below) / 2
        for above, below in gaps
        if below - above >= LEAST_GAP
        and count_closed((above + below) / 2) == 0
        and count_upright((above + below) / 2) == 1
    ]


def _counter(spans: list[tuple[float, float]]) -> Callable[[float], int]:
    """How many spans are open at a height."""
    starts, ends = sorted(start for start, _ in spans), sorted(end for _, end in spans)
    return lambda y: bisect_left(starts, y) - bisect_left(ends, y)


def _columns(panel: PlacedPanel, cuts: list[float]) -> PlacedPanel:
    bounds = [0.0, *cuts, panel.height + 1]
    shifts: list[Point] = []
    gutters: list[float] = []
    right = 0.0
    everything = extents(panel)
    for number, (start, end) in enumerate(pairwise(bounds)):
        rects = [r for r in everything if start <= r.top < end]
        points = [p for e in panel.edges for p in e.points if start <= e.points[0][1] < end]
        left = min([r.left for r in rects] + [x for x, _ in points])
        top = min(r.top for r in rects)
        shifts.append((right - left, (ARRIVE if number else 0.0) - top))
        right += max([r.right for r in rects] + [x for x, _ in points]) - left + GUTTER
        gutters.append(right - GUTTER / 2)

    def column(y: float) -> int:
        return sum(y > cut for cut in cuts)

    boxes = []
    for box in panel.boxes:
        boxes.append(box.moved(*shifts[column(box.rect.top)]))
    frames = [
        replace(frame, rect=frame.rect.moved(*shifts[column(frame.rect.top)]))
        for frame in panel.frames
    ]
    edges: list[PlacedEdge] = []
    for edge in panel.edges:
        first, last = column(edge.points[0][1]), column(edge.points[-1][1])
        if first == last:
            edges.append(edge.moved(*shifts[first]))
        else:
            edges.append(_leading_on(edge, shifts[first], shifts[last], gutters[first]))
    bottoms = [box.rect.bottom for box in boxes] + [frame.rect.bottom for frame in frames]
    bottoms += [y for edge in edges for _, y in edge.points]
    return replace(
        panel,
        boxes=tuple(boxes),
        frames=tuple(frames),
        edges=tuple(edges),
        width=right - GUTTER,
        height=max(bottoms),
    )


def _leading_on(edge: PlacedEdge, before: Point, after: Point, lane: float) -> PlacedEdge:
    """The line from the foot of one column to the head of the next."""
    (x0, y0), (x1, y1) = edge.points
    x0, y0, x1, y1 = x0 + before[0], y0 + before[1], x1 + after[0], y1 + after[1]
    foot = y0 + theme.SMALL + TURN
    return PlacedEdge(
        edge.edge, ((x0, y0), (x0, foot), (lane, foot), (lane, TURN - 8), (x1, TURN - 8), (x1, y1))
    )
