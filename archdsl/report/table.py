"""A summary laid out as lines of aligned text, cut to a width."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum

from archdsl.report.columns import Column, Setup
from archdsl.report.rows import Row
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


def lay_out(
    columns: Sequence[Column], rows: Sequence[Row], total: Row, setup: Setup, width: int | None
) -> Iterator[Line]:
    """A heading, a line a row, and the totals, each in at most `width` columns of text.

    Where they do not fit, columns go and descriptions lose their last words. None is as wide as it
    takes.
    """
    texts = {
        column: [column.title, *(column.text(row, setup) for row in (*rows, total))]
        for column in columns
    }
    widths = {column: max(map(columns_of, cells)) for column, cells in texts.items()}
    layers: list[Callable[[int | None], str]] = [
        lambda room: "layer" if room is None else cut("layer", room),
        *(_layer_texts(row) for row in (*rows, total)),
    ]
    shown, room = _fitting(widths, max(columns_of(layer(None)) for layer in layers), width)

    def line(number: int) -> str:
        cells = [padded(texts[c][number], widths[c], c.is_figure) for c in shown]
        cells.insert(layer_position(shown), padded(layers[number](room), room))
        return GAP.join(cells).rstrip()

    lines = [line(number) for number in range(len(layers))]
    rule = Part.RULE, "-" * max(map(columns_of, lines))
    yield Part.HEADING, lines[0]
    yield rule
    yield from ((_part(row), text) for row, text in zip(rows, lines[1:-1], strict=True))
    yield rule
    yield Part.TOTAL, lines[-1]


def layer_position(columns: Sequence[Column]) -> int:
    """Where the layers stand among the columns: behind the words before the first figure."""
    figures = (number for number, column in enumerate(columns) if column.is_figure)
    return next(figures, len(columns))


def layer_text(row: Row, width: int | None = None) -> str:
    """`  conv1: 64 3x3 filters, pad 1`, without its last words where they do not fit."""
    head = f"{INDENT * row.depth}{row.head}"
    whole = f"{head}{''.join(row.words)}"
    if width is None or columns_of(whole) <= width:
        return whole
    shorter = (f"{head}{''.join(row.words[:n])} {CUT}" for n in range(len(row.words) - 1, 0, -1))
    return next((text for text in shorter if columns_of(text) <= width), cut(whole, width))


def _layer_texts(row: Row) -> Callable[[int | None], str]:
    return lambda room: layer_text(row, room)


def _fitting(
    widths: dict[Column, int], longest: int, width: int | None
) -> tuple[list[Column], int]:
    """The columns that there is room for, and the room that they leave to the layers."""
    columns = list(widths)
    if width is None:
        return columns, longest
    room = width - sum(taken + len(GAP) for taken in widths.values())
    while columns and room < min(longest, NARROWEST):
        goner = max(reversed(columns), key=lambda column: column.rank)
        columns.remove(goner)
        room += widths[goner] + len(GAP)
    return columns, max(1, min(room, longest))


def _part(row: Row) -> Part:
    return Part.SUM if row.is_sum else Part.LAYER
