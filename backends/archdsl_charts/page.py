"""A chart as one HTML file without a network: what a blob is stands beside it, and in a table."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from archdsl_svg.html import digest, json_text

from archdsl.report.comparison import Comparison
from archdsl.report.comparison_text import grid_of
from archdsl_charts.sheet import Sheet, facts


def page(comparison: Comparison, sheet: Sheet) -> str:
    """The whole file. Every text of an author's is escaped, and only our own script may run."""
    script, style = _resource("page.js"), _resource("page.css")
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src {digest(script)}"
    said = {entry.label: list(facts(entry, comparison.protocol)) for entry in comparison.entries}
    _, _, svg = sheet.svg().partition("?>\n")
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(sheet.title)}</title>",
        f"<style>{style}</style>",
        "<main>",
        f"<figure>{svg}</figure>",
        '<div id="card" role="status" hidden></div>',
        *_table(comparison),
        "</main>",
        f'<script type="application/json" id="facts">{json_text(said)}</script>',
        f"<script>{script}</script>",
        "</html>",
        "",
    ]
    return "\n".join(lines)


def _resource(name: str) -> str:
    return (files("archdsl_charts") / name).read_text(encoding="utf-8")


def _table(comparison: Comparison) -> Iterator[str]:
    grid = grid_of(comparison)
    marks = [' class="figure"' if head.is_figure else "" for head in grid.heads]

    def cells(tag: str, texts: list[str]) -> str:
        pairs = zip(marks, texts, strict=True)
        return "".join(f"<{tag}{mark}>{escape(text)}</{tag}>" for mark, text in pairs)

    titles, *rows = grid.texts()
    yield f'<div class="table"><table><thead><tr>{cells("th", titles)}</tr></thead><tbody>'
    for entry, row in zip(comparison.entries, rows, strict=True):
        yield f'<tr data-network="{escape(entry.label)}">{cells("td", row)}</tr>'
    yield "</tbody></table></div>"
