"""`about:` is read as free text, and what follows keeps its place."""

from __future__ import annotations

import pytest

from archdsl.diagnostics import SpecError
from archdsl.syntax.parser import parse
from archdsl.syntax.source import Source
from archdsl.syntax.tree import Spec


def read(text: str) -> Spec:
    return parse(Source("a.arch", text))


def entries(text: str) -> list[tuple[str, str]]:
    return [(entry.key, entry.text) for entry in read(text).about]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("about:\n    paper: A -> B [x] 50% (c; d)", [("paper", "A -> B [x] 50% (c; d)")]),
        ("about:\n  a: b: c", [("a", "b: c")]),
        ("about:\n  a: b\n  a: c\n", [("a", "b"), ("a", "c")]),
        ("about:\n  a: b\n    c # d\n     e\n  f: g", [("a", "b c # d e"), ("f", "g")]),
        ("about:\n  a:\n    b: c", [("a", "b: c")]),
        ("about:\n\n  a: b\n\n\n    c\n", [("a", "b c")]),
        ("about:  # c\r\n  a: b\r\n    c\r\nRELU\r\n", [("a", "b c")]),
        ("about:\n  # c\n  a: b\n# c\n  d: e\n\t# f", [("a", "b"), ("d", "e")]),
        ("about:\n  자료: 값 — ümlaut ∑ 😀", [("자료", "값 — ümlaut ∑ 😀")]),
        ("\ufeffabout:\n  a: b", [("a", "b")]),
        ("RELU\nabout :\n  top-5 error: 6.67%\nBN", [("top-5 error", "6.67%")]),
    ],
)
def test_entries(text: str, expected: list[tuple[str, str]]) -> None:
    assert entries(text) == expected


def test_offsets_hold() -> None:
    text = "about:\n  k: v\n    w\n\n# A block.\nblock A():\n    RELU\n"
    spec = read(text)
    assert spec.about[0].span.text == "k: v\n    w"
    (block,) = spec.body
    assert block.span.text == "block A():\n    RELU"
    assert getattr(block, "comment", None) == "A block."


def test_a_layer_may_be_called_about() -> None:
    assert read("about: CONV 64 1x1 filters").about == ()


@pytest.mark.parametrize(
    ("text", "code", "line", "marked"),
    [
        ("about:\n  a: b\n  c", "E107", 3, "c"),
        ("about:\n  a", "E107", 2, "a"),
        ("about:\n  : a", "E107", 2, ": a"),
        ("about:\n  a: b\n c: d", "E103", 3, " "),
        ("about:\n\ta: b", "E102", 2, "\t"),
        ("about:\nRELU", "E104", 1, ":"),
        ("about:\n  # c", "E104", 1, ":"),
        ("about:\n  a: b\nRELU\nabout:\n  c: d", "E106", 4, "about:"),
        ("block A():\n  RELU\n  about:\n    a: b", "E106", 3, "about:"),
    ],
)
def test_what_cannot_be_read(text: str, code: str, line: int, marked: str) -> None:
    with pytest.raises(SpecError) as caught:
        read(text)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.span is not None
    assert (diagnostic.code, diagnostic.span.line) == (code, line)
    assert diagnostic.span.text == marked
    assert diagnostic.help
