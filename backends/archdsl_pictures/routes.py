"""Ways of edges: level and upright lines between boxes, skips in lanes beside them."""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import count, pairwise

from archdsl_svg.geometry import Point, Rect
from archdsl_units.folding import Style
from archdsl_units.labels import Form

from archdsl_pictures.arrange import Arrangement, Gaps
from archdsl_pictures.model import Box, Edge, Panel

Way = tuple[Point, ...]

BEND = 5
"""What a turn costs a loose edge, in times the distance that it keeps from boxes."""


def ways_of(
    panel: Panel,
    arrangement: Arrangement,
    loose: Sequence[Edge],
    labels: Iterable[Rect],
    gaps: Gaps,
    stack: float,
) -> list[Way]:
    """The way of every edge of a panel, in its order: corners from the source to the target."""
    router = _Router(panel, arrangement, loose, gaps, stack)
    ways = [
        None if place in router.loose else router.way(place) for place in range(len(panel.edges))
    ]
    taken = [way for way in ways if way is not None]
    obstacles = [*arrangement.boxes.values(), *labels]
    found = []
    for place, way in enumerate(ways):
        if way is None:
            way = around(*router.ends(place), obstacles, taken, gaps)
            taken.append(way)
        found.append(way)
    return found


class _Router:
    """Finds the ways of the edges that are part of the structure."""

    def __init__(
        self,
        panel: Panel,
        arrangement: Arrangement,
        loose: Sequence[Edge],
        gaps: Gaps,
        stack: float,
    ) -> None:
        self.edges = panel.edges
        self.boxes = {box.path: box for box in panel.boxes}
        self.rects, self.forks = arrangement.boxes, arrangement.forks
        self.lines, self.leads = arrangement.lines, arrangement.leads
        self.gaps, self.stack = gaps, stack
        spare = Counter(loose)
        lanes: dict[Edge, list[float]] = {}
        for edge, x in arrangement.lanes:
            lanes.setdefault(edge, []).append(x)
        self.loose = set[int]()
        self.lanes: dict[int, float] = {}
        # Of edges between the same two boxes the first is the straight one.
        for place in reversed(range(len(self.edges))):
            edge = self.edges[place]
            if spare[edge]:
                spare[edge] -= 1
                self.loose.add(place)
            elif lanes.get(edge):
                self.lanes[place] = lanes[edge].pop()
        self.landings = self._landings()

    def way(self, place: int) -> Way:
        """The corners of an edge's way."""
        edge = self.edges[place]
        source, target = self.rects[edge.source], self.rects[edge.target]
        x0, y0 = self.lines[edge.source], source.bottom
        lane = self.lanes.get(place)
        approach = self._approach(place)
        start = [(x0, y0)]
        if lead := self.leads.get(edge.source):
            start += [(x0, lead.foot), (lead.lane, lead.foot), (lead.lane, lead.head)]
            x0, y0 = lead.line, lead.head
            start.append((x0, y0))
        if lane is not None:
            turn = self.forks.get(edge.source, y0 + self.gaps.fork)
            start += [(x0, turn), (lane, turn)]
        if self._enters_the_side(place):
            middle = target.center[1]
            return tidy([*start, (approach, middle), (target.right, middle)])
        x1, y1 = self.landings[place], self._top(edge.target)
        level = target.top - self.gaps.land
        if lane is None and edge.source in self.forks:
            level = self.forks[edge.source]
        return tidy([*start, (approach, level), (x1, level), (x1, y1)])

    def ends(self, place: int) -> tuple[Point, Point]:
        """Where a loose edge leaves and where it arrives."""
        edge = self.edges[place]
        source = self.lines[edge.source], self.rects[edge.source].bottom
        return source, (self.landings[place], self._top(edge.target))

    def _approach(self, place: int) -> float:
        """Where an edge comes down to its target."""
        edge = self.edges[place]
        if place in self.loose:
            return self.rects[edge.target].right
        lead = self.leads.get(edge.source)
        return self.lanes.get(place, lead.line if lead else self.lines[edge.source])

    def _enters_the_side(self, place: int) -> bool:
        """Whether an edge is a skip into a sum, which is entered from the side as in the papers."""
        edge = self.edges[place]
        is_skip = place in self.lanes or edge.style is not Style.FLOW
        is_round = self.boxes[edge.target].form is Form.ROUND
        return is_skip and is_round and self._approach(place) > self.rects[edge.target].right

    def _top(self, path: str) -> float:
        """Where an edge ends that comes from above."""
        return self.rects[path].top - (self.stack if self.boxes[path].count > 1 else 0)

    def _landings(self) -> dict[int, float]:
        """Where each edge meets its target: those that come straight down keep their line."""
        into: dict[str, list[int]] = {}
        for place, edge in enumerate(self.edges):
            into.setdefault(edge.target, []).append(place)
        found: dict[int, float] = {}
        for path, places in into.items():
            line = self.lines[path]
            places.sort(key=lambda p: (p in self.loose, abs(self._approach(p) - line)))
            landed: list[float] = []
            for place in places:
                x = self._approach(place)
                found[place] = _landing(
                    self.boxes[path], self.rects[path], x, landed, self.gaps.inset
                )
                landed.append(found[place])
        return found


def _landing(box: Box, rect: Rect, x: float, landed: Sequence[float], inset: float) -> float:
    """Where an edge that comes down at x meets a box, beside those that landed before."""
    if box.form in (Form.ROUND, Form.PILL, Form.PORT):
        return rect.center[0]
    if box.form is not Form.BAR and not landed:
        return rect.center[0]
    left, right = rect.left + inset, rect.right - inset
    place = min(max(x, left), right)
    step = -inset if place > rect.center[0] else inset
    while any(abs(place - other) < inset / 2 for other in landed):
        place += step
    return place


def tidy(points: Sequence[Point]) -> Way:
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


def around(
    start: Point, end: Point, obstacles: Sequence[Rect], taken: Sequence[Way], gaps: Gaps
) -> Way:
    """The shortest way with few turns that leaves downwards, arrives from above, crosses no box."""
    clear = gaps.clear
    top, bottom = min(start[1], end[1]) - 8 * clear, max(start[1], end[1]) + 8 * clear
    near = [rect for rect in obstacles if rect.top < bottom and rect.bottom > top]
    grown = [rect.grown(0.875 * clear) for rect in near]
    beyond = max(rect.right for rect in near) + 2 * clear
    xs = sorted(
        {start[0], end[0], beyond, *(x for r in near for x in _beside(r.left, r.right, clear))}
    )
    ys = sorted(
        {start[1] + 2 * clear, end[1] - gaps.land}
        | {y for r in near for y in _beside(r.top, r.bottom, clear)}
    )
    used = [_spans(taken, 0), _spans(taken, 1)]
    begin, goal = (start[0], start[1] + 2 * clear), (end[0], end[1] - gaps.land)
    numbers = count()
    ahead: list[tuple[float, int, Point, bool, tuple[Point, ...]]] = [
        (0.0, next(numbers), begin, True, (start, begin))
    ]
    done = set[tuple[Point, bool]]()
    while ahead:
        cost, _, (x, y), upright, way = heapq.heappop(ahead)
        if (x, y) == goal and upright:
            return tidy([*way, end])
        if ((x, y), upright) in done:
            continue
        done.add(((x, y), upright))
        for next_x, next_y in _neighbours(x, y, xs, ys):
            step = Rect(min(x, next_x), min(y, next_y), max(x, next_x), max(y, next_y))
            if any(step.overlaps(rect) for rect in grown) and (x, y) != begin:
                continue
            is_upright = next_x == x
            length = abs(next_x - x) + abs(next_y - y)
            shared = length if _is_shared(step, is_upright, used, clear) else 0.0
            turn = BEND * clear if is_upright != upright else 0.0
            # Skips run at one side.
            turn += length if is_upright and x < begin[0] - 1 else 0.0
            entry = (next_x, next_y), is_upright, (*way, (next_x, next_y))
            heapq.heappush(ahead, (cost + length + 3 * shared + turn, next(numbers), *entry))
    return tidy([start, begin, (beyond, begin[1]), (beyond, goal[1]), goal, end])


def _beside(low: float, high: float, clear: float) -> tuple[float, ...]:
    return low - clear, low - 2 * clear, high + clear, high + 2 * clear


def _neighbours(x: float, y: float, xs: Sequence[float], ys: Sequence[float]) -> list[Point]:
    left, right = bisect_left(xs, x), bisect_right(xs, x)
    above, below = bisect_left(ys, y), bisect_right(ys, y)
    found = [(xs[left - 1], y)] if left else []
    found += [(xs[right], y)] if right < len(xs) else []
    found += [(x, ys[above - 1])] if above else []
    found += [(x, ys[below])] if below < len(ys) else []
    return found


def _spans(ways: Sequence[Way], axis: int) -> dict[float, list[tuple[float, float]]]:
    """Where on each upright (0) or level (1) line there is an edge already."""
    found: dict[float, list[tuple[float, float]]] = {}
    for way in ways:
        for one, other in pairwise(way):
            if abs(one[axis] - other[axis]) < 0.05:
                ends = sorted((one[1 - axis], other[1 - axis]))
                found.setdefault(round(one[axis]), []).append((ends[0], ends[1]))
    return found


def _is_shared(
    step: Rect,
    is_upright: bool,
    used: Sequence[Mapping[float, list[tuple[float, float]]]],
    clear: float,
) -> bool:
    """Whether another edge runs along a step already, or nearly."""
    line, apart = round(step.left if is_upright else step.top), int(clear) - 1
    low, high = (step.top, step.bottom) if is_upright else (step.left, step.right)
    spans = used[0 if is_upright else 1]
    return any(
        start < high and end > low
        for near in range(line - apart, line + apart + 1)
        for start, end in spans.get(near, ())
    )
