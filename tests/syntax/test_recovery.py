"""Several lines that cannot be read are all complained of, and nothing else is."""

from __future__ import annotations

import pytest

from archdsl.diagnostics import SpecError
from archdsl.syntax.parser import MOST, parse
from archdsl.syntax.source import Source


def complaints(text: str) -> list[tuple[int, str]]:
    """Line and code of everything that is said."""
    with pytest.raises(SpecError) as caught:
        parse(Source("a.arch", text))
    return [(d.span.line if d.span else 0, d.code) for d in caught.value.diagnostics]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("CONV 64 3 x 3\nRELU\nstem: 64", [(1, "E101"), (3, "E108")], id="two lines"),
        pytest.param("a: b: RELU\nCONV 3 ->\nBN", [(1, "E101"), (2, "E101")], id="two kinds"),
        pytest.param(
            "block X:\n  CONV $\n  RELU\nstem: 64", [(1, "E101"), (4, "E108")], id="a head"
        ),
        pytest.param("if a = 3:\n  BN $\nelse:\n  BN $\nFC $", [(1, "E101"), (5, "E101")], id="if"),
        pytest.param("if a:\n  BN $\nelse:\n  FC $", [(2, "E101"), (4, "E101")], id="branches"),
        pytest.param("add:\n  RELU $\nFC $", [(2, "E101"), (3, "E101")], id="the only line below"),
        pytest.param(
            "expect:\n  six layers\n  2,2 layers\nFC $",
            [(2, "E105"), (3, "E105"), (4, "E101")],
            id="expectations",
        ),
        pytest.param("expect:\n  six layers\nRELU", [(2, "E105")], id="the only expectation"),
        pytest.param("expect: 1 layer\n  2 x\nFC $", [(2, "E105")], id="expectations below one"),
        pytest.param("network A\nnetwork B\nFC $", [(2, "E106"), (3, "E101")], id="sections"),
        pytest.param("RELU\n  \tBN\nFC $", [(2, "E102")], id="tabs end it"),
        pytest.param("add:\n    BN\n  BN\nFC $", [(3, "E103")], id="levels end it"),
        pytest.param("FC $\nadd:\nBN", [(1, "E101"), (2, "E104")], id="empty bodies end it"),
        pytest.param("$\nFC $", [(1, "E101")], id="a line too short to stand for"),
        pytest.param("FC $\n" * 50, [(n, "E101") for n in range(1, MOST + 1)], id="many"),
    ],
)
def test_every_line_is_complained_of_once(text: str, expected: list[tuple[int, str]]) -> None:
    assert complaints(text) == expected
