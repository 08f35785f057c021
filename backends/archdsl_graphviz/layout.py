"""Places for a panel's boxes, frames and edges, from the program's layout; y grows downwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from archdsl_graphviz import theme
from archdsl_graphviz.dot import identifier, layout_text
from archdsl_graphviz.font import text_width
from archdsl_graphviz.geometry import Point, Rect
from archdsl_graphviz.model import Box, Edge, Frame, Panel, Style
from archdsl_graphviz.program import lay_out
from archdsl_graphviz.routes import Router
from archdsl_graphviz.sizes import panel_sizes

@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A box in its place. `shape_at` is where the shape that leaves it is written, if it is."""

    box: Box
    rect: Rect
    shape_at: Rect | None = None


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
            boxes=tuple(
                replace(
                    placed,
                    rect=placed.rect.moved(dx, dy),
                    shape_at=placed.shape_at and placed.shape_at.moved(dx, dy),
                )
                for placed in self.boxes
            ),
            frames=tuple(replace(placed, rect=placed.rect.moved(dx, dy)) for placed in self.frames),
            edges=tuple(
                replace(placed, points=tuple((x + dx, y + dy) for x, y in placed.points))
                for placed in self.edges
            ),
        )


def place(panels: Sequence[Panel]) -> list[PlacedPanel]:
    """Every panel laid out, all by one run of the program."""
    documents = lay_out("".join(map(layout_text, panels)))
    return [_place(panel, found) for panel, found in zip(panels, documents, strict=True)]


def _place(panel: Panel, found: dict[str, Any]) -> PlacedPanel:
    bottom = _numbers(found["bb"])[3]
    objects = {item["name"]: item for item in found.get("objects", ())}
    sizes = panel_sizes(panel)
    rects: dict[str, Rect] = {}
    for box in panel.boxes:
        x, y = _numbers(objects[identifier(box.path)]["pos"])
        size = sizes[box.path]
        half_width, half_height = size.width / 2, size.height / 2
        y = bottom - y
        rects[box.path] = Rect(x - half_width, y - half_height, x + half_width, y + half_height)
    frames = []
    for frame in panel.all_frames():
        left, low, right, high = _numbers(objects[f"cluster_{identifier(frame.path)}"]["bb"])
        frames.append(PlacedFrame(frame, Rect(left, bottom - high, right, bottom - low)))
    curves = {
        (names[edge["tail"]], names[edge["head"]], at): _curve(edge["pos"], bottom)
        for names in [{item["_gvid"]: item["name"] for item in objects.values()}]
        for at, edge in _numbered(found.get("edges", ()))
    }
    router = Router(panel, rects, sizes)
    edges = []
    seen: dict[tuple[str, str], int] = {}
    for edge in panel.edges:
        ends = identifier(edge.source), identifier(edge.target)
        at = seen[ends] = seen.get(ends, -1) + 1
        edges.append(PlacedEdge(edge, router.route(edge, curves[*ends, at])))
    boxes = [
        PlacedBox(box, rects[box.path], _shape_place(box, rects[box.path])) for box in panel.boxes
    ]
    return _trimmed(panel, boxes, frames, edges)


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(number) for number in text.replace(",", " ").split())


def _numbered(edges: Sequence[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    """Edges with their number among those between the same boxes."""
    seen: dict[tuple[int, int], int] = {}
    found = []
    for edge in edges:
        ends = edge["tail"], edge["head"]
        seen[ends] = seen.get(ends, -1) + 1
        found.append((seen[ends], edge))
    return found


def _curve(text: str, bottom: float) -> list[Point]:
    """Points along the spline that the program drew, from its source to its target."""
    numbers = _numbers(" ".join(part for part in text.split() if part[0] not in "es"))
    knots = [(x, bottom - y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
    points = [knots[0]]
    for start in range(0, len(knots) - 3, 3):
        a, b, c, d = knots[start : start + 4]
        for step in range(1, 9):
            t = step / 8
            u = 1 - t
            points.append(
                (
                    u**3 * a[0] + 3 * u * u * t * b[0] + 3 * u * t * t * c[0] + t**3 * d[0],
                    u**3 * a[1] + 3 * u * u * t * b[1] + 3 * u * t * t * c[1] + t**3 * d[1],
                )
            )
    return points


def _shape_place(box: Box, rect: Rect) -> Rect | None:
    """Right of the line that leaves the box, between the box and the line's first bend."""
    if not box.shape:
        return None
    left = rect.center[0] + 5
    width = text_width(box.shape, theme.SMALL)
    return Rect(left, rect.bottom + 2, left + width, rect.bottom + 2 + theme.SMALL + 1)


def _trimmed(
    panel: Panel, boxes: list[PlacedBox], frames: list[PlacedFrame], edges: list[PlacedEdge]
) -> PlacedPanel:
    """Everything moved so that it begins at (0, 0), with its true extent."""
    rects = [placed.rect for placed in boxes] + [placed.rect for placed in frames]
    rects += [placed.shape_at for placed in boxes if placed.shape_at]
    for placed in boxes:
        if placed.box.skip is not Style.FLOW:
            r = placed.rect
            rects.append(Rect(r.left, r.top - theme.ARC, r.right + theme.ARC, r.bottom))
    points = [point for placed in edges for point in placed.points]
    xs = [x for r in rects for x in (r.left, r.right)] + [x for x, _ in points]
    ys = [y for r in rects for y in (r.top, r.bottom)] + [y for _, y in points]
    left, top = min(xs, default=0.0), min(ys, default=0.0)
    return PlacedPanel(
        panel,
        tuple(boxes),
        tuple(frames),
        tuple(edges),
        max(xs, default=0.0) - left,
        max(ys, default=0.0) - top,
    ).moved(-left, -top)

