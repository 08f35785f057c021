"""A summary's rows for other programs: CSV, Markdown, and LaTeX with booktabs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence

from archdsl.report.columns import Column, Setup
from archdsl.report.rows import Row
from archdsl.report.table import layer_position, layer_text

Cells = list[str]


def csv_text(columns: Sequence[Column], rows: Sequence[Row], setup: Setup) -> str:
    """A header of keys, then a line a row, figures without grouping.

    The rows whose `kind` is block, group or total are the sums of others.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    at = layer_position(columns)
    keys = [column.key for column in columns]
    writer.writerow([*keys[:at], "layer", *keys[at:]])
    for row in rows:
        cells = [_csv_cell(column, row, setup) for column in columns]
        writer.writerow([*cells[:at], layer_text(row).strip(), *cells[at:]])
    return file.getvalue()


def _csv_cell(column: Column, row: Row, setup: Setup) -> object:
    value = column.cell(row, setup)
    return value if isinstance(value, int | float) else column.text(row, setup)


def markdown_text(columns: Sequence[Column], rows: Sequence[Row], setup: Setup) -> str:
    """A table in GitHub's Markdown; what stands inside a block is indented by wide blanks."""
    heading, *lines = _cells(columns, rows, setup, _markdown, "&emsp;")
    at = layer_position(columns)
    marks = ["--:" if column.is_figure else "---" for column in columns]
    marks.insert(at, "---")
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (heading, marks, *lines))


def latex_text(columns: Sequence[Column], rows: Sequence[Row], setup: Setup) -> str:
    r"""A `tabular` with booktabs' rules, ready for a `table`; the last row is the total."""
    heading, *lines = (
        rf"{' & '.join(cells)} \\" for cells in _cells(columns, rows, setup, latex, r"\quad ")
    )
    at = layer_position(columns)
    marks = ["r" if column.is_figure else "l" for column in columns]
    marks.insert(at, "l")
    return "\n".join(
        [
            rf"\begin{{tabular}}{{@{{}}{''.join(marks)}@{{}}}}",
            r"\toprule",
            heading,
            r"\midrule",
            *lines[:-1],
            r"\midrule",
            lines[-1],
            r"\bottomrule",
            r"\end{tabular}",
            "",
        ]
    )


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


def _markdown(text: str) -> str:
    """Names may hold `_` and `*`, and arrows are no tags."""
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([\\`*_|\[\]])", r"\\\1", text)


_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    **{char: f"\\{char}" for char in "&%$#_{}"},
}


def latex(text: str) -> str:
    """A text as LaTeX sets it: special characters escaped, sizes and arrows as mathematics."""
    escaped = "".join(_LATEX.get(char, char) for char in text)
    escaped = escaped.replace(rf"-{_LATEX['>']}", r"$\to$")
    return re.sub(r"\b\d+(?:x\d+)+\b", lambda size: size[0].replace("x", r"$\times$"), escaped)
