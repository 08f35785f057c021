"""Small words for tables and reports; imports little, so that every command can afford it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

CUT = "…"
PROSE_WIDTHS = 20, 80
"""The least and the most columns of notes under a table."""


def counted(number: int, thing: str) -> str:
    """`1 layer`, `22 layers`, `6,998,552 parameters`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def columns_of(text: str) -> int:
    """The columns that a terminal gives to a text."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )


def cut(text: str, width: int) -> str:
    """A text in at most so many columns, with an ellipsis where something is missing."""
    if columns_of(text) <= width:
        return text
    while text and columns_of(text) >= width:
        text = text[:-1]
    return f"{text}{CUT}"


def padded(text: str, width: int, is_right: bool = False) -> str:
    """A text with blanks around it: behind it, or before it for figures."""
    blanks = " " * (width - columns_of(text))
    return f"{blanks}{text}" if is_right else f"{text}{blanks}"


def wrapped(notes: Iterable[str], width: int | None) -> list[str]:
    """Notes as lines for a terminal of that width; None is as wide as prose is read well."""
    import textwrap

    least, most = PROSE_WIDTHS
    columns = most if width is None else max(least, min(width, most))
    wrap = textwrap.TextWrapper(columns, break_on_hyphens=False).wrap
    return [line for note in notes for line in wrap(note)]


def short(number: int) -> str:
    """A count in three digits: `37.7 k`, `118 M`.

    >>> short(25_557_032)
    '25.6 M'
    """
    for unit, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= 0.9995 * unit:
            digits = f"{number / unit:.3g}"
            return f"{float(digits):g} {name}"
    return str(number)
