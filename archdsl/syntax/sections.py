"""`about:` is free text, so it is cut out before the parser sees the spec."""

from __future__ import annotations

import re

from archdsl.syntax.pieces import fail
from archdsl.syntax.source import Source, Span
from archdsl.syntax.tree import Entry

# The header and everything up to the next line, other than a comment, that starts at column 1.
_ABOUT = re.compile(
    r"^(?P<indentation>[ \t]*)(?P<header>about[ \t]*:)[ \t]*(?:\#[^\n]*)?\r?(?:\n|\Z)"
    r"(?P<body>(?:[ \t#][^\n]*(?:\n|\Z)|\r?\n)*)",
    re.MULTILINE,
)
_LINE = re.compile(r"^([ \t]*)(\S[^\n]*)$", re.MULTILINE)
_NOT_NEWLINE = re.compile(r"[^\n]")


def cut_about(source: Source) -> tuple[str, tuple[Entry, ...]]:
    """The text with `about:` blanked out, every offset kept, and the entries that stood there.

    A byte order mark becomes an empty line, so it is no part of the first word.
    """
    text = source.text
    if text.startswith("\ufeff"):
        text = "\n" + text[1:]
    sections = list(_ABOUT.finditer(text))
    for number, section in enumerate(sections):
        header = Span(source, section.start("header"), section.end("header"))
        if section["indentation"]:
            fail("E106", "`about:` stands inside something", header, "start it at column 1")
        if number > 0:
            fail("E106", "`about:` is said twice", header, "join the two sections")
    if not sections:
        return text, ()
    (section,) = sections
    entries = _entries(source, section)
    blank = _NOT_NEWLINE.sub(" ", section[0])
    return text[: section.start()] + blank + text[section.end() :], entries


def _entries(source: Source, section: re.Match[str]) -> tuple[Entry, ...]:
    """The section's `key: text` lines, each with the deeper lines that carry it on."""
    entries: list[Entry] = []
    depth = 0
    for line in _LINE.finditer(section.string, section.start("body"), section.end("body")):
        indentation, text = line[1], line[2].rstrip()
        span = Span(source, line.start(2), line.start(2) + len(text))
        if text.startswith("#"):
            continue
        if "\t" in indentation:
            tab = Span(source, line.start(1), line.end(1))
            fail("E102", "a tab stands in the indentation", tab, "indent with blanks only")
        if entries and len(indentation) > depth:
            entry = entries[-1]
            joined = f"{entry.text} {text}".strip()
            entries[-1] = Entry(entry.key, joined, entry.span.to(span))
            continue
        if entries and len(indentation) < depth:
            place = Span(source, line.start(1), line.end(1))
            help_ = f"indent it by {depth} blanks, like the entries above"
            fail("E103", "this line's indentation matches no line above", place, help_)
        key, colon, rest = text.partition(":")
        if not colon or not key.strip():
            fail(
                "E107",
                "a line of `about:` without a key",
                span,
                "write `key: text`, or indent it deeper to carry on the line above",
            )
        depth = len(indentation)
        entries.append(Entry(key.strip(), rest.strip(), span))
    if not entries:
        header = Span(source, section.end("header") - 1, section.end("header"))
        help_ = "indent the lines that belong under it"
        fail("E104", "nothing stands under this colon", header, help_)
    return tuple(entries)
