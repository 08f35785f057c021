"""Section 5 of the language: side heads, which compute in training only."""

from __future__ import annotations

import pytest
from compiling import complaint, network, paths, said

FC = "FC: 10 neurons (class scores)"
BODY = f"CONV1: 8 3x3 filters -> RELU1\nCONV2: 4 3x3 filters -> RELU2\n{FC}\n"


def with_head(head: str) -> str:
    """A small network with a head between its lines."""
    first, rest = BODY.split("\n", 1)
    return f"{first}\n{head}\n{rest}"


@pytest.mark.parametrize(
    ("head", "keys"),
    [
        ("auxiliary aux from relu1, weight 0.3: FC 10 neurons", ["aux"]),
        ("auxiliary aux from relu1, weight 0.3: BN -> FC 10 neurons", ["aux.0", "aux.1"]),
        ("auxiliary aux from relu1, weight 0.3:\n    BN\n    FC 10 neurons", ["aux.0", "aux.1"]),
        ("auxiliary aux from relu1, weight 0.3:\n    out: FC 10 neurons", ["aux.out"]),
    ],
)  # fmt: skip
def test_a_head_is_a_line_and_its_name_is_as_any_lines(head: str, keys: list[str]) -> None:
    assert paths(with_head(head))[-len(keys) :] == keys


def test_a_head_from_no_line_lists_those_below_it_too() -> None:
    diagnostic = complaint(
        "[8x8x3] INPUT\nauxiliary a from conv9, weight 1: FC 10 neurons\nFC: 10 neurons"
    )
    assert diagnostic.message == "no line is called `conv9`"
    assert diagnostic.help == "the lines are `input`, `fc`"


def test_a_head_may_be_a_block_and_claim_its_output() -> None:
    block = f"block Side(n):\n    {FC}\n"
    text = block + with_head("[10] auxiliary aux from relu1, weight 0.3: Side(3)")
    assert paths(text)[-1] == "aux.fc"
    wrong = text.replace("[10] aux", "[11] aux")
    assert complaint(wrong).code == "E201"


def test_the_network_goes_on_as_if_no_head_were_there() -> None:
    text = with_head("auxiliary aux from relu1, weight 0.3: FC 10 neurons")
    with_one, without = network(text), network(BODY)
    assert with_one.totals == without.totals
    assert with_one.facts.flat.operands("conv2") == ("relu1",)


def test_figures_in_training_count_the_heads() -> None:
    text = with_head("auxiliary aux from relu1, weight 0.3: FC 10 neurons")
    totals, training = network(text).totals, network(text).facts.training_totals
    head = 30 * 30 * 8 * 10
    assert training.parameters == totals.parameters + head + 10
    assert training.macs == totals.macs + head
    expect = f"expect:\n    {training.parameters} parameters in training\n"
    assert network(expect + text).warnings == ()
    assert complaint(f"expect:\n    1 parameters in training\n{text}").code == "E204"


def test_a_head_goes_on_from_any_line_and_from_the_input() -> None:
    text = with_head("auxiliary aux from relu2, weight 1: FC 10 neurons")
    assert network(text).facts.flat.operands("aux") == ("relu2",)
    text = with_head("auxiliary aux from input, weight 1: FC 10 neurons")
    assert network(text).facts.flat.operands("aux") == ("input",)


def test_a_weight_is_computed_from_parameters() -> None:
    head = "auxiliary aux from relu1, weight {2*w}: FC 10 neurons"
    spec = network("network N(w = 0.25)\n[32x32x3] INPUT\n" + with_head(head), w="0.1")
    assert float(spec.graph.heads["aux"].weight) == 0.2


def test_after_applies_to_a_head_below_it() -> None:
    head = "auxiliary aux from conv2, weight 1: CONV 3 1x1 filters -> FC 10 neurons (class scores)"
    text = "after CONV: TANH\n" + with_head(head).replace(" -> RELU1", "").replace(" -> RELU2", "")
    assert paths(text)[-3:] == ["aux.0", "aux.1", "aux.2"]


def test_class_scores_of_a_head_end_it_and_are_a_vector() -> None:
    head = "auxiliary aux from relu1, weight 1: {} (class scores)"
    assert network(with_head(head.format("FC 10 neurons"))).warnings == ()
    assert complaint(with_head(head.format("GLOBAL AVG POOL"))).code == "E615"
    ends = with_head(
        "auxiliary aux from relu1, weight 1:\n    FC 10 neurons (class scores)\n    RELU"
    )
    assert complaint(ends).code == "E610"


def test_what_a_head_computes_must_reach_its_output() -> None:
    text = with_head(
        "auxiliary aux from relu1, weight 1:\n    FC1: 3 neurons\n    from input -> FC 2 neurons"
    )
    assert [code for code, _ in said(text)] == ["E611"]


@pytest.mark.parametrize(
    ("head", "code", "marked"),
    [
        ("auxiliary aux from relu1: FC 10 neurons", "E405", "aux from relu1"),
        ("auxiliary aux from relu1, wight 0.3: FC 10 neurons", "E402", "wight"),
        ("auxilary aux from relu1, weight 0.3: FC 10 neurons", "E101", "auxilary"),
        ("auxilary aux from relu1, weight 0.3:\n    FC 10 neurons", "E101", "auxilary"),
        ("auxiliary aux from relu1, weight 0: FC 10 neurons", "E403", "0"),
        ("auxiliary aux from relu1, weight {w}: FC 10 neurons", "E501", "w"),
        ("auxiliary aux from conv3, weight 1: FC 10 neurons", "E306", "conv3"),
        ("auxiliary fc from relu1, weight 1: FC 10 neurons", "E304", "fc"),
        ("auxiliary train from relu1, weight 1: FC 10 neurons", "E302", "train"),
        ("auxiliary addd from relu1, weight 1:\n    FC 10 neurons", "E303", "addd"),
        ("auxiliary aux from relu1, weight 1: from input", "E616", None),
    ],
)
def test_what_is_wrong_with_a_head(head: str, code: str, marked: str | None) -> None:
    wrong = complaint(with_head(head))
    assert wrong.code == code
    assert wrong.help
    if marked is not None:
        assert wrong.span is not None
        assert (wrong.mark or wrong.span).text == marked


@pytest.mark.parametrize(
    "around",
    ["block B():\n    {}\n", "group:\n    {}\n    RELU\n", "if yes:\n    {}\n    RELU\n"],
)
def test_heads_stand_among_the_networks_own_lines_only(around: str) -> None:
    head = "auxiliary aux from input, weight 1: RELU"
    wrong = complaint(around.format(head) + BODY)
    assert (wrong.code, wrong.span and wrong.span.text.startswith("auxiliary")) == ("E106", True)


def test_auxiliary_may_be_a_name() -> None:
    assert paths("auxiliary: RELU\nFC: 10 neurons")[0] == "auxiliary"
