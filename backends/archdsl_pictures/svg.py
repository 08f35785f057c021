"""A scene as SVG: the same bytes every time, every text escaped, a title for every box."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archdsl_svg import inks, marks
from archdsl_svg.geometry import Point
from archdsl_svg.marks import document, escaped, identifier, number, pair, pairs
from archdsl_units import theme

from archdsl_pictures.scene import Area, Disc, Group, Line, Mark, Scene, Tile, Words


def svg_text(scene: Scene, colours: inks.Theme = "light") -> str:
    """The whole file, in the colours of a theme."""
    # Several pictures may stand in one HTML page: ids carry the network's name.
    prefix = identifier(scene.name)
    content = (line for mark in scene.marks for line in _mark(mark, prefix))
    size = scene.width, scene.height
    lines = document(prefix, scene.name, scene.description, size, content)
    return inks.themed("\n".join([*lines, ""]), colours, theme.DARK)


def _mark(mark: Mark, prefix: str) -> Iterator[str]:
    match mark:
        case Group():
            yield from _group(mark, prefix)
        case Tile(rect, fill, line, radius, dash):
            extra = _dash(dash)
            yield marks.rectangle(rect, fill or "none", line or "none", radius=radius, extra=extra)
        case Area(points, fill, line, dash):
            stroke = f' stroke="{line}"{_dash(dash)}' if line else ""
            yield f'<polygon points="{pairs(points)}" fill="{fill}"{stroke}/>'
        case Disc((x, y), radius, fill, line, dash):
            place = f'cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"'
            yield f'<circle {place} fill="{fill}" stroke="{line}"{_dash(dash)}/>'
        case Line(points, ink, width, dash, radius):
            look = f'stroke="{ink}" stroke-width="{width:g}"{_dash(dash)}'
            yield f'<path d="{_path(points, radius)}" fill="none" {look}/>'
        case Words():
            yield from _words(mark)


def _group(group: Group, prefix: str) -> Iterator[str]:
    parts = (prefix, group.kind, identifier(group.path))
    role = ' class="node" role="graphics-symbol"' if group.is_node else ""
    yield f'<g id="{"-".join(filter(None, parts))}"{role}>'
    if group.title:
        yield f"<title>{escaped(group.title)}</title>"
    for mark in group.marks:
        yield from _mark(mark, prefix)
    yield "</g>"


def _words(words: Words) -> Iterator[str]:
    x, y = words.at
    look = {"ink": words.ink, "anchor": words.anchor}
    line = marks.text(words.text, x, y, words.size, words.weight, **look)
    turn = f"rotate(-90 {number(x)} {number(y)})"
    yield f'<g transform="{turn}">{line}</g>' if words.is_turned else line


def _dash(dash: tuple[float, float] | None) -> str:
    return f' stroke-dasharray="{dash[0]:g} {dash[1]:g}"' if dash else ""


def _path(points: Sequence[Point], round_by: float) -> str:
    parts = [f"M{pair(points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(round_by, _distance(before, corner) / 2, _distance(corner, after) / 2)
        start, end = _towards(corner, before, radius), _towards(corner, after, radius)
        parts.append(f"L{pair(start)}Q{pair(corner)} {pair(end)}")
    parts.append(f"L{pair(points[-1])}")
    return "".join(parts)


def _towards(start: Point, end: Point, length: float) -> Point:
    """The point that lies so far from one on the way to another."""
    share = length / (_distance(start, end) or 1.0)
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _distance(a: Point, b: Point) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])
