"""Whatever the text, it is read or complained of at a place inside it."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from archdsl.diagnostics import SpecError
from archdsl.syntax.parser import parse, parse_expression
from archdsl.syntax.source import Source

PIECES = """
network A(n = 1)|use A from "b"|expect:|expect with n = 3:|about:|key: text|block B(a, b = 2):
after CONV: RELU|if a == 1:|else if b:|else:|for i in 1..3:|for r in 6, 12:|concat:|add|path:|m:
join, drop path 15%:|CONV1: 96 11x11 filters|CONV|MAX POOL1|CONV3-64|BN{i}_1|DROPOUT: 50%|stem:
(class scores)|[8x8x3]|[{n}]|Unit(3, a = 2)|3 x |{n - 1} x |->|from relu1|identity|in.channels
min(a, b)|yes|not|and|or|-|+|*|//|%|==|<=|=|x|3x3|7|0.5|1e-6|1e999|..|,|:|(|)|[|]|{|}|"|#|# comment
22 layers|1.5G multiply-adds within 10%|6,998,552|$|é|×|99999999999999999999999999999999
"""
ODD = ["\ufeff", "\t", "\r\n", "\r", "\0", "\x0b", "\u2028", "\u0663"]
BITS = [*PIECES.strip().replace("\n", "|").split("|"), *ODD]
GAPS = ["", " ", " ", "\n", "\n", "\n  ", "\n    ", "\n        "]

specs = st.lists(st.tuples(st.sampled_from(BITS), st.sampled_from(GAPS)), max_size=20).map(
    lambda pairs: "".join(bit + gap for bit, gap in pairs)
)


def check_complaint(error: SpecError) -> None:
    assert error.diagnostics
    for diagnostic in error.diagnostics:
        assert diagnostic.message
        assert diagnostic.span is not None
        span = diagnostic.span
        assert 0 <= span.start <= span.end <= len(span.source.text)
    assert "Token(" not in str(error)


@settings(max_examples=300, deadline=None)
@given(st.text() | specs)
@example("(" * 3000)
@example("Unit(" + "(" * 1000 + "1" + ")" * 1000 + ")")
@example("Unit(" + "-" * 1000 + "1)")
@example("Unit(" + "1 + " * 1000 + "1)")
@example("".join("  " * depth + "add:\n" for depth in range(200)) + "  " * 200 + "RELU")
@example("if a:\n  BN\n" + "else if b:\n  BN\n" * 200)
@example("CONV{}: 3")
@example("CONV{\t}: 3")
@example("{1e-99999999} x Unit()")
def test_specs(text: str) -> None:
    try:
        parse(Source("a.arch", text))
    except SpecError as error:
        check_complaint(error)


@settings(max_examples=200, deadline=None)
@given(st.text() | specs)
@example("")
@example(" ")
@example("a:")
@example("\ta")
def test_expressions(text: str) -> None:
    try:
        parse_expression(text, Source("--set", f"a={text}"), 2)
    except SpecError as error:
        check_complaint(error)
