"""Differences between networks: what was added, removed, changed or moved, each said once."""

from __future__ import annotations

import json
import re
import shutil
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

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


def indented(lines: str) -> str:
    return textwrap.indent(lines, "    ")


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


# --- Wrappers ---


def test_a_trunk_in_a_block_is_matched_by_what_is_inside() -> None:
    difference = diff(archdsl.load("resnet50"), archdsl.load("wide_resnet50_2"))
    network, *blocks = difference.findings
    [change] = network.changes
    assert (change.kind, change.path, change.to) == (Kind.WRAPPED, "conv1..layer4", "trunk")
    assert sum(len(finding.places) for finding in blocks) == 16
    for finding in blocks:
        widths = {c.path: c.fields for c in finding.changes if c.kind is Kind.CHANGED}
        assert widths.keys() == {"conv1", "conv2"}
        for [(name, narrow, wide)] in widths.values():
            assert (name, int(wide)) == ("filters", 2 * int(narrow))


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the zoo to change."""
    return Path(shutil.copytree(zoo.folder(), tmp_path_factory.mktemp("zoo") / "specs"))


def wrapped(path: Path, *groups: str) -> Network:
    """All layers of a spec in a group, which stands in another one, and so on."""
    text = path.read_text(encoding="utf-8")
    head, line, body = re.split(r"^(\[.*\] +INPUT.*\n)", text, maxsplit=1, flags=re.MULTILINE)
    for name in groups:
        body = f"{name}:\n{indented(body)}"
    deeper = path.with_stem(f"{path.stem}_deeper")
    deeper.write_text(head + line + body, encoding="utf-8")
    return archdsl.load(str(deeper))


# Side heads cannot stand inside a group.
HEADED = {name for name in zoo.names() if archdsl.load(name).facts.training_only}


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        *((name, ("inner", "net")) for name in zoo.names() if name not in HEADED),
        ("resnet50", ("net",)),
        ("vgg16", ("a", "b", "c")),
    ],
)
def test_a_whole_network_may_be_nested_deeper(
    name: str, groups: tuple[str, ...], specs: Path
) -> None:
    plain, deeper = archdsl.load(name), wrapped(specs / f"{name}.arch", *groups)
    for pair, kind in (((plain, deeper), Kind.WRAPPED), ((deeper, plain), Kind.UNWRAPPED)):
        [finding] = diff(*pair).findings
        renamed = [change for change in finding.changes if change.kind is Kind.RENAMED]
        others = [change for change in finding.changes if change.kind is not Kind.RENAMED]
        assert [change.kind for change in others] == [kind] * len(groups)
        for change in renamed:  # What has no name is called by its word, and a number in a group.
            inside = change.to if kind is Kind.WRAPPED else change.path
            assert inside.rpartition(".")[2].isdigit()


def test_a_group_under_another_name_is_compared_inside() -> None:
    wider = CHAIN.replace("CONV2: 4", "CONV2: 8")
    assert said(f"a:\n{indented(CHAIN)}", f"b:\n{indented(wider)}") == [
        "~ a is called b",
        "~ a.conv2: filters 4 -> 8",
    ]


def test_a_group_may_become_two() -> None:
    first, second = CHAIN.splitlines(keepends=True)
    halves = f"stem:\n{indented(first)}body:\n{indented(second)}"
    assert said(f"trunk:\n{indented(CHAIN)}", halves) == [
        "~ stem.conv1..body.2 are no longer inside trunk (a group)",
        "~ trunk.conv1..2 are inside stem (a group)",
        "~ trunk.conv2..5 are inside body (a group)",
    ]


def test_a_layer_may_become_a_block_of_its_name() -> None:
    block = "block Unit():\n    CONV 4 3x3 filters, pad 1, no bias -> BN\n"
    plain = "CONV1: 4 3x3 filters, pad 1 -> RELU\n"
    difference = diff(network(plain), network("conv1: Unit()\nRELU\n", f"{block}[8x8x4] INPUT"))
    assert "~ conv1 is inside conv1 (Unit)\n" in difference.text()
    assert kinds(difference) == {Kind.WRAPPED, Kind.RENAMED, Kind.CHANGED, Kind.ADDED}


def test_a_group_of_other_layers_is_no_wrapper() -> None:
    group = "extra:\n    CONV 4 1x1 filters -> RELU\n    CONV 4 1x1 filters -> RELU\n"
    assert said(CHAIN, CHAIN + group) == ["+ extra: a group of 4 parts"]
    first, _ = CHAIN.splitlines(keepends=True)
    assert kinds(diff(network(CHAIN), network(first + group))) == {Kind.ADDED, Kind.REMOVED}


@pytest.mark.parametrize(
    ("before", "after", "findings"),
    [
        ("resnet50", "resnext50_32x4d", 8),
        ("densenet121", "densenet169", 3),
        ("googlenet", "torchvision/googlenet", 3),
        ("preact_resnet_cifar", "resnet_cifar", 3),
        ("torchvision/wide_resnet50_2", "wide_resnet50_2", 1),
    ],
)
def test_what_is_alike_in_many_blocks_is_said_once(before: str, after: str, findings: int) -> None:
    assert len(diff(archdsl.load(before), archdsl.load(after)).findings) == findings


def test_numbered_parts_are_said_together_though_others_come_between() -> None:
    changes = diff(archdsl.load("densenet121"), archdsl.load("densenet169")).findings[0].changes
    assert [(change.path, change.after) for change in changes] == [
        ("denselayer25..32", "8 x DenseLayer(32, yes)"),
        ("concat_25..32", "8 x concat"),
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


def test_a_thousand_layers_are_compared_at_once() -> None:
    """0.1 s on the machine where this was written."""
    pair = archdsl.load("resnet_cifar", n=200), archdsl.load("resnet_cifar", n=18)
    pair[0].facts.totals, pair[1].facts.totals
    began = time.process_time()
    assert not diff(*pair).is_same
    assert time.process_time() - began < 3


def test_long_rows_of_blocks_of_other_names_are_compared_at_once() -> None:
    """0.5 s on the machine where this was written."""
    unit = "block Unit():\n    CONV1: 4 3x3 filters, pad 1 -> BN1 -> RELU -> {}\n[8x8x4] INPUT"
    pair = [
        network(f"for i in 1..480:\n    {name}{{i}}: Unit()\n", unit.format(extra))
        for name, extra in (
            ("unit", "CONV2: 4 1x1 filters"),
            ("block", "CONV2: 4 3x3 filters, pad 1"),
        )
    ]
    pair[0].facts.totals, pair[1].facts.totals
    began = time.process_time()
    assert kinds(diff(*pair)) >= {Kind.CHANGED}
    assert time.process_time() - began < 5


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
