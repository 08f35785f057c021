"""Which parts of two networks are the same part: by name, and what has no name by position."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from archdsl.report.parts import Part, alike, are_alike

Pair = tuple[Part | None, Part | None]
Rows = tuple[tuple[Part, ...], tuple[Part, ...]]
"""Parts of the first network and of the second one."""

MOST = 250_000
"""Pairs of parts that are weighed against each other; longer rows are matched by position."""
DEEPEST = 3
"""How many wrappers inside each other are looked through at once."""
_APART = 2.0
"""What it costs to say that one part is gone and another is new."""


@dataclass(frozen=True, slots=True)
class Matching:
    """Parts side by side, in order; None stands beside what is only in one of the two.

    `wrappers` are groups of either network that the other one does without, though it has what is
    inside. They are in no pair, but their parts are.
    """

    pairs: tuple[Pair, ...]
    wrappers: Rows


def match(before: Sequence[Part], after: Sequence[Part]) -> Matching:
    """Match what the author named by its name, and what lies between by its position.

    A group that is alone is opened where what is inside has its like in the other network.
    """
    rows: Rows = tuple(before), tuple(after)
    found: Rows = (), ()
    while True:
        pairs = tuple(_side_by_side(*rows))
        wrappers = _wrappers(pairs)
        if not any(wrappers):
            return Matching(pairs, found)
        rows = _opened(rows[0], wrappers[0]), _opened(rows[1], wrappers[1])
        found = found[0] + wrappers[0], found[1] + wrappers[1]


def _wrappers(pairs: Sequence[Pair]) -> Rows:
    """The groups that nothing stands beside, but that something would if they were open."""
    alone = [one for one, other in pairs if one and not other]
    others = [other for one, other in pairs if other and not one]
    # Inside one wrapper first, then inside wrappers in it.
    for depth in range(1, DEEPEST + 1):
        wrappers = _proven(alone, others, depth), _proven(others, alone, depth)
        if any(wrappers):
            return wrappers
    return _shared(alone, others), _shared(others, alone)


def _proven(row: Sequence[Part], others: Sequence[Part], depth: int) -> tuple[Part, ...]:
    """Groups half of which has its like in the other row, or which have by name half of that row.

    Only names are proof of that: a small row is soon found in a large group.
    """
    groups = [part for part in row if not part.is_layer]
    group_of = {part: group for group in groups for part in _inside(group, depth)}
    inside, named = Counter[Part](), Counter[Part]()
    for part, like, degree in alike(group_of, others):
        group = group_of[part]
        # A layer that became a block of its name is the layer of its kind in there.
        is_heir = like.label == group.label and like.outline == part.outline
        inside[group] += part.size * (2 if is_heir else degree)
        named[group] += like.size * (like.label == part.label and not part.is_unnamed)
    rest = sum(part.size for part in others)
    return tuple(g for g in groups if inside[g] >= g.size or (rest and 2 * named[g] >= rest))


def _shared(row: Sequence[Part], others: Sequence[Part]) -> tuple[Part, ...]:
    """Groups half of which is in groups of the other row, by names that come once on each side."""
    inside = [part for group in row for part in group.parts]
    names = _names([part for group in others for part in group.parts])
    shared = {inside[at] for name, at in _names(inside).items() if name in names}
    return tuple(
        group
        for group in row
        if not group.is_layer
        and 2 * sum(part.size for part in group.parts if part in shared) >= group.size
    )


def _inside(group: Part, depth: int) -> Iterator[Part]:
    """The parts of a group so many levels below it, and the layers above them."""
    for part in group.parts:
        if depth > 1 and not part.is_layer:
            yield from _inside(part, depth - 1)
        else:
            yield part


def _opened(row: Sequence[Part], groups: Collection[Part]) -> tuple[Part, ...]:
    """The row with parts in the place of these groups."""
    return tuple(chain.from_iterable(part.parts if part in groups else (part,) for part in row))


def _side_by_side(before: Sequence[Part], after: Sequence[Part]) -> Iterator[Pair]:
    """The pairs of two rows. Between names, as little as possible has changed."""
    known = _names(after)
    named = {at: known[name] for name, at in _names(before).items() if name in known}
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


def _names(row: Sequence[Part]) -> dict[tuple[str, bool], int]:
    """Where the parts are that the author named; a layer and a group do not share a name.

    Where groups are open, a label that comes twice names nothing.
    """
    found: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for at, part in enumerate(row):
        if not part.is_unnamed:
            found[part.label, part.is_layer].append(at)
    return {name: places[0] for name, places in found.items() if len(places) == 1}


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
    marks, others = ([(p.form, p.is_unnamed) for p in parts] for parts in (before, after))
    known: dict[object, float] = {}  # Long rows are most often many parts of few forms.
    for i in range(rows, -1, -1):
        for j in range(columns, -1, -1):
            if i == rows or j == columns:
                costs[i][j] = (rows - i + columns - j) * _APART / 2
                continue
            if (key := (marks[i], others[j])) not in known:
                known[key] = _price(before[i], after[j])
            prices[i][j] = known[key]
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
        is_same = one.node is other.node and (
            (one.is_unnamed and other.is_unnamed) or are_alike(one, other)
        )
        return 1.0 if is_same else 2 * _APART
    if type(one.node.op) is type(other.node.op):
        return 1.0
    return 1.5 if one.node.op.family == other.node.op.family else 2 * _APART
