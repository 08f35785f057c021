"""Networks side by side: exact figures, one protocol, nothing guessed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

import archdsl
from archdsl import Comparison, Network, compare
from archdsl.report.comparison import CannotCompare
from archdsl.report.text import columns_of

CROP, CROPS = "ImageNet val, one centre crop", "ImageNet val, 10 crops"
LECTURE = ("alexnet", "vgg16", "googlenet", "resnet18", "resnet50", "lenet5")
SPEC = "network {}\nabout:\n{}[8x8x3] INPUT\nFC: 10 neurons\n"


def quoted(name: str, *lines: str) -> Network:
    return archdsl.loads(SPEC.format(name, "".join(f"    {line}\n" for line in lines)))


@cache
def lecture(protocol: str = "") -> Comparison:
    return compare(*map(archdsl.load, LECTURE), protocol=protocol)


# --- The protocol ---


def test_the_protocol_is_the_one_that_most_share() -> None:
    comparison = lecture()
    assert comparison.protocol == CROP
    assert [entry.label for entry in comparison.measured] == [
        "VGG16",
        "GoogLeNet",
        "ResNet18",
        "ResNet50",
    ]
    assert [entry.label for entry in comparison.unmeasured] == ["AlexNet", "LeNet5"]


def test_another_protocol_can_be_chosen() -> None:
    assert [entry.label for entry in lecture(CROPS).measured] == ["AlexNet", "ResNet18"]


@pytest.mark.parametrize(
    ("protocol", "hint"),
    [
        ("ImageNet val, one center crop", f"did you mean `{CROP}`?"),
        ("CIFAR-100 test, augmented", f"there are .*{CROP}.*{CROPS}"),
    ],
)
def test_a_protocol_that_no_network_has_is_an_error(protocol: str, hint: str) -> None:
    with pytest.raises(CannotCompare, match=hint):
        lecture(protocol)


def test_a_protocol_without_any_error_is_an_error() -> None:
    with pytest.raises(CannotCompare, match="none of these networks quotes an error"):
        compare(archdsl.load("lenet5"), protocol=CROP)


def test_the_first_error_of_a_protocol_counts() -> None:
    net = quoted("N", f"top-1 error: 30% ({CROP}; a)", f"top-1 error: 20% ({CROP}; b)")
    [entry] = compare(net).entries
    error = entry.error(1, CROP)
    assert error is not None
    assert (error.percent, error.source) == (30, "a")
    assert entry.accuracy(CROP) == 70


def test_networks_without_errors_compare_all_the_same() -> None:
    comparison = compare(archdsl.load("lenet5"), archdsl.load("enet"))
    assert comparison.protocol == ""
    assert "Errors" not in comparison.written()


# --- Names ---


def test_labels_tell_the_networks_apart() -> None:
    names = ("resnet50", "torchvision/resnet50", "resnet18")
    labels = [entry.label for entry in compare(*map(archdsl.load, names)).entries]
    assert labels == ["resnet50", "torchvision/resnet50", "ResNet18"]
    swept = [archdsl.load("resnet_cifar", n=n) for n in (3, 18)]
    assert [e.label for e in compare(*swept).entries] == ["ResNetCifar(n=3)", "ResNetCifar"]


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    paths = [tmp_path / folder / "net.arch" for folder in ("a", "b")]
    for path in paths:
        path.parent.mkdir()
        path.write_text("[8x8x3] INPUT\nFC: 10 neurons\n")
    labels = [entry.label for entry in compare(*map(archdsl.load, paths)).entries]
    assert labels == list(map(str, paths))


def test_a_network_is_not_compared_with_itself() -> None:
    with pytest.raises(CannotCompare, match="AlexNet is in the comparison 2 times"):
        compare(archdsl.load("alexnet"), archdsl.load("alexnet", classes=1000))


# --- The table ---


def test_the_table_of_the_lecture(golden: Callable[[str, str], None]) -> None:
    golden("report/compare.txt", lecture().written())


@pytest.mark.parametrize("format", ["csv", "markdown", "latex", "json"])
def test_the_other_forms(format: str, golden: Callable[[str, str], None]) -> None:
    golden(f"report/compare.{format}", lecture().written(format))


def test_csv_has_the_figures_of_the_totals() -> None:
    comparison = lecture()
    rows = list(csv.DictReader(io.StringIO(comparison.written("csv"))))
    for row, entry in zip(rows, comparison.entries, strict=True):
        assert int(row["parameters"]) == entry.totals.parameters
        assert int(row["macs"]) == entry.totals.macs
    assert [row["top1_error"] for row in rows] == ["", "28.5", "31.3", "30.43", "24.7", ""]


def test_no_width_is_too_narrow() -> None:
    for width in range(1, 121):
        table = lecture().written("table", width).split("\n\n")[0].splitlines()
        assert len(table) == len(LECTURE) + 2
        assert max(map(columns_of, table)) <= width


def test_narrow_tables_keep_what_matters() -> None:
    heads = [lecture().written("table", width).split("\n")[0].split() for width in (60, 30)]
    assert heads == [
        ["network", "parameters", "multiply-adds", "top-1", "error"],
        ["network", "parameters"],
    ]


def test_special_characters_are_escaped() -> None:
    net = quoted("Net_1", "family: a_b & c|d <e>")
    assert r"a\_b &amp; c\|d &lt;e>" in compare(net).written("markdown")
    assert r"a\_b \& c\textbar{}d \textless{}e\textgreater{}" in compare(net).written("latex")


# --- JSON ---


def test_the_schema() -> None:
    record = json.loads(lecture().written("json"))
    assert list(record) == ["schema", "protocol", "parameter", "networks"]
    assert (record["schema"], record["protocol"], record["parameter"]) == (1, CROP, "")
    for network in record["networks"]:
        assert list(network) == [
            "label",
            "name",
            "class",
            "family",
            "spec",
            "settings",
            "input",
            "parameters",
            "macs",
            "depth",
            "activations",
            "errors",
        ]
    [alexnet, *_] = record["networks"]
    assert alexnet["errors"] == [
        {"percent": 40.7, "top": 1, "protocol": CROPS, "source": "paper, table 2"},
        {"percent": 18.2, "top": 5, "protocol": CROPS, "source": "paper, table 2"},
    ]
