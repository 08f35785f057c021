"""A text without a line that could not be read, so that more that is wrong can be said."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archdsl.syntax.source import Source, Span

_COMMENT = re.compile(r"#.*")
# What can stand for any line of a section, the longest first; it may not be longer than the line.
_FILLERS = ("RELU", "BN")
_FIGURES = ("1 layer", "1 x")


def without(text: str, source: Source, span: Span) -> str | None:
    """The text with the line at `span` made harmless, and with it what belongs under it.

    Every offset is kept. None where there is nothing to replace.
    """
    lines = text.split("\n")
    number = min(source.position(span.start)[0], len(lines)) - 1
    head = lines[number]
    if not _content(head) or re.match(r"else\b", _content(head)):
        return None  # What an `else` belongs to may be what is wrong.
    depth = _depth(head)
    is_figure = _is_expectation(lines, number)
    fillers = _FIGURES if is_figure else _FILLERS
    filler = next((f for f in fillers if len(f) <= len(_content(head))), None)
    if filler is None:
        return None
    lines[number] = (head[:depth] + filler).ljust(len(head))
    for below in _belonging(lines, number, depth, _content(head).endswith(":")):
        lines[below] = _hidden(lines[below])
    return "\n".join(lines)


def _belonging(lines: list[str], number: int, depth: int, has_body: bool) -> Iterator[int]:
    """The lines that mean nothing without the one at `number`: its body, and its `else`."""
    for below in range(number + 1, len(lines)):
        content = _content(lines[below])
        if not content:
            continue
        is_else = re.match(r"else\b", content) is not None and _depth(lines[below]) == depth
        if is_else:
            has_body = True
        elif _depth(lines[below]) <= depth or not has_body:
            return
        yield below


def _is_expectation(lines: list[str], number: int) -> bool:
    """Whether a line stands under `expect:`."""
    depth = _depth(lines[number])
    for line in reversed(lines[:number]):
        if _content(line) and _depth(line) < depth:
            return _content(line).startswith("expect")
    return False


def _hidden(line: str) -> str:
    """The line as a comment."""
    return (line[: _depth(line)] + "#").ljust(len(line))


def _content(line: str) -> str:
    return _COMMENT.sub("", line).strip()


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
