"""Paths that stochastic depth drops, which training then does not compute.

The other paths are summed first. Then `if self.depth.survives():` each such path is added to them.
"""

from __future__ import annotations

from archdsl.ir import program
from archdsl.ir.evaluate import Environment
from archdsl.ops import Add, Op, StochasticDepth
from archdsl_torch.code import Assign, Call, When, call, method
from archdsl_torch.emitter import Emitter
from archdsl_torch.flow import Flow, Place
from archdsl_torch.loops import bind_overwritable
from archdsl_torch.lower import merging_of

Path = tuple[program.Statement, Environment]
"""A path of a merge, and what names mean there."""


def skipped_paths(
    emitter: Emitter, op: Op, paths: list[Path], flow: Flow, place: Place
) -> list[Path]:
    """The paths of a sum that may be left out: the others give a value without them.

    Each ends in STOCHASTIC DEPTH with one draw for the batch, and nothing outside goes on from a
    line inside.
    """
    if not isinstance(op, Add):
        return []
    found = [path for path in paths if _can_be_skipped(emitter, path, flow, place)]
    return found if len(found) < len(paths) else found[1:]


def _can_be_skipped(emitter: Emitter, path: Path, flow: Flow, place: Place) -> bool:
    if not _ends_in_one_draw(path[0]):
        return False
    scratch = emitter.scratch()
    scratch.environment = path[1]
    end = scratch.statement(path[0], flow, place.copy())
    return isinstance(end.code, Call) and scratch.references == emitter.references


def _ends_in_one_draw(statement: program.Statement) -> bool:
    match statement:
        case program.PathStep(body) if body:
            return _ends_in_one_draw(body[-1])
        case program.LineStep(steps, alias=None):
            last = steps[-1]
            return (
                isinstance(last, program.LayerStep)
                and last.op is StochasticDepth
                and "each_sample" not in last.options
                and last.implied is None
            )
        case _:
            return False


def add_skipped(
    emitter: Emitter, op: Op, paths: list[Path], flow: Flow, merged: Flow, place: Place
) -> Flow:
    """`if self.depth.survives(): y = y + path`, for each of the paths."""
    if not paths:
        return merged
    merged = bind_overwritable(emitter, merged)
    assert merged.variable is not None
    outer = emitter.environment
    for path, emitter.environment in paths:
        emitter.branches += 1
        with emitter.protect(flow, merged), emitter.into_new_lists() as (init, forward):
            end = emitter.statement(path, flow, place)
        emitter.branches -= 1
        assert isinstance(end.code, Call)
        member = end.code.function
        term = call(method(member, "scaled"), *end.code.arguments)
        forward.append(Assign(merged.variable, merging_of(op).several([merged.code, term])))
        emitter.init += init
        emitter.forward.append(When(call(method(member, "survives")), forward))
    emitter.environment = outer
    return merged
