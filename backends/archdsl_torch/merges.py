"""Merges: paths written side by side, or gathered in a list where only a parameter counts them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from archdsl.ir import program
from archdsl.ir.evaluate import Environment
from archdsl.ops import Add, Mean, Multiply, Op
from archdsl.symbolic import Condition, negate
from archdsl.syntax import tree
from archdsl_torch.code import Assign, walk
from archdsl_torch.emitter import Emitter
from archdsl_torch.flow import Flow, Place, add_branch
from archdsl_torch.gathering import gather, is_uneven
from archdsl_torch.joins import ends_in_join
from archdsl_torch.loops import bind_overwritable
from archdsl_torch.lower import merging_of
from archdsl_torch.rules import drops_columns
from archdsl_torch.skipping import Path, Skipped, add_skipped, skipped_paths, write_skipped


def emit_merge(emitter: Emitter, step: program.MergeStep, flow: Flow, place: Place) -> Flow:
    """The paths, all fed with the same value, and what joins them."""
    flow = emitter.bind(flow)
    op = emitter.build(step, flow.shape)
    paths = list(known_paths(step.paths, emitter.environment))
    if len(paths) > 1 and drops_columns(op):
        return gather(emitter, step, op, flow, place)
    if step.op is Mean and any(ends_in_join((path,)) for path, _ in paths):
        return gather(emitter, step, op, flow, place)
    uneven = [path for path, _ in paths if isinstance(path, program.ForStep) or is_uneven(path)]
    sure = [entry for entry in paths if entry[0] not in uneven]
    are_optional = sure and all(map(_is_optional, uneven))
    if uneven and not (step.op in (Add, Multiply) and are_optional):
        return gather(emitter, step, op, flow, place)
    with emitter.protect(flow):
        if not uneven:
            skipped = skipped_paths(emitter, op, paths, flow, place)
            return _written(emitter, op, paths, flow, place, skipped)
        merged = _written(emitter, op, sure, flow, place)
        return _with_optional(emitter, op, uneven, flow, merged, place)


def known_paths(paths: program.Body, environment: Environment) -> Iterator[Path]:
    """The paths and what names mean there, through all that is decided or listed already."""
    for path in paths:
        if isinstance(path, program.IfStep):
            condition = environment.truth(path.condition)
            if isinstance(condition, bool):
                yield from known_paths(path.then if condition else path.otherwise, environment)
                continue
        if isinstance(path, program.ForStep) and not isinstance(path.values, tree.Range):
            for value in path.values:
                inner = environment.bind(path.variable, environment.evaluate(value))
                yield from known_paths(path.body, inner)
            continue
        yield path, environment


def _is_optional(path: program.Statement) -> bool:
    """Whether a choice is between one path and none."""
    if not isinstance(path, program.IfStep) or (path.then and path.otherwise):
        return False
    inside = path.then or path.otherwise
    return len(inside) == 1 and not isinstance(inside[0], program.IfStep | program.ForStep)


def _with_optional(
    emitter: Emitter,
    op: Op,
    paths: list[program.Statement],
    flow: Flow,
    merged: Flow,
    place: Place,
) -> Flow:
    """`if condition: y = y + path`, for each path that may be missing."""
    merged = bind_overwritable(emitter, merged)
    assert merged.variable is not None
    for path in paths:
        assert isinstance(path, program.IfStep)
        truth = emitter.environment.truth(path.condition)
        condition = truth if path.then else negate(truth)
        assert isinstance(condition, Condition)
        emitter.branches += 1
        with emitter.protect(flow, merged), emitter.into_new_lists() as (init, forward):
            end = emitter.statement((path.then or path.otherwise)[0], flow, place)
        emitter.branches -= 1
        both = merging_of(op).several([merged.code, end.code])
        forward.append(Assign(merged.variable, both))
        add_branch(emitter.init, condition, init, [])
        add_branch(emitter.forward, condition, forward, [])
    return merged


def _written(
    emitter: Emitter,
    op: Op,
    paths: list[Path],
    flow: Flow,
    place: Place,
    skipped: Collection[Path] = (),
) -> Flow:
    """`a(x) + b(x)`; what may be skipped is added last."""
    ends: list[Flow] = []
    held: list[str] = []
    last: list[Skipped] = []
    outer = emitter.environment
    for path, emitter.environment in paths:
        if (path, emitter.environment) in skipped:
            last.append(write_skipped(emitter, path, flow, place))
            continue
        with emitter.into_new_lists() as (init, forward):
            end = emitter.statement(path, flow, place)
        if forward:
            # What is computed first must be written first, into variables that the path spares.
            spared = [s.target for s in walk(forward) if isinstance(s, Assign)]
            emitter.protected.update(spared)
            for at, earlier in enumerate(ends):
                ends[at] = emitter.bind(earlier)
                held.extend(ends[at].variables())
                emitter.protected.update(ends[at].variables())
            emitter.protected.subtract(spared)
        emitter.init += init
        emitter.forward += forward
        held.extend(end.variables())
        emitter.protected.update(end.variables())
        ends.append(end)
    emitter.environment = outer
    emitter.protected.subtract(held)
    merged = ends[0]
    if len(ends) > 1:
        shape = op.infer(tuple(end.shape for end in ends))
        merged = Flow(merging_of(op).several([end.code for end in ends]), shape)
    return add_skipped(emitter, op, merged, last)
