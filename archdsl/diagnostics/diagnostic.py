"""The one value that every complaint is, from the lexer to the last check."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from archdsl.syntax.source import Span


class Severity(StrEnum):
    """An error stops the compilation; a warning is only said."""

    ERROR = "error"
    WARNING = "warning"


class Frame(NamedTuple):
    """One use of a block on the way to the trouble: `layer2.0: Bottleneck(128, stride=2)`."""

    text: str
    span: Span


class Diagnostic(NamedTuple):
    """What is wrong, where, and what to write instead.

    `code` is a key of `archdsl.diagnostics.codes.CODES` and decides the severity by its letter.
    `span` is the place that the location names; `mark` the characters under the caret (the span's
    when None) and `note` the text beside them. `trail` lists the block instances that led there,
    outermost first. `help` says what to write.
    """

    code: str
    message: str
    span: Span | None = None
    note: str = ""
    help: str = ""
    mark: Span | None = None
    trail: tuple[Frame, ...] = ()

    @property
    def severity(self) -> Severity:
        """Error for `E...`, warning for `W...`."""
        return Severity.ERROR if self.code.startswith("E") else Severity.WARNING

    def through(self, trail: tuple[Frame, ...]) -> Diagnostic:
        """The same complaint, seen from further outside."""
        return self._replace(trail=trail + self.trail)


class SpecError(Exception):
    """A spec that does not compile, with everything found wrong in it."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        from archdsl.diagnostics.render import render_text

        return "\n".join(render_text(diagnostic) for diagnostic in self.diagnostics)


def error(code: str, message: str, span: Span | None, note: str = "", help: str = "") -> SpecError:
    """One complaint, ready to raise."""
    return SpecError([Diagnostic(code, message, span, note=note, help=help)])


def did_you_mean(wrong: str, known: Iterable[str], otherwise: str = "") -> str:
    """A help line: the known name that was most likely meant, or what else there is to say."""
    near = suggest(wrong, known)
    return f"did you mean `{near}`?" if near else otherwise


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Complaints as a reader meets their places: text by text, from its first line to its last."""
    found = list(diagnostics)
    sources = list(dict.fromkeys(id(d.span.source) if d.span else 0 for d in found))

    def place(diagnostic: Diagnostic) -> tuple[int, int]:
        span = diagnostic.span
        return (sources.index(id(span.source)), span.start) if span else (sources.index(0), 0)

    return sorted(found, key=place)


def suggest(wrong: str, known: Iterable[str]) -> str | None:
    """The known name that the wrong one was most likely meant to be, or None."""
    choices = list(known)
    folded = {choice.lower(): choice for choice in choices}
    if wrong.lower() in folded:
        return folded[wrong.lower()]
    import difflib  # Only a spec with an error needs it.

    close = difflib.get_close_matches(wrong.lower(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None
