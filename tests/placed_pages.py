"""What must not be on a placed page: what overlaps, lines through boxes and words, shared lines."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import combinations, pairwise

from archdsl_pictures.around import Way
from archdsl_pictures.layout import PlacedPanel
from archdsl_pictures.model import Edge
from archdsl_pictures.page import Page
from archdsl_svg.geometry import Rect


def panels(page: Page) -> Iterator[PlacedPanel]:
    for sheet in page.sheets:
        yield sheet.placed


def shrunk(rect: Rect, by: float = 0.05) -> Rect:
    return Rect(rect.left + by, rect.top + by, rect.right - by, rect.bottom - by)


def crossing(ways: list[Way], rects: list[Rect]) -> Iterator[tuple[Way, Rect]]:
    """Every way that leads through a rectangle."""
    segments = sorted(
        ((Rect(*map(min, a, b), *map(max, a, b)), way) for way in ways for a, b in pairwise(way)),
        key=lambda entry: entry[0].top,
    )
    tops = [segment.top for segment, _ in segments]
    tallest = max((segment.height for segment, _ in segments), default=0.0)
    for rect in rects:
        first, last = bisect_left(tops, rect.top - tallest), bisect_left(tops, rect.bottom)
        for segment, way in segments[first:last]:
            if rect.overlaps(segment):
                yield way, rect


def overlapping(rects: list[Rect]) -> list[tuple[Rect, Rect]]:
    """Every two that have an area in common."""
    found = []
    ordered = sorted(rects, key=lambda rect: rect.top)
    for at, rect in enumerate(ordered):
        for other in ordered[at + 1 :]:
            if other.top >= rect.bottom:
                break
            if rect.overlaps(other):
                found.append((rect, other))
    return found


def words(panel: PlacedPanel) -> list[Rect]:
    """Where something is written beside boxes."""
    found = [placed.shape_at for placed in panel.boxes if placed.shape_at]
    found += [placed.label_at for placed in panel.frames]
    return found + [rung.label_at for rung in panel.rungs]


def shared(panel: PlacedPanel) -> Iterator[tuple[Edge, Edge]]:
    """Every two edges without a common end that run along each other."""
    spans: dict[tuple[bool, int], list[tuple[float, float, Edge]]] = {}
    for edge in panel.edges:
        for (x0, y0), (x1, y1) in pairwise(edge.points):
            upright = abs(x0 - x1) < 0.1
            low, high = sorted((y0, y1) if upright else (x0, x1))
            line = round(x0 if upright else y0)
            spans.setdefault((upright, line), []).append((low, high, edge.edge))
    for held in spans.values():
        for (a, b, one), (c, d, other) in combinations(held, 2):
            related = one.source == other.source or one.target == other.target
            if not related and min(b, d) - max(a, c) >= 1:
                yield one, other


def crossings(panel: PlacedPanel) -> set[tuple[float, float]]:
    """Where two edges without a common end cross."""
    segments = [(e.edge, a, b) for e in panel.edges for a, b in pairwise(e.points)]
    upright = [s for s in segments if abs(s[1][0] - s[2][0]) < 0.1]
    level = [s for s in segments if abs(s[1][1] - s[2][1]) < 0.1]
    return {
        (x, y)
        for one, (x, y0), (_, y1) in upright
        for other, (x0, y), (x1, _) in level
        if one.source != other.source
        and one.target != other.target
        and min(x0, x1) + 0.1 < x < max(x0, x1) - 0.1
        and min(y0, y1) + 0.1 < y < max(y0, y1) - 0.1
    }


def faults(page: Page) -> list[object]:
    """All that is wrong with a page; nothing else is drawn but boxes, frames, edges and words."""
    found: list[object] = []
    for panel in panels(page):
        ways = [edge.points for edge in panel.edges]
        written, boxes = words(panel), [shrunk(box.rect) for box in panel.boxes]
        found += crossing(ways, [*written, *boxes])
        found += overlapping([*written, *boxes])
        found += shared(panel)
        gaps = [point for edge in panel.edges for point in edge.over]
        found += crossings(panel) ^ set(gaps)
        corners = [point for way in ways for point in way]
        corners += [(r.left, r.top) for r in (*written, *boxes)]
        corners += [(r.right, r.bottom) for r in (*written, *boxes)]
        found += [
            (x, y) for x, y in corners if not (0 <= x <= page.width and 0 <= y <= page.height)
        ]
    return found
