"""What opens and closes beside blocks, as a tree: names over several members, and rounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from archdsl_units.folding import Folded, Run, Unit

from archdsl.syntax.source import Span


@dataclass
class Group:
    """A part of a graph with one way in and one way out; a member is a unit or a group.

    A namespace has its own name. A round of units that repeats has that of its first one; it is
    drawn once and stands for `count`.
    """

    name: str
    label: str
    span: Span
    members: list[Group | Unit] = field(default_factory=list)
    count: int = 1


def members_of(folded: Folded) -> list[Group | Unit]:
    """The units of a graph in the spec's order, those of a group within it.

    A namespace that lines enter from several places, or leave from several, cannot stand in for
    its members, so they stand without it.
    """
    ways = _Ways(folded)
    top: list[Group | Unit] = []
    groups: dict[str, Group] = {}

    def place(space: str) -> list[Group | Unit]:
        """Where the members of a space belong: to the innermost group around them."""
        while space and not ways.is_group(space):
            space = folded.space(space)
        if not space:
            return top
        if space not in groups:
            outer = folded.space(space)
            label = space.removeprefix(f"{outer}.") if outer else space
            groups[space] = Group(space, label, folded.graph.namespaces[space].span)
            place(outer).append(groups[space])
        return groups[space].members

    for run in folded.runs:
        members = place(_around_all(folded, run))
        members += run.units if len(run.units) == 1 else [_round(run)]
    return top


def _round(run: Run) -> Group:
    grows = f", each {run.grows:+} channels" if run.grows else ""
    first = run.units[0].first
    return Group(first.name, f"×{run.count}{grows}", first.span, list(run.units), run.count)


def _around_all(folded: Folded, run: Run) -> str:
    """The innermost namespace that holds all units of a round."""
    first, *others = (list(_spaces(folded, unit.first.name)) for unit in run.units)
    return next((space for space in first if all(space in other for other in others)), "")


def _spaces(folded: Folded, name: str) -> Iterator[str]:
    """The namespaces around a node, the innermost first."""
    while name := folded.space(name):
        yield name


class _Ways:
    """From where lines enter each namespace, and from which of its members they leave it."""

    def __init__(self, folded: Folded) -> None:
        self._enter: dict[str, set[str]] = defaultdict(set)
        self._leave: dict[str, set[str]] = defaultdict(set)
        around = {unit.first.name: set(_spaces(folded, unit.first.name)) for unit in folded.units}
        for link in folded.links:
            before, after = around[link.source], around[link.target]
            for space in after - before:
                self._enter[space].add(link.source)
            for space in before - after:
                self._leave[space].add(link.source)
        last = folded.unit_of[folded.graph.output].first.name
        for space in around[last]:
            self._leave[space].add(last)

    def is_group(self, space: str) -> bool:
        """Whether one line enters a namespace and one leaves it, as with a block."""
        return len(self._enter[space]) == 1 and len(self._leave[space]) == 1
