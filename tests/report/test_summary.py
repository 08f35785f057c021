"""The summary: figures that sum exactly, a table that fits, JSON that keeps its schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from networks import FOUR

import archdsl
from archdsl import Network, zoo
from archdsl.report.columns import DEFAULT, ONE_IMAGE
from archdsl.report.rows import Row, RowKind, table_rows
from archdsl.report.summary import Summary
from archdsl.report.table import lay_out, layer_text
from archdsl.report.text import columns_of, counted, cut, padded

VGG16 = """\
network VGG16
after CONV, FC: RELU
[224x224x3] INPUT
features:
    CONV3-64
    CONV3-64
    MAX POOL 2x2 filters at stride 2
    CONV3-128
    CONV3-128
    MAX POOL 2x2 filters at stride 2
    CONV3-256
    CONV3-256
    CONV3-256
    MAX POOL 2x2 filters at stride 2
    CONV3-512
    CONV3-512
    CONV3-512
    MAX POOL 2x2 filters at stride 2
    CONV3-512
    CONV3-512
    CONV3-512
    MAX POOL 2x2 filters at stride 2
classifier:
    FC-4096
    FC-4096
    FC-1000 (class scores)
"""
FRACTAL = """\
block Fractal(columns, filters):
    if columns == 1:
        CONV1: {filters} 3x3 filters, pad 1, no bias -> BN1 -> RELU
    else:
        join:
            short: Fractal(1, filters)
            long: Fractal(columns - 1, filters) -> Fractal(columns - 1, filters)

[8x8x4] INPUT
fractal: Fractal(4, 4)
for i in 1..3:
    unit{i}: Fractal(1, 4)
[1x1x4] GLOBAL AVG POOL
FC: 3 neurons (class scores)
"""
NETWORKS = [*zoo.names(), "vgg16", "fractal"]


@cache
def network(name: str) -> Network:
    texts = {"vgg16": VGG16, "fractal": FRACTAL}
    return archdsl.loads(texts[name], name) if name in texts else archdsl.load(name)


def rows_of(net: Network) -> list[Row]:
    return table_rows(net.graph, net.facts)


def lines_of(text: str) -> list[str]:
    """The lines of the table between its rules."""
    lines = text.splitlines()
    first, last = (number for number, line in enumerate(lines) if set(line) == {"-"})
    return lines[first + 1 : last]


# --- Figures ---


@pytest.mark.parametrize("name", NETWORKS)
def test_rows_that_are_no_sums_add_up_to_the_totals(name: str) -> None:
    net = network(name)
    leaves = [row.costs for row in rows_of(net) if not row.is_sum]
    for figure in ("parameters", "buffers", "macs", "activations"):
        whole = getattr(net.facts.training_totals, figure)
        assert sum(getattr(costs, figure) for costs in leaves) == whole


@pytest.mark.parametrize("name", NETWORKS)
def test_every_sum_is_that_of_the_rows_just_inside(name: str) -> None:
    rows = rows_of(network(name))
    for number, row in enumerate(rows):
        inside = []
        for other in rows[number + 1 :]:
            if other.depth <= row.depth:
                break
            inside += [other.costs] if other.depth == row.depth + 1 else []
        assert bool(inside) == row.is_sum
        if inside:
            assert sum(costs.parameters for costs in inside) == row.costs.parameters
            assert sum(costs.macs for costs in inside) == row.costs.macs


@pytest.mark.parametrize("name", NETWORKS)
def test_a_reader_who_adds_the_printed_figures_gets_the_printed_totals(name: str) -> None:
    net = network(name)
    text = Summary(net).text()
    leaves = [not row.is_sum and row.kind is not RowKind.INPUT for row in rows_of(net)]
    figures = [
        [int(part.replace(",", "")) for part in line.split()[-2:]]
        for line, is_leaf in zip(lines_of(text), leaves, strict=True)
        if is_leaf
    ]
    totals, whole = net.totals, net.facts.training_totals
    assert [sum(column) for column in zip(*figures, strict=True)] == [
        whole.parameters,
        whole.macs,
    ]
    assert f"{totals.parameters:,}" in text
    assert f"{totals.macs:,}" in text


def test_alexnet() -> None:
    text = Summary(archdsl.load("alexnet")).text()
    [total] = [line for line in text.splitlines() if line.split()[:1] == ["total"]]
    assert total.split() == ["total", "62,378,344", "1,135,256,096"]
    assert "AlexNet: 8 layers, 62,378,344 parameters, 0 buffers" in text


def test_the_values_that_vgg_holds() -> None:
    net = network("vgg16")
    assert net.totals.activations == 15_237_608
    assert net.totals.parameters == 138_357_544
    assert "15,237,608 activations" in " ".join(Summary(net).text().split())


# --- Rows ---


def said(net: Network) -> list[str]:
    return [layer_text(row) for row in rows_of(net)]


def test_a_row_a_layer_with_its_activation_and_every_number_computed() -> None:
    rows = said(network("vgg16"))
    assert rows[:5] == [
        "input",
        "features",
        "  0: CONV 64 3x3 filters, pad 1 -> RELU",
        "  2: CONV 64 3x3 filters, pad 1 -> RELU",
        "  4: MAX POOL 2x2 filters at stride 2",
    ]
    assert rows[-4:] == [
        "classifier",
        "  0: FC 4096 neurons -> RELU",
        "  2: FC 4096 neurons -> RELU",
        "  4: FC 1000 neurons (class scores)",
    ]


def test_repeats_refer_to_the_first() -> None:
    rows = said(archdsl.load("resnet50"))
    assert "  0: Bottleneck(64)" in rows
    assert "  1: Bottleneck(64)" in rows  # Its input has other channels than the first's.
    assert "  2: Bottleneck(64), like 1" in rows
    assert "  2..5: 4 x Bottleneck(256), like 1" in rows
    assert "  0: Bottleneck(128, stride1=2)" in rows
    assert "    conv1: 128 1x1 filters at stride 2, no bias" in rows


def test_recursion_shows_each_block_once() -> None:
    rows = said(network("fractal"))
    assert len([row for row in rows if "conv1: 4 3x3 filters" in row]) == 1
    assert "      short: Fractal(1, 4), like fractal.short" in rows
    assert "unit1..unit3: 3 x Fractal(1, 4), like fractal.short" in rows


def test_paths_side_by_side_are_no_repeat() -> None:
    net = archdsl.loads(
        "block B():\n    CONV1: 4 1x1 filters -> RELU\n[8x8x4] INPUT\n"
        "add:\n    a: B()\n    b: B()\n    c: B()\n"
    )
    assert said(net) == [
        "input",
        "a: B()",
        "  conv1: 4 1x1 filters -> RELU",
        "b: B(), like a",
        "c: B(), like a",
        "add",
    ]


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("CONV1: 6 7x7 filters at stride 2, pad 3", "conv1: 6 7x7 filters at stride 2, pad 3"),
        ("CONV1: 6 3x1 filters at stride 2x1, pad 1x0, floor", None),
        ("CONV: 6 1x1 filters, linear", "conv: 6 1x1 filters, linear"),
        ("stem: CONV 6 1x1 filters", "stem: CONV 6 1x1 filters"),
        ("CONV: 6 3x3 filters in 3 groups, pad 1, dilation 1, no bias", None),
        ("CONV: 3x3 depthwise filters, pad 1", "conv: 3x3 depthwise filters, pad 1"),
        ("CONV3-6", "conv: 6 3x3 filters, pad 1"),
        ("CONV: 6 2x2 filters, pad 0 before and 1 after", None),
        ("MAX POOL1: 3x3 filters at stride 2, ceil", None),
        ("AVG POOL: to 4x4", "pool: AVG POOL to 4x4"),
        ("GLOBAL AVG POOL", "pool: GLOBAL AVG POOL"),
        ("NORM1: Normalization layer", "norm1"),
        ("BN: epsilon 0.001, momentum 20%", "bn: epsilon 0.001, momentum 20%"),
        ("PRELU: shared", "prelu: shared"),
        ("RELU6: at most 6", "relu6: at most 6"),
        ("DROPOUT: 12.5%, whole maps", "dropout: 12.5%, whole maps"),
        ("FC-5 (class scores)", "fc: 5 neurons (class scores)"),
    ],
)
def test_a_description_is_in_the_languages_words(line: str, row: str | None) -> None:
    net = archdsl.loads(f"[9x9x3] INPUT\n{line}\n")
    [layer] = [row for row in rows_of(net) if row.kind is RowKind.LAYER]
    text = layer_text(layer)
    if row is not None:
        assert text == row
    # What the table says is a line of the language again, and means the same layer.
    head, colon, rest = text.partition(": ")
    has_word = rest.split()[:1] and rest.split()[0].isupper()
    again = text if has_word else f"{head.upper()}{colon}{rest}"
    [node] = archdsl.loads(f"[9x9x3] INPUT\n{again}\n").facts.layers()
    assert node.node.op == net.facts.layers()[0].node.op


def test_arguments_are_computed_and_defaults_left_out() -> None:
    net = archdsl.loads(
        "block B(n, m = 2*n, k = in.channels, size = 1x1):\n"
        "    CONV1: {n} {size} filters -> RELU\n"
        "    CONV2: {m} 1x1 filters in {k // k} groups -> RELU\n"
        "[8x8x4] INPUT\na: B(2*3)\nb: B(4, m = 8, k = 12)\nc: B(4, 5, size = 3x1)\n"
    )
    rows = said(net)
    assert "a: B(6)" in rows
    assert "b: B(4)" in rows
    assert "c: B(4, m=5, size=3x1)" in rows


def test_a_call_names_the_lines_that_it_is_given() -> None:
    net = archdsl.loads(
        "block Up(n, skip):\n    add:\n        CONV {n} 1x1 filters\n        from skip\n"
        "[8x8x4] INPUT\nCONV1: 4 1x1 filters -> RELU\nCONV2: 4 1x1 filters -> RELU\n"
        "up1: Up(4, conv1)\nup2: Up(4, skip = conv2)\nup3: Up(4, skip = conv2)\n"
    )
    rows = said(net)
    assert "up1: Up(4, skip=conv1)" in rows
    assert "up2..up3: 2 x Up(4, skip=conv2), like up1" in rows


# --- The table ---


def test_the_table_of_alexnet(golden: Callable[[str, str], None]) -> None:
    golden("report/alexnet.txt", Summary(archdsl.load("alexnet")).text())


@pytest.mark.parametrize("name", ["googlenet", "resnet50"])
def test_the_table_at_80_columns(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"report/{name}.80.txt", Summary(archdsl.load(name)).text(80))


@pytest.mark.parametrize("name", NETWORKS)
def test_no_width_is_too_narrow(name: str) -> None:
    summary = Summary(network(name))
    few = name not in (*FOUR, "vgg16", "fractal")
    for width in range(1, 201, 23 if few else 1):
        lines = lines_of(summary.text(width))
        assert max(map(len, lines)) <= width
        assert len(lines) == len(summary.rows)


def test_narrow_tables_lose_shapes_before_figures() -> None:
    net = archdsl.load("alexnet")
    heads = [Summary(net).text(width).splitlines()[2].split() for width in (80, 60, 40, 30)]
    assert heads == [
        ["output", "layer", "parameters", "multiply-adds"],
        ["layer", "parameters", "multiply-adds"],
        ["layer", "parameters"],
        ["layer"],
    ]


def test_long_descriptions_lose_whole_words_first() -> None:
    [row] = [row for row in rows_of(archdsl.load("alexnet")) if row.path == "conv1"]
    assert layer_text(row, 44) == "conv1: 96 11x11 filters at stride 4 -> RELU"
    assert layer_text(row, 40) == "conv1: 96 11x11 filters at stride 4 …"
    assert layer_text(row, 36) == "conv1: 96 11x11 filters …"
    assert layer_text(row, 12) == "conv1: 96 1…"
    assert layer_text(row, 1) == "…"


def test_set_parameters_are_named() -> None:
    net = archdsl.load("alexnet", classes=10)
    assert Summary(net).text().startswith("AlexNet (alexnet.arch) with classes = 10\n\n")


def test_a_table_of_a_network_without_figures() -> None:
    net = archdsl.loads("[8x8x3] INPUT\nRELU\n")
    assert lines_of(Summary(net).text()) == [
        "[8x8x3]  input",
        "[8x8x3]  relu            0              0",
    ]


def test_no_rows_are_no_trouble() -> None:
    total = rows_of(network("vgg16"))[-1]
    assert len(list(lay_out(DEFAULT, [], total, ONE_IMAGE, 80))) == 4


# --- JSON ---


def record(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Summary(network(name)).json())
    return found


@pytest.mark.parametrize("name", NETWORKS)
def test_the_schema(name: str) -> None:
    found = record(name)
    assert list(found)[:7] == ["schema", "name", "class", "spec", "input", "totals", "layers"]
    assert ("devices" in found) == bool(network(name).devices)
    assert found["schema"] == 1
    assert all(type(found[key]) is str for key in ("name", "class", "spec"))
    assert len(found["input"]) == 3
    figures = ["parameters", "buffers", "macs", "activations", "depth"]
    totals = found["totals"]
    training = totals.pop("training")
    assert list(training) == list(totals)[:5] == figures
    numbers = (*found["input"], *training.values(), *(totals[figure] for figure in figures))
    assert all(type(value) is int for value in numbers)
    for layer in found["layers"]:
        keys = ["path", "op", "output", "parameters", "macs", "line", "training_only"]
        assert list(layer)[:7] == keys
        assert type(layer["training_only"]) is bool
        assert type(layer["path"]) is str
        assert type(layer["op"]) is str
        assert len(layer["output"]) in (1, 3)
        numbers = (*layer["output"], layer["parameters"], layer["macs"], layer["line"])
        assert all(type(number) is int for number in numbers)
    at_test = [layer for layer in found["layers"] if not layer["training_only"]]
    for figure in ("parameters", "buffers", "macs", "fvcore", "neurons", "connections"):
        assert sum(layer[figure] for layer in at_test) == totals[figure]
    for figure in ("parameters", "buffers", "macs"):
        assert sum(layer[figure] for layer in found["layers"]) == training[figure]


def test_the_record_of_a_name_of_the_zoo() -> None:
    found = record("torchvision/resnet50")
    assert (found["name"], found["class"]) == ("torchvision/resnet50", "ResNet50")
    assert found["spec"] == "torchvision/resnet50.arch"
    assert found["input"] == [224, 224, 3]
    totals = {
        "parameters": 25_557_032,
        "buffers": 53_120,
        "macs": 4_089_184_256,
        "depth": 50,
        "flops": 2 * 4_089_184_256,
    }
    assert found["totals"].items() >= totals.items()
    paths = [layer["path"] for layer in found["layers"]]
    assert paths[:4] == ["conv1", "bn1", "relu", "pool"]
    assert len(paths) == len(set(paths))
    conv1 = {
        "path": "conv1",
        "op": "Conv2d",
        "output": [112, 112, 64],
        "parameters": 9408,
        "macs": 118_013_952,
        "line": 13,
        "activations": 112 * 112 * 64,
        "memory": 4 * 112 * 112 * 64,
        "field": [7, 7],
        "jump": [2, 2],
        "centre": [0, 0],
    }
    assert found["layers"][0].items() >= conv1.items()
    assert found["layers"][-1]["output"] == [1000]


def test_the_line_is_that_of_the_file_that_defines_the_layer() -> None:
    net = archdsl.load("resnet50")
    layers = {layer["path"]: layer for layer in json.loads(Summary(net).json())["layers"]}
    used = net.program.sources[1]
    assert "CONV1: " in used.line(layers["layer2.1.conv1"]["line"])
    assert "MAX POOL" in net.source.line(layers["pool"]["line"])


def test_shapes_stand_on_one_line() -> None:
    assert '"output": [55, 55, 96],\n' in Summary(archdsl.load("alexnet")).json()


# --- Words ---


def test_counting() -> None:
    assert [counted(number, "layer") for number in (0, 1, 22_000)] == [
        "0 layers",
        "1 layer",
        "22,000 layers",
    ]


def test_wide_characters() -> None:
    assert columns_of("합성곱") == 6
    assert columns_of("e\u0301") == 1
    assert cut("합성곱", 4) == "합…"
    assert padded("합", 4) == "합  "
    assert padded("12", 4, is_right=True) == "  12"
