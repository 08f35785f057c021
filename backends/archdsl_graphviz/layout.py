"""Places for a panel's boxes, frames and edges, from the program's layout; y grows downwards."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from archdsl_svg.font import text_width
from archdsl_svg.geometry import Point, Rect
from archdsl_svg.marks import identifier

from archdsl_graphviz import theme
from archdsl_graphviz.dot import layout_text
from archdsl_graphviz.labels import Form
from archdsl_graphviz.model import Box, Edge, Frame, Panel, Style
from archdsl_graphviz.program import lay_out
from archdsl_graphviz.routes import Router
from archdsl_graphviz.sizes import COLUMN_FORMS, Size, column_width, frame_margin, panel_sizes


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A box in its place. `shape_at` is where the shape that leaves it is written, if it is."""

    box: Box
    rect: Rect
    shape_at: Rect | None = None

    def moved(self, dx: float, dy: float) -> PlacedBox:
        """The same box elsewhere."""
        shape_at = self.shape_at and self.shape_at.moved(dx, dy)
        return PlacedBox(self.box, self.rect.moved(dx, dy), shape_at)


@dataclass(frozen=True, slots=True)
class PlacedFrame:
    """A frame in its place."""

    frame: Frame
    rect: Rect


@dataclass(frozen=True, slots=True)
class PlacedEdge:
    """An edge's way: corners from the source's border to the target's."""

    edge: Edge
    points: tuple[Point, ...]

    def moved(self, dx: float, dy: float) -> PlacedEdge:
        """The same way elsewhere."""
        return PlacedEdge(self.edge, tuple((x + dx, y + dy) for x, y in self.points))


@dataclass(frozen=True, slots=True)
class PlacedPanel:
    """A panel with everything in its place; its upper left corner is (0, 0)."""

    panel: Panel
    boxes: tuple[PlacedBox, ...]
    frames: tuple[PlacedFrame, ...]
    edges: tuple[PlacedEdge, ...]
    width: float
    height: float

    def moved(self, dx: float, dy: float) -> PlacedPanel:
        """The same panel elsewhere on the page."""
        return replace(
            self,
            boxes=tuple(placed.moved(dx, dy) for placed in self.boxes),
            frames=tuple(replace(placed, rect=placed.rect.moved(dx, dy)) for placed in self.frames),
            edges=tuple(placed.moved(dx, dy) for placed in self.edges),
        )


def place(panels: Sequence[Panel]) -> list[PlacedPanel]:
    """Every panel laid out, all by one run of the program."""
    sizes = [panel_sizes(panel) for panel in panels]
    documents = lay_out("".join(map(layout_text, panels, sizes)))
    return list(map(_place, panels, sizes, documents))


def _place(panel: Panel, sizes: Mapping[str, Size], found: dict[str, Any]) -> PlacedPanel:
    objects = {item["name"]: item for item in found["objects"]}
    spots = {b.path: _numbers(objects[identifier(b.path)]["pos"]) for b in panel.boxes}
    # The program counts upwards, and gives the boxes of one row one height.
    heights = sorted({round(y, 1) for _, y in spots.values()}, reverse=True)
    row_of = {path: heights.index(round(y, 1)) for path, (_, y) in spots.items()}
    rects = _rows_apart(panel, sizes, {path: x for path, (x, _) in spots.items()}, row_of)
    _stretch_bars(panel, rects)
    frames = _placed_frames(panel, rects)
    router = Router(panel, rects, sizes, row_of, [(p.frame, p.rect) for p in frames])
    curves = _curves(found, objects)
    edges = []
    for edge in panel.edges:
        curve = curves[identifier(edge.source), identifier(edge.target)]
        between = range(row_of[edge.source] + 1, row_of[edge.target])
        lanes = [_at(curve, heights[row]) for row in between]
        edges.append(PlacedEdge(edge, router.route(edge, lanes)))
    ways = {placed.edge.source: placed.points[0][0] for placed in edges}
    boxes = [
        PlacedBox(box, rects[box.path], _shape_place(box, rects[box.path], ways.get(box.path)))
        for box in panel.boxes
    ]
    return _trimmed(panel, boxes, frames, edges)


def _rows_apart(
    panel: Panel, sizes: Mapping[str, Size], xs: Mapping[str, float], row_of: Mapping[str, int]
) -> dict[str, Rect]:
    """The boxes in rows with equal gaps, wider ones where frames begin or end."""
    count = max(row_of.values()) + 1
    tall = [0.0] * count
    columns = [0.0] * count
    for box in panel.boxes:
        row, height = row_of[box.path], sizes[box.path].height
        tall[row] = max(tall[row], height)
        if box.form in COLUMN_FORMS:
            columns[row] = max(columns[row], height)
    begin, end = _frame_levels(panel, row_of)
    middles, y = [], 0.0
    for row in range(count):
        if row:
            y += theme.RANK_GAP + theme.FRAME_MARGIN * end[row - 1]
            y += theme.FRAME_GAP + theme.FRAME_HEAD * (begin[row] - 1) if begin[row] else 0.0
        middles.append(y + tall[row] / 2)
        y += tall[row]
    rects = {}
    for box in panel.boxes:
        row = row_of[box.path]
        half_width = sizes[box.path].width / 2
        half_height = (columns[row] if box.form in COLUMN_FORMS else sizes[box.path].height) / 2
        x, y = xs[box.path], middles[row]
        rects[box.path] = Rect(x - half_width, y - half_height, x + half_width, y + half_height)
    return rects


def _frame_levels(
    panel: Panel, row_of: Mapping[str, int]
) -> tuple[defaultdict[int, int], defaultdict[int, int]]:
    """How many frames, one in the other, begin and end at each row."""
    begin, end = defaultdict[int, int](int), defaultdict[int, int](int)

    def visit(frame: Frame, above: Counter[int], below: Counter[int]) -> None:
        rows = [row_of[path] for inner in frame.walk() for path in inner.boxes]
        above, below = above + Counter([min(rows)]), below + Counter([max(rows)])
        begin[min(rows)] = max(begin[min(rows)], above[min(rows)])
        end[max(rows)] = max(end[max(rows)], below[max(rows)])
        for inner in frame.frames:
            visit(inner, above, below)

    for frame in panel.frames:
        visit(frame, Counter(), Counter())
    return begin, end


def _placed_frames(panel: Panel, rects: Mapping[str, Rect]) -> list[PlacedFrame]:
    """The frames around what they hold; one that would hold something else too is left out."""
    column = column_width(panel)
    ears = {box.path for box in panel.boxes if box.skip is not Style.FLOW}
    found: list[PlacedFrame] = []

    def visit(frame: Frame) -> Rect:
        held = [visit(inner) for inner in frame.frames]
        for path in frame.boxes:
            rect, ear = rects[path], theme.ARC if path in ears else 0.0
            held.append(Rect(rect.left - ear, rect.top, rect.right + ear, rect.bottom))
        margin = frame_margin(frame, column + (2 * theme.ARC if ears else 0.0))
        outer = Rect(
            min(rect.left for rect in held) - margin,
            min(rect.top for rect in held) - theme.FRAME_HEAD,
            max(rect.right for rect in held) + margin,
            max(rect.bottom for rect in held) + theme.FRAME_MARGIN,
        )
        own = {path for inner in frame.walk() for path in inner.boxes}
        if not any(outer.overlaps(rect) for path, rect in rects.items() if path not in own):
            found.append(PlacedFrame(frame, outer))
        return outer

    for frame in panel.frames:
        visit(frame)
    return found[::-1]


def _stretch_bars(panel: Panel, rects: dict[str, Rect]) -> None:
    """Let every bar reach from its first path to its last, where nothing is in the way."""
    for box in panel.boxes:
        if box.form is not Form.BAR:
            continue
        rect = rects[box.path]
        columns = [rects[e.source].center[0] for e in panel.edges if e.target == box.path]
        left = min(rect.center[0] - rect.width / 4, min(columns) - theme.BAR_END)
        right = max(rect.center[0] + rect.width / 4, max(columns) + theme.BAR_END)
        beside = [r for path, r in rects.items() if path != box.path and r.overlaps_in_height(rect)]
        left = max([left, *(r.right + theme.COLUMN_GAP for r in beside if r.right <= rect.left)])
        right = min([right, *(r.left - theme.COLUMN_GAP for r in beside if r.left >= rect.right)])
        rects[box.path] = Rect(left, rect.top, right, rect.bottom)


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(number) for number in text.replace(",", " ").split())


def _curves(
    found: dict[str, Any], objects: Mapping[str, dict[str, Any]]
) -> dict[tuple[str, str], list[Point]]:
    """For each pair of boxes, points along the curve that the program drew between them."""
    names = {item["_gvid"]: name for name, item in objects.items()}
    return {
        (names[edge["tail"]], names[edge["head"]]): _curve(edge["pos"])
        for edge in found.get("edges", ())
    }


def _curve(text: str) -> list[Point]:
    numbers = _numbers(" ".join(part for part in text.split() if part[0] not in "es"))
    knots = list(zip(numbers[::2], numbers[1::2], strict=True))
    points = [knots[0]]
    for start in range(0, len(knots) - 3, 3):
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = knots[start : start + 4]
        for step in range(1, 9):
            t = step / 8
            p, q, r, s = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3
            points.append((p * ax + q * bx + r * cx + s * dx, p * ay + q * by + r * cy + s * dy))
    return points


def _at(curve: Sequence[Point], y: float) -> float:
    """Where a curve passes a height."""
    for (x0, y0), (x1, y1) in pairwise(curve):
        if min(y0, y1) <= y <= max(y0, y1):
            return x0 if y1 == y0 else x0 + (x1 - x0) * (y - y0) / (y1 - y0)
    return min(curve, key=lambda point: abs(point[1] - y))[0]


def _shape_place(box: Box, rect: Rect, way: float | None) -> Rect | None:
    """Right of the line that leaves the box, between the box and the line's first bend."""
    if not box.shape or way is None:
        return None
    left = way + 5
    width = text_width(box.shape, theme.SMALL)
    return Rect(left, rect.bottom + 2, left + width, rect.bottom + 2 + theme.SMALL + 1)


def _trimmed(
    panel: Panel, boxes: list[PlacedBox], frames: list[PlacedFrame], edges: list[PlacedEdge]
) -> PlacedPanel:
    """Everything moved so that it begins at (0, 0), with its true extent."""
    whole = PlacedPanel(panel, tuple(boxes), tuple(frames), tuple(edges), 0.0, 0.0)
    rects = extents(whole)
    points = [point for placed in edges for point in placed.points]
    xs = [x for r in rects for x in (r.left, r.right)] + [x for x, _ in points]
    ys = [y for r in rects for y in (r.top, r.bottom)] + [y for _, y in points]
    left, top = min(xs, default=0.0), min(ys, default=0.0)
    width, height = max(xs, default=0.0) - left, max(ys, default=0.0) - top
    return replace(whole, width=width, height=height).moved(-left, -top)


def extents(panel: PlacedPanel) -> list[Rect]:
    """The room that boxes with their skips, frames and shapes take."""
    rects = [placed.rect for placed in panel.frames]
    for placed in panel.boxes:
        box, rect = placed.box, placed.rect
        stack = theme.STACK if box.count > 1 else 0.0
        side = stack if box.skip is Style.FLOW else theme.ARC
        rects.append(Rect(rect.left, rect.top - stack, rect.right + side, rect.bottom))
        if placed.shape_at is not None:
            rects.append(placed.shape_at)
    return rects
