"""Where it runs: `split over 2 gpus` and `across gpus`, a test a sentence."""

from __future__ import annotations

import pytest
from compiling import complaint, network, said

from archdsl.ops import Conv2d, Linear, LocalResponseNorm, Op

SPLIT = "split over 2 gpus\n[32x32x4] INPUT\n"
FIRST = SPLIT + "CONV1: 8 3x3 filters, pad 1 -> RELU\n"


def ops(text: str) -> dict[str, Op]:
    """Path -> op of every layer."""
    return {layer.path: layer.node.op for layer in network(text).facts.layers()}


def groups(text: str) -> dict[str, int]:
    """Path -> the groups of every layer that can have some."""
    kinds = Conv2d | Linear | LocalResponseNorm
    return {path: op.groups for path, op in ops(text).items() if isinstance(op, kinds)}


def parameters(text: str) -> int:
    return network(text).totals.parameters


# --- The line ---


def test_it_stands_above_all_layers_before_input_or_behind_it() -> None:
    layer = "CONV1: 8 1x1 filters -> CONV2: 8 1x1 filters\n"
    before = groups("split over 2 gpus\n[8x8x3] INPUT\n" + layer)
    assert before == groups("[8x8x3] INPUT\nsplit over 2 gpus\n" + layer)
    assert before == {"conv1": 1, "conv2": 2}
    assert said("[8x8x3] INPUT\nRELU\nsplit over 2 gpus\n" + layer) == [
        ("E617", "split over 2 gpus")
    ]


def test_it_stands_once_and_inside_nothing() -> None:
    assert said(SPLIT + "split over 2 gpus\nRELU") == [("E106", "split over 2 gpus")]
    assert said("a:\n    split over 2 gpus\n    RELU") == [("E106", "split over 2 gpus")]
    assert said("block A():\n    split over 2 gpus\n    RELU\nA()") == [
        ("E106", "split over 2 gpus")
    ]


def test_more_than_two_devices_are_fine_one_is_no_split() -> None:
    text = "split over {} gpus\n[8x8x3] INPUT\nCONV1: 12 1x1 filters -> CONV2: 12 1x1 filters"
    assert groups(text.format(3)) == {"conv1": 1, "conv2": 3}
    assert said(text.format(1)) == [("E617", "1")]
    assert said(text.format(0)) == [("E617", "0")]


@pytest.mark.parametrize(
    "line",
    [
        "split",
        "split over",
        "split over two gpus",
        "split over 2",
        "split over 2 gpu",
        "split over 2 devices",
        "split in 2 gpus",
        "split over {2} gpus",
        "split over 50% gpus",
        "split over 2.5 gpus",
        "splitt over 2 gpus",
        "Split over 2 gpus",
    ],
)
def test_a_misspelt_one_is_an_error_that_shows_it(line: str) -> None:
    wrong = complaint(f"{line}\nRELU")
    assert (wrong.code, wrong.help) == ("E101", "write `split over 2 gpus`")


def test_a_line_may_be_called_split() -> None:
    text = "split: CONV 8 1x1 filters -> RELU\nCONV1: 8 1x1 filters\nfrom split -> GELU"
    assert said(text) == [("E611", "CONV1: 8 1x1 filters")]


# --- What a layer sees ---


def test_a_layer_sees_only_the_maps_of_its_own_device() -> None:
    text = FIRST + "CONV2: 16 3x3 filters\nFC: 10 neurons"
    assert groups(text) == {"conv1": 1, "conv2": 2, "fc": 2}
    halves = 16 * 4 * 9 + 10 * 16 * 30 * 30 // 2
    assert parameters(text) == 8 * 4 * 9 + halves + 8 + 16 + 10


def test_unless_it_says_across_gpus() -> None:
    text = FIRST + "CONV2: 16 3x3 filters, across gpus\nFC: 10 neurons across gpus"
    assert groups(text) == {"conv1": 1, "conv2": 1, "fc": 1}
    nodes = {layer.path: layer.node for layer in network(text).facts.layers()}
    assert [path for path, node in nodes.items() if node.is_across] == ["conv2", "fc"]


def test_input_is_whole_on_every_device() -> None:
    assert groups(SPLIT + "NORM1\nRELU\nCONV1: 8 1x1 filters") == {"norm1": 1, "conv1": 1}
    both = FIRST + "add:\n    identity\n    from input -> CONV2: 8 1x1 filters"
    assert groups(both) == {"conv1": 1, "conv2": 1}


def test_norm_sees_its_own_half() -> None:
    assert groups(FIRST + "NORM1\nNORM2: 5 channels, in 4 groups") == {
        "conv1": 1,
        "norm1": 2,
        "norm2": 4,
    }


def test_activations_pools_batch_norm_and_dropout_are_for_each_map_anyway() -> None:
    lines = "BN\nPRELU\nMAX POOL 2x2 filters at stride 2\nDROPOUT 50%\nFLATTEN"
    plain = FIRST.replace("split over 2 gpus\n", "")
    assert ops(FIRST + lines) == ops(plain + lines)


def test_a_layer_that_says_its_groups_keeps_them() -> None:
    text = FIRST + "CONV2: 3x3 depthwise filters -> CONV3: 16 1x1 filters in 4 groups"
    assert groups(text) == {"conv1": 1, "conv2": 8, "conv3": 4}


def test_blocks_and_loops_below_it_are_divided() -> None:
    text = """
        block Unit(width):
            add:
                path:
                    CONV1: {width} 3x3 filters, pad 1 -> BN1 -> RELU
                    CONV2: {width} 1x1 filters, across gpus
                identity
        2 x Unit(8)
        for i in 1..2:
            CONV{i}: 8 1x1 filters
        """
    found = groups(FIRST.replace("CONV1", "CONV0") + "\n".join(text.split("\n        ")))
    assert found == {
        "conv0": 1,
        "unit.0.conv1": 2,
        "unit.0.conv2": 1,
        "unit.1.conv1": 2,
        "unit.1.conv2": 1,
        "conv1": 2,
        "conv2": 2,
    }


def test_a_line_of_the_network_inside_a_block_lies_as_it_does_outside() -> None:
    text = """
block Fuse(skip):
    add:
        CONV1: 8 1x1 filters
        from skip -> CONV2: 8 1x1 filters
stem: CONV 8 1x1 filters -> RELU
CONV3: 8 1x1 filters
Fuse(skip = {})
"""
    assert groups(SPLIT + text.format("stem"))["fuse.conv2"] == 2
    assert groups(SPLIT + text.format("input") + "RELU")["fuse.conv2"] == 1


# --- What is an error ---


@pytest.mark.parametrize(
    ("lines", "marked"),
    [
        ("CONV2: 7 1x1 filters", "7"),
        ("CONV2: 7 1x1 filters, across gpus", "7"),
        ("CONV2: 9 1x1 filters, in 3 groups", "9"),
        ("CONV2: 24 1x1 filters -> CONV3: 6 1x1 filters, in 3 groups", "3"),
        ("CONV2: 8 1x1 filters in 1 group", "1"),
        ("FC: 5 neurons (class scores)", "5"),
        ("UPCONV: 3 2x2 filters at stride 2", "3"),
        ("PRELU: shared", "PRELU"),
    ],
)
def test_what_does_not_halve_is_an_error(lines: str, marked: str) -> None:
    assert said(FIRST + lines) == [("E618", marked)]


def test_the_first_layer_halves_too() -> None:
    assert said(SPLIT + "CONV1: 7 3x3 filters\nRELU") == [("E618", "7")]


@pytest.mark.parametrize(
    ("lines", "marked"),
    [
        ("SHUFFLE in 4 groups", "SHUFFLE"),
        ("SOFTMAX", "SOFTMAX"),
        ("SHORTCUT: 16 channels", "SHORTCUT"),
        ("concat:\n    identity\n    CONV2: 8 1x1 filters", "concat"),
        ("add:\n    identity\n    from input -> MAX POOL 1x1 filters", "add"),
    ],
)
def test_what_would_mix_the_maps_of_several_devices_is_an_error(lines: str, marked: str) -> None:
    assert said(FIRST + lines) == [("E618", marked)]


@pytest.mark.parametrize("line", ["BN", "PRELU"])
def test_weights_of_what_lies_whole_would_be_two_copies(line: str) -> None:
    assert said(f"{SPLIT}{line}\nCONV1: 8 1x1 filters") == [("E618", line)]


def test_concat_of_what_lies_whole_is_fine() -> None:
    text = SPLIT + "concat:\n    identity\n    RELU\nCONV1: 8 1x1 filters"
    assert groups(text) == {"conv1": 1}


@pytest.mark.parametrize(
    "lines",
    [
        "3 x CONV 4 1x1 filters",
        "for i in 1..3:\n    CONV{i}: 4 1x1 filters",
        "block A():\n    CONV 4 1x1 filters\na: A() -> A()",
    ],
)
def test_one_line_that_sees_input_and_then_a_share_is_an_error(lines: str) -> None:
    assert [code for code, _ in said(SPLIT + lines)] == ["E618"]


# --- across gpus ---


@pytest.mark.parametrize("line", ["NORM1: across gpus", "BN across gpus", "RELU across gpus"])
def test_only_filters_and_neurons_see_across(line: str) -> None:
    assert said(FIRST + line) == [("E402", "across gpus")]


@pytest.mark.parametrize("text", ["across gpu", "acros gpus", "across devices", "over gpus"])
def test_a_misspelt_across_is_an_error_with_a_suggestion(text: str) -> None:
    wrong = complaint(FIRST + f"CONV2: 8 1x1 filters, {text}")
    assert wrong.code == "E402"
    assert wrong.help == "did you mean `across gpus`?"


def test_across_twice() -> None:
    assert said(FIRST + "CONV2: 8 1x1 filters, across gpus, across gpus") == [("E404", "across")]


def test_across_without_a_split_is_an_error() -> None:
    assert said("CONV1: 8 1x1 filters, across gpus") == [("E619", "CONV1")]
    block = "block A():\n    CONV1: 8 1x1 filters, across gpus\nRELU"
    assert said(block) == [("E619", "CONV1")]


def test_across_and_groups_are_opposites() -> None:
    assert said(FIRST + "CONV2: 8 1x1 filters, in 4 groups, across gpus") == [("E619", "4")]
