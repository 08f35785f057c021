"""How long emitted code holds on to what flows into a layer: Python frees no sooner.

A call holds its arguments until it returns, and a line of `forward` the variable that it replaces.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from archdsl.ir.graph import Graph, LayerNode

ROOT = ""
"""The network itself, among the blocks and groups around a layer."""


def releases(flat: Graph) -> dict[str, list[str]]:
    """Path -> the operands that are let go of as soon as it is computed, once for each user."""
    members = {node.name: dict(_members(flat, node.name)) for node in flat}
    lines = _lines(flat, members)
    last_in: dict[object, str] = {}
    for path, around in members.items():
        for member in around.values():
            last_in[member] = last_in[lines[member]] = path
    found: dict[str, list[str]] = defaultdict(list)
    for path, around in members.items():
        for operand in dict.fromkeys(flat.operands(path)):
            theirs = members[operand]
            common = [holder for holder in around if holder in theirs][-1]
            member, line = around[common], lines[around[common]]
            # The members of an `nn.Sequential` follow each other without a line.
            has_lines = common == ROOT or flat.namespaces[common].kind == "block"
            is_replaced = has_lines and line != lines[theirs[common]]
            found[last_in[line if is_replaced else member]].append(operand)
    return found


def _members(flat: Graph, path: str) -> Iterator[tuple[str, str]]:
    """Each block or group around a node, outermost first, and its member on the way there."""
    holder, parts = ROOT, path.split(".")
    for count in range(1, len(parts)):
        name = ".".join(parts[:count])
        if name in flat.namespaces:
            yield holder, name
            holder = name
    yield holder, path


def _lines(flat: Graph, members: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    """Member -> the number of its line, where each round of a loop has lines of its own."""
    lines: dict[str, int] = {}
    last: dict[str, _Line] = {}
    for around in members.values():
        for holder, member in around.items():
            if member in lines:
                continue
            node = None if member in flat.namespaces else flat[member]
            span = flat.namespaces[member].span if node is None else node.span
            # What `after` adds stands where its host does, and is another op.
            step = span.start, type(node.op) if isinstance(node, LayerNode) else None
            line = last.get(holder)
            if line is None or line.place != (span.source.name, span.line) or step in line.steps:
                line = _Line(len(lines), (span.source.name, span.line), set())
            line.steps.add(step)
            last[holder] = line
            lines[member] = line.number
    return lines


class _Line(NamedTuple):
    """A line that a block or a group has come to, and what of it there was already."""

    number: int
    place: tuple[str, int]
    steps: set[object]
