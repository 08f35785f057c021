"""Blocks survive: one graph for each block, arguments and input shape; and the flat graph."""

from __future__ import annotations

import archdsl
from archdsl.ir.graph import InstanceNode, LayerNode

RESNET = archdsl.load("resnet50")


def test_a_block_is_elaborated_once_for_each_arguments_and_input_shape() -> None:
    instances = list(RESNET.graph.instances())
    assert len(instances) == 16
    graphs = {id(instance.graph): instance.graph for instance in instances}
    # Each stage has one that changes the shape and one that keeps it.
    assert len(graphs) == 8
    assert len(RESNET.graph.distinct()) == 9


def test_yes_and_1_are_two_arguments() -> None:
    text = """[8x8x3] INPUT
block Unit(n):
    if n == yes:
        RELU
    else:
        TANH
Unit(yes)
other: Unit(1 == 1)
"""
    network = archdsl.loads(text)
    assert len(network.graph.distinct()) == 2
    text = "[8x8x3] INPUT\nblock A(n):\n    if n == n:\n        BN\na: A(yes)\nb: A(1)"
    assert len(archdsl.loads(text).graph.distinct()) == 3


def test_the_innermost_graphs_come_first() -> None:
    text = "[8x8x3] INPUT\nblock A():\n    B()\nblock B():\n    RELU\nA()\nB()"
    assert [graph.name for graph in archdsl.loads(text).graph.distinct()] == ["B", "A", "Network"]


def test_walk_gives_full_paths_and_who_holds_them() -> None:
    found = {path: type(node) for path, node, _ in RESNET.graph.walk()}
    assert found["layer1.0"] is InstanceNode
    assert found["layer1.0.conv1"] is LayerNode
    assert list(found)[:3] == ["input", "conv1", "bn1"]


def test_flat_names_are_the_full_paths_and_the_order_is_the_specs() -> None:
    flat = RESNET.graph.flatten()
    walked = [path for path, node, _ in RESNET.graph.walk() if isinstance(node, LayerNode)]
    assert [node.name for node in flat if isinstance(node, LayerNode)] == walked
    assert flat.shape == RESNET.graph.shape


def test_operands_come_in_the_specs_order() -> None:
    network = archdsl.loads("[8x8x3] INPUT\nconcat:\n    TANH\n    identity\n    BN\n    from tanh")
    assert network.graph.operands("concat") == ("tanh", "input", "bn", "tanh")


def test_signatures_say_the_arguments() -> None:
    text = "[8x8x3] INPUT\nblock A(n, size = 3x1, deep = yes):\n    RELU\nA(64)"
    (instance,) = archdsl.loads(text).graph.instances()
    assert instance.graph.signature == "A(n=64, size=3x1, deep=yes)"
    assert instance.call == "A(64)"


def test_output_is_deterministic() -> None:
    again = archdsl.load("resnet50")
    assert [n.name for n in again.graph.flatten()] == [n.name for n in RESNET.graph.flatten()]
    assert again.fingerprint == RESNET.fingerprint
