"""Ways of edges: level and upright lines between rows of boxes, skips in lanes beside them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from archdsl_graphviz.geometry import Point, Rect
from archdsl_graphviz.labels import Form
from archdsl_graphviz.model import Box, Edge, Panel
from archdsl_graphviz.sizes import Size

LEAVE = 15.0
"""How far below a row its edges turn: the shape that leaves a box is written above the turn."""
ENTER = 12.0
"""How far above a row edges turn for the last time: room for an arrow's head."""
CLEAR = 7.0
"""How far a lane keeps from boxes."""


@dataclass(slots=True)
class Row:
    """Boxes at one height, from left to right."""

    top: float
    bottom: float
    spans: list[tuple[float, float]] = field(default_factory=list)

    def is_free(self, x: float) -> bool:
        """Whether an upright line at x keeps clear of the row's boxes."""
        at = bisect_left(self.spans, (x + CLEAR,))
        return at == 0 or self.spans[at - 1][1] < x - CLEAR

    def is_free_between(self, left: float, right: float) -> bool:
        """Whether a level line across the row touches no box."""
        return not any(start < right and end > left for start, end in self.spans)


class Router:
    """Finds the ways of one panel's edges, the boxes being where the layout put them."""

    def __init__(
        self, panel: Panel, rects: Mapping[str, Rect], sizes: Mapping[str, Size]
    ) -> None:
        self.boxes = {box.path: box for box in panel.boxes}
        self.rects = rects
        self.rows = _rows((rects[path], sizes[path].room) for path in rects)
        self._row_of = {
            path: next(i for i, row in enumerate(self.rows) if rect.center[1] <= row.bottom)
            for path, rect in rects.items()
        }

    def route(self, edge: Edge, curve: Sequence[Point]) -> tuple[Point, ...]:
        """The corners of an edge's way; `curve` says on which side the layout let it pass."""
        source, target = self.rects[edge.source], self.rects[edge.target]
        start, end = self._row_of[edge.source], self._row_of[edge.target]
        x0 = source.center[0]
        x1 = _entry(self.boxes[edge.target], target, x0)
        between = self.rows[start + 1 : end]
        leave = self.rows[start].bottom + LEAVE
        enter = self.rows[end].top - ENTER
        if not between:
            if abs(x0 - x1) < 0.5:
                return (x0, source.bottom), (x1, target.top)
            # Paths part early and meet late, so that both are seen in one gap.
            turn = enter if self._fan_in(edge) else leave
            return _tidy([(x0, source.bottom), (x0, turn), (x1, turn), (x1, target.top)])
        lanes = _lanes(curve, between, x0, _entry(self.boxes[edge.target], target, x0))
        lane = next((x for x in lanes if all(row.is_free(x) for row in between)), None)
        if lane is None:
            return self._winding(edge, curve, leave, enter)
        x1 = _entry(self.boxes[edge.target], target, lane)
        points = [(x0, source.bottom), (x0, leave), (lane, leave)]
        middle = target.center[1]
        edge_x = target.right if lane > target.right else target.left
        level = sorted((lane, edge_x))
        if self.boxes[edge.target].form is Form.ROUND and (
            not target.left <= lane <= target.right
            and self.rows[end].is_free_between(level[0] + 0.01, level[1] - 0.01)
        ):
            return _tidy([*points, (lane, middle), (edge_x, middle)])
        return _tidy([*points, (lane, enter), (x1, enter), (x1, target.top)])

    def _winding(
        self, edge: Edge, curve: Sequence[Point], leave: float, enter: float
    ) -> tuple[Point, ...]:
        """The way of an edge that has no single lane: from row to row as the layout's curve."""
        source, target = self.rects[edge.source], self.rects[edge.target]
        start, end = self._row_of[edge.source], self._row_of[edge.target]
        x = source.center[0]
        points = [(x, source.bottom), (x, leave)]
        for index in range(start + 1, end):
            row = self.rows[index]
            if not row.is_free(x):
                level = leave if index == start + 1 else row.top - ENTER
                points.append((x, level))
                x = _free(row, _at(curve, (row.top + row.bottom) / 2))
                points.append((x, level))
        last = _entry(self.boxes[edge.target], target, x)
        return _tidy([*points, (x, enter), (last, enter), (last, target.top)])

    def _fan_in(self, edge: Edge) -> bool:
        return self.boxes[edge.target].paths > 1


def _rows(places: Iterable[tuple[Rect, float]]) -> list[Row]:
    """The boxes by their height; the layout gives all boxes of one rank one middle."""
    rows: dict[float, Row] = {}
    for rect, room in places:
        row = rows.setdefault(round(rect.center[1], 1), Row(rect.top, rect.bottom))
        row.top, row.bottom = min(row.top, rect.top), max(row.bottom, rect.bottom)
        row.spans.append((rect.left - room, rect.right + room))
    for row in rows.values():
        row.spans.sort()
    return [rows[middle] for middle in sorted(rows)]


def _entry(box: Box, rect: Rect, x: float) -> float:
    """Where an edge that comes from x enters a box: a bar anywhere, another in its middle."""
    if box.form is Form.BAR:
        return min(max(x, rect.left + 8), rect.right - 8)
    return rect.center[0]


def _lanes(curve: Sequence[Point], between: Sequence[Row], *first: float) -> list[float]:
    """Where a single upright line may pass, best first: the ends' own columns, then the curve's."""
    passed = sorted(_at(curve, (row.top + row.bottom) / 2) for row in between)
    outer = passed[-1:] + passed[:1] if passed[-1] > first[0] else passed[:1] + passed[-1:]
    return [*first, *outer, *passed]


def _at(curve: Sequence[Point], y: float) -> float:
    """Where a curve that leads downwards passes a height."""
    for (x0, y0), (x1, y1) in zip(curve, curve[1:], strict=False):
        if y0 <= y <= y1:
            return x0 if y1 == y0 else x0 + (x1 - x0) * (y - y0) / (y1 - y0)
    return min(curve, key=lambda point: abs(point[1] - y))[0]


def _free(row: Row, x: float) -> float:
    """The free place of a row that is nearest to x."""
    places = [x]
    for left, right in row.spans:
        places += [left - CLEAR - 0.1, right + CLEAR + 0.1]
    return min((p for p in places if row.is_free(p)), key=lambda p: abs(p - x))


def _tidy(points: Sequence[Point]) -> tuple[Point, ...]:
    """The corners without those that turn nothing."""
    kept: list[Point] = []
    for point in points:
        if kept and abs(kept[-1][0] - point[0]) < 0.05 and abs(kept[-1][1] - point[1]) < 0.05:
            continue
        if len(kept) > 1 and (
            abs(kept[-2][0] - kept[-1][0]) < 0.05 > abs(kept[-1][0] - point[0])
            or abs(kept[-2][1] - kept[-1][1]) < 0.05 > abs(kept[-1][1] - point[1])
        ):
            kept[-1] = point
            continue
        kept.append(point)
    return tuple(kept)
