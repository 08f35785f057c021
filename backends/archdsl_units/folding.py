"""From a graph to units: what follows a layer joins its box, equal neighbours fold to one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import islice

from archdsl.ir.graph import Graph, InputNode, InstanceNode, LayerNode, Node
from archdsl.ops import Add, Concat, Mean, Op
from archdsl_units.labels import Form, Label, label_of

_HOLDS_MORE = {Form.BOX, Form.TRAPEZOID, Form.BAR}
LONGEST_PERIOD = 12
"""Units of a round that are looked for to repeat."""

Group = tuple[Node, ...]


class Style(StrEnum):
    """What an edge carries: the flow, a skip's unchanged values, or a skip that is projected.

    What leads into a side head carries values in training only.
    """

    FLOW = "flow"
    IDENTITY = "identity"
    PROJECTION = "projection"
    TRAINING = "training"


@dataclass(frozen=True)
class Unit:
    """The nodes of one box: a layer and what follows it, in each of the folded repeats."""

    repeats: tuple[Group, ...]

    @property
    def nodes(self) -> Group:
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


@dataclass(frozen=True)
class Run:
    """Neighbouring units that repeat together: a round of them, drawn once.

    `grows` is how many channels each round has more than the round before.
    """

    units: tuple[Unit, ...]
    grows: int

    @property
    def count(self) -> int:
        """How many rounds there are."""
        return self.units[0].count


@dataclass(frozen=True, slots=True)
class Link:
    """One operand of a unit, by the first nodes' names."""

    source: str
    target: str
    style: Style = Style.FLOW


class Folded:
    """A graph's units in the spec's order, the links between them, and its skips.

    Without `has_repeats` equal neighbours stay apart, and so do those of whose names `said` says
    different things.
    """

    def __init__(
        self,
        graph: Graph,
        has_repeats: bool = True,
        said: Callable[[str], object] = lambda name: None,
    ) -> None:
        self.graph = graph
        self._said = said
        self._operands = {node.name: graph.operands(node.name) for node in graph}
        self._consumers: dict[str, list[str]] = {node.name: [] for node in graph}
        for name, operands in self._operands.items():
            for operand in operands:
                self._consumers[operand].append(name)
        groups = list(self._gather())
        self.runs = list(self._fold(groups)) if has_repeats else [_alone(g) for g in groups]
        self.units = [unit for run in self.runs for unit in run.units]
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
    def wrapped(self) -> Unit | None:
        """The only unit of a block that wraps one layer and what follows it."""
        if len(self.graph.inputs) != 1 or len(self.units) != 2:
            return None
        unit = self.units[1]
        return unit if unit.count == 1 and len(self.sources(unit)) == 1 else None

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

    # --- What follows a layer ---

    def _follows(self, node: Node, host: Group) -> bool:
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

    def _gather(self) -> Iterator[Group]:
        groups: dict[str, Group] = {}
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

    # --- Repeats ---

    def _fold(self, groups: list[Group]) -> Iterator[Run]:
        at = 0
        while at < len(groups):
            period, count, grows = self._repeat(groups, at)
            rounds = [groups[start : start + period] for start in _starts(at, period, count)]
            yield Run(tuple(Unit(repeats) for repeats in zip(*rounds, strict=True)), grows)
            at += period * count

    def _repeat(self, groups: list[Group], at: int) -> tuple[int, int, int]:
        """The shortest round that repeats from here on: its length, how often, how it grows."""
        for period in range(1, min(LONGEST_PERIOD, (len(groups) - at) // 2) + 1):
            count, grows = self._rounds(groups, at, period)
            if count > 1:
                return period, count, grows
        return 1, 1, 0

    def _rounds(self, groups: list[Group], at: int, period: int) -> tuple[int, int]:
        """How many rounds from here on are exactly the same thing, one behind the other."""
        first = groups[at : at + period]
        entry = self._entry(first)
        if entry is None or not _same_size(self.graph[entry], first[-1][-1]):
            return 1, 0
        grows = first[-1][-1].output.channels - self.graph[entry].output.channels
        count, before = 1, first
        for start in range(at + period, len(groups) - period + 1, period):
            after = groups[start : start + period]
            is_next = self._entry(after) == before[-1][-1].name and self._is_left(before, after)
            growth = after[-1][-1].output.channels - before[-1][-1].output.channels
            if not is_next or growth != grows or not self._same(before, after, first):
                break
            count, before = count + 1, after
        return count, grows

    def _entry(self, groups: Sequence[Group]) -> str | None:
        """The one node outside that feeds a round."""
        own = {node.name for group in groups for node in group}
        outside = {o for name in own for o in self._operands[name]} - own
        return outside.pop() if len(outside) == 1 else None

    def _is_left(self, before: Sequence[Group], after: Sequence[Group]) -> bool:
        """Whether a round's output goes into the next round only, and nothing else leaves it."""
        own = {node.name for group in before for node in group}
        known = own | {node.name for group in after for node in group}
        last = before[-1][-1].name
        return self.graph.output not in own and all(
            set(self._consumers[name]) <= (known if name == last else own) for name in own
        )

    def _same(
        self, before: Sequence[Group], after: Sequence[Group], first: Sequence[Group]
    ) -> bool:
        """Whether two rounds are equal, but for channels that grow with every round."""
        old, new = list(_nodes(before)), list(_nodes(after))
        alone = len(after) == 1
        return (
            [len(group) for group in before] == [len(group) for group in after]
            and self._wiring(first) == self._wiring(after)
            and all(
                self.space(one.name) == self.space(other.name)
                and self._said(one.name) == self._said(other.name)
                and _alike(one, other)
                and _called_alike(one, other, alone)
                for one, other in zip(old, new, strict=True)
            )
        )

    def _wiring(self, groups: Sequence[Group]) -> list[tuple[int, ...]]:
        """For each node of a round, which of its nodes feed it; -1 is what enters the round."""
        places = {node.name: at for at, node in enumerate(_nodes(groups))}
        return [
            tuple(places.get(operand, -1) for operand in self._operands[name]) for name in places
        ]

    # --- Skips ---

    def _skips(self, merge: Unit, sources: list[Unit]) -> Iterator[tuple[int, Style]]:
        """Which operands of a merge are skips: the fork itself, or one projection of it."""
        identities = [
            at
            for at, source in enumerate(sources)
            if self._leads_to(source, sources[:at] + sources[at + 1 :])
        ]
        yield from ((at, Style.IDENTITY) for at in identities)
        if identities or not _is(merge, Add):
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
        return nested + sum(_weighted(step) * step.count for step in path)

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


def own_name(unit: Unit, count: int, block: str) -> str:
    """The name that the author gave an instance, or a row of names where several were folded."""
    repeats = unit.repeats if count > 1 else unit.repeats[:1]
    names = [nodes[0].name.rpartition(".")[2] for nodes in (repeats[0], repeats[-1])]
    given = re.sub(r"_\d+$", "", names[0])
    if names[0].isdigit() or given == block.lower():
        return ""
    return names[0] if count == 1 else f"{names[0]} to {names[1]}"


def _alone(group: Group) -> Run:
    return Run((Unit((group,)),), 0)


def _starts(at: int, period: int, count: int) -> range:
    return range(at, at + period * count, period)


def _nodes(groups: Sequence[Group]) -> Iterator[Node]:
    return (node for group in groups for node in group)


def _alike(one: Node, other: Node) -> bool:
    """Whether two nodes are the same thing, but for the channels that come in and go out."""
    if one is other:
        return True
    if type(one) is not type(other) or not _same_size(one, other):
        return False
    if isinstance(one, LayerNode) and isinstance(other, LayerNode):
        return one.op == other.op
    if isinstance(one, InstanceNode) and isinstance(other, InstanceNode):
        return one.graph is other.graph or _same_graph(one.graph, other.graph)
    return isinstance(one, InputNode)


def _same_graph(one: Graph, other: Graph) -> bool:
    return (
        one.block is other.block
        and one.arguments == other.arguments
        and len(one) == len(other)
        and all(
            left.name == right.name
            and one.operands(left.name) == other.operands(right.name)
            and _alike(left, right)
            for left, right in zip(one, other, strict=True)
        )
    )


def _same_size(one: Node, other: Node) -> bool:
    return one.output.sides[:-1] == other.output.sides[:-1]


def _called_alike(old: Node, new: Node, alone: bool) -> bool:
    """Whether names allow two nodes to be one box.

    Layers that the author named apart are drawn apart. A block's uses may be called anything; what
    repeats as a round of several is called by a number that counts on.
    """
    if alone and isinstance(old, InstanceNode):
        return True
    names = [node.name.rpartition(".")[2] for node in (old, new)]
    if alone:
        return all(map(str.isdigit, names))
    (stem, number), (next_stem, next_number) = map(_counted_name, names)
    return stem == next_stem and next_number == number + 1


def _counted_name(name: str) -> tuple[str, int]:
    """The stem and the number of `layer2`; the compiler numbers `concat`, `concat_2` itself."""
    match = re.fullmatch(r"(.*?)_?(\d*)", name)
    assert match
    return match[1], int(match[2] or 1)


def _is(unit: Unit, *ops: type[Op]) -> bool:
    return isinstance(unit.first, LayerNode) and isinstance(unit.first.op, ops)


def _weighted(unit: Unit) -> int:
    """How many weighted layers the first repeat holds, counted up to two."""
    return sum(1 for _ in islice(_weighted_layers(unit), 2))


def _weighted_layers(unit: Unit) -> Iterator[LayerNode]:
    for node in unit.nodes:
        inner = (n for _, n, _ in node.graph.walk()) if isinstance(node, InstanceNode) else [node]
        yield from (n for n in inner if isinstance(n, LayerNode) and n.op.is_weighted)
