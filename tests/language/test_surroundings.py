"""Section 4 of the language: network, about, expect, after."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from compiling import complaint, complaints, network, paths, said, shapes

import archdsl
from archdsl.network import check_conditions

RESNET = """
    network ResNet(n = 3, classes = 10)
    [32x32x3] INPUT
    after CONV: RELU
    body: {{2*n}} x CONV 8 3x3 filters, pad 1
    FC: {{classes}} neurons (class scores)
    expect{}:
        {}
    """


def resnet(figures: str, condition: str = "") -> str:
    return RESNET.format(condition, figures)


# --- network ---


def test_parameters_can_be_set_from_outside() -> None:
    text = resnet("{2*n + 1} layers")
    assert network(text).totals.depth == 7
    assert network(text, n=5).totals.depth == 11
    assert network(text, n="5", classes="100").totals.depth == 11


@pytest.mark.parametrize(
    ("default", "given", "expected"),
    [
        ("3", 5, 5),
        ("3", "5", 5),
        ("3", "2*2", 4),
        ("yes", False, False),
        ("yes", "no", False),
        ("3x3", "7x1", (7, 1)),
        ("3x3", (7, 1), (7, 1)),
        ("0.5", 0.25, Fraction(1, 4)),
        ("0.5", "1/4", Fraction(1, 4)),
        ("0.5", 1, 1),
        ("1.0", 0.75, Fraction(3, 4)),
        ("3", -5, -5),
        ("0.5", 1e-6, Fraction(1, 10**6)),
    ],
)
def test_a_value_is_of_its_defaults_kind(default: str, given: Any, expected: Any) -> None:
    text = f"network N(n = {default})\n[8x8x3] INPUT\nif n == n:\n    RELU"
    assert network(text, n=given).values == {"n": expected}


@pytest.mark.parametrize(
    ("default", "given", "message"),
    [
        ("3", "yes", "`n` takes a whole number, not `yes`"),
        ("3", 2.5, "`n` takes a whole number, not `2.5`"),
        ("3", "7x1", "`n` takes a whole number, not `7x1`"),
        ("yes", 1, "`n` takes yes or no, not `1`"),
        ("3x3", 3, "`n` takes a size, not `3`"),
        ("0.5", "no", "`n` takes a number, not `no`"),
        ("3", "other", "`other` is no value"),
        ("3", None, "`None` is no value"),
    ],
)
def test_a_value_of_another_kind_is_an_error(default: str, given: Any, message: str) -> None:
    text = f"network N(n = {default})\n[8x8x3] INPUT\nif n == n:\n    RELU"
    diagnostic = complaint(text, n=given)
    assert (diagnostic.code, diagnostic.message) == ("E509", message)


def test_true_is_yes_in_a_spec() -> None:
    text = "network N(n = no)\n[8x8x3] INPUT\nif n == n:\n    RELU"
    assert complaint(text, n="True").help == "write yes"


def test_every_wrong_setting_is_said() -> None:
    found = complaints(resnet("7 layers"), m=3, classes="yes")
    assert [(d.code, d.span.text if d.span else "") for d in found] == [
        ("E509", "m"),
        ("E509", "yes"),
    ]


def test_without_a_default_a_parameter_must_be_set() -> None:
    text = "network N(n)\n[8x8x3] INPUT\nCONV {n} 1x1 filters"
    assert said(text) == [("E510", "n")]
    assert shapes(text, n=4) == {"conv": "[8x8x4]"}


def test_a_default_may_use_earlier_parameters() -> None:
    text = "network N(n = 3, m = 2*n)\n[8x8x3] INPUT\nCONV {m} 1x1 filters"
    assert shapes(text, n=4) == {"conv": "[8x8x8]"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("squeeze_net", "SqueezeNet"), ("vgg-16", "Vgg16"), ("3d", "Net3d"), ("resnet50", "Resnet50")],
)
def test_without_network_the_name_is_the_files_stem_in_camel_case(
    name: str, expected: str, tmp_path: Path
) -> None:
    file = tmp_path / f"{name}.arch"
    file.write_text("[8x8x3] INPUT\nRELU")
    assert archdsl.load(file).class_name == expected


# --- about ---


def test_about_is_free_text_by_keys() -> None:
    text = """
        about:
            paper: Szegedy et al., "Going Deeper", CVPR 2015  # not a comment: [8x8x3]
            top-1 error: 30.2% (ImageNet val, one centre crop; torchvision)
            top-1 error: 29.0% (ImageNet val, 10 crops; paper)
            설명: 한국어 {n} -> RELU
        [8x8x3] INPUT
        RELU
        """
    entries = network(text).program.about
    assert [entry.key for entry in entries] == ["paper", "top-1 error", "top-1 error", "설명"]
    assert entries[3].text == "한국어 {n} -> RELU"


# --- expect ---


@pytest.mark.parametrize(
    "figure",
    [
        "7 layers",
        "1 layer within 700%",
        "85,074 parameters",
        "85074 parameters",
        "85K parameters within 1%",
        "0.085M parameters within 1%",
        "3,252,224 multiply-adds",
        "85,074 parameters in training",
        "{2*n + 1} layers",
        "{85074} parameters",
        "3,301,386 connections",
        "49,162 neurons",
        "7 layers, 85,074 parameters, 3.3M multiply-adds within 2%, {6*n + 3} layers within 200%",
    ],
)
def test_claims_that_hold(figure: str) -> None:
    assert network(resnet(figure)).warnings == ()


@pytest.mark.parametrize(
    ("figure", "note"),
    [
        ("8 layers", "12.5% less"),
        ("6 layers", "16.7% more"),
        ("85,073 parameters", "0.00118% more"),
        ("80K parameters within 1%", "6.34% more, and 1% is allowed"),
        ("0 layers", ""),
        ("0 layers within 10%", ""),
        ("7.5 layers", "6.67% less"),
        ("{2*n} layers", "16.7% more"),
    ],
)
def test_a_wrong_claim_does_not_compile(figure: str, note: str) -> None:
    diagnostic = complaint(resnet(figure))
    assert (diagnostic.code, diagnostic.note) == ("E204", note)
    assert diagnostic.span is not None
    assert diagnostic.span.text == figure


def test_all_wrong_claims_are_said() -> None:
    assert said(resnet("8 layers\n        9 parameters\n        7 layers")) == [
        ("E204", "8 layers"),
        ("E204", "9 parameters"),
    ]


def test_of_several_on_a_line_the_wrong_ones_are_said() -> None:
    assert said(resnet("8 layers, 85,074 parameters, 9 neurons within 1%")) == [
        ("E204", "8 layers"),
        ("E204", "9 neurons within 1%"),
    ]


def test_the_message_says_both_figures_and_what_to_write() -> None:
    diagnostic = complaint(resnet("1.5G multiply-adds within 10%"))
    assert diagnostic.message == (
        "1,500,000,000 multiply-adds are expected, but the network has 3,252,224"
    )
    assert diagnostic.help == "write 3,252,224 multiply-adds, or find out what differs"


@pytest.mark.parametrize(
    ("figure", "unit", "help"),
    [
        ("7 layrs", "layrs", "did you mean `layers`?"),
        (
            "7 parameter in trainin",
            "parameter in trainin",
            "did you mean `parameters in training`?",
        ),
        (
            "7 blocks",
            "blocks",
            "write one of: layers, parameters, parameters in training, "
            "multiply-adds, connections, neurons",
        ),
    ],
)
def test_a_unit_that_nothing_counts(figure: str, unit: str, help: str) -> None:
    diagnostic = complaint(resnet(figure))
    assert (diagnostic.code, diagnostic.message) == ("E105", f"nothing counts `{unit}`")
    assert diagnostic.span is not None
    assert diagnostic.span.text == unit
    assert diagnostic.help == help


def test_expect_with_is_checked_when_the_parameters_are_so() -> None:
    text = resnet("13 layers", " with n = 6")
    assert network(text).warnings == ()
    assert network(text, n=6).warnings == ()
    assert said(resnet("14 layers", " with n = 6"), n=6) == [("E204", "14 layers")]
    assert network(resnet("14 layers", " with n = 6, classes = 3"), n=6).warnings == ()


def test_expect_with_can_be_checked_without_setting_anything() -> None:
    assert check_conditions(network(resnet("13 layers", " with n = 6"))) == []
    found = check_conditions(network(resnet("14 layers", " with n = 6")))
    assert [d.code for d in found] == ["E204"]


DEPENDENT = """
    network A(depth = 8, deep = depth > 8)
    expect with depth = 20:
        {figure}
    [32x32x3] INPUT
    CONV1: {{depth}} 3x3 filters -> RELU
    if deep:
        CONV2: 3 3x3 filters -> RELU
    """


def test_defaults_follow_the_parameters_of_expect_with() -> None:
    right, wrong = (DEPENDENT.format(figure=f) for f in ("2 layers", "1 layer"))
    assert check_conditions(network(right)) == []
    assert network(right, depth=20).warnings == ()
    (found,) = check_conditions(network(wrong))
    assert found.help == "write 2 layers, or find out what differs"
    assert said(wrong, depth=20) == [("E204", "1 layer")]


def test_what_a_setting_makes_wrong_names_the_setting() -> None:
    text = """
        network N(w = 3, big = no)
        expect:
            {3072*w + w} parameters
        expect with big = yes: 1 layer
        [32x32x3] INPUT
        if big:
            PRELU
        FC: {w} neurons
        """
    (found,) = check_conditions(network(text))
    assert found.message == (
        "9,219 parameters are expected, but the network has 9,222 with big = yes"
    )
    assert (
        found.help == "write what gives 9,222 parameters with big = yes, or find out what differs"
    )
    (frame,) = found.trail
    assert frame.text == "expect with big = yes"


@pytest.mark.parametrize(
    ("figure", "message", "note"),
    [
        ("1 layer", "1 layer is expected, but the network has 7", "600% more"),
        ("8 layer", "8 layers are expected, but the network has 7", "12.5% less"),
        (
            "3 parameters",
            "3 parameters are expected, but the network has 85,074",
            "2,835,700% more",
        ),
    ],
)
def test_the_message_counts_and_its_share_is_written_out(
    figure: str, message: str, note: str
) -> None:
    diagnostic = complaint(resnet(figure))
    assert (diagnostic.message, diagnostic.note) == (message, note)


def test_of_one_the_help_says_one() -> None:
    (found,) = complaints("expect:\n    2 layers\n[8x8x3] INPUT\nCONV 8 1x1 filters")
    assert found.help == "write 1 layer, or find out what differs"


def test_what_follows_from_another_parameter_needs_no_condition() -> None:
    text = DEPENDENT.replace("expect with depth = 20", "expect").format(figure="1 layer")
    (warning,) = network(text, depth=20).warnings
    assert warning.message == "with depth = 20, this was not checked: 1 layer"


def test_a_default_that_the_condition_breaks_is_said() -> None:
    text = "network A(n = 1, m = 4/n)\nexpect with n = 0:\n    1 layer\n[8x8x3] INPUT\n"
    found = check_conditions(network(f"{text}CONV {{m + n}} 1x1 filters"))
    assert [d.code for d in found] == ["E504"]


def test_a_condition_leaves_what_has_no_default_open() -> None:
    text = "network A(n, m = 4)\nexpect with m = 2:\n    1 layer\n[8x8x3] INPUT\n"
    assert check_conditions(network(f"{text}CONV {{m + n}} 1x1 filters", n=3)) == []


def test_a_set_run_says_which_figures_it_did_not_check() -> None:
    (warning,) = network(resnet("7 layers\n        {2*n + 1} layers"), n=4).warnings
    assert (warning.code, warning.message) == (
        "W301",
        "with n = 4, this was not checked: 7 layers",
    )
    assert network(resnet("7 layers"), n=3).warnings == ()


@pytest.mark.parametrize(
    ("condition", "marked"),
    [
        (" with m = 3", "m"),
        (" with n = yes", "yes"),
        (" with n = 3, n = 4", "n"),
        (" with n = 5/2", "5/2"),
    ],
)
def test_a_wrong_condition(condition: str, marked: str) -> None:
    assert said(resnet("7 layers", condition)) == [("E509", marked)]


def test_a_wrong_unit_is_found_under_a_condition_that_is_not_so() -> None:
    assert said(resnet("7 layrs", " with n = 9")) == [("E105", "layrs")]


def test_thousands_commas_belong_to_expect_everywhere_else_a_comma_separates() -> None:
    text = """
        block Block(a, b):
            CONV {a} 1x1 filters, linear -> CONV1: {b} 1x1 filters
        Block(64,128)
        """
    assert list(shapes(text).values()) == ["[32x32x64]", "[32x32x128]"]


# --- after ---


def test_after_adds_one_layer_after_each_such_line_below_it() -> None:
    text = "CONV1: 8 1x1 filters\nafter CONV, FC: RELU\nCONV2: 8 1x1 filters\nBN\nFC: 10 neurons"
    assert paths(text) == ["conv1", "conv2", "relu", "bn", "fc", "relu_2"]


def test_after_reaches_into_blocks_defined_below_it_in_this_file() -> None:
    block = "block A():\n    CONV 8 1x1 filters\n"
    assert paths(f"after CONV: RELU\n{block}A()") == ["a.conv", "a.relu"]
    assert paths(f"{block}after CONV: RELU\nA()") == ["a.conv"]


def test_after_in_a_block_holds_there_only() -> None:
    text = "block A():\n    after CONV: TANH\n    CONV 8 1x1 filters\nA()\nCONV 8 1x1 filters"
    assert paths(text) == ["a.conv", "a.tanh", "conv"]


def test_a_later_after_replaces_an_earlier_one() -> None:
    text = "after CONV: RELU\nCONV1: 8 1x1 filters\nafter CONV: TANH\nCONV2: 8 1x1 filters"
    assert paths(text) == ["conv1", "relu", "conv2", "tanh"]


def test_after_changes_no_name() -> None:
    with_after = [p for p in paths("after CONV: RELU\nCONV1: 8 1x1 filters\nBN") if "relu" not in p]
    assert with_after == paths("CONV1: 8 1x1 filters\nBN")


def test_what_after_adds_stands_in_the_line_of_its_layer() -> None:
    net = network("after CONV: RELU\nCONV1: 8 1x1 filters\nCONV2: 8 1x1 filters")
    lines = {layer.path: layer.node.span.line for layer in net.facts.layers()}
    assert lines == {"conv1": 3, "relu": 3, "conv2": 4, "relu_2": 4}
    text = "CONV0: 8 1x1 filters\nafter CONV: RELU\nCONV1: 8 1x1 filters\nfrom conv0 -> TANH"
    assert said(text) == [("E611", "CONV1: 8 1x1 filters")]


def test_linear_and_class_scores_get_none() -> None:
    text = "after CONV, FC: RELU\nCONV 8 1x1 filters, linear\nTANH\nFC 10 neurons (class scores)"
    assert paths(text) == ["conv", "tanh", "fc"]


@pytest.mark.parametrize(
    "chain", ["BN -> RELU", "RELU", "TANH", "PRELU", "BN1", "2 x BN", "SOFTMAX", "LEAKY RELU"]
)
def test_a_chain_that_goes_on_with_bn_or_an_activation_is_an_error_until_it_says_linear(
    chain: str,
) -> None:
    text = "after CONV: RELU\nCONV1: 8 1x1 filters{} -> " + chain
    assert said(text.format("")) == [("E607", "CONV1")]
    assert network(text.format(", linear")).graph


@pytest.mark.parametrize("chain", ["MAX POOL 2x2 filters at stride 2", "DROPOUT 50%", "FLATTEN"])
def test_a_chain_may_go_on_with_other_layers(chain: str) -> None:
    assert paths(f"after CONV: RELU\nCONV1: 8 1x1 filters -> {chain}")[:2] == ["conv1", "relu"]


@pytest.mark.parametrize("layer", ["BN", "CONV 8 1x1 filters", "RELU1", "INPUT", "PRELU"])
def test_after_adds_weightless_layers_only(layer: str) -> None:
    assert [code for code, _ in said(f"after CONV: {layer}\nRELU")] == ["E605"]


def test_after_a_word_that_does_not_exist() -> None:
    assert said("after CONVV, FC: RELU\nRELU") == [("E401", "CONVV")]


def test_after_uses_the_numbers_of_its_own_block_only() -> None:
    text = """
        network N(rate = 0.5)
        [8x8x3] INPUT
        after CONV: DROPOUT {{rate}}
        block A(rate):
            {}
            CONV {{rate}} 1x1 filters
        A(8)
        CONV 8 1x1 filters
        """
    assert said(text.format("RELU")) == [("E501", "rate")]
    assert paths(text.format("after CONV: TANH"))[:2] == ["a.conv", "a.tanh"]
