"""The names that lines of a block go on from, so that `forward` keeps what they stand for."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.ir import program
from archdsl.ir.resolve import members
from archdsl.syntax import tree


def references_of(block: program.Block) -> Iterator[str]:
    """The names that `from`, side heads and arguments that are lines go on from, once a use."""
    for head in block.heads:
        yield _static(head.reference)
    yield from references_in(block.lines)


def references_in(body: program.Body) -> Iterator[str]:
    """Those that stand in a body."""
    for step in members(body):
        if isinstance(step, program.FromStep):
            yield _static(step.reference)
        elif isinstance(step, program.CallStep):
            for name, argument in step.arguments.items():
                if step.block.parameter(name).is_line and isinstance(argument.value, tree.Name):
                    yield argument.value.text


def _static(template: tree.NameTemplate) -> str:
    """A name in the spec, with a star for each number in it."""
    return "".join(part if isinstance(part, str) else "*" for part in template.parts)
