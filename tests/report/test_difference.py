"""Differences between networks: what was added, removed, changed or moved, each said once."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

import archdsl
from archdsl import Difference, Network, diff, zoo
from archdsl.report.difference import Kind

CHAIN = """\
CONV1: 4 3x3 filters, pad 1 -> BN1 -> RELU
CONV2: 4 3x3 filters, pad 1 -> BN2 -> RELU
"""
UNIT = "block Unit():\n    CONV1: 4 1x1 filters -> RELU\n[8x8x4] INPUT"


def network(lines: str, head: str = "[8x8x4] INPUT") -> Network:
    return archdsl.loads(f"network N\n{head}\n{lines}")


def said(before: str, after: str) -> list[str]:
    """The lines of the differences, without headings and totals."""
    text = diff(network(before), network(after)).text()
    return [line.strip() for line in text.splitlines() if line.startswith("    ")]


def kinds(difference: Difference) -> set[Kind]:
    return {change.kind for finding in difference.findings for change in finding.changes}


# --- The zoo ---


def test_torchvisions_resnet50_moves_three_strides() -> None:
    difference = diff(archdsl.load("resnet50"), archdsl.load("torchvision/resnet50"))
    [finding] = difference.findings
    assert [place.path for place in finding.places] == ["layer2.0", "layer3.0", "layer4.0"]
    [change] = finding.changes
    assert change.kind is Kind.MOVED
    assert (change.path, change.before, change.to, change.after) == ("conv1", "1x1", "conv2", "3x3")
    before, after = difference.totals
    assert before.parameters == after.parameters
    assert after.macs - before.macs == 231_211_008


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("resnet50", "torchvision/resnet50"),
        ("alexnet", "alexnet_two_gpus"),
        ("resnet34", "plain34"),
        ("vgg16", "vgg19"),
    ],
)
def test_what_is_said_of_the_zoo(
    before: str, after: str, golden: Callable[[str, str], None]
) -> None:
    text = diff(archdsl.load(before), archdsl.load(after)).text()
    golden(f"report/diff_{before}_{after.replace('/', '_')}.txt", text)


@pytest.mark.parametrize("name", zoo.names())
def test_every_network_is_the_same_as_itself(name: str) -> None:
    difference = diff(archdsl.load(name), archdsl.load(name))
    assert difference.is_same
    assert "the same layers of the same names, fed alike" in difference.text()


@pytest.mark.parametrize(
    ("before", "after"),
    [("resnet50", "densenet121"), ("googlenet", "inception_v3"), ("lenet5", "enet")],
)
def test_going_back_undoes_every_change(before: str, after: str) -> None:
    """Added becomes removed, and what has two values has them the other way round."""
    one, other = archdsl.load(before), archdsl.load(after)
    there, back = (
        [change for finding in diff(*pair).findings for change in finding.changes]
        for pair in ((one, other), (other, one))
    )
    for kind, opposite in (
        (Kind.ADDED, Kind.REMOVED),
        (Kind.REMOVED, Kind.ADDED),
        (Kind.CHANGED, Kind.CHANGED),
    ):
        found = sum(change.kind is kind for change in there)
        assert found == sum(change.kind is opposite for change in back)
        assert kind is Kind.CHANGED or found


def test_two_settings_of_one_spec() -> None:
    difference = diff(archdsl.load("resnet_cifar", n=3), archdsl.load("resnet_cifar", n=5))
    [finding] = difference.findings
    assert [(change.path, change.after) for change in finding.changes] == [
        ("layer1.3..4", "2 x CifarBlock(16)"),
        ("layer2.3..4", "2 x CifarBlock(32)"),
        ("layer3.3..4", "2 x CifarBlock(64)"),
    ]


# --- Kinds of changes ---


def test_an_option_is_said_with_both_values() -> None:
    after = CHAIN.replace("CONV2: 4 3x3 filters, pad 1", "CONV2: 4 5x5 filters, pad 2, no bias")
    assert said(CHAIN, after) == [
        "~ conv2: kernel 3x3 -> 5x5, pad 1 -> 2, bias yes -> no",
    ]


def test_a_layer_put_between_is_added_and_nothing_else() -> None:
    after = CHAIN.replace("-> BN1 -> RELU", "-> BN1 -> RELU -> DROPOUT 50%")
    assert said(CHAIN, after) == ["+ dropout: DROPOUT 50%"]
    assert kinds(diff(network(CHAIN), network(after))) == {Kind.ADDED}


def test_another_layer_of_the_same_kind_stands_beside_what_it_replaces() -> None:
    assert said(CHAIN, CHAIN.replace("RELU", "TANH")) == [
        "~ relu: RELU -> TANH",
        "~ relu_2: RELU -> TANH",
    ]


def test_a_renamed_layer_is_the_same_one_under_another_key() -> None:
    after = CHAIN.replace("CONV2: 4", "CONV7: 4")
    assert said(CHAIN, after) == ["~ conv2 is called conv7"]


def test_the_same_layers_fed_otherwise_differ() -> None:
    merge = "add:\n    identity\n    CONV3: 4 1x1 filters\n"
    before, after = CHAIN + merge, CHAIN + merge.replace("identity", "from bn1")
    assert said(before, after) == ["~ add is fed by bn1, conv3 instead of relu_2, conv3"]
    assert kinds(diff(network(before), network(after))) == {Kind.REWIRED}


def test_the_order_of_a_sum_does_not_matter_and_that_of_a_concatenation_does() -> None:
    paths = ["    identity\n", "    CONV3: 4 1x1 filters\n"]
    for merge, lines in (("add", 0), ("concat", 1)):
        before = f"{CHAIN}{merge}:\n{paths[0]}{paths[1]}"
        after = f"{CHAIN}{merge}:\n{paths[1]}{paths[0]}"
        assert len(said(before, after)) == lines


def test_another_input_is_a_change() -> None:
    difference = diff(network("RELU"), network("RELU", "[9x9x4] INPUT"))
    [[change]] = [finding.changes for finding in difference.findings]
    assert (change.path, change.before, change.after) == ("input", "[8x8x4]", "[9x9x4]")


def test_names_matter_less_than_positions_where_the_compiler_made_them_up() -> None:
    group = "body:\n    CONV 4 3x3 filters, pad 1 -> RELU\n    CONV 4 3x3 filters, pad 1 -> RELU\n"
    after = group.replace("body:\n", "body:\n    CONV 4 1x1 filters -> RELU\n", 1)
    changes = diff(network(group), network(after)).findings[0].changes
    assert [change.kind for change in changes] == [Kind.ADDED, Kind.ADDED]


def test_a_change_in_all_instances_is_said_once() -> None:
    block = (
        "block B(k):\n    CONV1: 4 3x3 filters, pad 1 -> RELU\n    CONV2: 4 {k} filters -> RELU\n"
    )
    before = f"{block}body: 5 x B(1)\n"
    text = diff(network(before), network(before.replace("{k}", "{k + 1}"))).text()
    assert "in 5 blocks (body.0..4):\n    ~ conv2: kernel 1x1 -> 2x2\n" in text


def test_a_block_written_out_is_the_same_structure() -> None:
    block = "block B():\n    CONV1: 4 1x1 filters -> RELU\n"
    inside = "stem:\n    CONV1: 4 1x1 filters -> RELU\n"
    assert diff(network(f"{block}stem: B()\n"), network(inside)).is_same


def test_the_weight_of_a_side_head() -> None:
    head = "FC: 3 neurons (class scores)\nauxiliary aux from conv1, weight 0.3: FC 3 neurons\n"
    assert said(CHAIN + head, CHAIN + head.replace("0.3", "0.4")) == ["~ aux: weight 0.3 -> 0.4"]


def test_ten_thousand_layers_take_seconds() -> None:
    before = network("body: 5000 x Unit()\n", UNIT)
    after = network("body: 4999 x Unit()\n", UNIT)
    assert [change.path for change in diff(before, after).findings[0].changes] == ["body.4999"]


# --- JSON ---


def test_the_json_of_a_difference() -> None:
    record = json.loads(diff(archdsl.load("resnet_cifar", n=3), archdsl.load("lenet5")).json())
    assert list(record) == ["schema", "same", "before", "after", "totals", "findings"]
    assert record["schema"] == 1
    assert record["same"] is False
    assert record["before"] == {
        "name": "resnet_cifar",
        "class": "ResNetCifar",
        "spec": "resnet_cifar.arch",
        "parameters": {"n": "3"},
    }
    for name in ("parameters", "macs", "activations", "depth"):
        total = record["totals"][name]
        assert total["after"] - total["before"] == total["difference"]
    for finding in record["findings"]:
        assert all(list(place) == ["path", "before", "after", "to"] for place in finding["places"])
        for change in finding["changes"]:
            assert change["kind"] in list(Kind)
            assert change["path"]
            assert {"before", "after", "fields", "to"} & change.keys()


def test_a_place_and_its_layers_have_a_path_in_both_networks() -> None:
    unit = "block Unit(s):\n    CONV1: 4 3x3 filters, stride {s}, pad 1\n    CONV2: 4 1x1 filters\n"
    before, after = (
        archdsl.loads(f"{unit}network N\n[8x8x4] INPUT\nunits:\n{lines}")
        for lines in ("    Unit(1)\n", "    MAX POOL: 2x2 filters\n    Unit(2)\n")
    )
    difference = diff(before, after)
    [place] = [place for finding in difference.findings for place in finding.places if place.path]
    assert (place.path, place.to) == ("units.0", "units.1")
    assert difference.partners == {
        "input": "input",
        "units.0.conv1": "units.1.conv1",
        "units.0.conv2": "units.1.conv2",
    }
