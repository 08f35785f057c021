"""Rows and columns laid out as lines of aligned text, cut to a width."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from archdsl.report.rows import Row, RowKind
from archdsl.report.text import CUT, columns_of, cut, padded

GAP = "  "
INDENT = "  "
NARROWEST = 24
"""The width that names and descriptions keep: before they lose more, columns of figures go."""


class Part(StrEnum):
    """What a line of a table is; a renderer decides how that looks."""

    HEADING = "heading"
    RULE = "rule"
    LAYER = "layer"
    SUM = "sum"
    TOTAL = "total"


Line = tuple[Part, str]


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and what stands under it. Where room is short, the highest `rank` goes first."""

    title: str
    cell: Callable[[Row], str]
    rank: int
    is_figure: bool = True

    def text(self, row: Row) -> str:
        """The row's cell. The input costs nothing and the total has no shape."""
        is_empty = row.kind is (RowKind.INPUT if self.is_figure else RowKind.TOTAL)
        return "" if is_empty else self.cell(row)

    def width(self, rows: Sequence[Row]) -> int:
        """The columns of text that it takes."""
        return max(columns_of(text) for text in (self.title, *map(self.text, rows)))


COLUMNS = (
    Column("output", lambda row: str(row.output), rank=3, is_figure=False),
    Column("parameters", lambda row: f"{row.costs.parameters:,}", rank=1),
    Column("multiply-adds", lambda row: f"{row.costs.macs:,}", rank=2),
)
"""The columns beside the layers; the shape stands before them, as in a listing."""


def lay_out(rows: Sequence[Row], total: Row, width: int | None) -> Iterator[Line]:
    """A heading, a line a row, and the totals, each in at most `width` columns.

    Descriptions that are too long lose their last words. None is as wide as it takes.
    """
    columns, room = _fitting([*rows, total], width)
    widths = {column.title: column.width([*rows, total]) for column in columns}

    def line(layer: str, cell: Callable[[Column], str]) -> str:
        cells = [padded(cell(column), widths[column.title], column.is_figure) for column in columns]
        is_behind_shape = bool(columns) and not columns[0].is_figure
        cells.insert(int(is_behind_shape), padded(layer, room))
        return GAP.join(cells).rstrip()

    heading = line(cut("layer", room), lambda column: column.title)
    lines = [(_part(row), line(layer_text(row, room), _texts_of(row))) for row in rows]
    last = line(cut(total.head, room), _texts_of(total))
    rule = "-" * max(columns_of(text) for text in (heading, last, *(text for _, text in lines)))
    yield Part.HEADING, heading
    yield Part.RULE, rule
    yield from lines
    yield Part.RULE, rule
    yield Part.TOTAL, last


def layer_text(row: Row, width: int | None = None) -> str:
    """`  conv1: 64 3x3 filters, pad 1`, without its last words where they do not fit."""
    head = f"{INDENT * row.depth}{row.head}"
    whole = f"{head}{''.join(row.words)}"
    if width is None or columns_of(whole) <= width:
        return whole
    shorter = (f"{head}{''.join(row.words[:n])} {CUT}" for n in range(len(row.words) - 1, 0, -1))
    return next((text for text in shorter if columns_of(text) <= width), cut(whole, width))


def _fitting(rows: Sequence[Row], width: int | None) -> tuple[list[Column], int]:
    """The columns that there is room for, and the room that they leave to the layers."""
    columns = list(COLUMNS)
    longest = max(columns_of(text) for text in ("layer", *map(layer_text, rows)))
    if width is None:
        return columns, longest
    room = width - sum(column.width(rows) + len(GAP) for column in columns)
    while columns and room < min(longest, NARROWEST):
        goner = max(columns, key=lambda column: column.rank)
        columns.remove(goner)
        room += goner.width(rows) + len(GAP)
    return columns, max(1, min(room, longest))


def _texts_of(row: Row) -> Callable[[Column], str]:
    return lambda column: column.text(row)


def _part(row: Row) -> Part:
    return Part.SUM if row.is_sum else Part.LAYER
