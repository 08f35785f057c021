"""From a network to a picture: the overview, and a panel for the inside of each distinct block."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archdsl.ir.evaluate import Environment, show
from archdsl.ir.graph import Graph, InputNode, InstanceNode, LayerNode, Node
from archdsl.ops import Family
from archdsl_graphviz.folding import Folded, Unit
from archdsl_graphviz.labels import Form, Label, shape_text
from archdsl_graphviz.model import Box, Edge, Frame, Panel, Picture
from archdsl_graphviz.theme import BLOCK

if TYPE_CHECKING:
    from archdsl.network import Network

CONVENTION = "Multiply-adds are those of convolutions and fully connected layers, for one image."


def picture_of(network: Network) -> Picture:
    """The whole picture of a network."""
    return _Drawing(network).picture()


@dataclass(frozen=True, slots=True)
class _Costs:
    parameters: int = 0
    macs: int = 0

    def __add__(self, other: _Costs) -> _Costs:
        return _Costs(self.parameters + other.parameters, self.macs + other.macs)

    def __str__(self) -> str:
        return f"{_counted(self.parameters, 'parameter')}, {_counted(self.macs, 'multiply-add')}"


class _Drawing:
    def __init__(self, network: Network) -> None:
        self.network = network
        self._folded: dict[int, Folded] = {}
        self._costs = _roll_up(network)

    def picture(self) -> Picture:
        """The overview first, then each form of each block, in the order of their first use."""
        network, totals = self.network, self.network.totals
        facts = [
            _counted(totals.depth, "layer"),
            _counted(totals.parameters, "parameter"),
            f"{totals.macs / 1e9:.3g} G multiply-adds"
            if totals.macs >= 1e8
            else _counted(totals.macs, "multiply-add"),
        ]
        return Picture(
            name=network.class_name,
            subtitle="  ·  ".join(facts),
            description=self._description(),
            overview=self._panel(network.graph, "", "", ""),
            panels=tuple(self._insides()),
        )

    def fold(self, graph: Graph) -> Folded:
        """A graph folded, once however often it is used."""
        return self._folded.setdefault(id(graph), Folded(graph))

    def _description(self) -> str:
        network = self.network
        inputs = " and ".join(str(node.output) for node in network.graph.inputs)
        costs = _Costs(network.totals.parameters, network.totals.macs)
        text = f"{network.class_name}: input {inputs}, output {network.graph.shape}, {costs}. "
        about = [
            f"{entry.key}: {entry.text}." for entry in network.program.about if entry.key == "paper"
        ]
        return " ".join([text + CONVENTION, *about])

    def _insides(self) -> Iterator[Panel]:
        # Numbers apart, blocks of one structure look the same: one panel, the first one's numbers.
        uses = Counter[object]()
        for graph, count in _multiplicity(self.network.graph):
            uses[self._structure(graph)] += count
        seen = set[object]()
        visited = set[int]()
        queue = deque([("", self.network.graph)])
        while queue:
            prefix, graph = queue.popleft()
            for unit in self.fold(graph).units:
                node = unit.first
                if not isinstance(node, InstanceNode) or id(node.graph) in visited:
                    continue
                visited.add(id(node.graph))
                path = prefix + node.name
                # A form that was seen may still hold blocks that were not: recursion ends so.
                queue.append((f"{path}.", node.graph))
                structure = self._structure(node.graph)
                if structure not in seen:
                    seen.add(structure)
                    count = uses[structure]
                    note = f"as in {path}" + (f", one of {count} of this form" if count > 1 else "")
                    yield self._panel(node.graph, f"{path}.", call_text(node.graph), note)

    def _structure(self, graph: Graph) -> object:
        """What two panels that look alike but for their numbers have in common."""
        folded = self.fold(graph)
        names = {unit.first.name: at for at, unit in enumerate(folded.units)}
        return (
            id(graph.block),
            tuple((tuple(map(_kind, unit.nodes)), unit.count > 1) for unit in folded.units),
            tuple((names[link.source], names[link.target], link.style) for link in folded.links),
            tuple(folded.space(unit.first.name) for unit in folded.units),
        )

    def _panel(self, graph: Graph, prefix: str, heading: str, note: str) -> Panel:
        folded = self.fold(graph)
        boxes = [self._box(folded, unit, prefix) for unit in folded.units]
        edges = [
            Edge(prefix + link.source, prefix + link.target, link.style) for link in folded.links
        ]
        if prefix:
            last = folded.unit_of[graph.output]
            path = f"{prefix}output"
            text = f"output {shape_text(graph.shape)}"
            title = f"{path[: -len('.output')]}: the output {graph.shape}"
            boxes.append(Box(f"{prefix}-output", Form.PORT, Family.INPUT, text, title))
            edges.append(Edge(prefix + last.first.name, f"{prefix}-output"))
        return Panel(
            path=prefix.rstrip("."),
            heading=heading,
            note=note,
            boxes=tuple(boxes),
            edges=tuple(edges),
            frames=_frames(folded, prefix),
        )

    def _box(self, folded: Folded, unit: Unit, prefix: str) -> Box:
        node = unit.first
        path = prefix + node.name
        if isinstance(node, InputNode):
            form = Form.PORT if prefix else Form.PILL
            text = f"{node.name} {shape_text(node.output)}"
            return Box(path, form, Family.INPUT, text, f"{path}: {node.output}")
        times = f" ×{unit.count}" if unit.count > 1 else ""
        title = self._title(unit, prefix)
        inputs = folded.graph.operand_shapes(node.name)
        shape = ""
        if unit.last.output not in inputs and unit.last.name != folded.graph.output:
            shape = shape_text(unit.last.output)
        if isinstance(node, InstanceNode):
            notes = tuple(filter(None, [_own_name(unit, node.graph.name)]))
            skip = self.fold(node.graph).skip
            text = f"{call_text(node.graph)}{times}"
            return Box(
                path, Form.BLOCK, BLOCK, text, title, notes, shape, skip, len(inputs), unit.count
            )
        layers = [layer for layer in unit.nodes if isinstance(layer, LayerNode)]
        labels = [folded.label(layer) for layer in layers]
        text, notes = _texts(labels)
        return Box(
            path=path,
            form=labels[0].form,
            kind=layers[0].op.family,
            text=text + times,
            title=title,
            notes=notes,
            shape=shape,
            paths=len(inputs),
            count=unit.count,
        )

    def _title(self, unit: Unit, prefix: str) -> str:
        """What a reader's pointer shows: paths, op, output shape, costs."""
        costs = _Costs()
        for nodes in unit.repeats:
            for node in nodes:
                costs += self._costs.get(prefix + node.name, _Costs())
        names = [prefix + unit.first.name]
        if unit.last is not unit.first:
            names.append(prefix + unit.last.name)
        words = [_word(node) for node in unit.nodes]
        times = f", {unit.count} times" if unit.count > 1 else ""
        shape = unit.last.output
        return f"{' to '.join(names)}: {', '.join(words)}{times}; output {shape}; {costs}"


def _roll_up(network: Network) -> dict[str, _Costs]:
    """Path -> costs, of layers and of everything that holds layers."""
    found: dict[str, _Costs] = {}
    for row in network.facts.layers():
        costs, path = _Costs(row.parameters, row.macs), row.path
        while path:
            found[path] = found.get(path, _Costs()) + costs
            path = path.rpartition(".")[0]
    return found


def _multiplicity(graph: Graph) -> list[tuple[Graph, int]]:
    """Every graph inside a network's graph, and how many instances of it the network has."""
    graphs = graph.distinct()
    counts = {id(graph): 1}
    for outer in reversed(graphs):
        for instance in outer.instances():
            inner = id(instance.graph)
            counts[inner] = counts.get(inner, 0) + counts[id(outer)]
    return [(inner, counts[id(inner)]) for inner in graphs if inner is not graph]


def _frames(folded: Folded, prefix: str) -> tuple[Frame, ...]:
    """The namespaces as a tree; those that hold nothing are left out."""
    graph = folded.graph
    direct: dict[str, list[str]] = {name: [] for name in graph.namespaces}
    for unit in folded.units:
        if space := folded.space(unit.first.name):
            direct[space].append(prefix + unit.first.name)
    outer = {name: folded.space(name) for name in graph.namespaces}

    def inside(space: str) -> Iterator[Frame]:
        for name, namespace in graph.namespaces.items():
            if outer[name] == space:
                frames = tuple(inside(name))
                if direct[name] or frames:
                    label = name.removeprefix(f"{space}.") if space else name
                    title = f"{prefix}{name}: a {namespace.kind}"
                    yield Frame(prefix + name, label, title, tuple(direct[name]), frames)

    return tuple(inside(""))


def _texts(labels: list[Label]) -> tuple[str, tuple[str, ...]]:
    """The text and the small lines of a box: a head and what follows it."""
    head, *rest = labels
    if head.follows:
        # Nothing but normalization and activation: one line says it.
        return ", ".join(label.text for label in labels), ()
    return head.text, (", ".join(label.text for label in rest),) if rest else ()


def call_text(graph: Graph) -> str:
    """A block's call with its values: `Bottleneck(128, stride=2)`, defaults left out."""
    pieces = []
    inside = Environment(graph.arguments, graph.inputs[0].output)
    for parameter in graph.block.parameters:
        if parameter.name not in graph.arguments:
            continue
        value = graph.arguments[parameter.name]
        if parameter.default is None:
            pieces.append(show(value))
        # A default may depend on the parameters before it, and on what flows in.
        elif value != inside.evaluate(parameter.default):
            pieces.append(f"{parameter.name}={show(value)}")
    return f"{graph.name}({', '.join(pieces)})"


def _own_name(unit: Unit, block: str) -> str:
    """The name that the author gave an instance, or a row of names where several were folded."""
    names = [nodes[0].name.rpartition(".")[2] for nodes in (unit.repeats[0], unit.repeats[-1])]
    given = re.sub(r"_\d+$", "", names[0])
    if names[0].isdigit() or given == block.lower():
        return ""
    return names[0] if unit.count == 1 else f"{names[0]} to {names[1]}"


def _kind(node: Node) -> object:
    if isinstance(node, LayerNode):
        return type(node.op)
    return id(node.graph.block) if isinstance(node, InstanceNode) else "input"


def _word(node: Node) -> str:
    if isinstance(node, LayerNode):
        return node.title
    return call_text(node.graph) if isinstance(node, InstanceNode) else "input"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
