"""The graph of a network or of one block instance: a networkx graph of pydantic nodes.

A block is one graph for each (block, arguments, input shapes); whoever uses it holds an instance
node. Node names are local dotted paths (`layer2.0`); the paths of a whole network join them
(`layer2.0.conv1`). Order is the spec's order everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

import networkx as nx
from pydantic import BaseModel, ConfigDict, SkipValidation

from archdsl.ir.evaluate import Value, show
from archdsl.ir.program import Block
from archdsl.ops import Op, Shape
from archdsl.symbolic import Number
from archdsl.syntax.source import Span


class Node(BaseModel):
    """What all nodes have: a name, the shape that leaves it, and the place in the spec."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True, defer_build=True)

    name: str
    output: SkipValidation[Shape]
    span: SkipValidation[Span]


class InputNode(Node):
    """What flows in: `input`, or a parameter that stands for a line."""


class LayerNode(Node):
    """One op. `title` is the layer as the author called it, `CONV1` or `add`.

    `is_across` where it sees the maps of all devices of a split network.
    """

    op: SkipValidation[Op]
    title: str
    is_meant_linear: bool = False
    is_scores: bool = False
    is_across: bool = False

    @property
    def label(self) -> str:
        """What messages call it: `CONV1`, or its name where the layer word carries none."""
        return self.title if self.title.lower().endswith(self.name[-1]) else f"`{self.name}`"

    @property
    def head(self) -> Span:
        """The layer word in the spec, with all that is glued to it and without the description."""
        word = self.span.text.partition(":")[0]
        length = len(self.title) if word.startswith(self.title) else len(word)
        return Span(self.span.source, self.span.start, self.span.start + length)


class InstanceNode(Node):
    """One use of a block, with the block's own graph for these arguments and shapes.

    `lines` are the names that it is given for parameters that stand for lines.
    """

    graph: SkipValidation[Graph]
    call: str
    lines: SkipValidation[Mapping[str, str]] = {}


class Namespace(NamedTuple):
    """A name over several members: a group, a chain, a repeat; in a flat graph a block too."""

    name: str
    kind: Literal["group", "chain", "repeat", "block"]
    span: Span


class Head(NamedTuple):
    """A side head: the node that its output comes out of, and what its loss counts.

    `name` is a node's or a namespace's. A head computes in training only.
    """

    name: str
    node: str
    weight: Number
    span: Span


class Graph:
    """Nodes in the spec's order, and edges that know which operand they are.

    `size` counts the layers, those of instances with them. `heads` are the side heads of a
    network; their layers stand behind all others. `named` has the nodes that lines go on from by
    name, each behind the path of the block whose line does, which is empty for the graph itself.
    """

    def __init__(self, block: Block, arguments: Mapping[str, Value]) -> None:
        self.block = block
        self.arguments = dict(arguments)
        self.network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        self.namespaces: dict[str, Namespace] = {}
        self.heads: dict[str, Head] = {}
        self.named: set[tuple[str, str]] = set()
        self.output = ""
        self.size = 0
        self.has_scores = False

    @property
    def name(self) -> str:
        """The block's or the network's name."""
        return self.block.name

    @property
    def signature(self) -> str:
        """The name with its arguments: `Bottleneck(width=64, stride=1)`."""
        pieces = [f"{name}={show(value)}" for name, value in self.arguments.items()]
        return f"{self.name}({', '.join(pieces)})"

    def add(self, node: Node, operands: tuple[str, ...] = ()) -> str:
        """Append a node that is fed by `operands`, in that order; its name."""
        # The operands stand on the node too: to sort its edges anew for each question takes long.
        self.network.add_node(node.name, node=node, operands=operands)
        for position, operand in enumerate(operands):
            self.network.add_edge(operand, node.name, key=position)
        if isinstance(node, LayerNode):
            self.size += 1
            self.has_scores |= node.is_scores
        elif isinstance(node, InstanceNode):
            self.size += node.graph.size
            self.has_scores |= node.graph.has_scores
        return node.name

    def __contains__(self, name: object) -> bool:
        return name in self.network

    def __getitem__(self, name: str) -> Node:
        node: Node = self.network.nodes[name]["node"]
        return node

    def __iter__(self) -> Iterator[Node]:
        for _, data in self.network.nodes.data():
            yield data["node"]

    def __len__(self) -> int:
        return len(self.network)

    def operands(self, name: str) -> tuple[str, ...]:
        """The names of what feeds a node, first operand first."""
        operands: tuple[str, ...] = self.network.nodes[name]["operands"]
        return operands

    def users(self, name: str) -> Iterator[str]:
        """The names of what a node feeds."""
        return iter(self.network.succ[name])

    def operand_shapes(self, name: str) -> tuple[Shape, ...]:
        """The shapes of what feeds a node."""
        return tuple(self[operand].output for operand in self.operands(name))

    @property
    def inputs(self) -> tuple[InputNode, ...]:
        """What flows in: `input` first, then the parameters that stand for lines."""
        return tuple(node for node in self if isinstance(node, InputNode))

    @property
    def shape(self) -> Shape:
        """The shape that leaves the graph."""
        return self[self.output].output

    @property
    def outputs(self) -> tuple[str, ...]:
        """The node that the output comes out of, then those of the side heads."""
        return (self.output, *(head.node for head in self.heads.values()))

    def needed(self, outputs: Iterable[str]) -> set[str]:
        """The nodes that these outputs are computed from, themselves among them."""
        found = set(outputs)
        return found.union(*(nx.ancestors(self.network, output) for output in found))

    def training_only(self) -> frozenset[str]:
        """The nodes that only side heads need: at test time nothing computes them."""
        inputs = {node.name for node in self.inputs}
        return frozenset(self.network) - self.needed([self.output]) - inputs

    def instances(self) -> Iterator[InstanceNode]:
        """The uses of blocks, in order."""
        return (node for node in self if isinstance(node, InstanceNode))

    def distinct(self) -> list[Graph]:
        """This graph and every graph inside it, each once, the innermost first."""
        found: dict[int, Graph] = {}

        def visit(graph: Graph) -> None:
            if id(graph) not in found:
                for instance in graph.instances():
                    visit(instance.graph)
                found[id(graph)] = graph

        visit(self)
        return list(found.values())

    def walk(self, prefix: str = "") -> Iterator[tuple[str, Node, Graph]]:
        """Every node with its full path and its graph; instances before what is inside."""
        for node in self:
            path = prefix + node.name
            yield path, node, self
            if isinstance(node, InstanceNode):
                yield from node.graph.walk(f"{path}.")

    def flatten(self) -> Graph:
        """The same network without instances; names are full paths."""
        flat = Graph(self.block, self.arguments)
        outputs = {node.name: flat.add(node) for node in self.inputs}
        flat.output = _inline(self, flat, "", outputs)
        flat.heads = {n: h._replace(node=outputs[h.node]) for n, h in self.heads.items()}
        return flat


def _inline(graph: Graph, flat: Graph, prefix: str, outputs: dict[str, str]) -> str:
    """Copy a graph's nodes; its output in `flat`, where `outputs` says what its inputs are."""
    for namespace in graph.namespaces.values():
        path = prefix + namespace.name
        flat.namespaces[path] = namespace._replace(name=path)
    for node in graph:
        if isinstance(node, InputNode):
            continue
        operands = tuple(outputs[operand] for operand in graph.operands(node.name))
        path = prefix + node.name
        if isinstance(node, InstanceNode):
            flat.namespaces[path] = Namespace(path, "block", node.span)
            inner = dict(zip((n.name for n in node.graph.inputs), operands, strict=True))
            outputs[node.name] = _inline(node.graph, flat, f"{path}.", inner)
        else:
            outputs[node.name] = flat.add(node.model_copy(update={"name": path}), operands)
    flat.named |= {(prefix.removesuffix("."), outputs[name]) for _, name in graph.named}
    return outputs[graph.output]


InstanceNode.model_rebuild()
