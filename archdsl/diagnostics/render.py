"""A Diagnostic as a person reads it, and as a program does."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, takewhile

import click

from archdsl.diagnostics.diagnostic import Diagnostic, Frame, Severity
from archdsl.syntax.source import Span

SCHEMA = 1
LINE_WIDTH = 100
"""The columns that a source line may take before it is cut around the mark."""

_TAB = " " * 4
_NOTE_GAP = " " * 8
_CUT = "…"
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


@dataclass(frozen=True, slots=True)
class _Brush:
    """Bold text in a colour, or the text as it is where there are no colours."""

    colour: bool

    def __call__(self, text: str, hue: str | None = None) -> str:
        return click.style(text, fg=hue, bold=True) if self.colour and text else text


def render_text(diagnostic: Diagnostic, colour: bool = False) -> str:
    """The complaint for a terminal, without a final newline.

    Message, place, excerpt with carets and note, the block instances that led there, and the help.
    """
    brush = _Brush(colour)
    accent = _COLOURS[diagnostic.severity]
    kind = brush(f"{diagnostic.severity}[{diagnostic.code}]", accent)
    lines = [f"{kind}: {brush(_harmless(diagnostic.message))}"]
    if diagnostic.span is not None:
        lines.append(f"  {brush('-->', 'blue')} {_place(diagnostic.span)}")
        lines += _excerpt(_marked(diagnostic.span, diagnostic.mark), diagnostic.note, brush, accent)
    lines += [f"  in {_harmless(frame.text)}  ({_place(frame.span)})" for frame in diagnostic.trail]
    if diagnostic.help:
        first, *others = _harmless(diagnostic.help).split("\n")
        lines.append(f"  {brush('help', 'green')}: {first}")
        lines += [f"        {other}" for other in others]
    return "\n".join(line.rstrip() for line in lines)


def render_json(diagnostics: Iterable[Diagnostic]) -> str:
    """The complaints for an editor or a script: `{"schema": 1, "diagnostics": [...]}`.

    Lines and columns count characters from 1, `end_column` is the one after the last; without a
    place they and `file` are null. Everything outside ASCII is escaped, so any pipe carries it.
    """
    listed = [_as_record(diagnostic) for diagnostic in diagnostics]
    return json.dumps({"schema": SCHEMA, "diagnostics": listed}, indent=2)


def _as_record(diagnostic: Diagnostic) -> dict[str, object]:
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "message": diagnostic.message,
        **_range_record(span),
        "note": diagnostic.note,
        "help": diagnostic.help,
        "trail": [_frame_record(frame) for frame in diagnostic.trail],
    }


def _range_record(span: Span | None) -> dict[str, object]:
    if span is None:
        return dict.fromkeys(("file", "line", "column", "end_line", "end_column"))
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    return {
        "file": span.source.name,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }


def _frame_record(frame: Frame) -> dict[str, object]:
    return {"text": frame.text, **_range_record(frame.span)}


def _place(span: Span) -> str:
    line, column = span.source.position(span.start)
    return f"{_harmless(span.source.name)}:{line}:{column}"


def _marked(span: Span, mark: Span | None) -> Span:
    """What the carets lie under; a mark in another text would stand under the wrong file's name."""
    return mark if mark is not None and mark.source is span.source else span


def _excerpt(mark: Span, note: str, brush: _Brush, accent: str) -> list[str]:
    """The marked line, the carets below it, and the note beside them."""
    number, column = mark.source.position(mark.start)
    cells = [_shown(char) for char in mark.source.line(number).removesuffix("\r")]
    start = min(column - 1, len(cells))
    end = min(start + mark.end - mark.start, len(cells))  # of several lines, the first
    cells, start, end = _cut(cells, start, end)
    before = sum(map(_width, cells[:start]))
    under = max(1, sum(map(_width, cells[start:end])))
    first, *others = _harmless(note).split("\n")
    bar = brush("|", "blue")
    gutter = f"  {'':{len(str(number))}} {bar} "
    return [
        f"  {brush(str(number), 'blue')} {bar} {''.join(cells)}",
        f"{gutter}{'':{before}}{brush('^' * under, accent)}{_NOTE_GAP}{brush(first, accent)}",
        *(f"{gutter}{'':{before + under}}{_NOTE_GAP}{brush(other, accent)}" for other in others),
    ]


def _cut(cells: Sequence[str], start: int, end: int) -> tuple[list[str], int, int]:
    """The part of a long line around the mark, an ellipsis where something is missing."""
    widths = [_width(cell) for cell in cells]
    if sum(widths) <= LINE_WIDTH:
        return list(cells), start, end
    room = LINE_WIDTH - 2 * _width(_CUT)
    fitting = takewhile(lambda columns: columns <= room, accumulate(widths[start:end]))
    end = start + len(list(fitting))
    spare = room - sum(widths[start:end])
    left, right = start, end
    while spare > 0:
        # Grow on the side that has less, so that the mark stays in the middle while it can.
        if left > 0 and (start - left <= right - end or right == len(cells)):
            left -= 1
            spare -= widths[left]
        else:
            spare -= widths[right]
            right += 1
    before = [_CUT] if left > 0 else []
    after = [_CUT] if right < len(cells) else []
    shift = len(before) - left
    return [*before, *cells[left:right], *after], start + shift, end + shift


def _harmless(text: str) -> str:
    """Text that cannot move the cursor, ring, recolour or reorder; line ends stay."""
    return "\n".join("".join(map(_shown, line)) for line in text.split("\n"))


def _shown(char: str) -> str:
    """What a terminal is given for a character of the author's."""
    if char == "\t":
        return _TAB
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)  # Unicode's pictures of the control characters: ␛ for ESC
    if code == 0x7F:
        return "␡"
    if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} or _reorders(char):
        return "\N{REPLACEMENT CHARACTER}"
    return char


def _reorders(char: str) -> bool:
    """Whether it makes a terminal show text in another order than the compiler reads it."""
    return unicodedata.bidirectional(char) in {
        "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
    }  # fmt: skip


def _width(shown: str) -> int:
    """The columns that a terminal gives to what one character is shown as."""
    return sum(map(_column_count, shown))


def _column_count(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"} or "\u1160" <= char <= "\u11ff":
        return 0  # drawn onto the character before it, as a decomposed Hangul syllable's vowel is
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
