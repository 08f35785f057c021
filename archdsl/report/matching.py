"""Which parts of two networks are the same part: by name, and what has no name by position."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archdsl.ir.graph import Graph, LayerNode

Pair = tuple["Part | None", "Part | None"]

MOST = 250_000
"""Pairs of parts that are weighed against each other; longer rows are matched by position."""
_APART = 2.0
"""What it costs to say that one part is gone and another is new."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A layer, or a block or group with its own parts; `name` is its whole path.

    Two parts of one `form` are the same inside, whatever feeds them and whatever they are called.
    """

    name: str
    form: object
    node: LayerNode | None = None
    parts: tuple[Part, ...] = ()

    @property
    def label(self) -> str:
        """The last word of its path."""
        return self.name.rpartition(".")[2]

    @property
    def is_unnamed(self) -> bool:
        """Whether the compiler made the name up: the position, or a weightless layer's word."""
        if self.label.isdigit():
            return True
        if self.node is None or self.node.op.has_weights():
            return False
        word = self.node.op.merge or self.node.op.words[0].split()[-1].lower()
        return bool(re.fullmatch(rf"{re.escape(word)}(_\d+)?", self.label))


def parts_of(flat: Graph) -> tuple[Part, ...]:
    """The parts of a flat graph in its order, those of blocks and groups inside them."""
    nodes = [node for node in flat if isinstance(node, LayerNode)]
    return tuple(_nest(flat, nodes, ""))


def _nest(flat: Graph, nodes: Sequence[LayerNode], prefix: str) -> Iterator[Part]:
    """The parts below a prefix."""
    members: dict[str, list[LayerNode]] = {}
    for node in nodes:
        head = f"{prefix}{node.name.removeprefix(prefix).partition('.')[0]}"
        members.setdefault(head if head in flat.namespaces else node.name, []).append(node)
    for name, inside in members.items():
        if name not in flat.namespaces:
            yield Part(name, inside[0].op, inside[0])
            continue
        parts = tuple(_nest(flat, inside, f"{name}."))
        yield Part(
            name, tuple(("" if p.is_unnamed else p.label, p.form) for p in parts), None, parts
        )


def match(before: Sequence[Part], after: Sequence[Part]) -> Iterator[Pair]:
    """The parts side by side, in order; None stands beside what is only in one of the two.

    What the author named is matched by its name. What lies between is matched so that as little as
    possible has changed.
    """
    known = {part.label: at for at, part in enumerate(after) if not part.is_unnamed}
    named = {
        at: known[part.label]
        for at, part in enumerate(before)
        if not part.is_unnamed and part.label in known
    }
    taken = set(named.values())
    anchors = _increasing(list(named.items()))
    at, other = 0, 0
    for stop, other_stop in [*anchors, (len(before), len(after))]:
        gap = range(at, stop)
        rest = [after[n] for n in range(other, other_stop) if n not in taken]
        yield from _align([before[n] for n in gap if n not in named], rest)
        # A name whose place among the others has changed is the same part all the same.
        yield from ((before[n], after[named[n]]) for n in gap if n in named)
        if stop < len(before):
            yield before[stop], after[other_stop]
        at, other = stop + 1, other_stop + 1


def _increasing(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest row of pairs in which both numbers grow; the first ones grow anyway."""
    ends: list[int] = []
    last: list[int] = []
    previous: list[int] = []
    for index, (_, other) in enumerate(pairs):
        at = bisect_left(ends, other)
        previous.append(last[at - 1] if at else -1)
        ends[at : at + 1], last[at : at + 1] = [other], [index]
    index = last[-1] if last else -1
    found = []
    while index >= 0:
        found.append(pairs[index])
        index = previous[index]
    return found[::-1]


def _align(before: Sequence[Part], after: Sequence[Part]) -> Iterator[Pair]:
    """Parts side by side, by the cheapest way to make one row of the other."""
    head = 0
    while head < min(len(before), len(after)) and before[head].form == after[head].form:
        yield before[head], after[head]
        head += 1
    before, after = before[head:], after[head:]
    tail = 0
    while tail < min(len(before), len(after)) and before[-1 - tail].form == after[-1 - tail].form:
        tail += 1
    end, other_end = len(before) - tail, len(after) - tail
    if end * other_end > MOST:
        yield from _by_position(before[:end], after[:other_end])
    else:
        yield from _cheapest(before[:end], after[:other_end])
    yield from zip(before[end:], after[other_end:], strict=True)


def _by_position(before: Sequence[Part], after: Sequence[Part]) -> Iterator[Pair]:
    for at in range(max(len(before), len(after))):
        one = before[at] if at < len(before) else None
        other = after[at] if at < len(after) else None
        if one and other and _price(one, other) < _APART:
            yield one, other
        else:
            yield from ((part, None) for part in (one,) if part)
            yield from ((None, part) for part in (other,) if part)


def _cheapest(before: Sequence[Part], after: Sequence[Part]) -> Iterator[Pair]:
    """The classic table: costs[i][j] is what the rest behind i and j costs."""
    rows, columns = len(before), len(after)
    costs = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    prices = [[0.0] * columns for _ in range(rows)]
    for i in range(rows, -1, -1):
        for j in range(columns, -1, -1):
            if i == rows or j == columns:
                costs[i][j] = (rows - i + columns - j) * _APART / 2
                continue
            prices[i][j] = _price(before[i], after[j])
            apart = min(costs[i + 1][j], costs[i][j + 1]) + _APART / 2
            costs[i][j] = min(apart, costs[i + 1][j + 1] + prices[i][j])
    i = j = 0
    while i < rows or j < columns:
        if i < rows and j < columns and costs[i][j] == costs[i + 1][j + 1] + prices[i][j]:
            yield before[i], after[j]
            i, j = i + 1, j + 1
        elif j == columns or (i < rows and costs[i][j] == costs[i + 1][j] + _APART / 2):
            yield before[i], None
            i += 1
        else:
            yield None, after[j]
            j += 1


def _price(one: Part, other: Part) -> float:
    """What it costs to say that one part became the other; from `_APART` on it did not."""
    if one.form == other.form:
        return 0.0
    if one.node is None or other.node is None:
        # A group under another name with something else inside is another group.
        is_both = one.node is other.node and one.is_unnamed and other.is_unnamed
        return 1.0 if is_both else 2 * _APART
    if type(one.node.op) is type(other.node.op):
        return 1.0
    return 1.5 if one.node.op.family == other.node.op.family else 2 * _APART
