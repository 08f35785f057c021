"""From a graph to boxes: what follows a layer joins its box, equal neighbours fold to one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from archdsl.ir.graph import Graph, InstanceNode, LayerNode, Node
from archdsl.ops import Add, Concat, Mean, Op
from archdsl_graphviz.labels import Form, Label, label_of
from archdsl_graphviz.model import Style

_HOLDS_MORE = {Form.BOX, Form.TRAPEZOID, Form.BAR}


@dataclass(frozen=True)
class Unit:
    """The nodes of one box: a layer and what follows it, or equal neighbours, one list each."""

    repeats: tuple[tuple[Node, ...], ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The layers of the first repeat."""
        return self.repeats[0]

    @property
    def first(self) -> Node:
        """The node whose name the box has."""
        return self.repeats[0][0]

    @property
    def last(self) -> Node:
        """The node whose output leaves the box."""
        return self.repeats[-1][-1]

    @property
    def count(self) -> int:
        """How many equal neighbours the box stands for."""
        return len(self.repeats)


@dataclass(frozen=True, slots=True)
class Link:
    """One operand of a unit, by the first nodes' names."""

    source: str
    target: str
    style: Style = Style.FLOW


class Folded:
    """A graph's units in the spec's order, the links between them, and its skips."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._operands = {node.name: graph.operands(node.name) for node in graph}
        self._consumers: dict[str, list[str]] = {node.name: [] for node in graph}
        for name, operands in self._operands.items():
            for operand in operands:
                self._consumers[operand].append(name)
        self.units = list(self._fold(self._gather()))
        self.unit_of = {
            node.name: unit for unit in self.units for nodes in unit.repeats for node in nodes
        }
        self._order = {unit.first.name: at for at, unit in enumerate(self.units)}

    def label(self, node: LayerNode) -> Label:
        """The label of a layer, which depends on what flows into it."""
        return label_of(node.op, self.graph.operand_shapes(node.name))

    def sources(self, unit: Unit) -> list[Unit]:
        """The units that feed a unit, first operand first."""
        return [self.unit_of[operand] for operand in self._operands[unit.first.name]]

    def targets(self, unit: Unit) -> list[Unit]:
        """The units that a unit feeds."""
        return [self.unit_of[consumer] for consumer in self._consumers[unit.last.name]]

    def space(self, name: str) -> str:
        """The innermost namespace that holds a node, or an empty text."""
        while "." in name:
            name = name.rpartition(".")[0]
            if name in self.graph.namespaces:
                return name
        return ""

    @cached_property
    def links(self) -> list[Link]:
        """Every operand of every unit, with the style of the path that it belongs to."""
        styles: dict[tuple[str, int], Style] = {}
        for unit in self.units:
            sources = self.sources(unit)
            if len(sources) > 1:
                for position, style in self._skips(unit, sources):
                    styles[unit.first.name, position] = style
                    if style is Style.PROJECTION:
                        styles |= dict.fromkeys(self._back(sources[position]), style)
        return [
            Link(source.first.name, unit.first.name, styles.get((unit.first.name, at), Style.FLOW))
            for unit in self.units
            for at, source in enumerate(self.sources(unit))
        ]

    @cached_property
    def skip(self) -> Style:
        """The style of the skip that leads around this block, if one does."""
        merges = {unit.first.name for unit in self.units if _is(unit, Add, Mean, Concat)}
        found = {link.style for link in self.links if link.target in merges}
        return next((s for s in (Style.IDENTITY, Style.PROJECTION) if s in found), Style.FLOW)

    def _follows(self, node: Node, host: tuple[Node, ...]) -> bool:
        """Whether a node becomes a small line in the box of what feeds it."""
        head, tail = host[0], host[-1]
        return (
            isinstance(node, LayerNode)
            and self.label(node).follows
            and isinstance(head, LayerNode)
            and self.label(head).form in _HOLDS_MORE
            and self._consumers[tail.name] == [node.name]
            and tail.name != self.graph.output
            and self.space(tail.name) == self.space(node.name)
        )

    def _gather(self) -> Iterator[tuple[Node, ...]]:
        groups: dict[str, tuple[Node, ...]] = {}
        owner: dict[str, str] = {}
        for node in self.graph:
            operands = self._operands[node.name]
            # Only what has one operand can join the box of what feeds it.
            host = owner[operands[0]] if len(operands) == 1 else node.name
            if host in groups and self._follows(node, groups[host]):
                groups[host] = (*groups[host], node)
                owner[node.name] = host
            else:
                groups[node.name] = (node,)
                owner[node.name] = node.name
        yield from groups.values()

    def _fold(self, groups: Iterable[tuple[Node, ...]]) -> Iterator[Unit]:
        run: list[tuple[Node, ...]] = []
        for group in groups:
            if run and not self._repeats(run[-1], group):
                yield Unit(tuple(run))
                run = []
            run.append(group)
        if run:
            yield Unit(tuple(run))

    def _repeats(self, one: tuple[Node, ...], other: tuple[Node, ...]) -> bool:
        """Whether two neighbours are exactly the same thing twice, one behind the other."""
        head, tail, next_head = one[0], one[-1], other[0]
        if (
            self._operands[next_head.name] != (tail.name,)
            or self._consumers[tail.name] != [next_head.name]
            or tail.name == self.graph.output
            or self.space(head.name) != self.space(next_head.name)
        ):
            return False
        if isinstance(head, InstanceNode) and isinstance(next_head, InstanceNode):
            return head.graph is next_head.graph
        # Layers that the author named apart are drawn apart; those called by position fold.
        names = [node.name.rpartition(".")[2] for node in (head, next_head)]
        return all(map(str.isdigit, names)) and (
            [self._form(node) for node in one] == [self._form(node) for node in other]
        )

    def _form(self, node: Node) -> object:
        shapes = self.graph.operand_shapes(node.name)
        return (node.op, shapes) if isinstance(node, LayerNode) else node.name

    def _skips(self, merge: Unit, sources: list[Unit]) -> Iterator[tuple[int, Style]]:
        """Which operands of a merge are skips: the fork itself, or one projection of it."""
        identities = [
            at
            for at, source in enumerate(sources)
            if self._leads_to(source, sources[:at] + sources[at + 1 :])
        ]
        yield from ((at, Style.IDENTITY) for at in identities)
        if identities or not _is(merge, Add, Mean):
            return
        weights = [self._weight(source) for source in sources]
        short = [at for at, weight in enumerate(weights) if weight <= 1]
        if len(short) == 1 and len(weights) > 1:
            walk = list(self._walk(sources[short[0]]))
            others = [source for at, source in enumerate(sources) if at != short[0]]
            if self._leads_to(walk[-1], others):
                yield short[0], Style.PROJECTION

    def _walk(self, unit: Unit) -> Iterator[Unit]:
        """Back along a path to the fork that it starts at, the fork included."""
        yield unit
        while len(self.targets(unit)) == 1 and len(sources := self.sources(unit)) == 1:
            [unit] = sources
            yield unit

    def _weight(self, unit: Unit) -> int:
        """How many weighted layers a path holds; a block or a merge in it counts as two."""
        *path, fork = self._walk(unit)
        nested = 2 if len(self.sources(fork)) > 1 and len(self.targets(fork)) == 1 else 0
        return nested + sum(
            2 if isinstance(step.first, InstanceNode) else _weighted(step) * step.count
            for step in path
        )

    def _leads_to(self, unit: Unit, others: list[Unit]) -> bool:
        """Whether another operand was computed from this unit."""
        start = self._order[unit.first.name]
        ahead, seen = list(others), set[str]()
        while ahead:
            step = ahead.pop()
            name = step.first.name
            if name == unit.first.name:
                return True
            if name not in seen and self._order[name] > start:
                seen.add(name)
                ahead.extend(self.sources(step))
        return False

    def _back(self, unit: Unit) -> Iterator[tuple[str, int]]:
        """The links along a path, as (target, position), back to its fork."""
        for step in self._walk(unit):
            if len(self.targets(step)) == 1 and len(self.sources(step)) == 1:
                yield step.first.name, 0


def _is(unit: Unit, *ops: type[Op]) -> bool:
    return isinstance(unit.first, LayerNode) and isinstance(unit.first.op, ops)


def _weighted(unit: Unit) -> int:
    return sum(isinstance(node, LayerNode) and node.op.is_weighted for node in unit.nodes)
