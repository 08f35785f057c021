"""Ways of edges: level and upright lines between boxes, skips in lanes beside them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from archdsl_svg.geometry import Point, Rect
from archdsl_units.folding import Style
from archdsl_units.labels import Form

from archdsl_pictures.around import Way, around, tidy
from archdsl_pictures.arrange import Arrangement, Gaps
from archdsl_pictures.model import Box, Edge, Panel


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


def crossings(
    edges: Sequence[Edge], ways: Sequence[Way], loose: Sequence[Edge]
) -> list[tuple[Point, ...]]:
    """For each edge, where it crosses one that has neither end in common with it.

    Of two edges that cross it is the loose one that is told, or the later. It is drawn with a gap
    there, so that nobody takes the crossing for a fork.
    """
    found: list[list[Point]] = [[] for _ in ways]
    if not loose:
        return [() for _ in ways]
    spare = set(loose)
    ranks = [(edge in spare, number) for number, edge in enumerate(edges)]
    segments = [(number, a, b) for number, way in enumerate(ways) for a, b in pairwise(way)]
    levels = sorted(
        (a[1], other, min(a[0], b[0]), max(a[0], b[0]))
        for other, a, b in segments
        if _is_level(a, b)
    )
    heights = [level[0] for level in levels]
    for number, (x, start), (_, end) in (s for s in segments if not _is_level(*s[1:])):
        low, high = sorted((start, end))
        first, last = bisect_right(heights, low), bisect_left(heights, high)
        for y, other, left, right in levels[first:last]:
            if left < x < right and _are_apart(edges[number], edges[other]):
                found[max(ranks[number], ranks[other])[1]].append((x, y))
    return [tuple(points) for points in found]


def _is_level(one: Point, other: Point) -> bool:
    return abs(one[1] - other[1]) < 0.05


def _are_apart(one: Edge, other: Edge) -> bool:
    return one.source != other.source and one.target != other.target
