"""What is said of a line that cannot be read: the code, the place, and what to write instead."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archdsl.diagnostics import Diagnostic
from archdsl.diagnostics.codes import CODES

Complaint = Callable[[str], Diagnostic]


def check(diagnostic: Diagnostic, code: str, marked: str, help: str) -> None:
    assert diagnostic.span is not None
    assert (diagnostic.code, diagnostic.span.text) == (code, marked)
    assert diagnostic.help == help
    assert diagnostic.code in CODES


@pytest.mark.parametrize(
    ("text", "marked", "help"),
    [
        # A missing colon.
        ("concat", "concat", "write `concat:`"),
        ("add:\n  concat\n    RELU", "concat", "write `concat:`"),
        ("else", "else", "write `else:`"),
        ("if a\n  RELU", "", "write `if a:`"),
        ("if a:\n  BN\nelse if b  # c", "", "write `else if b:`"),
        ("for i in 1..3\n  RELU", "", "write `for i in 1..3:`"),
        ("block X()\n  RELU", "", "write `block X():`"),
        ("block X:\n  RELU", "X", "write `block X():`"),
        ("stem = CONV 64", "=", "write `stem:`"),
        ("expect\nRELU", "expect", "write `expect:`"),
        ("expect 3 layers\nRELU", "expect", "write `expect:`"),
        ("RELU\nabout", "about", "write `about:`"),
        # An unclosed bracket.
        ("CONV {4*width 1x1 filters -> CONV {b}", "{", "write `}` where it ends"),
        ("[55x55x96 CONV1: 96 11x11 filters", "[", "write `]` where it ends"),
        ("FC8: 1000 neurons (class scores", "(", "write `)` where it ends"),
        ("Unit(3, min(a, b)", "(", "write `)` where it ends"),
        ("block X(a, b:\n  RELU", "(", "write `)` where it ends"),
        ('use X from "blocks', '"', 'write `"` where they end'),
        # A sign for another.
        ("if a = 3:\n  RELU", "=", "write `==`"),
        ("CONV {a = b}", "=", "write `==`"),
        ("Unit(a == b == c)", "==", "join them by `and`"),
        ("Unit(a: 3)", ":", "write `a = `"),
        ("CONV 3 3x3 filters at stride=2", "=", "write `stride` and its value"),
        ("CONV 3 3x3 filters, pad: 2", ":", "write `pad` and its value"),
        ("CONV: 64 3×3 filters", "×", "write `x`"),
        ("CONV 64 → RELU", "→", "write `->`"),
        ("CONV1: 8 3x3 filters => RELU", "=>", "write `->`"),
        ("Unit(8) => RELU", "=>", "write `->`"),
        ("if n => 2:", "=>", "write `>=`"),
        ("CONV1: 8 3x3 filters - > RELU", "- >", "write `->`"),
        ("RELU --> RELU", "-->", "write `->`"),
        ("[3]\N{NO-BREAK SPACE}FC", "\N{NO-BREAK SPACE}", "write an ordinary blank"),
        # Claims, sizes and repeats.
        ("[227, 227, 3] INPUT", ",", "write `[227x227x3]`"),
        ("[227 x 227 x 3] INPUT", "x", "write `[227x227x3]`"),
        (
            "[5x5] INPUT",
            "[5x5]",
            "write [height x width x channels] without the blanks, or [number]",
        ),
        ("[5x5x5]", "", "write the layer behind it, on the same line"),
        ("CONV 64 3x3x3 filters", "x", "write it like `3x3`"),
        ("CONV 64 3 x 3 filters", "x", "write it like `3x3`"),
        ("CONV1: 3 x 3 filters", "3", "write it like `3x3`"),
        ("3xUnit(16)", "(", "write `3 x Unit`"),
        ("RELU -> {n}xUnit(16)", "xUnit", "write `{n} x Unit`"),
        ("3 x 2 x RELU", "3 x 2", "write `6 x`, or give what is repeated a block"),
        ("BN -> 3 x 2 x Unit(4)", "3 x 2", "write `6 x`, or give what is repeated a block"),
        ("2 * Unit(4)", "*", "write `2 x`"),
        ("RELU -> 2 * BN", "*", "write `2 x`"),
        ("INPUT: 32x32x3", "32x32x3", "write `[32x32x3] INPUT`"),
        ("INPUT [{n}x32x3]", "[{n}x32x3]", "write `[{n}x32x3] INPUT`"),
        ("for i in 1 to 3:\n  RELU", "to", "write `1..3`"),
        ("for i in 1 to {n}:\n  RELU", "to", "write `1..{n}`"),
        # Arrows.
        ("CONV 64 3x3 filters RELU", "RELU", "write `-> RELU`, or give it a line"),
        ("CONV 64 3x3 filters POOL1: 3x3", ":", "write `->` before `POOL1`, or give it a line"),
        ("identity RELU", "RELU", "write `-> RELU`, or give it a line"),
        ("FC 10 (class scores) SOFTMAX", "SOFTMAX", "write `-> SOFTMAX`, or give it a line"),
        ("CONV 64 Unit(3)", "(", "write `-> Unit(`"),
        # A block's name without its arguments.
        ("block A():\n  BN\nA", "A", "write `A()`"),
        ("block A(n, size = 3):\n  BN\nRELU -> A", "A", "write `A(n, size = 3)`"),
        ("block A(n):\n  BN\n3 x A", "A", "write `A(n)`"),
        (
            'use A from "a.arch"\nRELU -> A',
            "A",
            "a block's arguments follow its name, as in `A(64)`",
        ),
        # Words that open lines.
        ("netwrok LeNet:\nRELU", "netwrok", "write `network LeNet`, without a colon"),
        ("network LeNet:\nRELU", ":", "write `network LeNet`"),
        ("netwrok LeNet(n = 1)\nRELU", "netwrok", "write `network`"),
        ("blok A(n)", "blok", "write `block`"),
        # Words.
        ("Conv 64 3x3 filters", "Conv", "layer words are in capitals, as in `CONV`"),
        ("max pool1: 3x3", "max pool1", "layer words are in capitals, as in `MAX POOL1:`"),
        ("64 3x3 filters", "64", "write which layer it is, as in `CONV 64 3x3 filters`"),
        ("concatt", "concatt", "write `concat:`, and indent what belongs under it"),
        ("Inception (64, 96)", "(", "write `Inception(`"),
        (
            "Inception (a)",
            "Inception",
            "a block's arguments follow it without a blank, as in `Inception(64)`",
        ),
        ("FC 10 neurons (10)", "(", "write it like `(class scores)`"),
        ("elif a:\n  RELU", "elif", "write `else if`"),
        ("if a:\n  BN\nelif n == 2:\n  RELU", "elif", "write `else if`"),
        ("mixed: concta:\n  RELU", "concta", "write `concat`"),
        ("joni, drop path 15%:\n  RELU", "joni", "write `join`"),
        ("join drop path 15%:\n  RELU", "join", "write `join,`"),
        ("a: b: RELU", "b", "a line has one name"),
        ("a-b: RELU", "a-b", "write `a_b`"),
        ("Unit({n})", "{n}", "write `n`"),
        (
            "DROPOUT: {p}%",
            "%",
            "a rate is `50%` in a description, and a number from 0 to 1 in braces and arguments",
        ),
    ],
)
def test_help(complaint: Complaint, text: str, marked: str, help: str) -> None:
    check(complaint(text), "E101", marked, help)


@pytest.mark.parametrize(
    ("code", "text", "marked", "help"),
    [
        (
            "E105",
            "expect:\n  2,2 layers",
            "2,2",
            "a thousands comma stands before three digits",
        ),
        ("E106", "network A\nnetwork B", "network B", "keep one of them"),
        ("E106", "block X():\n  network Y", "network Y", "start it at column 1"),
        ("E106", "if a:\n  expect:\n    1 layers", "expect:\n    1 layers", "start it at column 1"),
        (
            "E108",
            "stem: 64 7x7 filters",
            "stem",
            "write which layer it is, as in `stem: CONV 64 7x7 filters`",
        ),
        (
            "E108",
            "Conv1: 64 filters",
            "Conv1",
            "write which layer it is, as in `Conv1: CONV 64 filters`",
        ),
        ("E109", "CONV 3 -> stem: CONV 4", "stem", "give it a line of its own"),
        ("E109", "CONV 3 -> s{i}: CONV 4", "s{i}", "give it a line of its own"),
        ("E109", "CONV 3 -> 2: BN", "2", "give it a line of its own"),
        ("E604", "RELU -> from x", "from", "give it a line of its own"),
        ("E110", "foo: path:\n  RELU", "foo", "write `foo:` instead of `path:`"),
        ("E110", "path, no bias:\n  RELU", "path", "write `path:`"),
        ("E111", "if a: CONV1: 3", "CONV1", "put it on an indented line"),
        ("E111", "if a:\n  RELU\nelse: CONV 3", "CONV", "put it on an indented line"),
        ("E111", "for i in 1..3: RELU", "RELU", "put it on an indented line"),
        ("E111", "block A(): RELU", "RELU", "put it on an indented line"),
        ("E111", "join, drop path 5%: RELU", "RELU", "put it on an indented line"),
    ],
)
def test_codes(complaint: Complaint, code: str, text: str, marked: str, help: str) -> None:
    check(complaint(text), code, marked, help)


@pytest.mark.parametrize(
    ("line", "marked"),
    [
        ("layers 22", "layers"),
        ("22", ""),
        ("{n} layers within a few", "a"),
        ("22 layers, blocks", "blocks"),
        ("22 layers,", ""),
        ("22, 3 layers", "3"),
    ],
)
def test_expectations(complaint: Complaint, line: str, marked: str) -> None:
    diagnostic = complaint(f"expect:\n    {line}\n")
    help_ = (
        "write a number and what it counts, as in `6,998,552 parameters` or "
        "`1.5G multiply-adds within 10%`"
    )
    check(diagnostic, "E105", marked, help_)


@pytest.mark.parametrize("line", ["22 layers 30,730 parameters", "9 neurons within 1% 3 layers"])
def test_figures_without_a_comma_between_them(complaint: Complaint, line: str) -> None:
    second = line.split()[-2]
    help_ = f"write `, {second}`: a comma stands between two figures"
    for head in ("expect:\n    ", "expect: ", "expect with n = 3: "):
        check(complaint(f"{head}{line}\n"), "E105", second, help_)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("use X from blocks", "`blocks` cannot stand here, but a file in quotes can"),
        ("after CONV:", "the line ends too early: a layer is missing"),
        ("after CONV", "the line ends too early: `,` or `:` is missing"),
        ("RELU ->", "the line ends too early: a block, a layer, a number or `{` is missing"),
        ("CONV 3,", "the line ends too early: a number, a word or `{` is missing"),
        ("2 x identity", "`identity` cannot stand here, but a block or a layer can"),
        ("for i = 1..3:\n  RELU", "`=` cannot stand here, but `in` can"),
        ("block f(1):\n  RELU", "`1` cannot stand here, but a name or `)` can"),
        ("CONV 64 $", "`$` cannot stand here"),
        ("CONV{}: 3", "an expression is missing"),
        ("{1e999} x Unit()", "this number is too long to be meant"),
    ],
)
def test_what_could_stand_there(complaint: Complaint, text: str, message: str) -> None:
    assert complaint(text).message == message
