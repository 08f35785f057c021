"""Section 3 of the language: in sequence, side by side, by name."""

from __future__ import annotations

import pytest
from compiling import complaint, complaints, network, operands, paths, said, shapes

from archdsl.ir.graph import LayerNode

UNIT = "block Unit(n, stride = 1):\n    CONV {n} 3x3 filters at stride {stride}, pad 1\n    RELU\n"


# --- In sequence ---


def test_one_line_under_another_and_an_arrow_are_the_same() -> None:
    one = network("CONV 8 1x1 filters\nBN\nRELU")
    other = network("CONV 8 1x1 filters -> BN -> RELU")
    assert shapes("CONV 8 1x1 filters\nBN\nRELU") == shapes("CONV 8 1x1 filters -> BN -> RELU")
    assert one.totals == other.totals


# --- Side by side ---


@pytest.mark.parametrize(
    ("word", "op", "shape"),
    [
        ("concat", "Concat", "[32x32x6]"),
        ("add", "Add", "[32x32x3]"),
        ("multiply", "Multiply", "[32x32x3]"),
        ("join", "Mean", "[32x32x3]"),
    ],
)
def test_a_merge_word_heads_an_indented_list_and_each_child_is_one_path(
    word: str, op: str, shape: str
) -> None:
    text = f"{word}:\n    RELU\n    TANH -> BN"
    node = network(text).graph[word]
    assert isinstance(node, LayerNode)
    assert type(node.op).__name__ == op
    assert shapes(text)[word] == shape
    assert operands(text, word) == ("relu", "bn")
    assert operands(text, "relu") == operands(text, "tanh") == ("input",)


def test_identity_is_the_empty_path() -> None:
    assert operands("add:\n    RELU\n    identity", "add") == ("relu", "input")


@pytest.mark.parametrize(
    "text",
    [
        "RELU\nidentity",
        "add:\n    RELU\n    identity -> BN",
        "add:\n    RELU\n    short: identity",
        "add:\n    RELU\n    path:\n        identity",
        "add:\n    RELU\n    short:\n        identity",
        "block A():\n    identity\nA()",
        "if yes:\n    identity\nRELU",
    ],
)
def test_identity_stands_only_there(text: str) -> None:
    assert said(text) == [("E602", "identity")]


@pytest.mark.parametrize("text", ["RELU -> identity", "3 x identity", "from input -> identity"])
def test_identity_is_no_step(text: str) -> None:
    assert [d.code for d in complaints(text)] == ["E101"]


def test_identity_may_have_a_claim_and_stand_in_a_choice() -> None:
    text = """
        add:
            RELU
            if yes:
                [32x32x3] identity
            else:
                BN
        """
    assert operands(text, "add") == ("relu", "input")


def test_path_is_a_path_of_several_lines_without_a_name() -> None:
    text = "add:\n    path:\n        CONV1: 3 1x1 filters\n        RELU\n    identity"
    assert paths(text) == ["conv1", "relu", "add"]


def test_path_stands_only_in_a_merge() -> None:
    assert said("path:\n    RELU") == [("E603", "path")]
    assert said("add:\n    BN\n    path:\n        path:\n            RELU") == [("E603", "path")]


def test_each_child_of_a_chosen_if_or_of_a_for_is_a_path() -> None:
    text = """
        concat:
            if yes:
                RELU
                TANH
            else:
                BN
            for i in 1..2:
                CONV{i}: {i} 1x1 filters
                identity
        """
    assert operands(text, "concat") == ("relu", "tanh", "conv1", "input", "conv2", "input")
    assert shapes(text)["concat"] == "[32x32x15]"


def test_a_merge_left_with_one_path_is_that_path() -> None:
    assert paths("add:\n    RELU\n    if no:\n        identity") == ["relu"]
    assert paths("add:\n    RELU") == ["relu"]
    assert paths("RELU\n[32x32x3] mixed: add:\n    BN\nfrom mixed -> TANH") == [
        "relu",
        "bn",
        "tanh",
    ]


@pytest.mark.parametrize(
    "text", ["add:\n    if no:\n        RELU", "concat:\n    for i in 1..0:\n        RELU"]
)
def test_a_merge_left_with_none_is_an_error(text: str) -> None:
    assert [code for code, _ in said(text)] == ["E609"]


def test_an_empty_range_and_a_choice_of_nothing_are_nothing() -> None:
    assert paths("for i in 1..0:\n    BN\nif no:\n    BN\nfor i in 5..3:\n    BN\nRELU") == ["relu"]


@pytest.mark.parametrize("word", ["add", "join", "multiply"])
def test_shapes_are_equal(word: str) -> None:
    text = f"{word}:\n    CONV 8 1x1 filters\n    identity"
    diagnostic = complaint(text)
    assert diagnostic.code == "E203"
    assert diagnostic.message.startswith(f"`{word}:` takes paths of one shape")
    assert diagnostic.message.endswith("but path 1 gives [32x32x8] and path 2 gives [32x32x3]")
    assert diagnostic.note == (
        "channels: 8 against 3\npath 1: conv in line 3, 8 filters\npath 2: what flows in"
    )


def test_in_concat_all_but_channels_are_equal() -> None:
    assert shapes("concat:\n    CONV 8 1x1 filters\n    identity")["concat"] == "[32x32x11]"
    assert said("concat:\n    CONV 8 3x3 filters\n    identity") == [("E203", "concat")]


def test_multiply_takes_1x1xc_beside_hxwxc() -> None:
    text = "multiply:\n    {}\n    {}"
    assert shapes(text.format("identity", "GLOBAL AVG POOL -> SIGMOID"))["multiply"] == "[32x32x3]"
    assert shapes(text.format("GLOBAL AVG POOL -> SIGMOID", "identity"))["multiply"] == "[32x32x3]"
    assert said(text.format("identity", "AVG POOL to 2x2")) == [("E203", "multiply")]
    assert said(text.format("identity", "GLOBAL AVG POOL -> CONV 4 1x1 filters")) == [
        ("E203", "multiply")
    ]
    assert said("add:\n    GLOBAL AVG POOL\n    identity") == [("E203", "add")]


def test_vectors_merge_with_vectors_only() -> None:
    assert shapes("concat:\n    a: FC 4 neurons\n    b: FC 5 neurons")["concat"] == "[9]"
    diagnostic = complaint("multiply:\n    identity\n    FC 3 neurons")
    assert diagnostic.note.startswith("path 2 is a vector")


def test_a_merge_takes_a_claim_and_a_name() -> None:
    assert paths("[32x32x6] mixed: concat:\n    RELU\n    identity") == ["relu", "mixed"]
    assert said("[32x32x5] mixed: concat:\n    RELU\n    identity") == [("E201", "5")]
    assert paths("mixed: add:\n    RELU\n    identity\nfrom mixed -> BN") == ["relu", "mixed", "bn"]


# --- By name ---


def test_block_defines_and_its_name_uses() -> None:
    text = (
        f"{UNIT}a: Unit(64, stride=2)\nb: Unit(n = 32)\nc: Unit(stride = 2, n = 16)\nd: Unit(8, 1)"
    )
    assert list(shapes(text).values())[::2] == ["[16x16x64]", "[16x16x32]", "[8x8x16]", "[8x8x8]"]


def test_a_block_is_known_before_its_definition() -> None:
    assert paths(f"Unit(8)\n{UNIT}") == ["unit.conv", "unit.relu"]
    assert paths("block A():\n    B()\nblock B():\n    RELU\nA()") == ["a.b.relu"]


def test_a_block_inside_a_block_is_known_there_only() -> None:
    text = """
        block A():
            block B():
                RELU
            B()
            C()
            block C():
                BN
        A()
        """
    assert paths(text) == ["a.b.relu", "a.c.bn"]
    assert said(f"{text}    B()") == [("E408", "B")]


def test_a_block_inside_shadows_one_outside() -> None:
    text = "block B():\n    RELU\nblock A():\n    block B():\n        BN\n    B()\nA()\nB()"
    assert paths(text) == ["a.b.bn", "b.relu"]


def test_two_blocks_of_one_name_are_an_error() -> None:
    assert said("block A():\n    RELU\nblock A():\n    BN\nA()") == [("E308", "A")]


def test_a_default_may_use_earlier_parameters_and_in() -> None:
    text = (
        "block A(n, m = 2*n, k = m + in.channels):\n    CONV {k} 1x1 filters\nx: A(4)\ny: A(1, 1)"
    )
    assert list(shapes(text).values()) == ["[32x32x11]", "[32x32x12]"]
    assert said("block A(m = n, n = 2):\n    CONV {n*m} 1x1 filters\nA()") == [("E501", "n")]
    assert said("block A(n = n):\n    CONV {n} 1x1 filters\nA()") == [("E501", "n")]


def test_a_block_sees_its_own_parameters_only() -> None:
    text = """
        network N(classes = 10)
        [8x8x3] INPUT
        block Head(n):
            FC {classes + n} neurons
        Head(1)
        """
    diagnostic = complaint(text)
    assert diagnostic.code == "E501"
    assert diagnostic.help == (
        "a block sees its own parameters only: pass it on, as in `block Head(n, classes):`"
    )
    inner = "block A(n):\n    block B(m):\n        CONV {n*m} 1x1 filters\n    B(n)\nA(2)"
    assert said(inner) == [("E501", "n")]


def test_an_index_is_known_in_its_loop_only() -> None:
    assert said("for i in 1..2:\n    c{i}: CONV {i} 1x1 filters\nRELU{i}") == [("E501", "i")]


def test_parameters_without_a_default_come_first() -> None:
    assert said("block A(a = 1, b):\n    CONV {a*b} 1x1 filters\nA(1, 2)") == [("E511", "b")]
    assert said("network N(a = 1, b)\n[8x8x3] INPUT\nCONV {a*b} 1x1 filters", b=2) == [
        ("E511", "b")
    ]


@pytest.mark.parametrize(
    ("call", "code", "marked", "help"),
    [
        ("Unti(8)", "E408", "Unti", "did you mean `Unit`?"),
        ("Unit()", "E410", "Unit()", "its head is `Unit(n, stride = 1)`"),
        ("Unit(8, strid = 2)", "E409", "strid = 2", "did you mean `stride`?"),
        ("Unit(8, 1, 2)", "E409", "2", "its head is `Unit(n, stride = 1)`"),
        ("Unit(8, n = 2)", "E409", "n = 2", "keep one of them"),
        ("Unit(8, m = 2)", "E409", "m = 2", "its parameters are `n` and `stride`"),
        ("Unit(m)", "E501", "m", "give the network a parameter: `network Network(m = 1)`"),
    ],
)
def test_wrong_calls(call: str, code: str, marked: str, help: str) -> None:
    diagnostic = complaint(UNIT + call)
    assert (diagnostic.code, diagnostic.help) == (code, help)
    assert diagnostic.span is not None
    assert diagnostic.span.text == marked


def test_an_error_inside_says_through_which_instance() -> None:
    diagnostic = complaint(
        """
        block Unit(k):
            CONV: 8 {k}x{k} filters
        block Stage(k):
            Unit(k)
            last: Unit(k - 1)
        stage1: Stage(4)
        stage2: Stage(15)
        """
    )
    assert diagnostic.message == "CONV: a filter of height 14 does not fit into height 13"
    assert [frame.text for frame in diagnostic.trail] == ["stage2: Stage(15)", "last: Unit(k - 1)"]


def test_x_repeats() -> None:
    assert paths(f"{UNIT}layer: 2 x Unit(8)") == [
        "layer.0.conv",
        "layer.0.relu",
        "layer.1.conv",
        "layer.1.relu",
    ]


def test_for_repeats_with_an_index() -> None:
    assert paths("for i in 1..3:\n    conv{i}: CONV {i} 1x1 filters, linear") == [
        "conv1",
        "conv2",
        "conv3",
    ]
    assert shapes("for r in 6, 12, 18:\n    CONV{r}: {r} 1x1 filters, linear") == {
        "conv6": "[32x32x6]",
        "conv12": "[32x32x12]",
        "conv18": "[32x32x18]",
    }


def test_names_may_contain_the_index() -> None:
    text = """
        for i in 1..2:
            denselayer{i}: BN
            CONV{i}_a: 3 1x1 filters, linear
            a{2*i}b: TANH
        """
    assert paths(text) == ["denselayer1", "conv1_a", "a2b", "denselayer2", "conv2_a", "a4b"]
    diagnostic = complaint("for i in 7..7:\n    [1x1x1] CONV{i}: 3 1x1 filters")
    assert diagnostic.message.startswith("CONV7 declares [1x1x1]")
    assert [frame.text for frame in diagnostic.trail] == ["i = 7"]


@pytest.mark.parametrize("index", ["i - 2", "0.5", "yes"])
def test_an_index_in_a_name_is_0_or_more_and_whole(index: str) -> None:
    codes = [code for code, _ in said(f"for i in 1..1:\n    a{{{index}}}: RELU\n    b{{i}}: BN")]
    assert codes in (["E301"], ["E503"], ["E502"])


def test_if_chooses_while_compiling() -> None:
    text = """
        network N(kind = 1)
        [8x8x3] INPUT
        if kind == 1:
            RELU
        else if kind == 2:
            TANH
        else:
            GELU
        """
    assert paths(text) == ["relu"]
    assert paths(text, kind=2) == ["tanh"]
    assert paths(text, kind=3) == ["gelu"]


def test_blocks_may_call_blocks_themselves_included() -> None:
    text = "block R(n):\n    if n > 0:\n        RELU\n        R(n - 1)\nR(3)"
    assert paths(text) == ["r.relu", "r.r.relu", "r.r.r.relu"]


@pytest.mark.parametrize(
    "text",
    [
        "block A(n):\n    A(n)\nA(1)",
        "block A(n):\n    A(n + 1)\nA(1)",
        "block A(n):\n    B(n + 1)\nblock B(n):\n    A(n + 1)\nA(1)",
        "block A(n):\n    add:\n        A(n + 1)\n        A(n + 2)\nA(1)",
        "block A():\n    MAX POOL 1x1 filters\n    A()\nA()",
        "block A():\n    CONV {in.channels + 1} 1x1 filters\n    A()\n[5x5x5] A()\nRELU",
    ],
)
def test_a_recursion_without_an_end_is_an_error(text: str) -> None:
    diagnostic = complaint(text)
    assert diagnostic.code == "E507"
    assert len(diagnostic.trail) == 1


@pytest.mark.parametrize(
    "text",
    [
        "1000000000 x RELU",
        "for i in 1..1000000000:\n    RELU",
        "a: 60000 x RELU\nb: 60000 x RELU",
        "block A():\n    1000 x RELU\nblock B():\n    1000 x A()\n1000 x B()",
        "block A(n):\n    if n > 0:\n        a: A(n - 1)\n        b: A(n - 1)\n    RELU\nA(100)",
    ],
)
def test_gigantic_repeats_are_an_error(text: str) -> None:
    assert [code for code, _ in said(text)] == ["E508"]


def test_ten_thousand_layers_are_none() -> None:
    net = network("body: 10000 x CONV 4 1x1 filters, linear")
    assert net.totals.depth == 10_000
