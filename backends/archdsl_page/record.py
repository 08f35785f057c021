"""What the page knows of a network, as JSON values: each graph once, the table, the spec's text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from archdsl_units.folding import Folded, Unit, own_name
from archdsl_units.labels import Form, call_text, shape_text, texts_of
from archdsl_units.theme import BLOCK

from archdsl.ir.graph import Graph, InputNode, InstanceNode, LayerNode, Node
from archdsl.ops import Family
from archdsl.report.columns import BY_KEY, DEFAULT, ONE_IMAGE
from archdsl.report.describe import describe_call, describe_layer
from archdsl.report.rows import Costs, Row, RowKind
from archdsl.report.summary import Summary
from archdsl.report.table import layer_text
from archdsl.report.text import counted
from archdsl.syntax.source import Span
from archdsl_page.groups import Group, members_of

if TYPE_CHECKING:
    from archdsl.network import Network

Record = dict[str, Any]

COSTS = ("parameters", "macs", "activations")
"""The columns of the facts that an item's `costs` are, in this order."""

FREE = (0, 0, 0)

FIELD = BY_KEY["field"]
DETAILS = (*DEFAULT, *(BY_KEY[key] for key in COSTS), FIELD)
"""What the page tells of an item: the notes say what is counted."""


def record_of(network: Network) -> Record:
    """Everything that the page shows of a network."""
    summary = Summary(network)
    graphs = _Graphs(network)
    graphs.add(network.graph, "")
    totals = network.totals
    figures = (
        counted(totals.depth, "layer"),
        counted(totals.parameters, "parameter"),
        counted(totals.macs, "multiply-add"),
    )
    return {
        "name": network.class_name,
        "title": summary.title,
        "figures": list(figures),
        "about": [[entry.key, entry.text] for entry in network.program.about],
        "notes": Summary(network, DETAILS).notes()[1:],
        "sources": [
            {"name": source.name, "lines": source.text.split("\n")}
            for source in network.program.sources
        ],
        # The last one is the network's own.
        "graphs": graphs.records,
        "fields": _fields(network),
        "columns": [{"title": c.title, "isFigure": c.is_figure} for c in summary.columns],
        "rows": list(_rows(summary)),
    }


class _Graphs:
    """Gathers the records of graphs, those of blocks before the graphs that use them."""

    def __init__(self, network: Network) -> None:
        self.records: list[Record] = []
        self._costs = _roll_up(network)
        self._sources = {id(s): number for number, s in enumerate(network.program.sources)}
        self._folded: dict[int, Folded] = {}
        self._known: dict[int, int] = {}

    def add(self, graph: Graph, prefix: str) -> int:
        """The number of a graph; its costs are those of its first use, at `prefix`."""
        if id(graph) not in self._known:
            self.records.append(self._graph(graph, prefix))
            self._known[id(graph)] = len(self.records) - 1
        return self._known[id(graph)]

    def _graph(self, graph: Graph, prefix: str) -> Record:
        folded = self._fold(graph)
        starts = _starts(graph, is_root=not prefix)
        heads = graph.training_only()
        items = []
        for run in folded.runs:
            for unit in run.units:
                # A round of several units has its number on a frame around them.
                count = unit.count if len(run.units) == 1 else 1
                item = self._item(folded, unit, prefix)
                item |= self._repeats(unit, prefix, count, run.grows if count > 1 else 0)
                item["end"] = self._end(unit.last, starts)
                if unit.first.name in heads:
                    item["isTraining"] = True
                items.append(item | {"at": starts[unit.first.name]})
        number_of = {item["name"]: number for number, item in enumerate(items)}
        return {
            "items": items,
            "members": self._members(members_of(folded), number_of),
            "links": [
                [number_of[link.source], number_of[link.target], link.style]
                for link in folded.links
            ],
            "output": number_of[folded.unit_of[graph.output].first.name],
        }

    def _end(self, node: Node, starts: dict[str, int]) -> int:
        """The place of the layer that a node's output comes out of."""
        if not isinstance(node, InstanceNode):
            return starts[node.name]
        inner = node.graph
        return starts[node.name] + self._end(inner[inner.output], _starts(inner, is_root=False))

    def _fold(self, graph: Graph) -> Folded:
        if id(graph) not in self._folded:
            self._folded[id(graph)] = Folded(graph)
        return self._folded[id(graph)]

    def _item(self, folded: Folded, unit: Unit, prefix: str) -> Record:
        node, shape = unit.first, unit.last.output
        item: Record = {"name": node.name, "shape": str(shape), "line": self._line(node.span)}
        if isinstance(node, InputNode):
            form = Form.PORT if prefix else Form.PILL
            text = f"{node.name} {shape_text(shape)}"
            return item | {"form": form, "kind": Family.INPUT, "text": text}
        is_last = unit.last.name in folded.graph.outputs
        if shape not in folded.graph.operand_shapes(node.name) and not is_last:
            item["leaves"] = shape_text(shape)
        if not isinstance(node, InstanceNode):
            return item | self._layers(folded, unit, prefix)
        inside = self._fold(node.graph)
        if inside.wrapped:
            # A block that wraps a single layer is drawn as that layer.
            layer = self._item(inside, inside.wrapped, f"{prefix}{node.name}.")
            return layer | item | {"call": describe_call(node.graph, node.lines)}
        return item | {
            "form": Form.BLOCK,
            "kind": BLOCK,
            "text": call_text(node.graph, node.lines),
            "notes": list(filter(None, [own_name(unit, unit.count, node.graph.name)])),
            "skip": inside.skip,
            "graph": self.add(node.graph, f"{prefix}{node.name}."),
        }

    def _layers(self, folded: Folded, unit: Unit, prefix: str) -> Record:
        layers = [node for node in unit.nodes if isinstance(node, LayerNode)]
        labels = [folded.label(layer) for layer in layers]
        text, notes = texts_of(labels)
        return {
            "form": labels[0].form,
            "kind": layers[0].op.family,
            "text": text,
            "notes": list(notes),
            "layers": [self._layer(folded.graph, layer) for layer in layers],
        }

    def _layer(self, graph: Graph, layer: LayerNode) -> Record:
        head, words = describe_layer(layer.name, layer, graph.operand_shapes(layer.name))
        return {"says": head + "".join(words), "line": self._line(layer.span)}

    def _repeats(self, unit: Unit, prefix: str, count: int, grows: int) -> Record:
        """Which nodes an item stands for, and what all of them cost."""
        each = [
            _added(self._costs.get(prefix + node.name, FREE) for node in nodes)
            for nodes in unit.repeats
        ]
        repeats: Record = {"costs": _added(each)}
        if unit.count > 1 or len(unit.nodes) > 1:
            repeats["names"] = [[node.name for node in nodes] for nodes in unit.repeats]
        if count > 1:
            repeats["count"] = count
            if grows:
                repeats["grows"] = grows
            else:
                repeats["each"] = each[0]
        return repeats

    def _members(self, members: Sequence[Group | Unit], number_of: dict[str, int]) -> list[Any]:
        return [
            number_of[member.first.name]
            if isinstance(member, Unit)
            else {
                "name": member.name,
                "label": member.label,
                "count": member.count,
                "line": self._line(member.span),
                "members": self._members(member.members, number_of),
            }
            for member in members
        ]

    def _line(self, span: Span) -> list[int]:
        """The number of the source, and the line in it."""
        return [self._sources[id(span.source)], span.line]


def _roll_up(network: Network) -> dict[str, list[int]]:
    """Path -> costs, of layers and of everything that holds layers."""
    columns = [network.facts.columns[column] for column in COSTS]
    found: dict[str, list[int]] = {}
    for node in network.facts.flat:
        costs = [column[node.name] for column in columns]
        for path in (node.name, *_around(node.name)):
            found[path] = _added((found.get(path, FREE), costs))
    return found


def _added(rows: Iterable[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(FREE, *rows, strict=True)]


def _starts(graph: Graph, is_root: bool) -> dict[str, int]:
    """Node -> how many layers come before it; the images that flow in are layers here."""
    starts, count = {}, 0
    for node in graph:
        starts[node.name] = count
        match node:
            case InputNode():
                count += is_root
            case InstanceNode():
                count += node.graph.size
            case _:
                count += 1
    return starts


def _fields(network: Network) -> list[str]:
    """The receptive fields of the images and of all layers, in the order of execution."""
    fields = network.facts.columns["fields"]
    rows = (
        Row(RowKind.LAYER, node.name, "", (), node.output, Costs(), 0, fields[node.name])
        for node in network.facts.flat
    )
    return [FIELD.text(row, ONE_IMAGE) for row in rows]


def _rows(summary: Summary) -> Iterator[Record]:
    """The table's rows and its total; `at` is the place of a row's first layer in the network."""
    places: dict[str, int] = {}
    place = 0
    graph = summary.network.graph
    for path, node, holder in graph.walk():
        if isinstance(node, InputNode) and holder is not graph:
            continue
        for around in (path, *_around(path)):
            places.setdefault(around, place)
        place += not isinstance(node, InstanceNode)
    for row in summary.rows:
        yield _row(summary, row) | {"path": row.path, "at": places[row.path]}
    yield _row(summary, summary.total)


def _row(summary: Summary, row: Row) -> Record:
    return {
        "kind": row.kind,
        "depth": row.depth,
        "layer": layer_text(row).strip(),
        "cells": [column.text(row, summary.setup) for column in summary.columns],
    }


def _around(path: str) -> Iterator[str]:
    while "." in path:
        path = path.rpartition(".")[0]
        yield path
