"""Whether a graph is what everybody takes it for; tests ask after elaboration and each pass."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.ir.graph import Graph, InputNode, InstanceNode, LayerNode, Node
from archdsl.ops import Input


class BrokenGraph(Exception):
    """A graph that breaks a rule of its own: a defect of the compiler, never of a spec."""


def verify(graph: Graph) -> None:
    """Check a graph and every graph inside it. Raises BrokenGraph with all that is wrong."""
    found = [f"{inner.signature}: {wrong}" for inner in graph.distinct() for wrong in _wrong(inner)]
    found += [f"{graph.signature}: {wrong}" for wrong in _wrong_in_network(graph)]
    if found:
        raise BrokenGraph("\n".join(found))


def _wrong_in_network(graph: Graph) -> Iterator[str]:
    if [node.name for node in graph.inputs] != ["input"]:
        yield "a network has one input, called `input`"
    for name in graph.heads:
        if name not in graph and name not in graph.namespaces:
            yield f"the side head {name} is neither a node nor a namespace"


def _wrong(graph: Graph) -> Iterator[str]:
    yield from _wrong_inputs(graph)
    seen: set[str] = set()
    for name, data in graph.network.nodes.data():
        node = data["node"]
        if node.name != name:
            yield f"{name} holds the node {node.name}"
            return  # Nothing else could be asked of it.
        yield from _wrong_edges(graph, node, seen)
        yield from _wrong_shape(graph, node)
        seen.add(name)
    yield from _wrong_output(graph)
    yield from _wrong_names(graph)
    layers = sum(isinstance(node, LayerNode) for node in graph)
    inside = sum(instance.graph.size for instance in graph.instances())
    if graph.size != layers + inside:
        yield f"it says that it has {graph.size} layers, and has {layers + inside}"


def _wrong_inputs(graph: Graph) -> Iterator[str]:
    """`input` comes first, then the parameters that stand for lines, before everything else."""
    lines = [parameter.name for parameter in graph.block.parameters if parameter.is_line]
    wanted = ["input", *lines]
    if [node.name for node in graph.inputs] != wanted or list(graph.network)[
        : len(wanted)
    ] != wanted:
        yield f"its inputs are not {', '.join(wanted)}, in that order and before all else"


def _wrong_edges(graph: Graph, node: Node, seen: set[str]) -> Iterator[str]:
    """A node's operands are numbered from 0, stand above it, and are as many as it takes."""
    edges = sorted((key, source) for source, _, key in graph.network.in_edges(node.name, keys=True))
    if [key for key, _ in edges] != list(range(len(edges))):
        yield f"the operands of {node.name} are not numbered from 0"
    if tuple(source for _, source in edges) != graph.operands(node.name):
        yield f"the operands of {node.name} are not those that its edges say"
    for operand in graph.operands(node.name):
        if operand not in seen:
            yield f"{node.name} uses {operand}, which does not stand above it"
    count = len(edges)
    match node:
        case InputNode():
            fits = count == 0
        case LayerNode(op=op) if op.merge is not None:
            fits = count >= 2
        case InstanceNode(graph=inner):
            fits = count == len(inner.inputs)
        case _:
            fits = count == 1
    if not fits:
        yield f"{node.name} has {count} operands"


def _wrong_shape(graph: Graph, node: Node) -> Iterator[str]:
    """What leaves a node is what its op, or its block's graph, makes of its operands."""
    if any(operand not in graph for operand in graph.operands(node.name)):
        return  # Said already.
    inputs = graph.operand_shapes(node.name)
    if isinstance(node, LayerNode):
        if isinstance(node.op, Input):
            yield f"{node.name} is an INPUT that is a layer"
        elif node.op.infer(inputs) != node.output:
            yield f"{node.name} says {node.output}, and its op {node.op.infer(inputs)}"
    elif isinstance(node, InstanceNode):
        if node.graph.shape != node.output:
            yield f"{node.name} says {node.output}, and its block's graph {node.graph.shape}"
        if tuple(inner.output for inner in node.graph.inputs) != inputs:
            yield f"{node.name} is fed with shapes that its block's graph was not made for"


def _wrong_output(graph: Graph) -> Iterator[str]:
    """Every layer leads to the output, or to that of a side head."""
    for output in graph.outputs:
        if output not in graph:
            yield f"its output {output!r} is no node"
            return
    used = graph.needed(graph.outputs)
    for node in graph:
        if node.name not in used and not isinstance(node, InputNode):
            yield f"{node.name} does not lead to the output"


def _wrong_names(graph: Graph) -> Iterator[str]:
    """No name stands for two things, and every dot in a name is that of a namespace."""
    for node in graph:
        if node.name in graph.namespaces:
            yield f"{node.name} is a node and a namespace"
    for name in (*graph.network, *graph.namespaces):
        for ancestor in _ancestors(name):
            if ancestor not in graph.namespaces:
                yield f"{name} stands in {ancestor}, which is no namespace"
    for name, namespace in graph.namespaces.items():
        if namespace.name != name:
            yield f"{name} is the namespace {namespace.name}"


def _ancestors(name: str) -> Iterator[str]:
    """`a`, `a.b` of `a.b.c`."""
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts)))
