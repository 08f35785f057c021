"""The overview in characters, for a terminal: the same layout, counted in cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import floor

from archdsl_svg.geometry import Point, Rect
from archdsl_units.folding import Style
from archdsl_units.labels import Form

from archdsl.report.text import columns_of, cut
from archdsl_pictures.around import Way
from archdsl_pictures.arrange import Arrangement, Gaps, Size, Title, arrange, measure
from archdsl_pictures.ladder import steps_of
from archdsl_pictures.layout import frame_label
from archdsl_pictures.model import FACTS_APART, Box, Panel, Picture
from archdsl_pictures.outline import outline
from archdsl_pictures.routes import crossings, ways_of
from archdsl_pictures.sizes import COLUMN_FORMS
from archdsl_pictures.structure import Framed, structure_of

CELLS = Gaps(
    rank=1,
    turn=3,
    column=3,
    lane=3,
    fork=2,
    land=2,
    before=2,
    after=1,
    first=2,
    last=2,
    bar_end=4,
    inset=2,
    clear=0.5,
)
EAR = 3
"""The cells that the skip of a folded block takes."""

_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8
_LINES = " ╵╷│╴┘┐┤╶└┌├─┴┬┼"
"""The character for each sum of directions."""
_DASHED = {"│": "┆", "─": "┄"}
_HEADS = {_DOWN: "▼", _LEFT: "◀", _RIGHT: "▶"}
_SIGNS = {"+": "⊕", "×": "⊗"}
_BORDERS = {
    Form.BLOCK: "╔═╗║╚╝",
    Form.PILL: "╭─╮│╰╯",
    Form.TRAPEZOID: "┌─┐│╲╱",
}
_BORDER = "┌─┐│└┘"


def text_of(picture: Picture, width: int | None = None) -> str:
    """The name, the totals and the drawing of the overview.

    Where it takes more columns than `width`, an outline stands in for the drawing.
    """
    lines = [picture.name, picture.subtitle, "", *_drawn(picture.overview)]
    if width is not None and max(map(columns_of, lines)) > width:
        facts = picture.subtitle.split(FACTS_APART)
        above = [cut(line, width) for line in (picture.name, *facts, "")]
        lines = [*above, *outline(picture.overview, width)]
    return "\n".join([*lines, ""])


def _drawn(panel: Panel) -> list[str]:
    structure = structure_of(panel)
    boxes = {box.path: box for box in panel.boxes}
    widest = max((_width(box) for box in panel.boxes if box.form in COLUMN_FORMS), default=0)
    sizes = {box.path: _size(box, widest) for box in panel.boxes}
    measured = measure(structure.top, sizes, _title, CELLS)
    found = Arrangement()
    ladder = max(columns_of(box.size) for box in panel.boxes) + 2
    arrange(measured, ladder + floor(measured.left + 1), 0, CELLS, found)
    canvas = _Canvas()
    for framed, rect, is_far in found.frames:
        canvas.frame(framed, rect, is_far)
    shapes = {box.path: _shape_place(box, found) for box in panel.boxes if box.shows_shape}
    ways = ways_of(panel, found, structure.loose, shapes.values(), CELLS, 0)
    for edge, way in zip(panel.edges, ways, strict=True):
        canvas.edge(way, found.boxes[edge.target], edge.style)
    for way, over in zip(ways, crossings(panel.edges, ways, structure.loose), strict=True):
        canvas.bridge(way, over)
    for path, rect in found.boxes.items():
        canvas.box(boxes[path], rect)
    for path, rect in shapes.items():
        canvas.write(floor(rect.left), floor(rect.top), boxes[path].shape)
    [steps] = steps_of([structure.top], boxes, found.boxes, [(0, measured.height)])
    for step in steps:
        canvas.write(0, floor((step.top + step.bottom) / 2), step.size)
    return canvas.lines()


def _words(box: Box) -> str:
    return "  ".join((box.text, *box.notes))


def _width(box: Box) -> int:
    """The cells of a box with its borders, an even number."""
    return (columns_of(_words(box)) + 5) // 2 * 2


def _size(box: Box, widest: int) -> Size:
    ear = EAR if box.skip is not Style.FLOW else 0
    if box.form is Form.ROUND:
        return Size(2, 1)
    width = widest if box.form in COLUMN_FORMS else _width(box)
    return Size(width, 3, ear, bar=box.form is Form.BAR)


def _shape_place(box: Box, found: Arrangement) -> Rect:
    """Where the shape stands: right of the line that leaves a box."""
    left, top = found.lines[box.path] + 2, found.boxes[box.path].bottom
    return Rect(left, top, left + columns_of(box.shape), top + 1)


def _title(framed: Framed) -> Title:
    return Title(across=columns_of(frame_label(framed.frame, framed.goes_on)) + 4)


class _Canvas:
    """Characters in cells, and lines that join where they meet."""

    def __init__(self) -> None:
        self._written: dict[tuple[int, int], str] = {}
        self._lines: dict[tuple[int, int], int] = {}
        self._dashed = set[tuple[int, int]]()
        self._heads: dict[tuple[int, int], str] = {}

    def lines(self) -> list[str]:
        """The rows, without blanks at their ends."""
        cells = {cell: _LINES[sum_] for cell, sum_ in self._lines.items()}
        cells |= {cell: _DASHED.get(cells[cell], cells[cell]) for cell in self._dashed}
        cells |= self._heads | self._written
        height = max(row for _, row in cells) + 1
        rows: list[dict[int, str]] = [{} for _ in range(height)]
        for (column, row), char in cells.items():
            rows[row][column] = char
        return [_row(row) for row in rows]

    def write(self, column: int, row: int, text: str) -> None:
        """Write a text from a cell on; a wide character takes two cells."""
        for char in text:
            self._written[column, row] = char
            column += columns_of(char)

    def box(self, box: Box, rect: Rect) -> None:
        """Draw a box with its words."""
        left, top, right, bottom = map(floor, (rect.left, rect.top, rect.right, rect.bottom))
        if box.form is Form.ROUND:
            self.write(left + 1, top, _SIGNS[box.text])
            return
        middle, words = (left + right) // 2, _words(box)
        border = _BORDERS.get(box.form, _BORDER)
        self._rectangle(left, top, right - 1, bottom - 1, border)
        self.write(middle - columns_of(words) // 2, top + 1, words)
        if box.skip is not Style.FLOW:
            level, upright = ("─", "│") if box.skip is Style.IDENTITY else ("┄", "┆")
            for row, text in enumerate((f"{level}╮", f" {upright}", "◀╯")):
                self.write(right, top + row, text)

    def frame(self, framed: Framed, rect: Rect, is_far: bool) -> None:
        """Draw a frame with its label."""
        left, top, right, bottom = map(floor, (rect.left, rect.top, rect.right, rect.bottom))
        self._rectangle(left, top, right - 1, bottom - 1, 6 * "·", step=2)
        label = frame_label(framed.frame, framed.goes_on)
        self.write(right - 2 - columns_of(label) if is_far else left + 2, top, label)

    def edge(self, way: Way, target: Rect, style: Style) -> None:
        """Draw a way, with an arrow's head at its end."""
        cells = [(floor(x), floor(y)) for x, y in way]
        x0, x1 = way[-2][0], way[-1][0]
        direction = _DOWN if abs(x1 - x0) < 0.01 else _LEFT if x1 < x0 else _RIGHT
        if direction == _DOWN:
            cells[-1] = cells[-1][0], floor(target.top) - 1
        self._lines[cells[0]] = self._lines.get(cells[0], 0) | _UP
        for start, end in pairwise(cells):
            self._join(start, end, style in (Style.PROJECTION, Style.TRAINING))
        self._heads[cells[-1]] = _HEADS[direction]
        self._written.pop(cells[-1], None)

    def bridge(self, way: Way, over: Iterable[Point]) -> None:
        """Let the line that a way crosses run on, so that nobody takes the crossing for a fork."""
        for x, y in over:
            is_level = any(abs(y0 - y) < 0.01 > abs(y1 - y) for (_, y0), (_, y1) in pairwise(way))
            self._lines[floor(x), floor(y)] = _UP | _DOWN if is_level else _LEFT | _RIGHT

    def _join(self, start: tuple[int, int], end: tuple[int, int], is_dashed: bool) -> None:
        for cell, following in pairwise(_between(start, end)):
            out, back = _directions(cell, following)
            self._lines[cell] = self._lines.get(cell, 0) | out
            self._lines[following] = self._lines.get(following, 0) | back
            # Lines run over the borders of frames.
            self._written.pop(cell, None)
            self._written.pop(following, None)
            if is_dashed:
                self._dashed |= {cell, following}

    def _rectangle(
        self, left: int, top: int, right: int, bottom: int, border: str, step: int = 1
    ) -> None:
        upper_left, level, upper_right, upright, lower_left, lower_right = tuple(border)
        for column in range(left, right + 1, step):
            self._written[column, top] = self._written[column, bottom] = level
        for row in range(top, bottom + 1):
            self._written[left, row] = self._written[right, row] = upright
        self._written[left, top], self._written[right, top] = upper_left, upper_right
        self._written[left, bottom], self._written[right, bottom] = lower_left, lower_right


def _row(cells: dict[int, str]) -> str:
    line, column = "", 0
    for at in sorted(cells):
        line += " " * (at - column) + cells[at]
        column = at + columns_of(cells[at])
    return line.rstrip()


def _between(start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The cells from one to another in the same row or column, both included."""
    (x0, y0), (x1, y1) = start, end
    if y0 == y1:
        yield from ((x, y0) for x in _range(x0, x1))
    else:
        yield from ((x0, y) for y in _range(y0, y1))
        if x0 != x1:
            yield x1, y1


def _range(first: int, last: int) -> Iterable[int]:
    return range(first, last + 1) if first <= last else range(first, last - 1, -1)


def _directions(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    if one[1] == other[1]:
        return (_RIGHT, _LEFT) if other[0] > one[0] else (_LEFT, _RIGHT)
    return (_DOWN, _UP) if other[1] > one[1] else (_UP, _DOWN)
