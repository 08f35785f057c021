"""Section 7 of the language: unknown means error."""

from __future__ import annotations

import pytest
from compiling import complaints, doubts, said

import archdsl
from archdsl.diagnostics import SpecError


@pytest.mark.parametrize(
    ("line", "code", "help"),
    [
        ("RELUU", "E401", "did you mean `RELU`?"),
        ("MAXPOOL 2x2 filters", "E401", "did you mean `MAX POOL`?"),
        ("CONV 8 3x3 filtres", "E402", "did you mean `64 3x3 filters`?"),
        ("CONV 8 3x3 filters, no bais", "E402", "did you mean `no bias`?"),
        ("CONV 8 3x3 filters, linaer", "E402", "did you mean `linear`?"),
        ("FC 10 nuerons", "E402", "did you mean `1000 neurons`?"),
        (
            "FC 10 neurons (class score)",
            "E406",
            "write `(class scores)` on the network's output, or leave it out",
        ),
        ("block Unit():\n    RELU\nUnti()", "E408", "did you mean `Unit`?"),
    ],
)
def test_what_the_compiler_does_not_know_is_an_error_with_a_suggestion(
    line: str, code: str, help: str
) -> None:
    diagnostic = complaints(line)[0]
    assert diagnostic.code == code
    assert diagnostic.help == help


def test_several_independent_errors_are_said_at_once() -> None:
    text = """
        CONVV 8 3x3 filters
        CONV1: 8 3x3 filters at strid 2, padding 1 -> RELUU -> BN2: epsilonn 1
        block Unit(n):
            CONV {m} 1x1 filters
        Unti(8)
        Unit(8, k = 3)
        addd:
            BN
        """
    assert [code for code, _ in said(text)] == [
        "E401",
        "E402",
        "E402",
        "E401",
        "E402",
        "E501",
        "E408",
        "E409",
        "E303",
    ]


def test_a_parameter_that_nothing_uses_is_doubted() -> None:
    text = (
        "network N(n = 3, m = 4)\n[8x8x3] INPUT\nblock A(k, l = 2):\n    CONV {k} 1x1 filters\nA(m)"
    )
    assert doubts(text) == [("W302", "n = 3"), ("W302", "l = 2")]


@pytest.mark.parametrize(
    "use",
    [
        "CONV {k} 1x1 filters",
        "[8x8x{k}] RELU",
        "{k} x RELU",
        "if k == 3:\n        RELU",
        "for i in 1..k:\n        RELU",
        "for i in k, 2:\n        RELU",
        "a{k}: RELU",
        "RELU{k}",
        "from k -> RELU",
        "B(k)",
        "B(1, k)",
        "after RELU: DROPOUT {k}",
    ],
)
def test_every_use_of_a_parameter_counts(use: str) -> None:
    text = f"block A(k):\n    {use}\nblock B(n, m = n):\n    CONV {{m}} 1x1 filters\nRELU"
    assert doubts(text) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("RELU", "E601"),
        ("", "E601"),
        ("block A():\n    RELU", "E601"),
        ("INPUT\nRELU", "E601"),
        ("[8x8x3] INPUT -> RELU", "E601"),
        ("[8x8x3] INPUT", "E608"),
        ("[8x8x3] INPUT\nif no:\n    RELU", "E608"),
        ("[8x8x3] INPUT\n[8x8x3] INPUT", "E606"),
        ("RELU\n[8x8x3] INPUT", "E606"),
        ("block A():\n    [8x8x3] INPUT\n[8x8x3] INPUT\nA()", "E606"),
        ("if yes:\n    [8x8x3] INPUT\nRELU", "E606"),
        ("2 x INPUT\nRELU", "E606"),
        ("[0x8x3] INPUT\nRELU", "E202"),
        ("[8x8x{0 - 3}] INPUT\nRELU", "E202"),
        ("[8x8x{1/2}] INPUT\nRELU", "E503"),
        ("[8x8] INPUT\nRELU", "E101"),
        ("[8x8x3] INPUT (class scores)\nRELU", "E406"),
        ("[8x8x3] INPUT: 3 filters\nRELU", "E402"),
    ],
)
def test_a_network_begins_with_its_input(text: str, code: str) -> None:
    with pytest.raises(SpecError) as caught:
        archdsl.loads(text)
    assert [d.code for d in caught.value.diagnostics] == [code]
