"""Where a level opens and closes, what is mere alignment, and files as editors leave them."""

from __future__ import annotations

import pytest

from archdsl.diagnostics import Diagnostic, SpecError
from archdsl.syntax.parser import parse
from archdsl.syntax.source import Source
from archdsl.syntax.tree import Chain, If, Layer, Line, Spec, Statement, Suite


def read(text: str) -> Spec:
    return parse(Source("a.arch", text))


def nesting(body: tuple[Statement, ...]) -> list[object]:
    """The layer words of a body; what stands under a line as a list behind it."""
    found: list[object] = []
    for statement in body:
        match statement:
            case Line(content=Chain(steps=(Layer(word=word), *_))):
                found.append(word)
            case Line(content=Suite(body=inner)):
                found.append(nesting(inner))
            case If(then=then, otherwise=otherwise):
                found += [nesting(then), nesting(otherwise)]
            case _:
                raise AssertionError(statement)
    return found


def complaint(text: str) -> Diagnostic:
    with pytest.raises(SpecError) as caught:
        read(text)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", [], id="empty"),
        pytest.param("\n\n", [], id="blank lines"),
        pytest.param("   ", [], id="blanks"),
        pytest.param("\t\n\t", [], id="tabs in blank lines"),
        pytest.param("# only this", [], id="only a comment"),
        pytest.param("  # this\n# and this\n", [], id="only comments"),
        pytest.param("\ufeff", [], id="only a byte order mark"),
        pytest.param("RELU", ["RELU"], id="no final newline"),
        pytest.param("RELU\n\n\n", ["RELU"], id="many final newlines"),
        pytest.param("RELU\n   ", ["RELU"], id="final blanks"),
        pytest.param("RELU\n\t", ["RELU"], id="a final tab"),
        pytest.param("RELU # comment", ["RELU"], id="final comment on a line"),
        pytest.param("RELU\n# comment", ["RELU"], id="final comment line"),
        pytest.param("RELU\n  # comment", ["RELU"], id="final indented comment"),
        pytest.param("\ufeffRELU\nBN", ["RELU", "BN"], id="byte order mark"),
        pytest.param("RELU\r\nBN\r\n", ["RELU", "BN"], id="CRLF"),
        pytest.param(
            "add:\r\n  RELU\r\n\r\n  # c\r\n  BN\r\nFC", [["RELU", "BN"], "FC"], id="CRLF add"
        ),
        pytest.param("\n\n# c\n\nRELU", ["RELU"], id="blank lines first"),
        pytest.param("    RELU\n    BN", ["RELU", "BN"], id="all lines aligned"),
        pytest.param("    RELU\nBN", ["RELU", "BN"], id="first line aligned"),
        pytest.param("[3] FC\n    RELU\n  BN\nFC", ["FC", "RELU", "BN", "FC"], id="alignment"),
        pytest.param(
            "add:\n  FC\n      RELU\n    BN\n  FC\nFC",
            [["FC", "RELU", "BN", "FC"], "FC"],
            id="alignment inside",
        ),
        pytest.param("add: # c\n  RELU\nBN", [["RELU"], "BN"], id="comment behind the colon"),
        pytest.param("add:   \n  RELU", [["RELU"]], id="blanks behind the colon"),
        pytest.param("add:\n\n# c\n  RELU\n\nBN", [["RELU"], "BN"], id="gap under the colon"),
        pytest.param("add:\n  RELU\n# c\n  BN", [["RELU", "BN"]], id="comment at column 1"),
        pytest.param("add:\n  RELU\n      # c\nBN", [["RELU"], "BN"], id="deep comment"),
        pytest.param("add:\n\t# c\n  RELU", [["RELU"]], id="tab before a comment"),
        pytest.param("add:\n RELU\nadd:\n    BN", [["RELU"], ["BN"]], id="each its own depth"),
        pytest.param("add:\n  add:\n    BN", [[["BN"]]], id="two levels close at the end"),
        pytest.param("add:\n  add:\n    BN\nFC", [[["BN"]], "FC"], id="two levels close at once"),
        pytest.param("if a:\n  BN\n\n# c\nelse:\n  FC", [["BN"], ["FC"]], id="else after a gap"),
        pytest.param("SOFTMAX:\nRELU", ["SOFTMAX", "RELU"], id="layer with a colon"),
        pytest.param("BN -> SOFTMAX:\nRELU", ["BN", "RELU"], id="layer with a colon in a chain"),
        pytest.param("SOFTMAX:", ["SOFTMAX"], id="final layer with a colon"),
        pytest.param("add:\n  SOFTMAX:\nRELU", [["SOFTMAX"], "RELU"], id="colon, then shallower"),
        pytest.param("STAGE1:\n  RELU", [["RELU"]], id="capitals over lines"),
    ],
)
def test_nesting(text: str, expected: list[object]) -> None:
    assert nesting(read(text).body) == expected


@pytest.mark.parametrize(
    ("text", "code", "line", "marked", "help"),
    [
        ("add:\n\tRELU", "E102", 2, "\t", "indent with blanks only"),
        ("\tRELU", "E102", 1, "\t", "indent with blanks only"),
        ("RELU\n  \tBN", "E102", 2, "  \t", "indent with blanks only"),
        ("add:\n    RELU\n  BN", "E103", 3, "  ", "indent it by 0 or 4 blanks"),
        ("add:\n  add:\n    BN\n   FC", "E103", 4, "   ", "indent it by 0 or 2 or 4 blanks"),
        ("add:\nRELU", "E104", 1, ":", "indent the lines that belong under it"),
        ("add:", "E104", 1, ":", "indent the lines that belong under it"),
        ("add:  # c", "E104", 1, ":", "indent the lines that belong under it"),
        ("add:\n  join:\n  RELU", "E104", 2, ":", "indent the lines that belong under it"),
        (
            "add:\n  RELU\n  skip:\nBN",
            "E104",
            3,
            ":",
            "write `identity`, without a name, if the empty path is meant; else indent the lines "
            "that belong under it",
        ),
        ("stem:\n", "E104", 1, ":", "indent the lines that belong under it"),
        ("block A():\nRELU", "E104", 1, ":", "indent the lines that belong under it"),
        ("if a:\nelse:\n  RELU", "E104", 1, ":", "indent the lines that belong under it"),
        ("expect:\n22 layers", "E104", 1, ":", "indent the lines that belong under it"),
    ],
)
def test_indentation_that_cannot_be_read(
    text: str, code: str, line: int, marked: str, help: str
) -> None:
    diagnostic = complaint(text)
    assert diagnostic.span is not None
    assert (diagnostic.code, diagnostic.help) == (code, help)
    assert (diagnostic.span.line, diagnostic.span.text) == (line, marked)


def test_deeper_lines_under_a_layer_in_a_chain() -> None:
    diagnostic = complaint("BN -> SOFTMAX:\n    RELU")
    assert diagnostic.code == "E101"
    assert diagnostic.message == "these lines belong to nothing above them"


def test_offsets_hold_behind_a_byte_order_mark_and_crlf() -> None:
    text = "\ufeffRELU\r\nadd:\r\n  BN  # c\r\n  FC 10 neurons\r\n"
    _, add = read(text).body
    assert isinstance(add, Line)
    assert isinstance(add.content, Suite)
    assert add.content.span.text == "add:\r\n  BN  # c\r\n  FC 10 neurons"
    assert [line.span.text for line in add.content.body] == ["BN", "FC 10 neurons"]
