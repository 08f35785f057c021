"""Section 7 of the language: unknown means error."""

from __future__ import annotations

import pytest
from compiling import complaints, doubts, said

import archdsl
from archdsl.diagnostics import SpecError
from archdsl.ir.synonyms import MEANT, meant_word


@pytest.mark.parametrize(
    ("line", "code", "help"),
    [
        ("RELUU", "E401", "did you mean `RELU`?"),
        ("MAXPOOL 2x2 filters", "E401", "did you mean `MAX POOL`?"),
        ("CONV 8 3x3 filtres", "E402", "did you mean `8 3x3 filters`?"),
        ("CONV 8 3x3 filters, no bais", "E402", "did you mean `no bias`?"),
        ("CONV 8 3x3 filters, linaer", "E402", "did you mean `linear`?"),
        ("FC 10 nuerons", "E402", "did you mean `10 neurons`?"),
        ("CONV 8 3x3 filters, strid 3", "E402", "did you mean `stride 3`?"),
        ("CONV 8 3x3 filters, padd 2x1", "E402", "did you mean `pad 2x1`?"),
        ("CONV 8 3x3 filters, stride two", "E402", "it is written like `stride 2`"),
        ("MAX POOL 2x2 windos at stride 3", "E402", "did you mean `2x2 windows`?"),
        ("DROPOUT: 30%, whole map", "E402", "did you mean `whole maps`?"),
        (
            "FC 10 neurons (class score)",
            "E406",
            "write `(class scores)` on the network's output, or leave it out",
        ),
        ("block Unit():\n    RELU\nUnti()", "E408", "did you mean `Unit`?"),
        ("AVG POOL: 2x2 filters to 4x4", "E402", "keep one of them"),
        ("AVG POOL: to 4x4, stride 2", "E402", "keep one of them"),
        ("UPSAMPLE", "E203", "write `by 2` or `to 56x56`"),
        ("UPSAMPLE by 2 to 4x4", "E203", "keep one of them"),
        ("LAYER NROM", "E401", "did you mean `LAYER NORM`?"),
        ("BATCHNORM", "E401", "did you mean `BN`?"),
        ("BATCH NORM1", "E401", "did you mean `BN`?"),
        ("BATCH NORMALIZATION", "E401", "did you mean `BN`?"),
        ("LRN", "E401", "did you mean `NORM`?"),
        ("DENSE: 10 neurons", "E401", "did you mean `FC`?"),
        ("FULLY CONNECTED: 10 neurons", "E401", "did you mean `FC`?"),
        ("POOL1: 2x2 filters", "E401", "did you mean `MAX POOL`?"),
        ("AVGPOOL: 2x2 filters", "E401", "did you mean `AVG POOL`?"),
        ("CONVOLUTION: 8 3x3 filters", "E401", "did you mean `CONV`?"),
        ("TRANSPOSED CONV: 8 3x3 filters", "E401", "did you mean `UPCONV`?"),
        ("SWISH", "E401", "did you mean `SILU`?"),
        ("after CONVOLUTION: RELU", "E401", "did you mean `CONV`?"),
        (
            "CONV: 8 5x5 filters, batch norm, relu",
            "E402",
            "write `-> BN -> RELU` behind the description",
        ),
        ("CONV: 8 5x5 filters relu, pad 1", "E402", "write `-> RELU` behind the description"),
        ("INPUT: 32x32", "E402", "the size of the images stands before it: `[224x224x3] INPUT`"),
        ("CONV", "E405", "write them like `64 3x3 filters`"),
        ("FC", "E405", "write it like `1000 neurons`"),
        (
            "for i in range(3):\n    RELU",
            "E501",
            "write a range with two dots, as in `1..3` for 1, 2 and 3",
        ),
    ],
)
def test_what_the_compiler_does_not_know_is_an_error_with_a_suggestion(
    line: str, code: str, help: str
) -> None:
    diagnostic = complaints(line)[0]
    assert diagnostic.code == code
    assert diagnostic.help == help


@pytest.mark.parametrize(("rate", "value"), [("0%", "0 (0%)"), ("{0 - 1}", "-1 (-100%)")])
def test_one_bound_is_said_in_one_way(rate: str, value: str) -> None:
    text = f"add:\n    CONV: 3 1x1 filters -> STOCHASTIC DEPTH survive {rate}\n    identity"
    (diagnostic,) = complaints(text)
    assert diagnostic.message == f"the survival must be more than 0%, not {value}"


@pytest.mark.parametrize("word", ["GROUP NORM", "INSTANCE NORM", "WEIGHT NORM"])
def test_another_operation_is_not_suggested(word: str) -> None:
    (diagnostic,) = complaints(f"{word} in 8 groups")
    assert diagnostic.message == f"no layer is called {word}"
    assert diagnostic.help.startswith("the layer words are INPUT, ")


def test_what_stands_behind_two_layers_in_small_letters_is_read_too() -> None:
    found = complaints("CONV: 8 5x5 filters, bn, relu, pda 1")
    assert [d.span.text for d in found if d.span] == ["bn, relu", "pda 1"]


def test_a_parameter_without_braces() -> None:
    text = "network N(classes = 10)\n[8x8x3] INPUT\nFC: classes neurons"
    found = complaints(text)[0]
    assert found.help == "write `{classes}`: what is computed stands in braces"
    found = complaints("block A(n):\n    for i in 1..2:\n        CONV{i}: i 3x3 filters\nA(1)")[0]
    assert found.help == "write `{i}`: what is computed stands in braces"


def test_every_synonym_means_a_layer_word() -> None:
    for word, meant in MEANT.items():
        assert meant_word(meant) == meant
        assert meant_word(word.lower()) == meant
        assert meant_word(word) == meant


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
