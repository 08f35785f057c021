"""Section 1 of the language: a line is a layer."""

from __future__ import annotations

import pytest
from compiling import complaint, complaints, doubts, network, paths, said, shapes

from archdsl.diagnostics.render import render_text
from archdsl.ops import OPS

LISTING = """\
[227x227x3] INPUT
[55x55x96] CONV1: 96 11x11 filters at stride 4, pad 0
[27x27x96] MAX POOL1: 3x3 filters at stride 2
[27x27x96] NORM1: Normalization layer
[27x27x256] CONV2: 256 5x5 filters at stride 1, pad 2
[13x13x256] MAX POOL2: 3x3 filters at stride 2
[13x13x256] NORM2: Normalization layer
[13x13x384] CONV3: 384 3x3 filters at stride 1, pad 1
[13x13x384] CONV4: 384 3x3 filters at stride 1, pad 1
[13x13x256] CONV5: 256 3x3 filters at stride 1, pad 1
[6x6x256] MAX POOL3: 3x3 filters at stride 2
[4096] FC6: 4096 neurons
[4096] FC7: 4096 neurons
[1000] FC8: 1000 neurons (class scores)
"""


def test_the_listing_compiles_as_it_stands() -> None:
    net = network(LISTING)
    assert net.totals.parameters == 62_378_344
    assert net.totals.depth == 8
    assert [w.code for w in net.warnings] == ["W202"]


# --- The shape in brackets is a claim about the line's output, and the compiler checks it ---


@pytest.mark.parametrize("claim", ["1x1x10", "10"])
def test_n_and_1x1xn_claim_the_same(claim: str) -> None:
    assert shapes(f"[{claim}] FC: 10 neurons") == {"fc": "[10]"}
    assert shapes(f"[{claim}] CONV: 10 32x32 filters") == {"conv": "[1x1x10]"}


def test_n_and_1x1xn_claim_the_same_on_input() -> None:
    assert shapes("[784] INPUT\nFC: 10 neurons") == shapes("[1x1x784] INPUT\nFC: 10 neurons")
    assert network("[784] INPUT\nFC: 10 neurons").totals.parameters == 7850


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("[33x32x8] CONV 8 3x3 filters, pad 1", "33"),
        ("[32x31x8] CONV 8 3x3 filters, pad 1", "31"),
        ("[32x32x7] CONV 8 3x3 filters, pad 1", "7"),
        ("[33x32x7] CONV 8 3x3 filters, pad 1", "33x32x7"),
        ("[8] CONV 8 3x3 filters, pad 1", "8"),
        ("[1x1x11] FC 10 neurons", "11"),
        ("[32x32x8] two: CONV 8 3x3 filters, pad 1 -> RELU -> CONV 9 1x1 filters", "8"),
        ("[9x9x9] group:\n    RELU", "9x9x9"),
        ("[9x9x3] mixed: add:\n    RELU\n    identity", "9x9"),
        ("[9x9x3] add:\n    RELU\n    identity", "9x9"),
        ("add:\n    [9x9x3] path:\n        RELU\n        RELU\n    identity", "9x9"),
        ("add:\n    RELU\n    [9x9x3] identity", "9x9"),
        ("[9x9x3] 3 x RELU", "9x9"),
        ("[9x9x3] many: 3 x RELU", "9x9"),
        ("block A():\n    RELU\n[9x9x3] A()", "9x9"),
        ("block A():\n    [9x9x3] RELU\nA()", "9x9"),
        ("RELU1\n[9x9x3] from relu1", "9x9"),
        ("RELU1\n[9x9x3] here: from relu1", "9x9"),
    ],
)
def test_a_claim_is_checked_wherever_it_stands(text: str, marked: str) -> None:
    assert said(text) == [("E201", marked)]


def test_the_error_shows_the_arithmetic() -> None:
    """Byte for byte what the language's page says, but for the file's name and the line."""
    diagnostic = complaint(LISTING.replace("[55x55x96] CONV1", "[54x54x96] CONV1"))
    assert render_text(diagnostic) == (
        "error[E201]: CONV1 declares [54x54x96], but its output is [55x55x96]\n"
        "  --> a.arch:2:1\n"
        "  2 | [54x54x96] CONV1: 96 11x11 filters at stride 4, pad 0\n"
        "    |  ^^^^^        height: (227 + 2*0 - 11)/4 + 1 = 55\n"
        "  help: write [55x55x96]"
    )


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("[9x30x8] CONV 8 4x3 filters, pad 1x0, floor", "height: (32 + 2*1 - 4)/1 + 1 = 31"),
        (
            "[9x9x8] CONV 8 4x3 filters, pad 1x0",
            "height: (32 + 2*1 - 4)/1 + 1 = 31\nwidth: (32 + 2*0 - 3)/1 + 1 = 30",
        ),
        (
            "[9x9x8] CONV 8 3x3 filters, dilation 2",
            "height: (32 + 2*0 - (2*(3 - 1) + 1))/1 + 1 = 28",
        ),
        (
            "[9x9x8] CONV 8 2x2 filters, pad 1 before and 2 after",
            "height: (32 + 1 + 2 - 2)/1 + 1 = 34",
        ),
        (
            "[9x9x3] MAX POOL 3x3 filters at stride 2, floor",
            "height: floor((32 + 2*0 - 3)/2) + 1 = 15",
        ),
        (
            "[9x9x3] MAX POOL 3x3 filters at stride 2, ceil",
            "height: ceil((32 + 2*0 - 3)/2) + 1 = 16",
        ),
        (
            "[9x9x3] MAX POOL 2x2 filters at stride 3, pad 1, ceil",
            "height: ceil((32 + 2*1 - 2)/3) + 1 = "
            "12, less one window that starts in the padding = 11",
        ),
        ("[9x9x3] GLOBAL AVG POOL", "height: one window over all 32x32 = 1"),
        ("[9x9x3] AVG POOL to 4x4", "height: 4, as the line says"),
        ("[9] FC 10 neurons", "length: 10 neurons"),
        ("[9] FLATTEN", "length: 32*32*3 = 3072"),
        ("[32x32x9] RELU", ""),
        ("[32x32x9] CONV 8 3x3 filters, pad 1 -> BN -> RELU", "channels: 8 filters"),
    ],
)
def test_the_arithmetic_of_every_layer(line: str, note: str) -> None:
    assert complaint(line).note == note


def test_what_merges_add_up_to_is_shown() -> None:
    diagnostic = complaint(
        """
        [32x32x8] concat:
            CONV 2 1x1 filters
            CONV2: 4 1x1 filters
            identity
        """
    )
    assert diagnostic.message == "`concat:` declares [32x32x8], but its output is [32x32x9]"
    assert diagnostic.note == "channels: 2 + 4 + 3 = 9"


def test_arithmetic_from_elsewhere_says_where_it_is_from() -> None:
    diagnostic = complaint(
        """
        block Unit(n):
            CONV {n} 3x3 filters
            RELU
        [32x32x8] Unit(8)
        """
    )
    assert diagnostic.note == (
        "height: (32 + 2*0 - 3)/1 + 1 = 30\nby CONV {n} 3x3 filters, in line 3"
    )


def test_several_wrong_claims_are_said_at_once_and_none_that_only_follows() -> None:
    wrong_claims = LISTING.replace("[54", "[55").replace("[55x55x96]", "[54x54x96]")
    wrong_claims = wrong_claims.replace("[4096] FC7", "[4095] FC7")
    assert said(wrong_claims) == [("E201", "54x54"), ("E201", "4095")]
    wrong_layers = LISTING.replace("11x11 filters at stride 4", "11x11 filters at stride 3")
    wrong_layers = wrong_layers.replace("256 5x5", "255 5x5")
    assert said(wrong_layers) == [("E201", "55x55"), ("E201", "256")]


def test_behind_a_line_that_cannot_be_built_its_claim_is_taken() -> None:
    text = LISTING.replace(
        "3x3 filters at stride 2\n[27x27x96] NORM1", "99x99 filters\n[27x27x96] NORM1"
    )
    text = text.replace("[1000] FC8", "[100] FC8")
    assert said(text) == [("E203", "99x99"), ("E201", "100")]


# --- A layer word is in capitals and may carry a suffix that names it ---


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("CONV1: 8 3x3 filters", "conv1"),
        ("CONV2_reduce: 8 3x3 filters", "conv2_reduce"),
        ("MAX POOL1: 2x2 filters at stride 2", "pool1"),
        ("FC6: 10 neurons", "fc6"),
        ("RELU6", "relu6"),
        ("CONVa: 8 3x3 filters", "conva"),
        ("CONV3-64", "conv"),
        ("FC-10", "fc"),
        ("stem: CONV 8 3x3 filters", "stem"),
        ("Stem: CONV 8 3x3 filters", "Stem"),
        ("stem: CONV3-64", "stem"),
        ("CONV 8 3x3 filters", "conv"),
        ("CONV: 8 3x3 filters", "conv"),
    ],
)
def test_a_layer_is_called(line: str, path: str) -> None:
    assert paths(line) == [path]


def test_vggs_notation_is_a_word() -> None:
    assert shapes("features:\n    CONV3-64\n    CONV1-32 -> RELU\n    CONV5-8\nFC-4096") == {
        "features.0": "[32x32x64]",
        "features.1": "[32x32x32]",
        "features.2": "[32x32x32]",
        "features.3": "[32x32x8]",
        "fc": "[4096]",
    }
    assert shapes("CONV3-64 at stride 2, no bias") == {"conv": "[16x16x64]"}
    assert said("CONV3-64, pad 2") == [("E404", "2")]
    assert said("CONV3-64 -> RELU\nCONV1-32") == [("E304", "CONV1-32")]


# --- Modifiers in any order, commas between ---


@pytest.mark.parametrize(
    "description",
    [
        "8 3x3 filters at stride 2, pad 1, no bias",
        "pad 1, 8 3x3 filters, no bias, at stride 2",
        "no bias, at stride 2, 8 3x3 filters, pad 1",
        "8 3x3 filters at stride 2 pad 1 no bias",
        "8 3x3 filters, stride 2, pad 1, no bias",
        "8 {3}x{3} filters at stride {2}, pad {1}, no bias",
        "{8} {3} filters at stride 2x2, pad 1x1, no bias",
    ],
)
def test_modifiers_come_in_any_order(description: str) -> None:
    net = network(f"CONV {description}")
    assert str(net.facts.flat.shape) == "[16x16x8]"
    assert net.totals.parameters == 3 * 3 * 3 * 8


@pytest.mark.parametrize(
    ("line", "shape", "parameters"),
    [
        ("CONV 8 3x3 filters, pad 0x3", "[30x36x8]", 224),
        ("CONV 8 3x3 filters, dilation 2", "[28x28x8]", 224),
        ("CONV 6 3x3 filters, in 3 groups", "[30x30x6]", 60),
        ("CONV 3x3 depthwise filters", "[30x30x3]", 30),
        ("CONV 8 7x1 filters", "[26x32x8]", 176),
        ("CONV 1 1x1 filter", "[32x32x1]", 4),
        ("MAX POOL 3x3 filters at stride 2, ceil", "[16x16x3]", 0),
        ("MAX POOL 3x3 windows at stride 2, floor", "[15x15x3]", 0),
        ("AVG POOL 2x2 filters at stride 2", "[16x16x3]", 0),
        ("AVG POOL 3x3 filters at stride 2, pad 1, ceil, ignoring padding", "[17x17x3]", 0),
        ("AVG POOL to 4x4", "[4x4x3]", 0),
        ("AVG POOL to 4", "[4x4x3]", 0),
        ("GLOBAL AVG POOL", "[1x1x3]", 0),
        ("FC 10 neurons", "[10]", 30730),
        ("FC 10 neurons, no bias", "[10]", 30720),
        ("FLATTEN", "[3072]", 0),
        ("NORM", "[32x32x3]", 0),
        ("NORM: Normalization layer", "[32x32x3]", 0),
        ("NORM 7 channels, alpha 0.001, beta 0.5, k 1", "[32x32x3]", 0),
        ("BN", "[32x32x3]", 6),
        ("BN epsilon 0.001, momentum 10%", "[32x32x3]", 6),
        ("RELU at most 6", "[32x32x3]", 0),
        ("LEAKY RELU slope 0.2", "[32x32x3]", 0),
        ("PRELU", "[32x32x3]", 3),
        ("PRELU shared", "[32x32x3]", 1),
        ("TANH", "[32x32x3]", 0),
        ("SCALED TANH", "[32x32x3]", 0),
        ("SIGMOID", "[32x32x3]", 0),
        ("HARD SIGMOID", "[32x32x3]", 0),
        ("SILU", "[32x32x3]", 0),
        ("HARD SWISH", "[32x32x3]", 0),
        ("GELU", "[32x32x3]", 0),
        ("SOFTMAX", "[32x32x3]", 0),
        ("DROPOUT: 50%", "[32x32x3]", 0),
        ("DROPOUT 20%, whole maps", "[32x32x3]", 0),
    ],
)
def test_the_words(line: str, shape: str, parameters: int) -> None:
    net = network(line)
    assert str(net.facts.flat.shape) == shape
    assert net.totals.parameters == parameters


# --- (class scores) is a role ---


def test_class_scores_are_the_networks_output() -> None:
    assert network("FC: 10 neurons (class scores)").warnings == ()
    assert said("FC: 10 neurons (class scores)\nRELU") == [("E610", "FC")]
    assert said("FC: 10 neurons (class scores) -> SOFTMAX") == [("E610", "FC")]
    assert said("FC1: 10 neurons (class scores)\nFC2: 10 neurons (class scores)") == [
        ("E610", "FC1")
    ]


def test_class_scores_are_a_vector() -> None:
    found = complaint("CONV: 10 3x3 filters, pad 1 -> RELU -> GLOBAL AVG POOL (class scores)")
    assert (found.code, found.help) == (
        "E615",
        "write `-> FLATTEN (class scores)` behind it instead",
    )
    assert paths("GLOBAL AVG POOL -> FLATTEN (class scores)") == ["pool", "flatten"]
    head = "block Head(n):\n    CONV {n} 32x32 filters (class scores)\n"
    assert said(f"{head}Head(10)") == [("E615", "CONV")]
    assert said("GLOBAL AVG POOL (class scores)\nRELU") == [("E610", "GLOBAL AVG POOL")]


def test_class_scores_may_come_out_of_a_block() -> None:
    head = "block Head(n):\n    FC: {n} neurons (class scores)\n"
    assert paths(f"{head}Head(10)") == ["head.fc"]
    assert said(f"{head}Head(10)\nRELU") == [("E610", "FC")]
    assert said(f"{head}block Outer(n):\n    Head(n)\n    RELU\nOuter(10)") == [("E610", "FC")]


def test_class_scores_never_get_an_activation() -> None:
    assert paths("after FC: RELU\nFC1: 9 neurons\nFC2: 10 neurons (class scores)") == [
        "fc1",
        "relu",
        "fc2",
    ]


# --- No hidden padding, no hidden rounding ---


def test_what_is_not_written_is_stride_1_pad_0_floor() -> None:
    assert shapes("CONV 8 3x3 filters") == {"conv": "[30x30x8]"}
    assert shapes("MAX POOL 3x3 filters") == {"pool": "[30x30x3]"}


@pytest.mark.parametrize(
    ("line", "marked"),
    [
        ("CONV 8 33x33 filters", "33x33"),
        ("CONV 8 1x33 filters", "1x33"),
        ("CONV 8 17x17 filters, dilation 2", "17x17"),
        ("MAX POOL 35x35 filters, pad 1", "35x35"),
        ("CONV 8 {33} filters", "{33}"),
    ],
)
def test_a_window_larger_than_its_padded_input_is_an_error(line: str, marked: str) -> None:
    assert said(line) == [("E203", marked)]


def test_a_window_as_large_as_its_padded_input_is_none() -> None:
    assert shapes("CONV 8 34x34 filters, pad 1") == {"conv": "[1x1x8]"}


@pytest.mark.parametrize(
    ("line", "warns"),
    [
        ("MAX POOL 3x3 filters at stride 2", True),  # remainder 1, pad 0
        ("MAX POOL 3x3 filters at stride 2, pad 1", False),  # remainder 1, pad 1
        ("CONV 8 3x3 filters at stride 3", True),  # remainder 2
        ("CONV 8 3x3 filters at stride 3, pad 1", False),  # remainder 1, pad 1
        ("CONV 8 1x1 filters at stride 2", False),  # the window is smaller than the stride
        ("CONV 8 2x2 filters at stride 3", False),  # smaller, so it means to skip
        ("CONV 8 2x2 filters at stride 3, dilation 2", True),  # spans 3, remainder 2
        ("CONV 8 4x4 filters at stride 4", False),  # comes out even
        ("MAX POOL 3x3 filters at stride 2, floor", False),
        ("MAX POOL 3x3 filters at stride 2, ceil", False),
        ("CONV 8 3x3 filters at stride 3, floor", False),
        ("CONV 8 3x3 filters at stride 1x2", True),  # only the width
        ("CONV 8 3x3 filters at stride 2, pad 0 before and 1 after", False),
        ("CONV 8 3x3 filters at stride 2, pad 1 before and 0 after", False),  # comes out even
    ],
)
def test_a_window_that_fits_but_leaves_real_input_unseen_is_a_warning(
    line: str, warns: bool
) -> None:
    assert [code for code, _ in doubts(line)] == ["W201"] * warns


def test_zfnets_pool_from_110_to_54_is_warned_of() -> None:
    (warning,) = network("[110x110x96] INPUT\nMAX POOL1: 3x3 filters at stride 2").warnings
    assert warning.message == (
        "MAX POOL1: the last of 110 rows and the last of 110 columns are seen by no window"
    )
    assert warning.note == "height: floor((110 + 2*0 - 3)/2) + 1 = 54"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("CONV 8 3x3 filters at stride 1x2", "CONV: the last of 32 columns is seen by no filter"),
        ("CONV 8 3x3 filters at stride 3x1", "CONV: the last 2 of 32 rows are seen by no filter"),
    ],
)
def test_what_is_unseen_is_counted(line: str, message: str) -> None:
    assert network(line).warnings[0].message == message


# --- The listing names no activation, and the compiler adds none it was not told of ---


def test_a_network_without_an_activation_is_warned_of_once() -> None:
    (warning,) = network("\n".join(f"CONV{n}: 8 1x1 filters" for n in range(1, 5))).warnings
    assert warning.code == "W202"
    assert warning.note == (
        "nothing non-linear between CONV1 and CONV2, CONV2 and CONV3, CONV3 and CONV4"
    )
    assert warning.span is not None
    assert warning.span.text == "CONV1"


@pytest.mark.parametrize(("count", "more"), [(5, "1 more pair"), (6, "2 more pairs")])
def test_more_pairs_are_counted(count: int, more: str) -> None:
    (warning,) = network("\n".join(f"CONV{n}: 8 1x1 filters" for n in range(count))).warnings
    assert warning.note.endswith(f"CONV2 and CONV3, and {more}")


@pytest.mark.parametrize(
    ("between", "is_one"),
    [
        ("RELU", False),
        ("BN", True),
        ("DROPOUT: 50%", True),
        ("AVG POOL 2x2 filters", True),
        ("GLOBAL AVG POOL", True),
        ("MAX POOL 2x2 filters", False),
        ("NORM", False),
        ("FLATTEN", True),
        ("add:\n    identity\n    BN", True),
        ("add:\n    RELU\n    TANH", False),
        ("multiply:\n    identity\n    BN", False),
        ("concat:\n    BN\n    identity", True),
        # The layer behind these sees what RELU gives, too, so no one layer does what both do.
        ("concat:\n    RELU\n    identity", False),
        ("add:\n    main: RELU\n    skip: BN", False),
    ],
)
def test_two_weighted_layers_with_nothing_non_linear_between_are_one(
    between: str, is_one: bool
) -> None:
    text = f"FC0: 3072 neurons\nRELU\n[3072] FC1: 3072 neurons\n{between}\nFC2: 10 neurons"
    if "POOL" in between or between == "NORM":
        text = f"CONV0: 8 1x1 filters\nRELU\nCONV1: 8 1x1 filters\n{between}\nFC2: 10 neurons"
    found = [w for w in network(text).warnings if w.code != "W201"]
    assert [w.code for w in found] == ["W203"] * is_one


def test_linear_says_that_it_is_meant() -> None:
    text = "CONV1: 8 1x1 filters{}\nCONV2: 8 1x1 filters\nRELU\nCONV3: 8 1x1 filters"
    assert [w.code for w in network(text.format("")).warnings] == ["W203"]
    assert network(text.format(", linear")).warnings == ()


@pytest.mark.parametrize(("end", "warned"), [("", ["CONV1", "`b`"]), (" -> RELU", [])])
def test_where_paths_meet_all_must_be_linear(end: str, warned: list[str]) -> None:
    text = f"""
        RELU
        add:
            CONV1: 8 1x1 filters
            b: CONV 8 1x1 filters{end}
        CONV4: 8 1x1 filters
        """
    messages = [w.message for w in network(text).warnings]
    between = "nothing non-linear stands between"
    assert messages == [f"{between} {one} and CONV4: they are one linear layer" for one in warned]


def test_layers_of_blocks_are_told_apart_by_their_paths() -> None:
    text = "RELU\nblock A(n):\n    CONV1: {n} 1x1 filters\n    BN\na1: A(3)\na2: A(3)"
    (found,) = network(text).warnings
    assert found.note == (
        "CONV1 stands in line 4; the first such two are `a1.conv1` and `a2.conv1`"
    )


def test_only_what_can_be_linear_is() -> None:
    assert said("RELU linear") == [("E402", "linear")]
    assert said("MAX POOL 2x2 filters, linear") == [("E402", "linear")]


# --- Comments and indentation ---


def test_a_hash_starts_a_comment() -> None:
    assert paths("# a line\nRELU  # behind a line\n#\n   # indented\nBN") == ["relu", "bn"]


def test_a_deeper_line_is_alignment_and_means_nothing() -> None:
    assert paths("RELU\n        BN\n    TANH\nSILU") == ["relu", "bn", "tanh", "silu"]


def test_layers_may_be_aligned_under_claims_in_a_body_too() -> None:
    assert paths(
        """
        stem:
                         CONV 8 3x3 filters, pad 1
                         RELU
            [32x32x8]    BN
            [32x32x8]    TANH
        SILU
        """
    ) == ["stem.0", "stem.1", "stem.2", "stem.3", "silu"]


def test_a_tab_is_an_error() -> None:
    assert [d.code for d in complaints("stem:\n\tRELU")] == ["E102"]


# --- Words ---


def test_no_layer_word_ends_in_a_digit() -> None:
    assert not [word for op in OPS for word in op.words if word[-1].isdigit()]


def test_padding_counts_in_the_average_unless_ignored() -> None:
    pools = [
        node.op
        for node in network("AVG POOL 2x2 filters -> AVG POOL 2x2 filters, ignoring padding").graph
        if hasattr(node, "op")
    ]
    assert [pool.count_padding for pool in pools] == [True, False]


def test_local_response_norms_numbers() -> None:
    (norm,) = (node.op for node in network("NORM").graph if hasattr(node, "op"))
    assert (norm.size, norm.alpha, norm.beta, norm.k) == (5, 0.0001, 0.75, 2)
