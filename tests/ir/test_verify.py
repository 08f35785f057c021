"""The verifier finds what is broken, and finds nothing after elaboration or any pass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from networks import CONSTRUCTS, SETTINGS

import archdsl
from archdsl import zoo
from archdsl.diagnostics import SpecError
from archdsl.ir.graph import Graph, InstanceNode, LayerNode, Namespace
from archdsl.ir.verify import BrokenGraph, verify
from archdsl.network import Network
from archdsl.ops import Shape
from archdsl.passes import PASSES

ERRORS = Path(__file__).parent.parent / "errors"


def compiled() -> list[Any]:
    """Every network there is: the zoo, the constructs with their settings, those with warnings."""
    found: list[Any] = [pytest.param(name, {}, id=name) for name in zoo.names()]
    for construct in sorted(CONSTRUCTS.glob("*.arch")):
        for settings in ({}, *SETTINGS.get(construct.stem, [])):
            found.append(pytest.param(construct, settings, id=f"{construct.stem} {settings}"))
    found += [pytest.param(path, {}, id=path.stem) for path in sorted(ERRORS.glob("W*.arch"))]
    return found


def picture(graph: Graph) -> list[object]:
    """Everything that a graph says, to see whether it changes."""
    return [
        (
            inner.signature,
            inner.output,
            list(inner.network.edges(keys=True)),
            [(node, inner.operands(node.name)) for node in inner],
            list(inner.namespaces.items()),
        )
        for inner in graph.distinct()
    ]


@pytest.mark.parametrize(("spec", "settings"), compiled())
def test_the_graph_is_whole_after_elaboration_and_every_pass(
    spec: str | Path, settings: dict[str, Any]
) -> None:
    network = archdsl.load(spec, **settings)
    verify(network.graph)
    flat = network.graph.flatten()
    verify(flat)
    for name, run in PASSES:
        before = picture(flat)
        run(flat)
        assert picture(flat) == before, f"{name} changes the graph"
    assert len([n for n in flat if isinstance(n, LayerNode)]) == network.graph.size


@pytest.fixture
def network() -> Network:
    return archdsl.loads(
        "[8x8x3] INPUT\nblock A(skip):\n    g:\n        CONV 3 1x1 filters\n        BN\n"
        "    add:\n        identity\n        from skip\nRELU\nA(relu)\nFC: 3 neurons"
    )


def rename(graph: Graph, old: str, new: str) -> None:
    """Call a node otherwise, and leave everything else as it is."""
    node = graph[old].model_copy(update={"name": new})
    graph.add(node, graph.operands(old))
    graph.network.remove_node(old)


def block_of(network: Network) -> Graph:
    (instance,) = network.graph.instances()
    return instance.graph


def wrong_shape(network: Network) -> None:
    node = block_of(network)["g.0"]
    block_of(network).network.nodes["g.0"]["node"] = node.model_copy(
        update={"output": Shape(8, 8, 4)}
    )


def wrong_block_shape(network: Network) -> None:
    node = network.graph["a"].model_copy(update={"output": Shape(8, 8, 4)})
    network.graph.network.nodes["a"]["node"] = node


def circle(network: Network) -> None:
    network.graph.network.add_edge("fc", "relu", key=1)


def missing_operand(network: Network) -> None:
    graph = block_of(network)
    graph.network.remove_edge("g.1", "add")


def swapped_operands(network: Network) -> None:
    block_of(network).network.nodes["add"]["operands"] = ("skip", "g.1")


def dangling(network: Network) -> None:
    relu = network.graph["relu"]
    network.graph.add(relu.model_copy(update={"name": "tail"}), ("relu",))


def no_output(network: Network) -> None:
    network.graph.output = "nothing"


def namespace_of_a_node(network: Network) -> None:
    place = network.graph["relu"].span
    network.graph.namespaces["relu"] = Namespace("relu", "group", place)


def no_namespace(network: Network) -> None:
    block_of(network).namespaces.clear()


def second_input(network: Network) -> None:
    node = network.graph["input"].model_copy(update={"name": "other"})
    network.graph.add(node)


def wrong_size(network: Network) -> None:
    network.graph.size += 1


def wrong_key(network: Network) -> None:
    node = network.graph["relu"].model_copy(update={"name": "silu"})
    network.graph.network.nodes["relu"]["node"] = node


def fed_otherwise(network: Network) -> None:
    instance = network.graph["a"]
    assert isinstance(instance, InstanceNode)
    graph = instance.graph
    shape = Shape(9, 9, 3)
    graph.network.nodes["skip"]["node"] = graph["skip"].model_copy(update={"output": shape})


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (wrong_shape, "g.0 says [8x8x4], and its op [8x8x3]"),
        (wrong_block_shape, "a says [8x8x4], and its block's graph [8x8x3]"),
        (circle, "the operands of relu are not those that its edges say"),
        (missing_operand, "the operands of add are not numbered from 0"),
        (swapped_operands, "the operands of add are not those that its edges say"),
        (dangling, "tail does not lead to the output"),
        (no_output, "its output 'nothing' is no node"),
        (namespace_of_a_node, "relu is a node and a namespace"),
        (no_namespace, "g.0 stands in g, which is no namespace"),
        (second_input, "its inputs are not input, in that order and before all else"),
        (wrong_size, "it says that it has 6 layers, and has 5"),
        (wrong_key, "relu holds the node silu"),
        (fed_otherwise, "a is fed with shapes that its block's graph was not made for"),
    ],
)
def test_what_is_broken_is_found(
    network: Network, damage: Callable[[Network], None], message: str
) -> None:
    verify(network.graph)
    damage(network)
    with pytest.raises(BrokenGraph) as caught:
        verify(network.graph)
    assert message in str(caught.value)


def test_an_order_that_is_none_is_found(network: Network) -> None:
    rename(network.graph, "relu", "relu_late")
    with pytest.raises(BrokenGraph, match="uses"):
        verify(network.graph)


def test_wrong_specs_have_no_graph() -> None:
    with pytest.raises(SpecError):
        archdsl.loads("[8x8x3] INPUT\n[1x1x1] RELU")
