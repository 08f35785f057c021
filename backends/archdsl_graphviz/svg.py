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
from archdsl_graphviz.heat import Heat
from archdsl_graphviz.labels import Form
from archdsl_graphviz.layout import (
    PlacedBox,
    PlacedEdge,
    PlacedFrame,
    PlacedPanel,
    Rung,
    frame_label,
)
from archdsl_graphviz.legend import SAMPLE, Entry
from archdsl_graphviz.model import Box, Style
from archdsl_graphviz.page import Page, Sheet

_WIDTHS = {Style.FLOW: 1.1, Style.IDENTITY: 1.7, Style.PROJECTION: 1.4}
_DASHES = {Style.PROJECTION: "5 3"}
_CORNER = 6.0
_ARROW = (6.5, 3.0)


def svg_text(page: Page) -> str:
    """The whole file, in the theme that the page's options ask for."""
    writer = _Writer(page)
    picture, size = page.picture, (page.width, page.height)
    content = document(writer.prefix, picture.name, picture.description, size, writer.lines())
    return inks.themed("\n".join([*content, ""]), page.options.theme, theme.DARK)


class _Writer:
    def __init__(self, page: Page) -> None:
        self.page = page
        # Several pictures may stand in one HTML page: ids carry the network's name.
        self.prefix = identifier(page.picture.name)
        self.highlight = page.options.highlight
        self.heat = Heat.of(page.picture, self.highlight) if self.highlight else None

    def lines(self) -> Iterator[str]:
        page, picture = self.page, self.page.picture
        x, y = theme.PAGE_MARGIN, theme.PAGE_MARGIN
        yield text(picture.name, x, y + 17, theme.HEADING, SEMIBOLD, anchor="start")
        yield text(picture.subtitle, x, y + 37, theme.TEXT, ink=inks.FAINT_INK, anchor="start")
        for sheet in page.sheets:
            yield from self._sheet(sheet)
        yield f'<g id="{self.prefix}-legend">'
        for entry, left, top in page.legend:
            yield from self._legend_entry(entry, left, top)
        yield "</g>"
        y = page.footer_at
        for line in page.footer:
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
        for rung in placed.rungs:
            yield from self._rung(rung)
        for frame in placed.frames:
            yield from self._frame(frame)
        for position, edge in enumerate(placed.edges):
            yield from self._edge(edge, position)
        for box in placed.boxes:
            yield from self._box(box, placed.is_turned)
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
        label, at = frame_label(frame, placed.goes_on), placed.label_at
        yield text(label, at.left, at.bottom - 2, theme.SMALL, ink=inks.FAINT_INK, anchor="start")
        yield "</g>"

    def _rung(self, rung: Rung) -> Iterator[str]:
        tint = theme.STAGES[min(rung.tint, len(theme.STAGES) - 1)]
        yield rectangle(rung.rect, tint, "none", radius=0)
        at = rung.label_at
        yield text(
            rung.size, at.left, at.bottom - 1, theme.SMALL, ink=inks.FAINT_INK, anchor="start"
        )

    def _edge(self, placed: PlacedEdge, number: int) -> Iterator[str]:
        edge = placed.edge
        name = f"{edge.source}--{edge.target}"
        yield f'<g {self._id("edge", name)[:-1]}-{number}" class="{edge.style}">'
        yield from _way(placed.points, edge.style)
        yield "</g>"

    def _box(self, placed: PlacedBox, is_turned: bool) -> Iterator[str]:
        box, rect = placed.box, placed.rect
        fill = self.heat.tint(box) if self.heat else theme.PAINTS[box.kind].fill
        yield f'<g {self._id("node", box.path)} class="node" role="graphics-symbol">'
        yield f"<title>{escaped(box.title)}</title>"
        if box.skip is not Style.FLOW:
            yield from _ear(rect, box.skip, theme.STACK if box.count > 1 else 0.0, is_turned)
        if box.form is not Form.PORT:
            if box.count > 1:
                behind = rect.moved(theme.STACK, -theme.STACK)
                yield _outline(box.form, box.kind, behind, fill, is_turned)
            yield _outline(box.form, box.kind, rect, fill, is_turned)
        if box.form is Form.ROUND:
            yield from _sign(box.text, *rect.center)
        else:
            yield from _words(box, rect, is_turned)
        yield "</g>"

    def _legend_entry(self, entry: Entry, x: float, y: float) -> Iterator[str]:
        rect = Rect(x, y, x + SAMPLE, y + 13)
        fill = theme.PANEL
        if entry.kind and not self.heat:
            fill = theme.PAINTS[entry.kind].fill
        if entry.tint:
            yield rectangle(rect, entry.tint, inks.FRAME, radius=0)
        elif entry.style is not Style.FLOW:
            yield from _way(((x, y + 6.5), (x + SAMPLE, y + 6.5)), entry.style)
        elif entry.form is Form.ROUND:
            middle = x + SAMPLE / 2
            circle = Rect(middle - 6.5, y, middle + 6.5, y + 13)
            yield _outline(entry.form, entry.kind, circle, fill)
        else:
            yield _outline(entry.form, entry.kind, rect, fill)
        baseline = y + 6.5 + DROP * theme.SMALL
        yield text(entry.text, x + SAMPLE + 6, baseline, theme.SMALL, anchor="start")


def _words(box: Box, rect: Rect, is_turned: bool) -> Iterator[str]:
    """A box's text and the small lines under it."""
    x, y = rect.center
    ink = inks.FAINT_INK if box.form is Form.PORT else inks.INK
    if is_turned and box.form is Form.BAR:
        # Along the narrow bar, read from below.
        yield f'<g transform="rotate(-90 {number(x)} {number(y)})">'
        yield text(box.text, x, y + DROP * theme.TEXT, theme.TEXT, ink=ink)
        yield "</g>"
        return
    y -= theme.NOTE_HEIGHT * len(box.notes) / 2
    yield text(box.text, x, y + DROP * theme.TEXT, theme.TEXT, ink=ink)
    for note in box.notes:
        y += theme.LINE_HEIGHT
        yield text(note, x, y + DROP * theme.SMALL, theme.SMALL, ink=inks.FAINT_INK)


def _outline(form: Form, kind: str, rect: Rect, fill: str, is_turned: bool = False) -> str:
    line = theme.PAINTS[kind].line
    if form is Form.TRAPEZOID:
        corners = trapezoid(rect, is_turned)
        return f'<polygon points="{pairs(corners)}" fill="{fill}" stroke="{line}"/>'
    if form is Form.ROUND:
        x, y = map(number, rect.center)
        half = number(rect.width / 2)
        return f'<circle cx="{x}" cy="{y}" r="{half}" fill="{fill}" stroke="{line}"/>'
    return rectangle(rect, fill, line, radius=corner_radius(form, rect))


def trapezoid(rect: Rect, is_turned: bool) -> list[Point]:
    """The corners of a pooling, which is narrower where the flow leaves it."""
    left, top, right, bottom, slant = rect.left, rect.top, rect.right, rect.bottom, theme.SLANT
    if is_turned:
        slant /= 2
        return [(left, top), (right, top + slant), (right, bottom - slant), (left, bottom)]
    return [(left, top), (right, top), (right - slant, bottom), (left + slant, bottom)]


def corner_radius(form: Form, rect: Rect) -> float:
    """How round a box's corners are."""
    return {Form.PILL: rect.height / 2, Form.BLOCK: 5.0}.get(form, 2.0)


def _sign(text: str, x: float, y: float) -> Iterator[str]:
    """A plus or a times as two strokes: no font draws them in the very middle."""
    reach = 5.0 if text == "+" else 3.8
    ends: Sequence[tuple[float, float]] = ((1, 0), (0, 1)) if text == "+" else ((1, 1), (1, -1))
    for dx, dy in ends:
        a = (x - dx * reach, y - dy * reach)
        b = (x + dx * reach, y + dy * reach)
        yield f'<path d="{_path((a, b))}" fill="none" stroke="{inks.INK}" stroke-width="1.3"/>'


def _ear(rect: Rect, style: Style, stack: float, is_turned: bool) -> Iterator[str]:
    """The skip that leads around the inside of a folded block."""
    yield from _way(ear(rect, stack, is_turned), style)


def ear(rect: Rect, stack: float, is_turned: bool) -> list[Point]:
    """The corners of the line around a folded block: at its right, or below it."""
    if is_turned:
        side, out, left, right = rect.bottom, rect.bottom + theme.ARC, rect.left + 6, rect.right - 8
        return [(left, side), (left, out), (right, out), (right, side)]
    side, out, top, bottom = (
        rect.right + stack,
        rect.right + theme.ARC,
        rect.top + 4,
        rect.bottom - 6,
    )
    return [(side, top), (out, top), (out, bottom), (side, bottom)]


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


def _distance(a: Point, b: Point) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _direction(x0: float, y0: float, x1: float, y1: float) -> Point:
    """One step of a level or upright way."""
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 or 1.0
    return (x1 - x0) / length, (y1 - y0) / length
