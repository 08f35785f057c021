"""Section 3 of the language: names are keys."""

from __future__ import annotations

import pytest
from compiling import complaint, paths, said
from torch import nn

from archdsl.ir.names import MODULE_NAMES

UNIT = "block Unit(n):\n    CONV {n} 1x1 filters\n"


def test_a_layer_word_with_a_suffix_names_its_own_layer_anywhere_in_small_letters() -> None:
    assert paths("CONV1: 3 1x1 filters -> BN1 -> RELU\nMAX POOL1: 2x2 filters at stride 2") == [
        "conv1",
        "bn1",
        "relu",
        "pool1",
    ]
    assert paths("stage:\n    CONV1: 3 1x1 filters -> BN1\n    RELU") == [
        "stage.conv1",
        "stage.bn1",
        "stage.2",
    ]


def test_an_authors_name_opens_a_line_and_is_kept_as_written() -> None:
    assert paths("downSample_1: CONV 3 1x1 filters") == ["downSample_1"]
    assert paths(f"{UNIT}Layer2: Unit(3)") == ["Layer2.conv"]


def test_before_one_layer_or_call_it_is_that_things_name() -> None:
    assert paths("a: RELU") == ["a"]
    assert paths("RELU1\na: from relu1 -> BN") == ["relu1", "a"]


def test_before_a_chain_or_a_repeat_it_is_a_namespace() -> None:
    assert paths("down: CONV 3 1x1 filters -> BN") == ["down.0", "down.1"]
    assert paths(f"{UNIT}layer1: 1 x Unit(64)") == ["layer1.0.conv"]
    assert paths(f"{UNIT}layer1: Unit(64) -> 2 x Unit(64)") == [
        "layer1.0.conv",
        "layer1.1.conv",
        "layer1.2.conv",
    ]


def test_nothing_after_an_arrow_takes_an_authors_name() -> None:
    assert said("RELU -> norm: BN") == [("E109", "norm")]


def test_a_name_over_indented_lines_is_a_group_a_namespace_too() -> None:
    assert paths("features:\n    CONV 3 1x1 filters\n    RELU") == ["features.0", "features.1"]


def test_every_member_is_counted() -> None:
    """Named ones, activations, dropout, FLATTEN, what `after` adds."""
    text = """
        after CONV: RELU
        g:
            CONV 3 1x1 filters
            named: BN
            TANH
            DROPOUT: 50%
            a: 2 x BN
            Unit(3)
            CONV9: 3 1x1 filters
            FLATTEN
            FC: 10 neurons
        block Unit(n):
            PRELU
        """
    assert paths(text) == [
        "g.0",
        "g.1",
        "g.named",
        "g.3",
        "g.4",
        "g.a.0",
        "g.a.1",
        "g.6.prelu",
        "g.conv9",
        "g.8",
        "g.9",
        "g.10",
    ]


def test_a_number_may_be_a_name_and_counting_goes_on_from_there() -> None:
    assert paths("g:\n    2: BN\n    RELU\n    9: TANH\n    SILU") == ["g.2", "g.3", "g.9", "g.10"]
    assert paths("g:\n    RELU\n    3:\n        BN\n        TANH\n    SILU") == [
        "g.0",
        "g.3.0",
        "g.3.1",
        "g.4",
    ]
    assert paths("g:\n    for i in 2..3:\n        {2*i}: BN\n        RELU") == [
        "g.4",
        "g.5",
        "g.6",
        "g.7",
    ]


@pytest.mark.parametrize(
    "lines",
    ["RELU\n    0: BN", "RELU\n    0: TANH", "5: BN\n    4: BN\n    TANH", "2: BN\n    2: BN"],
)
def test_a_number_that_is_taken_is_an_error(lines: str) -> None:
    assert [code for code, _ in said(f"g:\n    {lines}")] == ["E304"]


def test_elsewhere_an_unnamed_member_takes_the_last_word_or_its_blocks_name() -> None:
    text = f"{UNIT}MAX POOL 1x1 filters\nGLOBAL AVG POOL\nLEAKY RELU\nUnit(3)\nHARD SIGMOID\nNORM"
    assert paths(text) == ["pool", "pool_2", "relu", "unit.conv", "sigmoid", "norm"]


def test_an_unnamed_repeat_is_unit_0_unit_1() -> None:
    assert paths(f"{UNIT}2 x Unit(3)") == ["unit.0.conv", "unit.1.conv"]
    assert paths("2 x BN") == ["bn.0", "bn.1"]


def test_merges_paths_choices_loops_from_and_identity_open_no_namespace_and_are_no_members() -> (
    None
):
    text = """
        g:
            add:
                path:
                    BN
                    RELU
                identity
            if yes:
                TANH
            for i in 1..2:
                BN
            mixed: concat:
                from input
                identity
            SILU
        """
    assert paths(text) == [
        "g.0",
        "g.1",
        "g.add",
        "g.2",
        "g.3",
        "g.4",
        "g.mixed",
        "g.5",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "CONV 3 1x1 filters\nCONV 3 1x1 filters",
        "a: CONV 3 1x1 filters\na: BN",
        "CONV1: 3 1x1 filters\nconv1: BN",
        f"{UNIT}Unit(3)\nUnit(3)",
        f"{UNIT}a: Unit(3)\na: BN",
        f"{UNIT}Unit(3)\n2 x Unit(3)",
        "a:\n    RELU\na:\n    BN",
        "a: BN\na:\n    RELU",
        "a:\n    RELU\na: BN",
        "a:\n    RELU\na: RELU",
        "a: RELU -> BN\na: 2 x BN",
        "for i in 1..2:\n    a: BN",
        "relu: BN\nRELU -> relu: BN".replace("RELU -> relu", "relu"),
    ],
)
def test_two_layers_with_weights_or_two_blocks_of_one_name_are_an_error(text: str) -> None:
    assert [code for code, _ in said(text)] == ["E304"]


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("CONV 3 1x1 filters\nCONV 3 1x1 filters", "give them names, as in `CONV1` and `CONV2`"),
        ("CONV3-3\nCONV3-3", "give them names, as in `conv1: CONV3-3`"),
        (f"{UNIT}Unit(3)\nUnit(3)", "give them names, as in `unit1: Unit(3)`"),
    ],
)
def test_how_to_tell_them_apart(text: str, help: str) -> None:
    assert complaint(text).help == help


def test_weightless_ones_are_numbered() -> None:
    assert paths("RELU\nBN\nRELU\nTANH\nRELU") == ["relu", "bn", "relu_2", "tanh", "relu_3"]
    assert paths("DROPOUT 5%\nBN\nDROPOUT 5%") == ["dropout", "bn", "dropout_2"]
    assert paths("relu: BN\nRELU") == ["relu", "relu_2"]
    assert paths("add:\n    BN\n    identity\nadd:\n    RELU\n    identity") == [
        "bn",
        "add",
        "relu",
        "add_2",
    ]


def test_a_numbered_name_is_not_taken_twice() -> None:
    assert paths("RELU\nrelu_2: BN\nRELU\nRELU") == ["relu", "relu_2", "relu_3", "relu_4"]


@pytest.mark.parametrize(
    "name", ["class", "lambda", "None", "in", "train", "forward", "keys", "T_destination"]
)
def test_a_name_that_python_or_nn_module_owns_is_an_error(name: str) -> None:
    assert said(f"{name}: BN") == [("E302", name)]
    assert said(f"{name}:\n    BN") == [("E302", name)]
    assert said(f"block A({name}):\n    BN\nRELU") == [("E302", name)]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("input: BN", "input"),
        ("block A(input):\n    BN\nRELU", "input"),
        ("_a: BN", "_a"),
        ("__init__: BN", "__init__"),
        ("3a: BN", "3a"),
        ("block Type():\n    BN\nType()", "Type()"),
        ("block Input():\n    BN\nInput()", "Input()"),
        ("for n in 16..16:\n    bfloat{n}: BN", "bfloat{n}"),
        ("add: BN", "add"),
        ("path: BN -> RELU", "path"),
    ],
)
def test_names_that_cannot_be(text: str, marked: str) -> None:
    (found,) = said(text)
    assert found[0] in ("E301", "E302", "E303")
    assert found[1] == marked


def test_a_block_of_such_a_name_needs_one_for_its_uses() -> None:
    assert paths("block Type():\n    BN\na: Type()\nb: 2 x Type()") == ["a.bn", "b.0.bn", "b.1.bn"]


def test_the_names_that_torch_owns_are_all_known() -> None:
    modules: list[nn.Module] = [nn.Module(), nn.Sequential(), nn.ModuleDict()]
    owned = {name for module in modules for name in dir(module) if not name.startswith("_")}
    # Torch on another machine or of another year may have fewer.
    assert owned <= MODULE_NAMES
    assert MODULE_NAMES - owned <= {"ipu", "xpu", "mtia", "set_submodule", "T_destination"}


@pytest.mark.parametrize(
    "name",
    """
    addd ad concta conat Concat CONCAT mulitply multipl jion joins paht esle els sum mean cat
    parallel Sum add1 join_2 otherwise
    """.split(),  # noqa: SIM905
)
def test_a_misspelt_structure_word_must_not_pass_as_a_name(name: str) -> None:
    assert said(f"{name}:\n    RELU\n    BN") == [("E303", name)]


def test_nor_where_it_stands_at_else_or_with_an_index() -> None:
    assert said("if yes:\n    RELU\nesle:\n    BN") == [("E303", "esle")]
    assert said("for i in 1..2:\n    add{i}:\n        BN") == [("E303", "add{i}")]


@pytest.mark.parametrize(
    "name", ["branch1", "pooling", "stem", "paths_of_four", "addition_block", "m"]
)
def test_other_names_pass(name: str) -> None:
    assert paths(f"{name}:\n    RELU") == [f"{name}.0"]


@pytest.mark.parametrize(
    "text",
    [
        "block A(n):\n    n: CONV {n} 1x1 filters\nA(3)",
        "block A(conv1):\n    CONV1: {conv1} 1x1 filters\nA(3)",
        "network N(n = 3)\n[8x8x3] INPUT\nn:\n    CONV {n} 1x1 filters",
        "for i in 1..2:\n    for i in 1..2:\n        CONV{i}: 3 1x1 filters",
        "block A(i):\n    for i in 1..2:\n        CONV{i}: 3 1x1 filters\nA(3)",
    ],
)
def test_a_line_or_an_index_that_is_called_like_a_parameter_is_an_error(text: str) -> None:
    assert [code for code, _ in said(text)] == ["E308"]


@pytest.mark.parametrize(
    ("text", "marked"),
    [("a: CONV1: 3 1x1 filters", "a: CONV1"), ("2 x CONV1: 3 1x1 filters", "CONV1")],
)
def test_a_layer_has_one_name(text: str, marked: str) -> None:
    assert said(text) == [("E305", marked)]


def test_under_a_misspelt_merge_word_only_that_is_said() -> None:
    text = "ad:\n    CONV: 3 3x3 filters, pad 1\n    identity"
    assert said(text) == [("E303", "ad")]
    text = "ad:\n    path:\n        CONV: 3 3x3 filters, pad 1\n    identity"
    assert said(text) == [("E303", "ad")]


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("CONV: 8 3x3 filters", "CONV{i}"),
        ("CONV1: 8 3x3 filters", "CONV1_{i}"),
        ("CONV3-64", "conv{i}: CONV3-64"),
        ("stem: CONV 8 3x3 filters", "stem{i}:"),
        ("Unit(8)", "unit{i}: Unit(8)"),
        ("2 x Unit(8)", "unit{i}: 2 x Unit(8)"),
        ("a: CONV 8 3x3 filters -> BN", "a{i}:"),
        ("a:\n        CONV 8 3x3 filters", "a{i}:"),
        ("for j in 1..2:\n        CONV{i}: 8 3x3 filters", "CONV{i}_{j}"),
    ],
)
def test_the_lines_of_a_loop_are_told_apart_by_its_index(line: str, advice: str) -> None:
    block = "block Unit(n):\n    CONV: {n} 1x1 filters\n"
    found = complaint(f"{block}for i in 1..3:\n    {line}")
    assert found.code == "E304"
    assert found.help == f"put the index into the name, as in `{advice}`"


def test_two_lines_of_one_name_in_a_loop_are_no_matter_of_its_index() -> None:
    found = complaint("for i in 1..2:\n    CONV{i}: 8 1x1 filters\n    CONV{i}: 8 1x1 filters")
    assert "index" not in found.help
