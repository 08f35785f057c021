"""Ways of edges: level and upright lines between rows of boxes, skips in lanes beside them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from archdsl_svg.geometry import Point, Rect

from archdsl_graphviz.labels import Form
from archdsl_graphviz.model import Box, Edge, Frame, Panel
from archdsl_graphviz.sizes import Size
from archdsl_graphviz.theme import STACK

LEAVE = 15.0
"""How far below a row its edges turn: the shape that leaves a box is written above the turn."""
ENTER = 12.0
"""How far above a row edges turn for the last time: room for an arrow's head."""
LABEL_GAP = 6.0
"""How far edges turn outside of a frame."""
CLEAR = 7.0
"""How far a lane keeps from boxes."""


@dataclass(slots=True)
class Row:
    """Boxes at one height, from left to right."""

    top: float = inf
    bottom: float = -inf
    spans: list[tuple[float, float]] = field(default_factory=list)

    def hold(self, rect: Rect, room: float) -> None:
        """Add a box, with the room that is kept free beside it."""
        self.top, self.bottom = min(self.top, rect.top), max(self.bottom, rect.bottom)
        self.spans.append((rect.left - room, rect.right + room))

    def is_free(self, x: float) -> bool:
        """Whether an upright line at x keeps clear of the row's boxes."""
        at = bisect_left(self.spans, (x + CLEAR,))
        return at == 0 or self.spans[at - 1][1] < x - CLEAR

    def is_free_between(self, left: float, right: float) -> bool:
        """Whether a level line across the row touches no box."""
        return not any(start < right and end > left for start, end in self.spans)

    def free_near(self, x: float) -> float:
        """The free place that is nearest to x."""
        places = [x]
        for left, right in self.spans:
            places += [left - CLEAR - 0.1, right + CLEAR + 0.1]
        return min((p for p in places if self.is_free(p)), key=lambda p: abs(p - x))


class Router:
    """Finds the ways of one panel's edges, the boxes being where the layout put them."""

    def __init__(
        self,
        panel: Panel,
        rects: Mapping[str, Rect],
        sizes: Mapping[str, Size],
        row_of: Mapping[str, int],
        frames: Sequence[tuple[Frame, Rect]],
    ) -> None:
        self.boxes = {box.path: box for box in panel.boxes}
        self.rects = rects
        self.row_of = row_of
        self.rows = [Row() for _ in range(max(row_of.values()) + 1)]
        for path, rect in rects.items():
            self.rows[row_of[path]].hold(rect, sizes[path].room)
        for row in self.rows:
            row.spans.sort()
        self.frames = [({p for f in frame.walk() for p in f.boxes}, r) for frame, r in frames]

    def route(self, edge: Edge, passed: Sequence[float]) -> tuple[Point, ...]:
        """The corners of an edge's way; `passed` is where the layout let it cross other rows."""
        source, target = self.rects[edge.source], self.rects[edge.target]
        start, end = self.row_of[edge.source], self.row_of[edge.target]
        x0 = _place_along(self.boxes[edge.source], source, target.center[0])
        x1 = _place_along(self.boxes[edge.target], target, x0)
        between = self.rows[start + 1 : end]
        leave, enter = self._turns(edge, start, end)
        begin = [(x0, source.bottom)]
        if not between:
            # Paths part early and meet late, so that both are seen in one gap.
            turn = enter if self.boxes[edge.target].paths > 1 else leave
            return _tidy([*begin, (x0, turn), (x1, turn), (x1, self._top(edge.target))])
        outer = sorted(passed, reverse=sum(passed) > x0 * len(passed))
        lanes = (x0, x1, *outer)
        lane = next((x for x in lanes if all(row.is_free(x) for row in between)), None)
        begin.append((x0, leave))
        if lane is None:
            begin += self._winding(start, end, x0, leave, passed)
            lane = begin[-1][0]
        else:
            begin.append((lane, leave))
        # A sum is entered from the side, as in the papers.
        level = target.center[1]
        side = target.right if lane > target.right else target.left
        near, far = sorted((lane, side))
        if (
            self.boxes[edge.target].form is Form.ROUND
            and not target.left <= lane <= target.right
            and self.rows[end].is_free_between(near + 0.01, far - 0.01)
        ):
            return _tidy([*begin, (lane, level), (side, level)])
        x1 = _place_along(self.boxes[edge.target], target, lane)
        return _tidy([*begin, (lane, enter), (x1, enter), (x1, self._top(edge.target))])

    def _winding(
        self, start: int, end: int, x: float, leave: float, passed: Sequence[float]
    ) -> list[Point]:
        """The corners of an edge that finds no single lane: from row to row as it was laid out."""
        points: list[Point] = []
        for index, goal in zip(range(start + 1, end), passed, strict=True):
            row = self.rows[index]
            if not row.is_free(x):
                level = leave if index == start + 1 else row.top - ENTER
                points.append((x, level))
                x = row.free_near(goal)
                points.append((x, level))
        return points

    def _top(self, path: str) -> float:
        """Where an edge ends that comes from above."""
        return self.rects[path].top - (STACK if self.boxes[path].count > 1 else 0)

    def _turns(self, edge: Edge, start: int, end: int) -> tuple[float, float]:
        """The heights of an edge's first and last turn: outside of the frames that it crosses."""
        leave, enter = self.rows[start].bottom + LEAVE, self.rows[end].top - ENTER
        for held, rect in self.frames:
            if edge.source in held and edge.target not in held and rect.bottom < leave + LEAVE:
                leave = max(leave, rect.bottom + LABEL_GAP)
            if edge.target in held and edge.source not in held and rect.top > enter - 2 * LEAVE:
                enter = min(enter, rect.top - LABEL_GAP)
        return leave, enter


def _place_along(box: Box, rect: Rect, x: float) -> float:
    """Where an edge that comes from x meets a box: a bar anywhere, another in its middle."""
    if box.form is Form.BAR:
        return min(max(x, rect.left + 8), rect.right - 8)
    return rect.center[0]


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
