"""Suggestions, and the order in which complaints are read."""

from __future__ import annotations

import pytest

from archdsl.diagnostics import (
    Diagnostic,
    Severity,
    SpecError,
    did_you_mean,
    error,
    in_order,
    suggest,
)
from archdsl.syntax.source import Source, Span

WORDS = ["CONV", "MAX POOL", "RELU", "stride", "in.channels"]


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("CONVV", "CONV"),
        ("conv", "CONV"),
        ("MAXPOOL", "MAX POOL"),
        ("stirde", "stride"),
        ("in.chanels", "in.channels"),
        ("zebra", None),
        ("", None),
    ],
)
def test_the_nearest_word_is_suggested(wrong: str, meant: str | None) -> None:
    assert suggest(wrong, WORDS) == meant
    expected = f"did you mean `{meant}`?" if meant else "otherwise"
    assert did_you_mean(wrong, WORDS, "otherwise") == expected


def test_without_words_there_is_nothing_to_suggest() -> None:
    assert suggest("CONV", []) is None


def test_the_first_letter_of_a_code_is_its_severity() -> None:
    assert Diagnostic("E101", "m").severity is Severity.ERROR
    assert Diagnostic("W201", "m").severity is Severity.WARNING


def test_complaints_come_in_the_order_of_their_places_text_by_text() -> None:
    one, other = Source("a.arch", "0123456789"), Source("b.arch", "0123456789")
    places = [(one, 5), (other, 3), (one, 2), (other, 1), (one, 9)]
    found = [Diagnostic("E101", "m", Span(source, at, at + 1)) for source, at in places]
    ordered = [(d.span.source, d.span.start) for d in in_order(found) if d.span]
    assert ordered == [(one, 2), (one, 5), (one, 9), (other, 1), (other, 3)]


def test_an_error_is_one_complaint_ready_to_raise() -> None:
    failure = error("E101", "m", None, note="n", help="h")
    assert isinstance(failure, SpecError)
    assert failure.diagnostics == (Diagnostic("E101", "m", note="n", help="h"),)
