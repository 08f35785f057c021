"""The summary as a notebook shows it: a table of HTML behind a text that is the plain one."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from archdsl.report.rows import Row
from archdsl.report.summary import Summary
from archdsl.report.table import layer_position, layer_text

_TEXT = "text-align: left; white-space: pre"
_FIGURE = "text-align: right; font-variant-numeric: tabular-nums"


class SummaryText(str):
    """The plain table; as the last value of a notebook's cell, a table with columns."""

    _html: str

    def __new__(cls, summary: Summary) -> SummaryText:
        """The text of a summary, as wide as it takes."""
        self = super().__new__(cls, summary.text())
        self._html = "\n".join(_lines(summary))
        return self

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return self._html


def _lines(summary: Summary) -> Iterator[str]:
    heads = [(column.title, column.is_figure) for column in summary.columns]
    yield f'<table><caption style="{_TEXT}">{escape(summary.title)}</caption>'
    yield f"<thead>{_line(summary, heads, 'layer', 'th')}</thead>"
    yield "<tbody>"
    yield from (_row(summary, row) for row in summary.rows)
    yield f"</tbody><tfoot>{_row(summary, summary.total)}</tfoot></table>"
    yield from (f"<p><small>{escape(note)}</small></p>" for note in summary.notes())


def _row(summary: Summary, row: Row) -> str:
    """A row; sums are set in bold."""
    cells = [(column.text(row, summary.setup), column.is_figure) for column in summary.columns]
    return _line(summary, cells, layer_text(row), "th" if row.is_sum else "td")


def _line(summary: Summary, cells: list[tuple[str, bool]], layer: str, tag: str) -> str:
    """The cells of a line, the layer in its place among them."""
    whole = cells.copy()
    whole.insert(layer_position(summary.columns), (layer, False))
    styled = (
        f'<{tag} style="{_FIGURE if is_figure else _TEXT}">{escape(text)}</{tag}>'
        for text, is_figure in whole
    )
    return f"<tr>{''.join(styled)}</tr>"
