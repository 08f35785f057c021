"""What differs between two networks, as structure: what was added, removed, changed or moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from archdsl.ir.evaluate import show
from archdsl.ir.graph import Graph, InstanceNode, LayerNode
from archdsl.ir.names import INPUT
from archdsl.ops import Add, Multiply, Op
from archdsl.passes import Totals
from archdsl.report.describe import describe_call, describe_op, written
from archdsl.report.matching import Matching, match
from archdsl.report.parts import Part, parts_of
from archdsl.report.summary import Summarized
from archdsl.report.text import counted

NETWORK = ""
"""The place that is no block: the network itself."""


class Kind(StrEnum):
    """What became of a part."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    """An option left one layer for another one of its block: the path and where it leads to."""
    RENAMED = "renamed"
    REWIRED = "rewired"
    """The same part, fed by something else."""
    WRAPPED = "wrapped"
    """Parts that are inside a block or group which was not there."""
    UNWRAPPED = "unwrapped"
    """A block or group that is gone while its parts are still there."""


class Field(NamedTuple):
    """One option of a layer with both values, as an author writes them."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `path` is the part's path in its place: in the first network, if it is there.

    `to` is the second path of what moved or was renamed. `before` and `after` say what the part is
    where the fields do not; a moved field has its new and its old owner's size there.
    """

    kind: Kind
    path: str
    to: str = ""
    before: str = ""
    after: str = ""
    fields: tuple[Field, ...] = ()


class Place(NamedTuple):
    """A use of a block that holds changes, with its call in both networks; or the network.

    `to` is its path in the second network.
    """

    path: str
    before: str = ""
    after: str = ""
    to: str = ""

    @property
    def roots(self) -> tuple[str, str]:
        """What the paths of its parts begin with in both networks."""
        return f"{self.path}." if self.path else "", f"{self.to}." if self.to else ""


@dataclass(frozen=True, slots=True)
class Finding:
    """The same changes in one or several places."""

    places: tuple[Place, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """What leads from one network to another, and both of them.

    `partners` are the layers and inputs of the first network with their likes in the second.
    """

    before: Summarized
    after: Summarized
    findings: tuple[Finding, ...]
    partners: Mapping[str, str]

    @property
    def is_same(self) -> bool:
        """Whether the two are one network: the same layers of the same names, fed alike."""
        return not self.findings

    @property
    def totals(self) -> tuple[Totals, Totals]:
        """The figures of both."""
        return self.before.facts.totals, self.after.facts.totals

    def text(self) -> str:
        """What `archdsl diff` prints."""
        from archdsl.report.difference_text import difference_text

        return difference_text(self)

    def json(self) -> str:
        """Everything for programs."""
        from archdsl.report.difference_text import difference_json

        return difference_json(self)


def diff(before: Summarized, after: Summarized) -> Difference:
    """What differs between two networks, matched by name and then by position."""
    comparer = _Comparer(before, after)
    return Difference(before, after, tuple(comparer.findings()), comparer.partners)


class _Comparer:
    def __init__(self, before: Summarized, after: Summarized) -> None:
        self._flats = before.facts.flat, after.facts.flat
        self._blocks = _blocks(before.graph), _blocks(after.graph)
        # The network itself is told of first.
        self._changes: dict[Place, list[Change]] = defaultdict(list, {Place(NETWORK): []})
        inputs = zip(*(flat.inputs for flat in self._flats), strict=False)
        self.partners = {one.name: other.name for one, other in inputs}
        self._place_of: dict[str, Place] = {}
        self._ops: dict[tuple[Place, str], tuple[Op, Op]] = {}

    def findings(self) -> Iterator[Finding]:
        """The changes, those that are alike in several places once."""
        network = Place(NETWORK)
        self._compare_inputs(network)
        self._compare(match(*parts_of(*self._flats)), network)
        self._compare_wiring(network)
        self._compare_heads(network)
        alike: dict[tuple[Change, ...], list[Place]] = {}
        for place, changes in self._changes.items():
            ops = {path: ops for (where, path), ops in self._ops.items() if where == place}
            found = tuple(_with_moves(_with_runs(changes), ops))
            alike.setdefault(found, []).append(place)
        for found, places in alike.items():
            if found:
                yield Finding(tuple(places), found)

    def _compare_inputs(self, network: Place) -> None:
        one, other = (flat.inputs[0] for flat in self._flats)
        if one.output != other.output:
            said = str(one.output), str(other.output)
            self._changes[network].append(Change(Kind.CHANGED, one.name, "", *said))

    def _compare(self, matching: Matching, place: Place) -> None:
        """Compare parts that stand in one place."""
        self._say_wrappers(matching, place)
        for pair in matching.pairs:
            match pair:
                case Part() as one, Part() as other if (one.node is None) == (other.node is None):
                    self._compare_pair(one, other, place)
                case one, other:
                    if one is not None:
                        self._say_alone(Kind.REMOVED, one, 0, place)
                    if other is not None:
                        self._say_alone(Kind.ADDED, other, 1, place)

    def _compare_pair(self, one: Part, other: Part, place: Place) -> None:
        path = one.name.removeprefix(place.roots[0])
        if one.label != other.label and not (one.is_unnamed and other.is_unnamed):
            to = other.name.removeprefix(place.roots[1])
            self._changes[place].append(Change(Kind.RENAMED, path, to))
        if one.node is not None and other.node is not None:
            self.partners[one.name] = other.name
            self._place_of[one.name] = place
            if one.form != other.form:
                self._ops[place, path] = one.node.op, other.node.op
                self._changes[place].append(self._changed(path, one.node, other.node))
            return
        blocks = [blocks.get(p.name) for blocks, p in zip(self._blocks, (one, other), strict=True)]
        if blocks[0] and blocks[1]:
            calls = [describe_call(block.graph) for block in blocks if block]
            place = Place(one.name, before=calls[0], after=calls[1], to=other.name)
        self._compare(match(one.parts, other.parts), place)

    def _say_wrappers(self, matching: Matching, place: Place) -> None:
        """Which parts a wrapper has put around them, or has left behind."""
        kept = [(one.name, other.name) for one, other in matching.pairs if one and other]
        for side, other in ((0, 1), (1, 0)):
            for part in matching.wrappers[side]:
                inside = [pair[other] for pair in kept if pair[side].startswith(f"{part.name}.")]
                if not inside:
                    continue  # All of it is said to be alone.
                block = self._blocks[side].get(part.name)
                said = block.graph.name if block else "a group"
                path = part.name.removeprefix(place.roots[side])
                parts = _span(inside, place.roots[other])
                self._changes[place].append(
                    Change(Kind.WRAPPED, parts, path, after=said)
                    if side
                    else Change(Kind.UNWRAPPED, path, parts, before=said)
                )

    def _changed(self, path: str, one: LayerNode, other: LayerNode) -> Change:
        if type(one.op) is type(other.op):
            return Change(Kind.CHANGED, path, fields=tuple(_fields(one.op, other.op)))
        return Change(Kind.CHANGED, path, "", self._said(one, 0), self._said(other, 1))

    def _say_alone(self, kind: Kind, part: Part, side: int, place: Place) -> None:
        """A part that is in one network only, as one thing with all that is inside."""
        block = self._blocks[side].get(part.name)
        if block is not None:
            what = describe_call(block.graph)
        elif part.node is not None:
            what = self._said(part.node, side)
        else:
            what = f"a group of {counted(len(part.parts), 'part')}"
        path = part.name.removeprefix(place.roots[side])
        said = (what, "") if kind is Kind.REMOVED else ("", what)
        self._changes[place].append(Change(kind, path, "", *said))

    def _said(self, node: LayerNode, side: int) -> str:
        return describe_op(node.op, self._flats[side].operand_shapes(node.name))

    def _compare_wiring(self, network: Place) -> None:
        """Say which parts, though the same, are fed by others; what was only put between is not."""
        one, other = self._flats
        partners = set(self.partners.values())
        for name, partner in self.partners.items():
            before, after = _feeds(one, name, self.partners), _feeds(other, partner, partners)
            if before is None or after is None:
                continue  # A merge that came or went; that is said already.
            expected, found = [self.partners[feed] for feed in before], list(after)
            if isinstance(node := one[name], LayerNode) and isinstance(node.op, Add | Multiply):
                expected, found = sorted(expected), sorted(found)
            if expected != found:
                place = self._place_of[name]
                texts = tuple(map(_listed, (before, after), place.roots))
                if texts[0] == texts[1]:  # Both come from outside, so only whole names tell.
                    texts = ", ".join(before), ", ".join(after)
                field = Field("input", *texts)
                path = name.removeprefix(place.roots[0])
                self._changes[place].append(Change(Kind.REWIRED, path, fields=(field,)))
        ends = [
            _through(flat, flat.output, known)
            for flat, known in ((one, set(self.partners)), (other, partners))
        ]
        if None not in ends and self.partners[str(ends[0])] != ends[1]:
            self._changes[network].append(
                Change(Kind.REWIRED, "output", fields=(Field("input", *map(str, ends)),))
            )

    def _compare_heads(self, network: Place) -> None:
        """The weights of side heads; a head that came or went shows in its layers."""
        heads, others = (flat.heads for flat in self._flats)
        for name in (name for name in heads if name in others):
            weights = show(heads[name].weight), show(others[name].weight)
            if weights[0] != weights[1]:
                change = Change(Kind.CHANGED, name, fields=(Field("weight", *weights),))
                self._changes[network].append(change)


def _blocks(graph: Graph) -> Mapping[str, InstanceNode]:
    return {path: node for path, node, _ in graph.walk() if isinstance(node, InstanceNode)}


def _fields(one: Op, other: Op) -> Iterator[Field]:
    for name in type(one).model_fields:
        if getattr(one, name) != getattr(other, name):
            yield Field(name, *(option_of(op, name) for op in (one, other)))


def option_of(op: Op, field: str) -> str:
    """An option of a layer as differences say it."""
    return "none" if getattr(op, field) is None else written(op, field)


def _feeds(flat: Graph, name: str, known: Container[str]) -> list[str] | None:
    found = [_through(flat, operand, known) for operand in flat.operands(name)]
    return None if None in found else [str(feed) for feed in found]


def _through(flat: Graph, name: str, known: Container[str]) -> str | None:
    """A matched node, or what a row of unmatched ones before it is fed by; None at a merge."""
    while name not in known:
        operands = flat.operands(name)
        if len(operands) != 1:
            return None
        (name,) = operands
    return name


def _span(names: Sequence[str], root: str) -> str:
    """`conv1..layer4`: the first and the last of some parts."""
    first, last = names[0].removeprefix(root), names[-1].removeprefix(root)
    parent = f"{first.rpartition('.')[0]}."
    return first if first == last else f"{first}..{last.removeprefix(parent)}"


def _listed(feeds: Sequence[str], root: str) -> str:
    """What feeds a part; to a block, all that comes from outside is its input."""
    return ", ".join(feed.removeprefix(root) if feed.startswith(root) else INPUT for feed in feeds)


def _with_runs(changes: Iterable[Change]) -> Iterator[Change]:
    """Parts of one form that came or went and are counted on from each other are said together.

    `unit.3..5: 3 x Unit(16)`, also where other parts come and go between them.
    """
    runs: list[list[Change]] = []
    ends: dict[object, list[Change]] = {}  # What goes on a run -> that run.
    for change in changes:
        stem, number = _counted(change)
        alike = replace(change, path=stem)
        run = ends.pop((alike, number), None)
        if run is None:
            runs.append(run := [])
        run.append(change)
        if number is not None:
            ends[alike, number + 1] = run
    return (run[0] if len(run) == 1 else _joined(run) for run in runs)


def _counted(change: Change) -> tuple[str, int | None]:
    """The stem and the number of the path of what came or went; no number where it has none."""
    stem = change.path.rstrip("0123456789")
    if change.kind not in (Kind.ADDED, Kind.REMOVED) or stem == change.path:
        return change.path, None
    return stem, int(change.path[len(stem) :])


def _joined(run: Sequence[Change]) -> Change:
    _, last = _counted(run[-1])
    before, after = (said and f"{len(run)} x {said}" for said in (run[0].before, run[0].after))
    return replace(run[0], path=f"{run[0].path}..{last}", before=before, after=after)


def _with_moves(changes: Iterable[Change], ops: Mapping[str, tuple[Op, Op]]) -> Iterator[Change]:
    """Where one layer gives up what another one takes, that is a move and no two changes."""
    pending = list(changes)
    while pending:
        change = pending.pop(0)
        for field in change.fields if _is_of(change, ops) else ():
            opposite = Field(field.name, field.after, field.before)
            takers = [other for other in pending if _is_of(other, ops) and opposite in other.fields]
            default = type(ops[change.path][0]).model_fields[field.name].default
            is_lost = [getattr(op, field.name) == default for op in ops[change.path]]
            # Only what is no default has a place that it can leave.
            if len(takers) != 1 or not any(is_lost):
                continue
            ends = (change, takers[0]) if is_lost[1] else (takers[0], change)
            before, after = (_size(ops[end.path][0]) for end in ends)
            value = field.before if is_lost[1] else field.after
            moved = (Field(field.name, value, value),)
            yield Change(Kind.MOVED, ends[0].path, ends[1].path, before, after, moved)
            pending[pending.index(takers[0])] = _without(takers[0], field.name)
            change = _without(change, field.name)
        if change.fields or change.before or change.after or change.kind is not Kind.CHANGED:
            yield change


def _is_of(change: Change, ops: Mapping[str, tuple[Op, Op]]) -> bool:
    """Whether a change is one of a layer's options."""
    return change.kind is Kind.CHANGED and change.path in ops


def _without(change: Change, name: str) -> Change:
    return replace(change, fields=tuple(field for field in change.fields if field.name != name))


def _size(op: Op) -> str:
    """`3x3` of what has a kernel, else the layer word: enough to know which layer is meant."""
    kernel = getattr(op, "kernel", None)
    return show(kernel) if kernel is not None else op.words[0]
