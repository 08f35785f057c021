"""A plain grid of texts, written as aligned lines, CSV, Markdown, or LaTeX with booktabs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from archdsl.report.text import columns_of, cut, padded

GAP = "  "


@dataclass(frozen=True, slots=True)
class Head:
    """What stands over a column, its `key` for programs, and whether its cells are figures.

    Where room is short, the column with the highest `rank` goes first; the first column stays.
    """

    title: str
    key: str
    is_figure: bool = True
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """Heads and, for each row, a cell a head: a text, and its value for programs."""

    heads: tuple[Head, ...]
    rows: tuple[tuple[tuple[str, object], ...], ...]

    def texts(self) -> list[list[str]]:
        """The titles, then the rows, as readers see them."""
        titles = [head.title for head in self.heads]
        return [titles, *([text for text, _ in row] for row in self.rows)]


def aligned(grid: Grid, width: int | None) -> Iterator[str]:
    """A heading, a rule and a line a row, in at most `width` columns; None is as many as it takes.

    Columns go where they do not fit; at last the first one is cut.
    """
    texts = grid.texts()
    widths = [max(columns_of(row[at]) for row in texts) for at in range(len(grid.heads))]
    shown = list(range(len(grid.heads)))
    if width is not None:
        while len(shown) > 1 and sum(widths[at] + len(GAP) for at in shown) - len(GAP) > width:
            shown.remove(max(shown[1:], key=lambda at: grid.heads[at].rank))
        if len(shown) == 1:
            widths[0] = max(1, min(widths[0], width))
    lines = [
        GAP.join(
            padded(cut(row[at], widths[at]), widths[at], grid.heads[at].is_figure) for at in shown
        ).rstrip()
        for row in texts
    ]
    yield lines[0]
    yield "-" * max(map(columns_of, lines))
    yield from lines[1:]


def csv_text(grid: Grid) -> str:
    """A header of keys, then a line a row, figures as programs write them."""
    keys = [head.key for head in grid.heads]
    return csv_table(keys, ([value for _, value in row] for row in grid.rows))


def markdown_text(grid: Grid) -> str:
    """A table in GitHub's Markdown."""
    cells = [[markdown(text) for text in row] for row in grid.texts()]
    return markdown_table([head.is_figure for head in grid.heads], cells)


def latex_text(grid: Grid) -> str:
    r"""A `tabular` with booktabs' rules, ready for a `table`."""
    heading, *rows = ([latex(text) for text in row] for row in grid.texts())
    return latex_table([head.is_figure for head in grid.heads], heading, rows)


def csv_table(keys: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Comma-separated values under their keys."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([keys, *rows])
    return file.getvalue()


def markdown_table(are_figures: Sequence[bool], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are Markdown already, the heading first."""
    heading, *others = rows
    marks = ["--:" if is_figure else "---" for is_figure in are_figures]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (heading, marks, *others))


def latex_table(
    are_figures: Sequence[bool],
    heading: Sequence[str],
    *groups: Sequence[Sequence[str]],
) -> str:
    """A table of cells that are LaTeX already, a rule before each group of rows.

    It shrinks where it would be wider than a line.
    """
    marks = "".join("r" if is_figure else "l" for is_figure in are_figures)
    lines = [
        r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",
        rf"\begin{{tabular}}{{@{{}}{marks}@{{}}}}",
        r"\toprule",
        _latex_row(heading),
    ]
    for rows in groups:
        lines += [r"\midrule", *map(_latex_row, rows)]
    table = "\n".join([*lines, r"\bottomrule", r"\end{tabular}}", ""])
    note = r"% \usepackage{booktabs,graphicx}"
    if not all(_is_latin(char) for char in table):
        note += "; for XeLaTeX or LuaLaTeX, with a font that has all its letters"
    return f"{note}\n{table}"


def _is_latin(char: str) -> bool:
    """Whether pdfLaTeX sets a letter without a font of its own."""
    return ord(char) < 0x180


def _latex_row(cells: Sequence[str]) -> str:
    return rf"{' & '.join(cells)} \\"


def markdown(text: str) -> str:
    """A text as Markdown shows it: names may hold `_` and `*`, and arrows are no tags."""
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([\\`*_|\[\]])", r"\\\1", text)


_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    # After a line's end or a rule, a bracket would begin an option, and a star be one.
    "[": "{[}",
    "*": "{*}",
    **{char: f"\\{char}" for char in "&%$#_{}"},
}


def latex(text: str) -> str:
    """A text as LaTeX sets it: special characters escaped, sizes and arrows as mathematics."""
    escaped = "".join(_LATEX.get(char, char) for char in text)
    escaped = escaped.replace(rf"-{_LATEX['>']}", r"$\to$")
    return re.sub(r"\b\d+(?:x\d+)+\b", lambda size: size[0].replace("x", r"$\times$"), escaped)
