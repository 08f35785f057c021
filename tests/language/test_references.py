"""Section 3 of the language: by reference, what leads to the output, joins that absorb joins."""

from __future__ import annotations

from typing import Any

import pytest
from compiling import complaint, doubts, network, operands, said

from archdsl.ops import Mean

UNIT = "block Unit(n, stride = 1):\n    CONV {n} 3x3 filters at stride {stride}, pad 1\n    RELU\n"


# --- By reference ---


def test_from_opens_a_chain_at_a_lines_output() -> None:
    text = """
        CONV1: 8 1x1 filters -> RELU
        CONV2: 8 1x1 filters
        add:
            identity
            from conv1 -> BN
        """
    assert operands(text, "bn") == ("conv1",)


@pytest.mark.parametrize(
    "line",
    [
        "here: CONV 3 1x1 filters",
        "here: RELU",
        "here: CONV 3 1x1 filters -> RELU",
        "here: 2 x RELU",
        "here: Unit(3)",
        "here:\n    BN\n    RELU",
        "here: add:\n    RELU\n    identity",
        "here: from input",
        "add:\n    path:\n        BN\n        here: RELU\n    identity",
        "group:\n    here: RELU\n    BN",
        "if yes:\n    here: RELU",
        "for i in 1..1:\n    here: RELU",
    ],
)
def test_from_names_any_line_above_in_the_same_block(line: str) -> None:
    assert network(f"{UNIT}{line}\nadd:\n    identity\n    from here\nTANH").totals.depth >= 0


def test_from_names_layers_by_their_suffix_and_unnamed_ones_by_their_word() -> None:
    text = """
        CONV1: 3 1x1 filters -> BN1 -> RELU
        TANH
        concat:
            from bn1
            from relu
            from tanh
        """
    assert operands(text, "concat") == ("bn1", "relu", "tanh")


def test_from_sees_sibling_paths_included() -> None:
    text = "concat:\n    RELU1\n    from relu1 -> BN\n    from input -> TANH"
    assert operands(text, "bn") == ("relu1",)


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("RELU1\nfrom rellu1 -> BN", "did you mean `relu1`?"),
        ("add:\n    from later\n    identity\nlater: RELU", "the lines above are `input`"),
        (f"{UNIT}Unit(3)\nfrom conv -> BN", "the lines above are `input`, `unit`"),
        ("block A():\n    from outer -> BN\nouter: RELU\nA()", "the lines above are `input`"),
    ],
)
def test_from_finds_nothing_else(text: str, help: str) -> None:
    diagnostic = complaint(text)
    assert (diagnostic.code, diagnostic.help) == ("E306", help)


def test_input_is_what_enters_the_block() -> None:
    text = """
        block A():
            CONV 3 1x1 filters
            add:
                identity
                from input
        RELU
        A()
        """
    assert operands(text, "a.add") == ("a.conv", "relu")
    assert operands("RELU\nadd:\n    identity\n    from input", "add") == ("relu", "input")
    named = "[8x8x3] image: INPUT\nRELU\nadd:\n    identity\n    from image"
    assert operands(named, "add") == ("relu", "input")


def test_an_ambiguous_name_is_an_error() -> None:
    assert said("RELU\nBN\nRELU\nfrom relu -> TANH") == [("E307", "relu")]
    assert said("a: RELU\na: RELU\nfrom a -> TANH") == [("E307", "a")]
    assert operands("RELU\nBN\nRELU\nadd:\n    identity\n    from relu_2", "add") == (
        "relu_2",
        "relu_2",
    )


UP = """
    block Up(n, skip):
        CONV {n} 1x1 filters, linear
        concat:
            identity
            from skip
    """


def test_an_argument_may_be_a_lines_name() -> None:
    text = f"{UP}\n    down3: RELU\n    BN\n    Up(64, skip = down3)\n    second: Up(2, down3)"
    assert operands(text, "up.concat") == ("up.conv", "down3")
    assert operands(text, "second.concat") == ("second.conv", "down3")
    assert operands(f"{UP}\n    RELU\n    Up(64, input)", "up.concat") == ("up.conv", "input")


def test_a_line_can_be_passed_on() -> None:
    text = (
        f"{UP}\n    block Outer(line):\n        Up(3, line)\n"
        "    down: RELU\n    BN\n    Outer(down)"
    )
    assert operands(text, "outer.up.concat") == ("outer.up.conv", "down")


@pytest.mark.parametrize(
    ("line", "marked"),
    [
        ("Up(64, skip = 3)", "3"),
        ("Up(64, 3 + 4)", "3 + 4"),
        ("Up(64, k)", "k"),
        ("Up(relu1, relu1)", "relu1"),
        ("for i in 1..1:\n        Up(64, i)", "i"),
    ],
)
def test_lines_and_numbers_do_not_mix(line: str, marked: str) -> None:
    text = f"network N(k = 3)\n    [8x8x3] INPUT\n    RELU1 -> CONV1: {{k}} 1x1 filters\n    {line}"
    assert said(f"{UP}\n    {text}") == [("E411", marked)]


def test_a_parameter_is_either_a_line_or_a_number() -> None:
    text = """
        block A(k):
            CONV {k} 1x1 filters
            add:
                from k
                identity
        RELU1
        A(relu1)
        """
    assert said(text) == [("E411", "k")]
    assert said("block A(k = 3):\n    add:\n        from k\n        identity\nRELU1\nA(relu1)") == [
        ("E411", "3")
    ]


def test_an_unknown_line_as_an_argument() -> None:
    assert said(f"{UP}\n    RELU1\n    Up(64, rellu1)") == [("E306", "rellu1")]


def test_a_line_that_one_choice_does_not_need_is_no_error() -> None:
    text = """
        block Maybe(deep, skip):
            RELU
            if deep:
                add:
                    identity
                    from skip
        down: TANH
        a: Maybe(yes, down)
        b: Maybe(no, down)
        """
    assert doubts(text) == []


# --- Every layer leads to the output ---


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("CONV1: 8 1x1 filters\nfrom input -> BN", "CONV1: 8 1x1 filters"),
        ("CONV1: 8 1x1 filters\nRELU\nfrom input -> BN", "RELU"),
        ("block A():\n    CONV1: 8 1x1 filters\n    from input -> BN\nA()", "CONV1: 8 1x1 filters"),
        (f"{UNIT}Unit(8)\nfrom input -> BN", "Unit(8)"),
    ],
)
def test_a_layer_that_leads_nowhere_is_an_error(text: str, marked: str) -> None:
    assert said(text) == [("E611", marked)]


@pytest.mark.parametrize(
    "text",
    [
        "block A(skip):\n    from skip -> RELU\nc: BN\nb: TANH\n"
        "A(c)\nadd:\n    identity\n    from b",
        "block A():\n    0 x RELU\nRELU\nA()",
        "block A():\n    if no:\n        RELU\nA()\nBN",
        "a: RELU\nb: from input -> BN\nconcat:\n    from a\n    from b",
        "concat:\n    from input\n    from input",
        "add:\n    RELU\n    if no:\n        BN",
    ],
)
def test_what_leads_to_the_output_is_none(text: str) -> None:
    assert network(text).graph


# --- A join that ends in a join absorbs it ---


def columns(text: str, **parameters: Any) -> dict[str, tuple[int, ...] | None]:
    """Path -> the columns of every join."""
    return {
        layer.path: layer.node.op.columns
        for layer in network(text, **parameters).facts.layers()
        if isinstance(layer.node.op, Mean)
    }


def test_a_join_whose_paths_last_line_is_a_join_absorbs_it() -> None:
    text = """
        join:
            RELU
            path:
                BN
                join:
                    TANH
                    SILU
        """
    assert columns(text) == {"join": None, "join_2": (1, 2)}


def test_a_join_absorbs_a_block_that_ends_in_one() -> None:
    text = """
        network FractalNet(columns = 4)
        [32x32x3] INPUT
        block Fractal(columns, filters):
            if columns == 1:
                CONV {filters} 1x1 filters -> RELU
            else:
                join:
                    short: CONV {filters} 1x1 filters -> RELU
                    long: Fractal(columns - 1, filters) -> Fractal(columns - 1, filters)
        Fractal(columns, 8)
        """
    found = columns(text)
    assert found["fractal.join"] == (1, 3)
    assert found["fractal.long.1.join"] == (1, 2)
    assert found["fractal.long.1.long.1.join"] is None


@pytest.mark.parametrize(
    "path",
    ["identity", "from j", "path:\n        join:\n            RELU\n            BN\n        TANH"],
)
def test_a_join_absorbs_nothing_else(path: str) -> None:
    found = columns(f"j: join:\n    TANH\n    SILU\nlast: join:\n    {path}\n    GELU")
    assert found["last"] is None


def test_a_misspelt_from_is_told_where_it_stands_and_not_at_the_calls() -> None:
    text = """
        CONV1: 8 3x3 filters, pad 1 -> RELU1
        up: Up(8, skip = relu1)
        block Up(n, skip):
            CONV {n} 1x1 filters
            concat:
                identity
                from skp
        """
    wrong = complaint(text)
    assert wrong.code == "E306"
    assert wrong.span is not None
    assert wrong.span.text == "skp"
    assert wrong.help == "did you mean `skip`?"
