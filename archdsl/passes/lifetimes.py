"""How long emitted code holds on to what flows into a layer: Python frees no sooner.

A call holds its arguments until it returns, and a line of `forward` the variable that it replaces.
What a later line goes on from by name has a variable of its own, which lives as long as the call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from archdsl.ir.graph import Graph, LayerNode
from archdsl.syntax.source import Span

ROOT = ""
"""The network itself, among the blocks and groups around a layer."""


def releases(flat: Graph) -> dict[str, list[str]]:
    """Path -> the operands that are let go of as soon as it is computed, once for each user."""
    members = {node.name: dict(_members(flat, node.name)) for node in flat}
    lines = _lines(flat, members)
    last_in: dict[object, str] = {}
    for path, around in members.items():
        last_in[ROOT] = path
        for member in around.values():
            last_in[member] = last_in[lines[member]] = path
    found: dict[str, list[str]] = defaultdict(list)
    for path, around in members.items():
        for operand in dict.fromkeys(flat.operands(path)):
            theirs = members[operand]
            common = _common(around, theirs)
            if (common, operand) in flat.named:
                found[last_in[common]].append(operand)
                continue
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


def _common(around: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """The innermost block or group that is around both."""
    return [holder for holder in around if holder in theirs][-1]


def _lines(flat: Graph, members: Mapping[str, Mapping[str, str]]) -> dict[str, _Line]:
    """Member -> its line of code, where each round of a loop has lines of its own."""
    lines: dict[str, _Line] = {}
    last: dict[str, _Line] = {}
    for around in members.values():
        for holder, member in around.items():
            if member in lines:
                continue
            node = None if member in flat.namespaces else flat[member]
            span = flat.namespaces[member].span if node is None else node.span
            op = node.op if isinstance(node, LayerNode) else None
            # What `after` adds stands where its host does, and is another op.
            step = span.start, type(op) if op is not None else None
            line = last.get(holder)
            if line is None or line.place != (span.source.name, span.line) or step in line.steps:
                is_in_block = holder != ROOT and flat.namespaces[holder].kind == "block"
                line = _Line((span.source.name, span.line), _indent(span), is_in_block, line)
            line.steps.add(step)
            line.applies_functions &= op is not None and op.is_neutral and not op.has_weights()
            lines[member] = last[holder] = line
    for path in members:
        _join_paths(flat, path, members, lines)
    return {member: line.written() for member, line in lines.items()}


def _join_paths(
    flat: Graph, merge: str, members: Mapping[str, Mapping[str, str]], lines: Mapping[str, _Line]
) -> None:
    """The last lines of paths are written in the line that joins them.

    Behind one of them may stand a path of several lines: then it must be computed before.
    """
    operands = tuple(dict.fromkeys(flat.operands(merge)))
    below: _Line | None = None
    for operand in reversed(operands if len(operands) > 1 else ()):
        if len(list(flat.users(operand))) > 1:
            continue
        holder = _common(members[merge], members[operand])
        line, joining = lines[members[operand][holder]], lines[members[merge][holder]]
        if line.indent <= joining.indent or (below is not None and below.above is not line):
            return
        line.joined_in, below = joining, line


def _indent(span: Span) -> int:
    """How far in the line of the spec begins."""
    text = span.source.line(span.line)
    return len(text) - len(text.lstrip())


@dataclass(eq=False, repr=False)
class _Line:
    """A line that a block or a group has come to, and what of it there was already."""

    place: tuple[str, int]
    indent: int
    is_in_block: bool
    above: _Line | None
    applies_functions: bool = True
    joined_in: _Line | None = None
    steps: set[object] = field(default_factory=set)

    def written(self) -> _Line:
        """The line whose line of code this is in.

        In a block, what only applies activations and their like shares the line above.
        """
        line = self
        while True:
            above = line.above
            if line.joined_in is not None and line.joined_in is not line:
                line = line.joined_in
            elif (
                above is not None
                and line.is_in_block
                and line.applies_functions
                and above.indent == line.indent
            ):
                line = above
            else:
                return line
