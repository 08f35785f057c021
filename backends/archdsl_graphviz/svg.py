"""The page as SVG: the same bytes every time, every text escaped, a title for every box."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archdsl_svg import inks
from archdsl_svg.font import SEMIBOLD
from archdsl_svg.geometry import Point, Rect
from archdsl_svg.marks import (
    DROP,
    document,
    escaped,
    identifier,
    number,
    pair,
    pairs,
    rectangle,
    text,
)

from archdsl_graphviz import theme
from archdsl_graphviz.labels import Form
from archdsl_graphviz.layout import PlacedBox, PlacedEdge, PlacedFrame, PlacedPanel
from archdsl_graphviz.legend import SAMPLE, Entry
from archdsl_graphviz.model import Style
from archdsl_graphviz.page import FOOTER, Page, Sheet

_WIDTHS = {Style.FLOW: 1.1, Style.IDENTITY: 1.7, Style.PROJECTION: 1.4}
_DASHES = {Style.PROJECTION: "5 3"}
_CORNER = 6.0
_ARROW = (6.5, 3.0)


def svg_text(page: Page) -> str:
    """The whole file."""
    writer = _Writer(page)
    picture, size = page.picture, (page.width, page.height)
    content = document(writer.prefix, picture.name, picture.description, size, writer.lines())
    return "\n".join([*content, ""])


class _Writer:
    def __init__(self, page: Page) -> None:
        self.page = page
        # Several pictures may stand in one HTML page: ids carry the network's name.
        self.prefix = identifier(page.picture.name)

    def lines(self) -> Iterator[str]:
        page, picture = self.page, self.page.picture
        x, y = theme.PAGE_MARGIN, theme.PAGE_MARGIN
        yield text(picture.name, x, y + 17, theme.HEADING, SEMIBOLD, anchor="start")
        yield text(picture.subtitle, x, y + 37, theme.TEXT, ink=inks.FAINT_INK, anchor="start")
        for sheet in page.sheets:
            yield from self._sheet(sheet)
        yield f'<g id="{self.prefix}-legend">'
        for entry, left, top in page.legend:
            yield from _legend_entry(entry, left, top)
        yield "</g>"
        y = page.footer_at
        for line in FOOTER:
            y += theme.LINE_HEIGHT
            yield text(line, x, y, theme.SMALL, ink=inks.FAINT_INK, anchor="start")

    def _id(self, kind: str, path: str) -> str:
        return f'id="{self.prefix}-{kind}-{identifier(path)}"'

    def _sheet(self, sheet: Sheet) -> Iterator[str]:
        placed = sheet.placed
        panel = placed.panel
        yield f"<g {self._id('panel', panel.path or 'overview')}>"
        if sheet.outline is not None:
            outline = sheet.outline
            yield f"<title>{escaped(f'{panel.heading}, {panel.note}')}</title>"
            yield rectangle(outline, theme.PANEL, inks.FRAME, radius=8)
            x = outline.left + theme.PANEL_PADDING
            yield text(
                panel.heading, x, outline.top + 18, theme.PANEL_HEADING, SEMIBOLD, anchor="start"
            )
            yield text(
                panel.note, x, outline.top + 31, theme.SMALL, ink=inks.FAINT_INK, anchor="start"
            )
        yield from self._inside(placed)
        yield "</g>"

    def _inside(self, placed: PlacedPanel) -> Iterator[str]:
        for frame in placed.frames:
            yield from self._frame(frame)
        for position, edge in enumerate(placed.edges):
            yield from self._edge(edge, position)
        for box in placed.boxes:
            yield from self._box(box)
        for box in placed.boxes:
            if box.shape_at is not None:
                at = box.shape_at
                yield text(
                    box.box.shape,
                    at.left,
                    at.bottom - 2,
                    theme.SMALL,
                    ink=inks.FAINT_INK,
                    anchor="start",
                )

    def _frame(self, placed: PlacedFrame) -> Iterator[str]:
        rect, frame = placed.rect, placed.frame
        yield f"<g {self._id('frame', frame.path)}>"
        yield f"<title>{escaped(frame.title)}</title>"
        yield rectangle(rect, "none", inks.FRAME, radius=5, extra=' stroke-dasharray="1 2.5"')
        yield text(
            frame.label,
            rect.left + theme.FRAME_INSET,
            rect.top + 13,
            theme.SMALL,
            ink=inks.FAINT_INK,
            anchor="start",
        )
        yield "</g>"

    def _edge(self, placed: PlacedEdge, number: int) -> Iterator[str]:
        edge = placed.edge
        name = f"{edge.source}--{edge.target}"
        yield f'<g {self._id("edge", name)[:-1]}-{number}" class="{edge.style}">'
        yield from _way(placed.points, edge.style)
        yield "</g>"

    def _box(self, placed: PlacedBox) -> Iterator[str]:
        box, rect = placed.box, placed.rect
        yield f'<g {self._id("node", box.path)} class="node" role="graphics-symbol">'
        yield f"<title>{escaped(box.title)}</title>"
        if box.skip is not Style.FLOW:
            yield from _ear(rect, box.skip, theme.STACK if box.count > 1 else 0.0)
        if box.form is not Form.PORT:
            if box.count > 1:
                yield _outline(box.form, box.kind, rect.moved(theme.STACK, -theme.STACK))
            yield _outline(box.form, box.kind, rect)
        x, y = rect.center
        if box.form is Form.ROUND:
            yield from _sign(box.text, x, y)
        else:
            y -= theme.NOTE_HEIGHT * len(box.notes) / 2
            ink = inks.FAINT_INK if box.form is Form.PORT else inks.INK
            yield text(box.text, x, y + DROP * theme.TEXT, theme.TEXT, ink=ink)
            for note in box.notes:
                y += theme.LINE_HEIGHT
                yield text(note, x, y + DROP * theme.SMALL, theme.SMALL, ink=inks.FAINT_INK)
        yield "</g>"


def _outline(form: Form, kind: str, rect: Rect) -> str:
    paint = theme.PAINTS[kind]
    if form is Form.TRAPEZOID:
        corners = [
            (rect.left, rect.top),
            (rect.right, rect.top),
            (rect.right - theme.SLANT, rect.bottom),
            (rect.left + theme.SLANT, rect.bottom),
        ]
        return f'<polygon points="{pairs(corners)}" fill="{paint.fill}" stroke="{paint.line}"/>'
    if form is Form.ROUND:
        x, y = map(number, rect.center)
        half = number(rect.width / 2)
        return f'<circle cx="{x}" cy="{y}" r="{half}" fill="{paint.fill}" stroke="{paint.line}"/>'
    radius = {Form.PILL: rect.height / 2, Form.BLOCK: 5.0}.get(form, 2.0)
    return rectangle(rect, paint.fill, paint.line, radius=radius)


def _sign(text: str, x: float, y: float) -> Iterator[str]:
    """A plus or a times as two strokes: no font draws them in the very middle."""
    reach = 5.0 if text == "+" else 3.8
    ends: Sequence[tuple[float, float]] = ((1, 0), (0, 1)) if text == "+" else ((1, 1), (1, -1))
    for dx, dy in ends:
        a = (x - dx * reach, y - dy * reach)
        b = (x + dx * reach, y + dy * reach)
        yield f'<path d="{_path((a, b))}" fill="none" stroke="{inks.INK}" stroke-width="1.3"/>'


def _ear(rect: Rect, style: Style, stack: float) -> Iterator[str]:
    """The skip that leads around the inside of a folded block."""
    side = rect.right + stack
    out = rect.right + theme.ARC
    top, bottom = rect.top + 4, rect.bottom - 6
    yield from _way(((side, top), (out, top), (out, bottom), (side, bottom)), style)


def _way(points: Sequence[Point], style: Style) -> Iterator[str]:
    """A line with round corners and, at its end, an arrow's head."""
    length, half = _ARROW
    (x0, y0), (x1, y1) = points[-2:]
    dx, dy = _direction(x0, y0, x1, y1)
    base = (x1 - dx * length, y1 - dy * length)
    dash = f' stroke-dasharray="{_DASHES[style]}"' if style in _DASHES else ""
    yield (
        f'<path d="{_path((*points[:-1], base))}" fill="none" stroke="{inks.LINE}" '
        f'stroke-width="{_WIDTHS[style]:g}"{dash}/>'
    )
    head = [
        (x1, y1),
        (base[0] - dy * half, base[1] + dx * half),
        (base[0] + dy * half, base[1] - dx * half),
    ]
    yield f'<polygon points="{pairs(head)}" fill="{inks.LINE}"/>'


def _path(points: Sequence[Point]) -> str:
    parts = [f"M{pair(points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(_CORNER, _distance(before, corner) / 2, _distance(corner, after) / 2)
        dx, dy = _direction(*before, *corner)
        parts.append(f"L{pair((corner[0] - dx * radius, corner[1] - dy * radius))}")
        dx, dy = _direction(*corner, *after)
        end = (corner[0] + dx * radius, corner[1] + dy * radius)
        parts.append(f"Q{pair(corner)} {pair(end)}")
    parts.append(f"L{pair(points[-1])}")
    return "".join(parts)


def _legend_entry(entry: Entry, x: float, y: float) -> Iterator[str]:
    rect = Rect(x, y, x + SAMPLE, y + 13)
    if entry.style is not Style.FLOW:
        yield from _way(((x, y + 6.5), (x + SAMPLE, y + 6.5)), entry.style)
    elif entry.form is Form.ROUND:
        middle = x + SAMPLE / 2
        yield _outline(entry.form, entry.kind, Rect(middle - 6.5, y, middle + 6.5, y + 13))
    else:
        yield _outline(entry.form, entry.kind, rect)
    yield text(
        entry.text, x + SAMPLE + 6, y + 6.5 + DROP * theme.SMALL, theme.SMALL, anchor="start"
    )


def _distance(a: Point, b: Point) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _direction(x0: float, y0: float, x1: float, y1: float) -> Point:
    """One step of a level or upright way."""
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 or 1.0
    return (x1 - x0) / length, (y1 - y0) / length
