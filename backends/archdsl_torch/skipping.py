"""Paths that stochastic depth drops, which training then does not compute.

The other paths are summed first. Then `if self.depth.survives():` each such path is added to them.
"""

from __future__ import annotations

from typing import NamedTuple

from archdsl.ir import program
from archdsl.ir.evaluate import Environment
from archdsl.ops import Add, Op, StochasticDepth
from archdsl_torch.code import Assign, Call, Statement, When, call, method, walk
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
    statement, environment = path
    last = _last_layer(statement)
    if last is None or last.op is not StochasticDepth or last.implied is not None:
        return False
    scratch = emitter.scratch()
    scratch.environment = environment
    op = scratch.build(last, flow.shape)
    assert isinstance(op, StochasticDepth)
    scratch.statement(statement, flow, place.copy())
    names = scratch.references.keys() - emitter.references.keys()
    is_needed = emitter.is_needed_behind(statement, names)
    return not (op.each_sample or op.survival == 1 or is_needed)


def _last_layer(statement: program.Statement) -> program.LayerStep | None:
    match statement:
        case program.PathStep(body) if body:
            return _last_layer(body[-1])
        case program.LineStep((*_, program.LayerStep() as last)):
            return last
        case _:
            return None


class Skipped(NamedTuple):
    """A path that was followed, but is not yet added: what computes it, and what it gives."""

    forward: list[Statement]
    end: Call


def write_skipped(emitter: Emitter, path: program.Statement, flow: Flow, place: Place) -> Skipped:
    """Construct the members of a path where the spec has them, and keep what computes it."""
    emitter.branches += 1
    with emitter.into_new_lists() as (init, forward):
        end = emitter.statement(path, flow, place)
    emitter.branches -= 1
    emitter.init += init
    assert isinstance(end.code, Call)
    return Skipped(forward, end.code)


def add_skipped(emitter: Emitter, op: Op, merged: Flow, paths: list[Skipped]) -> Flow:
    """`if self.depth.survives(): y = y + path`, for each of the paths."""
    if not paths:
        return merged
    written = [s.target for path in paths for s in walk(path.forward) if isinstance(s, Assign)]
    emitter.protected.update(written)
    merged = bind_overwritable(emitter, merged)
    emitter.protected.subtract(written)
    assert merged.variable is not None
    for forward, end in paths:
        term = call(method(end.function, "scaled"), *end.arguments)
        total = merging_of(op).several([merged.code, term])
        forward.append(Assign(merged.variable, total))
        emitter.forward.append(When(call(method(end.function, "survives")), forward))
    return merged
