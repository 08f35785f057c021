"""What the passes count, against the reference figures and against other ways to count."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import pytest

import archdsl
from archdsl.ir.graph import LayerNode
from archdsl.network import Network
from archdsl.ops import OPS, Attention, Conv2d, ConvTranspose2d, Linear, Op
from archdsl.passes import PASSES
from archdsl.passes.costs import COUNTED, WEIGHTED
from archdsl.passes.weights import layer_weights

DATA = Path(__file__).parent.parent / "data" / "networks.json"
ROWS = {row["id"]: row for row in json.loads(DATA.read_text(encoding="utf-8"))["networks"]}
SPECS = {
    "alexnet": "alexnet-cs231n",
    "googlenet": "googlenet",
    "resnet50": "resnet50",
    "torchvision/resnet50": "resnet50-v1.5",
}


@pytest.fixture(params=SPECS)
def network(request: pytest.FixtureRequest) -> Network:
    return archdsl.load(request.param)


@pytest.mark.parametrize("spec", SPECS)
def test_totals_are_the_reference_figures(spec: str) -> None:
    totals, row = archdsl.load(spec).totals, ROWS[SPECS[spec]]
    assert (totals.parameters, totals.macs) == (row["parameters"], row["macs"])
    assert totals.depth == row["longest_path"]
    assert totals.neurons == row["neurons"]


@pytest.mark.parametrize("spec", SPECS)
def test_every_stage_has_the_reference_shape(spec: str) -> None:
    """The stages occur in the network's outputs, in their order."""
    outputs = iter(str(layer.output) for layer in archdsl.load(spec).facts.layers())
    for stage, shape in ROWS[SPECS[spec]]["stage_shapes_chw"]:
        channels, *sides = shape
        wanted = f"[{'x'.join(map(str, [*sides, channels]))}]"
        assert wanted in outputs, f"no {wanted} for {stage}"


def test_columns_are_complete_and_sum_to_the_totals(network: Network) -> None:
    facts = network.facts
    names = [node.name for node in facts.flat]
    assert list(facts.columns) == [name for name, _ in PASSES]
    for column in facts.columns.values():
        assert list(column) == names
    layers = facts.layers()
    at_test = [layer for layer in layers if not layer.training_only]
    for rows, totals in ((at_test, facts.totals), (layers, facts.training_totals)):
        assert sum(layer.parameters for layer in rows) == totals.parameters
        assert sum(layer.macs for layer in rows) == totals.macs
        assert sum(layer.buffers for layer in rows) == totals.buffers


def test_depth_is_the_longest_path(network: Network) -> None:
    flat = network.facts.flat
    weighted = {n.name for n in flat if isinstance(n, LayerNode) and n.op.is_weighted}
    edges = nx.DiGraph()
    edges.add_nodes_from(flat.network)
    for source, target in flat.network.edges():
        edges.add_edge(source, target, weight=int(target in weighted))
    assert network.totals.depth == nx.dag_longest_path_length(edges)


def test_parameters_are_the_products_of_the_weights(network: Network) -> None:
    counted = sum(w.values for _, _, w in layer_weights(network.facts.flat) if w.trainable)
    assert counted == network.facts.training_totals.parameters


def test_macs_are_one_for_each_weight_and_place(network: Network) -> None:
    total = 0
    for layer in network.facts.layers():
        if isinstance(layer.node.op, Conv2d | Linear):
            weights = layer.node.op.weights(network.facts.flat.operand_shapes(layer.path))
            total += weights["weight"].values * layer.output.height * layer.output.width
    assert total == network.facts.training_totals.macs


def test_activations_are_counted_as_in_the_papers_about_vgg() -> None:
    """15.2 million values for one image through VGG-16."""
    lines = ["[224x224x3] INPUT", "after CONV, FC: RELU"]
    for stage, filters in enumerate((64, 128, 256, 512, 512), start=1):
        repeats = 2 if stage < 3 else 3
        lines += [f"stage{stage}: {repeats} x CONV3-{filters}", "MAX POOL 2x2 filters at stride 2"]
    lines += ["FC6: 4096 neurons -> DROPOUT 50%", "FC7: 4096 neurons -> DROPOUT 50%", "FC-1000"]
    network = archdsl.loads("\n".join(lines))
    assert network.totals.parameters == 138_357_544
    assert network.totals.activations == 15_237_608


def test_lenets_connections() -> None:
    """LeCun's own figures: 122,304 for C1, 48,120 for C5."""
    network = archdsl.loads(
        "[32x32x1] INPUT\nCONV1: 6 5x5 filters\nTANH\n[28x28x6] CONV5: 6 1x1 filters"
    )
    assert network.facts.columns["connections"]["conv1"] == 122_304
    network = archdsl.loads("[5x5x16] INPUT\nCONV5: 120 5x5 filters")
    assert network.facts.columns["connections"]["conv5"] == 48_120


def test_buffers_leave_the_counter_out() -> None:
    assert archdsl.loads("[8x8x3] INPUT\nBN").totals.buffers == 6


def test_a_block_counts_once_for_each_use() -> None:
    text = "[8x8x3] INPUT\nblock A():\n    CONV 3 1x1 filters\n    RELU\n{} x A()"
    one, five = archdsl.loads(text.format(1)).totals, archdsl.loads(text.format(5)).totals
    assert (five.parameters, five.macs, five.depth) == (5 * one.parameters, 5 * one.macs, 5)


def test_the_notes_name_every_op_that_is_counted() -> None:
    weighted = {Conv2d, ConvTranspose2d, Linear}
    assert {op for op in OPS if op.is_weighted} == weighted
    assert WEIGHTED == "convolutions and fully connected layers"
    assert {op for op in OPS if op.macs is not Op.macs} == weighted | {Attention}
    assert COUNTED == "convolutions, fully connected layers and attention"


def test_the_notes_below_a_transformer_hold_for_it() -> None:
    network = archdsl.load("beyond/vit_tiny")
    macs = {layer.path: layer.macs for layer in network.facts.layers()}
    assert any(count for path, count in macs.items() if path.endswith("self_attention"))
    said = " ".join(network.summary().split())
    assert f"Multiply-adds are those of {COUNTED}, biases not counted" in said
    assert COUNTED in network.render("svg").decode()
