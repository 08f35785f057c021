"""Ways around what is there, for edges that fit into no structure."""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import cache
from itertools import count, pairwise

from archdsl_svg.geometry import Point, Rect

from archdsl_pictures.arrange import Gaps

Way = tuple[Point, ...]
"""Corners; each stretch is level or upright."""

BEND, CROSSING = 5, 10
"""What a turn and a crossing cost, in times the distance that is kept from boxes."""
SHARED = 40
"""What a stretch along another edge costs more, in times its length."""


def around(
    start: Point, end: Point, obstacles: Sequence[Rect], taken: Sequence[Way], gaps: Gaps
) -> Way:
    """The shortest way with few turns that leaves downwards, arrives from above, crosses no box.

    It keeps off the ways that are `taken`, and crosses few of them.
    """
    clear = gaps.clear
    top, bottom = min(start[1], end[1]) - 8 * clear, max(start[1], end[1]) + 8 * clear
    near = [rect for rect in obstacles if rect.top < bottom and rect.bottom > top]
    beyond = max(rect.right for rect in near) + 2 * clear
    begin, goal = (start[0], start[1] + 2 * clear), (end[0], end[1] - gaps.land)
    xs = {start[0], end[0], beyond, *(x for r in near for x in _beside(r.left, r.right, clear))}
    ys = {begin[1], goal[1], *(y for r in near for y in _beside(r.top, r.bottom, clear))}
    # Those that lie further off draw no lines of the grid, but may stand in the way of one.
    blocking = [r for r in obstacles if r.top < max(ys) + clear and r.bottom > min(ys) - clear]
    upright = _lines(blocking, taken, clear)
    level = _lines([rect.turned() for rect in blocking], [turned(way) for way in taken], clear)

    def price(here: Point, there: Point) -> float | None:
        """What a step costs; nothing where it would lead through a box."""
        if here[0] == there[0]:
            # Skips run at one side.
            side = abs(there[1] - here[1]) if here[0] < begin[0] - 1 else 0.0
            cost = upright(here[0]).price(here[1], there[1], is_free=here == begin)
            return None if cost is None else cost + side
        return level(here[1]).price(here[0], there[0], is_free=here == begin)

    way = _cheapest(begin, goal, sorted(xs), sorted(ys), price, BEND * clear)
    way = way or [(beyond, begin[1]), (beyond, goal[1]), goal]
    return tidy([start, begin, *way, end])


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


def turned(way: Way) -> Way:
    """The same way where the flow runs in the other direction."""
    return tuple((y, x) for x, y in way)


def _cheapest(
    begin: Point,
    goal: Point,
    xs: Sequence[float],
    ys: Sequence[float],
    price: Callable[[Point, Point], float | None],
    bend: float,
) -> list[Point]:
    """The steps from begin to goal that cost least, upright at both; nothing if there is no way."""
    numbers = count()
    # What is ahead comes in the order of the least that it can cost in the end.
    ahead: list[tuple[float, int, float, Point, bool, tuple[Point, ...]]] = []
    heapq.heappush(ahead, (0.0, next(numbers), 0.0, begin, True, ()))
    done = set[tuple[Point, bool]]()
    while ahead:
        _, _, cost, here, is_upright, way = heapq.heappop(ahead)
        if here == goal and is_upright:
            return list(way)
        if (here, is_upright) in done:
            continue
        done.add((here, is_upright))
        for there in _neighbours(*here, xs, ys):
            step = price(here, there)
            if step is None:
                continue
            turns = (there[0] == here[0]) != is_upright
            spent = cost + step + (bend if turns else 0.0)
            left = abs(goal[0] - there[0]) + abs(goal[1] - there[1])
            entry = (spent, there, is_upright != turns, (*way, there))
            heapq.heappush(ahead, (spent + left, next(numbers), *entry))
    return []


class _Line:
    """One upright line of the grid: what blocks it, what runs along it, what crosses it."""

    def __init__(
        self, x: float, obstacles: Sequence[Rect], ways: Sequence[tuple[Point, Point]], clear: float
    ) -> None:
        keep = 0.875 * clear
        self.blocked = [
            (r.top - keep, r.bottom + keep) for r in obstacles if r.left - keep < x < r.right + keep
        ]
        self.along = [
            (min(a[1], b[1]), max(a[1], b[1]))
            for a, b in ways
            if abs(a[0] - b[0]) < 0.05 and abs(a[0] - x) < clear
        ]
        self.across = sorted(
            a[1]
            for a, b in ways
            if abs(a[1] - b[1]) < 0.05 and min(a[0], b[0]) < x < max(a[0], b[0])
        )
        self.crossing = CROSSING * clear

    def price(self, start: float, end: float, is_free: bool) -> float | None:
        """What a step costs from one height to another; nothing where a box is in the way.

        A step is free of boxes where it leaves its own.
        """
        low, high = min(start, end), max(start, end)
        if not is_free and any(top < high and low < bottom for top, bottom in self.blocked):
            return None
        crossed = bisect_right(self.across, high) - bisect_right(self.across, low)
        is_shared = any(top < high and low < bottom for top, bottom in self.along)
        return (high - low) * (1 + SHARED * is_shared) + self.crossing * crossed


def _lines(
    obstacles: Sequence[Rect], ways: Sequence[Way], clear: float
) -> Callable[[float], _Line]:
    """The upright lines of a grid, each made when a step on it is first asked for."""
    segments = [segment for way in ways for segment in pairwise(way)]
    return cache(lambda x: _Line(x, obstacles, segments, clear))


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
