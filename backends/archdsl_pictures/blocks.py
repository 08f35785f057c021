"""The page with boxes and edges as a scene."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from archdsl_svg import inks
from archdsl_svg.font import SEMIBOLD
from archdsl_svg.geometry import Point, Rect
from archdsl_svg.marks import DROP
from archdsl_units import theme
from archdsl_units.folding import Style
from archdsl_units.labels import Form

from archdsl.ops import Family
from archdsl_pictures.around import Way
from archdsl_pictures.heat import Heat
from archdsl_pictures.layout import (
    PlacedBox,
    PlacedEdge,
    PlacedFrame,
    PlacedPanel,
    Rung,
    frame_label,
    sign_at,
)
from archdsl_pictures.legend import SAMPLE, Entry
from archdsl_pictures.model import Box, Sign
from archdsl_pictures.page import Page, Sheet
from archdsl_pictures.scene import CORNER, Area, Disc, Group, Line, Mark, Scene, Tile, Words, arrow

_WIDTHS = {Style.FLOW: 1.1, Style.IDENTITY: 1.7, Style.PROJECTION: 1.4, Style.TRAINING: 1.1}
_DASHES = {Style.PROJECTION: (5.0, 3.0), Style.TRAINING: (2.0, 2.5)}
HEAD = (4.0, 2.5)
"""The outline of a box that is there in training only."""
_DOTS = (1.0, 2.5)
GAP = 4.0
"""How far an edge stays from one that it crosses."""


def scene_of(page: Page) -> Scene:
    """The drawing of a page."""
    picture = page.picture
    marks = tuple(_Painter(page).marks())
    return Scene(picture.name, picture.description, page.width, page.height, marks, page.points)


def heading(name: str, subtitle: str) -> Iterator[Mark]:
    """The words above a drawing."""
    x, y = theme.PAGE_MARGIN, theme.PAGE_MARGIN
    yield Words(name, (x, y + 17), theme.HEADING, SEMIBOLD, anchor="start")
    yield small(subtitle, x, y + 37, theme.TEXT)


def small(text: str, x: float, y: float, size: float = theme.SMALL) -> Words:
    """A faint text that begins at a point."""
    return Words(text, (x, y), size, ink=inks.FAINT_INK, anchor="start")


def edge_marks(way: Sequence[Point], style: Style, over: Sequence[Point] = ()) -> Iterator[Mark]:
    """An edge with an arrow's head; where it is `over` another one, it has a gap."""
    *before, last = _pieces(way, over)
    width, dash = _WIDTHS[style], _DASHES.get(style)
    yield from (Line(piece, width=width, dash=dash, radius=CORNER) for piece in before)
    yield from arrow(last, width, dash)


class _Painter:
    def __init__(self, page: Page) -> None:
        self.page = page
        highlight = page.options.highlight
        self.heat = Heat.of(page.picture, highlight) if highlight else None

    def marks(self) -> Iterator[Mark]:
        page, picture = self.page, self.page.picture
        yield from heading(picture.name, picture.subtitle)
        for sheet in page.sheets:
            yield self._sheet(sheet)
        legend = (m for entry, x, y in page.legend for m in self._legend_entry(entry, x, y))
        yield Group("", "legend", "", tuple(legend))
        for number, line in enumerate(page.footer, start=1):
            y = page.footer_at + number * theme.LINE_HEIGHT
            yield small(line, theme.PAGE_MARGIN, y)

    def _sheet(self, sheet: Sheet) -> Group:
        panel, outline = sheet.placed.panel, sheet.outline
        inside = tuple(self._inside(sheet.placed))
        if outline is None:
            return Group("overview", "panel", "", inside)
        x, y = outline.left + theme.PANEL_PADDING, outline.top
        head = (
            Tile(outline, theme.PANEL, inks.FRAME, 8.0),
            Words(panel.heading, (x, y + 18), theme.PANEL_HEADING, SEMIBOLD, anchor="start"),
            small(panel.note, x, y + 31),
        )
        return Group(panel.path, "panel", f"{panel.heading}, {panel.note}", (*head, *inside))

    def _inside(self, placed: PlacedPanel) -> Iterator[Mark]:
        for rung in placed.rungs:
            yield from self._rung(rung)
        for frame in placed.frames:
            yield self._frame(frame)
        for number, edge in enumerate(placed.edges):
            yield self._edge(edge, number)
        for box in placed.boxes:
            yield self._box(box, placed.is_turned)
        for box in placed.boxes:
            if at := box.shape_at:
                yield small(box.box.shape, at.left, at.bottom - 2)
        yield from placed.captions

    def _rung(self, rung: Rung) -> Iterator[Mark]:
        tint = theme.STAGES[min(rung.tint, len(theme.STAGES) - 1)]
        yield Tile(rung.rect, tint, "")
        yield small(rung.size, rung.label_at.left, rung.label_at.bottom - 1)

    def _frame(self, placed: PlacedFrame) -> Group:
        frame, at = placed.frame, placed.label_at
        path = f"{frame.path}-continued" if placed.goes_on else frame.path
        marks = (
            Tile(placed.rect, "", inks.FRAME, 5.0, _DOTS),
            small(frame_label(frame, placed.goes_on), at.left, at.bottom - 2),
        )
        return Group(path, "frame", frame.title, marks)

    def _edge(self, placed: PlacedEdge, number: int) -> Group:
        edge = placed.edge
        path = f"{edge.source}--{edge.target}-{number}"
        return Group(path, "edge", "", tuple(edge_marks(placed.points, edge.style, placed.over)))

    def _box(self, placed: PlacedBox, is_turned: bool) -> Group:
        marks = tuple(self._box_marks(placed.box, placed.rect, is_turned))
        return Group(placed.box.path, "node", placed.box.title, marks, is_node=True)

    def _box_marks(self, box: Box, rect: Rect, is_turned: bool) -> Iterator[Mark]:
        fill = self.heat.tint(box) if self.heat else theme.PAINTS[box.kind].fill
        stack = theme.STACK if box.count > 1 else 0.0
        if box.skip is not Style.FLOW:
            yield from edge_marks(_ear(rect, stack, is_turned), box.skip)
        if box.form is not Form.PORT:
            if stack:
                behind = rect.moved(stack, -stack)
                yield _outline(box.form, box.kind, behind, fill, is_turned)
            if box.sign:
                yield _rim(box.form, rect, is_turned)
            inset = theme.RIM if box.sign else 0.0
            outline = _outline(box.form, box.kind, rect, fill, is_turned, inset)
            yield replace(outline, dash=HEAD) if box.is_training_only else outline
        faint = inks.INK if self.heat else inks.FAINT_INK
        yield from (
            _sign(box.text, rect) if box.form is Form.ROUND else _words(box, rect, is_turned, faint)
        )
        if box.sign:
            yield from _badge(box.sign, sign_at(box.form, rect))

    def _legend_entry(self, entry: Entry, x: float, y: float) -> Iterator[Mark]:
        rect = Rect(x, y, x + SAMPLE, y + 13)
        if entry.tint:
            yield Tile(rect, entry.tint, inks.FRAME)
        elif entry.style is not Style.FLOW:
            yield from edge_marks([(x, y + 6.5), (x + SAMPLE, y + 6.5)], entry.style)
        else:
            if entry.form is Form.ROUND:
                rect = Rect(x + SAMPLE / 2 - 6.5, y, x + SAMPLE / 2 + 6.5, y + 13)
            kind = entry.kind or Family.INPUT
            fill = theme.PANEL if self.heat else theme.PAINTS[kind].fill
            if entry.sign:
                rect = replace(rect, left=x + theme.SIGN)
                yield _rim(entry.form, rect)
                yield _outline(entry.form, kind, rect, fill, inset=theme.RIM)
                yield from _badge(entry.sign, sign_at(entry.form, rect))
            else:
                yield _outline(entry.form, kind, rect, fill)
        baseline = y + 6.5 + DROP * theme.SMALL
        yield Words(entry.text, (x + SAMPLE + 6, baseline), theme.SMALL, anchor="start")


def _pieces(way: Sequence[Point], over: Sequence[Point]) -> list[Way]:
    """The pieces of a way that has a gap at each of some points."""
    pieces, piece = [], [way[0]]
    for (x0, y0), (x1, y1) in pairwise(way):
        length = abs(x1 - x0) + abs(y1 - y0)
        dx, dy = (x1 - x0) / length * GAP, (y1 - y0) / length * GAP
        on_it = [
            (abs(x - x0) + abs(y - y0), x, y)
            for x, y in over
            if min(x0, x1) <= x <= max(x0, x1) and min(y0, y1) <= y <= max(y0, y1)
        ]
        for _, x, y in sorted(on_it):
            pieces.append((*piece, (x - dx, y - dy)))
            piece = [(x + dx, y + dy)]
        piece.append((x1, y1))
    return [*pieces, tuple(piece)]


def _words(box: Box, rect: Rect, is_turned: bool, faint: str) -> Iterator[Words]:
    """A box's text and the small lines under it, in the `faint` ink."""
    x, y = rect.center
    ink = inks.FAINT_INK if box.form is Form.PORT else inks.INK
    drop = DROP * theme.TEXT
    if is_turned and box.form is Form.BAR:
        yield Words(box.text, (x + drop, y), theme.TEXT, ink=ink, is_turned=True)
        return
    y -= theme.NOTE_HEIGHT * len(box.lines) / 2
    yield Words(box.text, (x, y + drop), theme.TEXT, ink=ink)
    for number, line in enumerate(box.lines):
        y += theme.NOTE_HEIGHT if number > 1 else theme.LINE_HEIGHT
        ink = faint if number < len(box.notes) else theme.DIFFERENT
        yield Words(line, (x, y + DROP * theme.SMALL), theme.SMALL, ink=ink)


def _outline(
    form: Form, kind: str, rect: Rect, fill: str, is_turned: bool = False, inset: float = 0.0
) -> Area | Disc | Tile:
    """The shape of a box; an `inset` leaves room for a rim of that width."""
    line = theme.PAINTS[kind].line
    if form is Form.TRAPEZOID:
        return Area(_trapezoid(rect, is_turned, inset), fill, line)
    rect = rect.grown(-inset)
    if form is Form.ROUND:
        return Disc(rect.center, rect.width / 2, fill, line)
    return Tile(rect, fill, line, {Form.PILL: rect.height / 2, Form.BLOCK: 5.0}.get(form, 2.0))


def _trapezoid(rect: Rect, is_turned: bool, inset: float) -> tuple[Point, ...]:
    """The corners of a pooling, which is narrower where the flow leaves it."""
    slant = theme.SLANT / 2 if is_turned else theme.SLANT
    share = inset / (rect.width if is_turned else rect.height)
    along, across = inset, inset + slant * share
    slant -= 2 * slant * share
    dx, dy = (along, across) if is_turned else (across, along)
    left, top, right, bottom = rect.left + dx, rect.top + dy, rect.right - dx, rect.bottom - dy
    if is_turned:
        return (left, top), (right, top + slant), (right, bottom - slant), (left, bottom)
    return (left, top), (right, top), (right - slant, bottom), (left + slant, bottom)


def _sign(text: str, rect: Rect) -> Iterator[Line]:
    """A plus or a times as two strokes: no font draws them in the very middle."""
    x, y = rect.center
    reach = 5.0 if text == "+" else 3.8
    for dx, dy in ((1, 0), (0, 1)) if text == "+" else ((1, 1), (1, -1)):
        a = (x - dx * reach, y - dy * reach)
        b = (x + dx * reach, y + dy * reach)
        yield Line((a, b), inks.INK, 1.3)


_STROKES: dict[Sign, tuple[tuple[Point, ...], ...]] = {
    Sign.ADDED: (((-3.0, 0.0), (3.0, 0.0)), ((0.0, -3.0), (0.0, 3.0))),
    Sign.REMOVED: (((-3.0, 0.0), (3.0, 0.0)),),
    Sign.CHANGED: (((-3.4, 1.0), (-1.5, -1.2), (1.5, 1.2), (3.4, -1.0)),),
}
"""The lines of each sign around the middle of its disc."""


def _rim(form: Form, rect: Rect, is_turned: bool = False) -> Area | Disc | Tile:
    """What looks out around a box that differs."""
    outline = _outline(form, theme.BLOCK, rect, theme.DIFFERENT, is_turned)
    return replace(outline, line=theme.DIFFERENT)


def _badge(sign: Sign, at: Rect) -> Iterator[Mark]:
    """The disc with the sign of what became of a box."""
    x, y = at.center
    yield Disc((x, y), theme.SIGN, theme.DIFFERENT, inks.PAPER)
    for stroke in _STROKES[sign]:
        yield Line(tuple((x + dx, y + dy) for dx, dy in stroke), inks.PAPER, 1.5, radius=1.2)


def _ear(rect: Rect, stack: float, is_turned: bool) -> list[Point]:
    """The line of a folded block's skip: at its right, or below it."""
    if is_turned:
        low, first, last = rect.bottom + theme.ARC, rect.left + 6, rect.right - 8
        return [(first, rect.bottom), (first, low), (last, low), (last, rect.bottom)]
    side, out = rect.right + stack, rect.right + theme.ARC
    first, last = rect.top + 4, rect.bottom - 6
    return [(side, first), (out, first), (out, last), (side, last)]
