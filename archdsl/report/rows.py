"""The listing as rows: a row a layer, a row with the sum for each block and each group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from dataclasses import fields as fields_of
from enum import StrEnum

from archdsl.ir.evaluate import show
from archdsl.ir.graph import Graph, InputNode, InstanceNode, LayerNode, Node
from archdsl.ops import Shape
from archdsl.passes import Facts
from archdsl.passes.fields import Fields
from archdsl.report.describe import Words, describe_call, describe_layer, describe_op


@dataclass(frozen=True, slots=True)
class Costs:
    """What rows add up: the columns of the facts that go by these names."""

    parameters: int = 0
    buffers: int = 0
    macs: int = 0
    flops: int = 0
    activations: int = 0
    moved: int = 0
    neurons: int = 0
    connections: int = 0
    device_parameters: int = 0
    device_activations: int = 0
    crossing: int = 0

    def __add__(self, other: Costs) -> Costs:
        return Costs(*(getattr(self, name) + getattr(other, name) for name in FIGURES))


FIGURES = tuple(field.name for field in fields_of(Costs))


class RowKind(StrEnum):
    """What a row stands for. A block or a group has its members below it, and their sum."""

    INPUT = "input"
    LAYER = "layer"
    BLOCK = "block"
    GROUP = "group"
    FOLDED = "folded"
    """Blocks or a group without their members, which other rows show or nobody asked for: the sum
    of them all."""
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, indented by `depth`: `head` and `words` are what it says.

    The rows that are no sums of others add up to the network's totals in training, exactly; at
    test time without those that are `training_only`, the side heads'.
    """

    kind: RowKind
    path: str
    head: str
    words: Words
    output: Shape
    costs: Costs
    depth: int = 0
    fields: Fields | None = None
    training_only: bool = False

    @property
    def is_sum(self) -> bool:
        """Whether the rows below it say the same once more."""
        return self.kind in (RowKind.BLOCK, RowKind.GROUP, RowKind.TOTAL)


def table_rows(graph: Graph, facts: Facts, *, repeats: bool = False) -> list[Row]:
    """The rows of a network, in the spec's order.

    Activations and the like stand on the row of the layer that they follow, as the listing has
    them. A block's inside is shown once for each (arguments, input shapes); where it comes again,
    one row refers to the first and stands for the whole run, unless its inside is shown for each
    of its `repeats` too.
    """
    return _Lister(facts, repeats).rows(graph)


@dataclass
class _Run:
    """Uses of one block behind each other, shown as one row."""

    call: str
    graph: Graph
    parent: str
    labels: list[str]

    def goes_on(self, call: str, graph: Graph, parent: str, label: str) -> bool:
        """Whether a use of a block is the next one: `unit3` after `unit2`."""
        (stem, number), (next_stem, next_number) = map(_split, (self.labels[-1], label))
        is_here = graph is self.graph and call == self.call and parent == self.parent
        return is_here and stem == next_stem and next_number == number + 1


def fold(rows: list[Row], depth: int) -> list[Row]:
    """The rows down to a depth, blocks and groups there without their members."""
    return [
        replace(row, kind=RowKind.FOLDED) if row.is_sum and row.depth == depth else row
        for row in rows
        if row.depth <= depth
    ]


def flat_rows(rows: list[Row]) -> list[Row]:
    """The rows that are no sums of others, each headed by its whole path."""
    heads = ((row, _parent(row.path)) for row in rows if not row.is_sum)
    return [
        replace(row, head=f"{parent}.{row.head}" if parent else row.head, depth=0)
        for row, parent in heads
    ]


class _Lister:
    def __init__(self, facts: Facts, shows_repeats: bool) -> None:
        self._facts = facts
        self._shows_repeats = shows_repeats
        self._heads = facts.flat.heads
        self._sums = _sums(facts)
        self._rows: list[Row] = []
        self._shown: dict[int, str] = {}
        self._groups: set[str] = set()
        self._last_members: dict[int, dict[str, Node]] = {}
        self._run: _Run | None = None
        # The layer that the last row shows, and the path of what flows out of that row.
        self._last: tuple[LayerNode, str] | None = None

    def rows(self, graph: Graph) -> list[Row]:
        repeated = ""
        for path, node, holder in graph.walk():
            if repeated and path.startswith(repeated):
                continue
            match node:
                case InputNode():
                    self._input(path, node, holder is graph)
                case LayerNode():
                    self._layer(path, node, holder)
                case InstanceNode():
                    if id(node.graph) in self._shown and not self._shows_repeats:
                        repeated = f"{path}."
                        self._repeat(path, node, holder)
                    else:
                        self._block(path, node, holder)
        return self._rows

    def _input(self, path: str, node: InputNode, is_image: bool) -> None:
        """The images that come in; what flows into a block is another row's output."""
        if is_image:
            costs, seen = costs_of(self._facts, path), self._fields(path, node)
            self._rows.append(Row(RowKind.INPUT, path, path, (), node.output, costs, 0, seen))

    def _layer(self, path: str, node: LayerNode, holder: Graph) -> None:
        inputs = holder.operand_shapes(node.name)
        if self._follows(path, node, holder):
            last = self._rows[-1]
            arrow = f" -> {describe_op(node.op, inputs)}"
            costs = last.costs + self._sums[path]
            self._rows[-1] = replace(
                last,
                words=(*last.words, arrow),
                output=node.output,
                costs=costs,
                fields=self._fields(path, node),
            )
        else:
            head, words = describe_layer(_label(path), node, inputs)
            self._add(RowKind.LAYER, path, node, holder, head, words)
        self._last = (node, path)

    def _follows(self, path: str, node: LayerNode, holder: Graph) -> bool:
        """Whether it belongs to the last row's line: what `after` adds, or an arrow leads to."""
        if self._last is None or not node.op.is_neutral or node.op.has_weights():
            return False
        last, last_path = self._last
        if _parent(path) != _parent(last_path):
            return False
        prefix = path.removesuffix(node.name)
        is_fed = [f"{prefix}{operand}" for operand in holder.operands(node.name)] == [last_path]
        is_here = node.span.line == last.span.line and node.span.source is last.span.source
        return is_fed and is_here

    def _block(self, path: str, node: InstanceNode, holder: Graph) -> None:
        self._shown[id(node.graph)] = path
        head = f"{_label(path)}: {describe_call(node.graph, node.lines)}"
        self._add(RowKind.BLOCK, path, node, holder, head)

    def _repeat(self, path: str, node: InstanceNode, holder: Graph) -> None:
        call = describe_call(node.graph, node.lines)
        run, last = self._run, self._rows[-1]
        parent, label = _parent(path), _label(path)
        if run is not None and run.goes_on(call, node.graph, parent, label):
            run.labels.append(label)
            head = f"{run.labels[0]}..{run.labels[-1]}: {len(run.labels)} x {call}"
            costs = last.costs + self._sums[path]
            fields = self._fields(path, node)
            self._rows[-1] = replace(last, head=head, costs=costs, fields=fields)
            return
        first = self._shown[id(node.graph)]
        reference = _label(first) if _parent(first) == parent else first
        words = (f", like {reference}",)
        self._add(RowKind.FOLDED, path, node, holder, f"{label}: {call}", words)
        self._run = _Run(call, node.graph, parent, [label])

    def _add(
        self,
        kind: RowKind,
        path: str,
        node: Node,
        holder: Graph,
        head: str,
        words: Words = (),
    ) -> None:
        self._open_groups(path, node, holder)
        self._append(kind, path, head, words, path, node)
        self._run, self._last = None, None

    def _append(
        self, kind: RowKind, path: str, head: str, words: Words, last_path: str, last: Node
    ) -> None:
        """A row for what is at `path`; `last` is the node that its output comes out of."""
        if path in self._heads:
            words = (*words, f", training only, weight {show(self._heads[path].weight)}")
        row = Row(
            kind,
            path,
            head,
            words,
            last.output,
            self._sums[path],
            depth=sum(1 for _ in _ancestors(path)),
            fields=self._fields(last_path, last),
            training_only=path.partition(".")[0] in self._heads,
        )
        self._rows.append(row)

    def _fields(self, path: str, node: Node) -> Fields | None:
        """What the positions of a node's output see; None if it only hands its input on."""
        while isinstance(node, InstanceNode):
            path = f"{path}.{node.graph.output}"
            node = node.graph[node.graph.output]
        fields: Fields | None = self._facts.columns["fields"].get(path)
        return fields

    def _open_groups(self, path: str, node: Node, holder: Graph) -> None:
        """Rows for the groups that begin with this node, the outermost first."""
        prefix = path.removesuffix(node.name)
        for name in _ancestors(node.name):
            group = f"{prefix}{name}"
            if name in holder.namespaces and group not in self._groups:
                self._groups.add(group)
                last = self._last_member(holder, name)
                last_path = f"{prefix}{last.name}"
                self._append(RowKind.GROUP, group, _label(group), (), last_path, last)

    def _last_member(self, holder: Graph, name: str) -> Node:
        """What leaves a group is what leaves its last member."""
        if id(holder) not in self._last_members:
            self._last_members[id(holder)] = {
                group: node for node in holder for group in _ancestors(node.name)
            }
        return self._last_members[id(holder)][name]


def _sums(facts: Facts) -> dict[str, Costs]:
    """Path -> costs, of every layer and of every block and group around it."""
    sums: dict[str, Costs] = defaultdict(Costs)
    for node in facts.flat:
        if isinstance(node, LayerNode):
            costs = costs_of(facts, node.name)
            sums[node.name] += costs
            for ancestor in _ancestors(node.name):
                sums[ancestor] += costs
    return sums


def costs_of(facts: Facts, path: str) -> Costs:
    """What the passes counted for a layer or the input."""
    return Costs(*(facts.columns[name][path] for name in FIGURES))


def _ancestors(path: str) -> Iterator[str]:
    """`a`, `a.b` of `a.b.c`."""
    parts = path.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts)))


def _parent(path: str) -> str:
    return path.rpartition(".")[0]


def _label(path: str) -> str:
    return path.rpartition(".")[2]


def _split(label: str) -> tuple[str, int]:
    """The stem and the number of `unit2`; -2 where there is none, which no number follows."""
    stem = label.rstrip("0123456789")
    return stem, int(label[len(stem) :] or -2)
