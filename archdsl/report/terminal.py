"""The summary in colours, for a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from archdsl.report.summary import Summary
from archdsl.report.table import Part

_STYLES = {
    Part.HEADING: "bold",
    Part.RULE: "dim",
    Part.LAYER: "",
    Part.SUM: "bold cyan",
    Part.TOTAL: "bold",
}


def print_summary(summary: Summary, console: Console, width: int) -> None:
    """Print the table in at most `width` columns; a console would take dumb terminals for 80."""
    table = [Text(text, _STYLES[part]) for part, text in summary.lines(width)]
    notes = [Text(line, "dim") for line in summary.footer(width)]
    lines = [Text(summary.title, "bold"), Text(), *table, Text(), *notes]
    # Lines are laid out already; rich must not break one that a wide character makes too long.
    console.print(Text("\n").join(lines), soft_wrap=True)
