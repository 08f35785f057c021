"""A long overview in several columns, cut where a single upright line leads on."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from archdsl_graphviz import theme
from archdsl_graphviz.geometry import Point
from archdsl_graphviz.layout import PlacedEdge, PlacedPanel, extents

GUTTER = 44.0
"""Between two columns; the line that leads on runs in its middle."""
ARRIVE = 30.0
"""From the top of a later column to its first box or frame."""
TURN = 13.0


def wrapped(panel: PlacedPanel, count: int) -> PlacedPanel:
    """The panel in at most `count` columns of about equal height, as it can be cut."""
    cuts = _cuts(panel) if count > 1 else []
    chosen = set[float]()
    for number in range(1, count) if cuts else ():
        goal = panel.height * number / count
        chosen.add(min(cuts, key=lambda y: abs(y - goal)))
    return _columns(panel, sorted(chosen)) if chosen else panel


def _cuts(panel: PlacedPanel) -> list[float]:
    """The heights at which nothing but one upright line is cut."""
    spans = [(p.rect.top, p.rect.bottom) for p in (*panel.boxes, *panel.frames)]
    ways = [
        (min(y for _, y in edge.points), max(y for _, y in edge.points)) for edge in panel.edges
    ]
    changes = sorted({y for span in spans for y in span})
    # A sweep from top to bottom: how many boxes, frames and edges are open at each gap.
    found = []
    for above, below in pairwise(changes):
        middle = (above + below) / 2
        if below - above < 12 or any(top < middle < bottom for top, bottom in spans):
            continue
        crossing = [
            edge for edge, way in zip(panel.edges, ways, strict=True) if way[0] < middle < way[1]
        ]
        if len(crossing) == 1 and len(crossing[0].points) == 2:
            found.append(middle)
    return found


def _columns(panel: PlacedPanel, cuts: list[float]) -> PlacedPanel:
    bounds = [0.0, *cuts, panel.height + 1]
    shifts: list[Point] = []
    gutters: list[float] = []
    right = 0.0
    for number, (start, end) in enumerate(pairwise(bounds)):
        rects = [r for r in extents(panel) if start <= r.top < end]
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
        dx, dy = shifts[column(box.rect.top)]
        shape_at = box.shape_at and box.shape_at.moved(dx, dy)
        boxes.append(replace(box, rect=box.rect.moved(dx, dy), shape_at=shape_at))
    frames = [
        replace(frame, rect=frame.rect.moved(*shifts[column(frame.rect.top)]))
        for frame in panel.frames
    ]
    edges = []
    for edge in panel.edges:
        first, last = column(edge.points[0][1]), column(edge.points[-1][1])
        if first == last:
            dx, dy = shifts[first]
            points = tuple((x + dx, y + dy) for x, y in edge.points)
            edges.append(PlacedEdge(edge.edge, points))
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
