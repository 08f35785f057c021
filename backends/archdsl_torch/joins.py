"""Which lines end in a join, so that another join absorbs it, and by which rule it drops paths."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.ir import program
from archdsl.ops import Mean, Op
from archdsl_torch.emitter import Emitter
from archdsl_torch.signatures import Unwritable, depends


def last_joins(
    body: program.Body, seen: frozenset[program.Block] = frozenset()
) -> Iterator[tuple[program.MergeStep, bool]]:
    """The joins that a body may end in, and whether each is written in the body itself."""
    match body[-1] if body else None:
        case program.MergeStep(op=op) as step if op is Mean:
            yield step, not seen
        case program.IfStep(_, then, otherwise):
            yield from last_joins(then, seen)
            yield from last_joins(otherwise, seen)
        case program.LineStep(steps) if steps:
            last = steps[-1]
            member = last.member if isinstance(last, program.RepeatStep) else last
            if isinstance(member, program.CallStep) and member.block not in seen:
                yield from last_joins(member.block.body, seen | {member.block})
        case program.NamespaceStep() | program.PathStep() | program.ForStep() as statement:
            yield from last_joins(statement.body, seen)


def ends_in_join(body: program.Body) -> bool:
    """Whether a body ends in a join, or may."""
    return any(True for _ in last_joins(body))


def rule_of(emitter: Emitter) -> Mean:
    """The rule of the join that the emitter's block ends in.

    Raises `Unwritable` where it depends on which join that is, or on another block's parameters.
    """
    block = emitter.signature.block
    rules: list[Op] = []
    for join, is_own in last_joins(block.body):
        expressions = [option.expression for option in join.options.values()]
        if not is_own and any(each is not None and depends(each) for each in expressions):
            raise Unwritable(
                f"`{block.name}` ends in the join in line {join.span.line}, whose rates depend on "
                "the parameters of another block"
            )
        rule = emitter.build(join, emitter.signature.shape_of("input"))
        if rule not in rules:
            rules.append(rule)
    if len(rules) > 1:
        raise Unwritable(f"`{block.name}` ends in joins with different rates")
    assert isinstance(rules[0], Mean)
    return rules[0]
