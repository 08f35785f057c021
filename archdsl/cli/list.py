"""`archdsl list`: the specs of the zoo."""

from __future__ import annotations

import re
import shutil
import sys
from typing import NamedTuple

import click

from archdsl.cli.common import has_colours
from archdsl.report.text import columns_of, cut, padded

GAP = "  "
LEAST = 12
"""A paper in fewer columns says nothing."""

_HEADER = re.compile(r"^network[ \t]+(\w+)", re.MULTILINE)
# The entry called `paper` of the section `about:`, with the deeper lines that carry it on.
_PAPER = re.compile(
    r"^about[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n|[ \t]*\n)*?"
    r"(?P<indent>[ \t]+)paper[ \t]*:(?P<text>[^\n]*(?:\n(?P=indent)[ \t]+[^\n]*)*)",
    re.MULTILINE,
)


class _Entry(NamedTuple):
    """What a spec's text says of itself."""

    name: str
    class_name: str
    paper: str


@click.command()
def command() -> None:
    """List the zoo: name, class, paper. In a pipe, tabs stand between them."""
    from archdsl import zoo

    entries = [_entry(name) for name in zoo.names()]
    if sys.stdout is not None and sys.stdout.isatty():
        for line in _table(entries, shutil.get_terminal_size().columns):
            click.echo(line)
    else:
        for entry in entries:
            click.echo("\t".join(entry))


def _entry(name: str) -> _Entry:
    """Read off the text: compiling every spec, or only loading the parser, would take too long."""
    from archdsl import zoo

    path = zoo.path_of(name)
    assert path is not None
    text = path.read_text(encoding="utf-8", errors="replace")
    header = _HEADER.search(text)
    paper = _PAPER.search(text)
    return _Entry(
        name, header[1] if header else "", " ".join(paper["text"].split()) if paper else ""
    )


def _table(entries: list[_Entry], width: int) -> list[str]:
    """Aligned columns. Where they do not fit, the paper is cut, then left out, then the class."""
    names = min(width, max((columns_of(entry.name) for entry in entries), default=0))
    classes = max((columns_of(entry.class_name) for entry in entries), default=0)
    has_class = names + len(GAP) + classes <= width
    room = width - names - classes - 2 * len(GAP)
    lines = []
    for entry in entries:
        name = padded(cut(entry.name, names), names)
        columns = [click.style(name, bold=True) if has_colours(sys.stdout) else name]
        if has_class:
            columns.append(padded(entry.class_name, classes))
        if has_class and room >= LEAST:
            columns.append(cut(entry.paper, room))
        lines.append(GAP.join(columns).rstrip())
    return lines
