"""What the devices of a split network hold, and what crosses between them."""

from __future__ import annotations

import json

import pytest

import archdsl
from archdsl.network import Network
from archdsl.report.summary import Summary

HEAD = "split over {} gpus\n[8x8x4] INPUT\nMAX POOL 2x2 filters at stride 2\n"
SMALL = HEAD + (
    "CONV1: 12 1x1 filters -> BN1 -> RELU1\n"
    "CONV2: 6 3x3 filters, pad 1, across gpus\n"
    "block Unit():\n"
    "    CONV1: 6 1x1 filters, across gpus -> RELU\n"
    "2 x Unit()\n"
    "FC: 6 neurons\n"
)


def small(devices: int) -> Network:
    return archdsl.loads(SMALL.format(devices))


def test_without_a_split_there_is_nothing_to_say() -> None:
    network = archdsl.load("alexnet")
    assert network.devices == []
    assert "gpus" not in Summary.of(network).text()
    assert "devices" not in json.loads(Summary.of(network).json())


def test_parameters_and_maps_are_divided_and_input_lies_whole() -> None:
    network = archdsl.load("alexnet_two_gpus")
    rows = {row.path: row for row in network.devices}
    assert 2 * sum(row.parameters for row in rows.values()) == network.totals.parameters
    whole = rows.pop("input")
    assert (whole.is_divided, whole.activations) == (False, 227 * 227 * 3)
    assert all(row.is_divided for row in rows.values())
    halves = 2 * sum(row.activations for row in rows.values())
    assert halves + whole.activations == network.totals.activations


def test_alexnets_maps_cross_before_conv3_and_the_fully_connected_layers() -> None:
    crossing = {row.path: row.crossing for row in archdsl.load("alexnet_two_gpus").devices}
    assert {path: count for path, count in crossing.items() if count} == {
        "conv3": 13 * 13 * 256,
        "fc6": 6 * 6 * 256,
        "fc7": 4096,
        "fc8": 4096 + 500,
    }


def test_a_device_gets_what_all_the_others_hold() -> None:
    rows = {row.path: row for row in small(3).devices}
    assert rows["conv1"].received == (0, 0, 0)
    assert rows["conv2"].received == (2 * 4 * 4 * 4,) * 3
    assert rows["unit.0.conv1"].received == rows["unit.1.conv1"].received == (2 * 2 * 16,) * 3
    assert rows["fc"].received == (4, 0, 0)


def test_what_has_no_weights_leaves_input_whole_on_every_device() -> None:
    rows = {row.path: row for row in small(2).devices}
    assert (rows["pool"].is_divided, rows["pool"].activations) == (False, 4 * 4 * 4)
    assert (rows["bn1"].is_divided, rows["bn1"].parameters, rows["bn1"].buffers) == (True, 12, 12)


def test_the_summary_says_it_in_a_sentence_and_layer_by_layer() -> None:
    network = archdsl.load("alexnet_two_gpus")
    text = " ".join(Summary.of(network).text().split())
    assert "On each of 2 gpus: 30,482,612 parameters, 783,967 activations." in text
    assert (
        "For one image in float32 244,688 bytes cross between them: conv3 173,056, fc6 36,864, "
        "fc7 16,384, fc8 18,384." in text
    )
    record = json.loads(Summary.of(network).json())["devices"]
    assert (record["count"], record["parameters"]) == (2, 30_482_612)
    assert record["received"] == [30_836, 30_336]
    assert record["crossing_bytes"] == 244_688
    [conv3] = [layer for layer in record["layers"] if layer["path"] == "conv3"]
    assert conv3 == {
        "path": "conv3",
        "divided": True,
        "parameters": 442_560,
        "buffers": 0,
        "activations": 32_448,
        "received": [21_632, 21_632],
        "crossing_bytes": 173_056,
    }


COLUMNS = ("device_parameters", "device_memory", "crossing")


def test_the_columns_of_the_summary_are_the_rows_of_the_devices() -> None:
    network = archdsl.load("alexnet_two_gpus")
    record = json.loads(Summary.of(network, batch=128, dtype="float16").json())
    layers = {layer["path"]: layer for layer in record["layers"]}
    for row in network.devices[1:]:
        assert [layers[row.path][column] for column in COLUMNS] == [
            row.parameters,
            2 * 128 * row.activations,
            2 * 128 * row.crossing,
        ]
    for column in ("device_parameters", "crossing"):
        assert sum(layer[column] for layer in layers.values()) == record["totals"][column]
    assert record["totals"]["crossing"] == record["devices"]["crossing_bytes"] == 64 * 244_688


@pytest.mark.parametrize("format", ["table", "csv", "markdown", "latex"])
def test_every_format_has_them(format: str) -> None:
    network = archdsl.load("alexnet_two_gpus")
    text = Summary.of(network, columns=["output", *COLUMNS]).written(format)
    figures = [442_560, 4 * 13 * 13 * 192, 173_056]
    written = [str(figure) if format == "csv" else f"{figure:,}" for figure in figures]
    [conv3] = [line for line in text.splitlines() if "conv3: 384" in line]
    assert all(figure in conv3 for figure in written)


def test_one_device_holds_everything_and_gets_nothing() -> None:
    summary = Summary.of(archdsl.load("lenet5"), columns=["parameters", "memory", *COLUMNS])
    for row in (*summary.rows, summary.total):
        parameters, memory, own, held, crossing = (
            column.cell(row, summary.setup) for column in summary.columns
        )
        assert (own, held, crossing or 0) == (parameters, memory, 0)
