"""A summary's rows for other programs: CSV, Markdown, and LaTeX with booktabs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from archdsl.report.columns import Column, Setup
from archdsl.report.grid import csv_table, latex, latex_table, markdown, markdown_table
from archdsl.report.rows import Row
from archdsl.report.table import layer_position, layer_text

Cells = list[str]


def csv_text(columns: Sequence[Column], rows: Sequence[Row], setup: Setup) -> str:
    """A header of keys, then a line a row, figures without grouping.

    The rows whose `kind` is block, group or total are the sums of others.
    """
    at = layer_position(columns)
    keys = [column.key for column in columns]

    def line(row: Row) -> list[object]:
        cells = [_csv_cell(column, row, setup) for column in columns]
        return [*cells[:at], layer_text(row).strip(), *cells[at:]]

    return csv_table([*keys[:at], "layer", *keys[at:]], map(line, rows))


def _csv_cell(column: Column, row: Row, setup: Setup) -> object:
    value = column.cell(row, setup)
    return value if isinstance(value, int | float) else column.text(row, setup)


def markdown_text(columns: Sequence[Column], rows: Sequence[Row], setup: Setup) -> str:
    """A table in GitHub's Markdown; what stands inside a block is indented by wide blanks."""
    cells = _cells(columns, rows, setup, markdown, "&emsp;")
    return markdown_table(_marks(columns), list(cells))


def latex_text(columns: Sequence[Column], rows: Sequence[Row], setup: Setup) -> str:
    r"""A `tabular` with booktabs' rules, ready for a `table`; the last row is the total."""
    heading, *lines, total = _cells(columns, rows, setup, latex, r"\quad ")
    return latex_table(_marks(columns), heading, lines, [total])


def _marks(columns: Sequence[Column]) -> list[bool]:
    """Which columns hold figures, the layers' among them."""
    marks = [column.is_figure for column in columns]
    marks.insert(layer_position(columns), False)
    return marks


def _cells(
    columns: Sequence[Column],
    rows: Sequence[Row],
    setup: Setup,
    escape: Callable[[str], str],
    indent: str,
) -> Iterator[Cells]:
    """The heading and every row, escaped, the layers in their place."""
    at = layer_position(columns)
    heading = [escape(column.title) for column in columns]
    yield [*heading[:at], "layer", *heading[at:]]
    for row in rows:
        cells = [escape(column.text(row, setup)) for column in columns]
        layer = f"{indent * row.depth}{escape(layer_text(row).strip())}"
        yield [*cells[:at], layer, *cells[at:]]
