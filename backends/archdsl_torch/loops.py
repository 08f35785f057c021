"""Repeats and `for` in a sequence: the same loop in `__init__` and in `forward`."""

from __future__ import annotations

from collections.abc import Callable

from archdsl.ir import program
from archdsl.ir.evaluate import Value
from archdsl.ops import Shape
from archdsl.symbolic import Number, Symbolic
from archdsl.syntax import tree
from archdsl_torch.closed_forms import LoopShapes, close, probe
from archdsl_torch.code import Carry, Code, Literal, Loop, Text, call
from archdsl_torch.emitter import Emitter
from archdsl_torch.flow import Flow, Place, names_used

Round = Callable[[Emitter, Flow, Place, Value], Flow]
"""Writes one round, given the value of the index."""


def emit_repeat(emitter: Emitter, step: program.RepeatStep, flow: Flow, place: Place) -> Flow:
    """A repeat among members that are called by position."""
    count = emitter.count(step.count)
    values = call("range", Literal(count))

    def once(emitter: Emitter, flow: Flow, place: Place, _: Value) -> Flow:
        return emitter.step(step.member, flow, place)

    return _emit_loop(emitter, emitter.new_index("i"), 0, count - 1, values, once, flow, place)


def emit_for(emitter: Emitter, step: program.ForStep, flow: Flow, place: Place) -> Flow:
    """A `for`; values that are listed are written one after the other."""

    def once(emitter: Emitter, flow: Flow, place: Place, value: Value) -> Flow:
        with emitter.bound(step.variable, value):
            return emitter.body(step.body, flow, place)

    if not isinstance(step.values, tree.Range):
        for value in listed_values(emitter, step):
            flow = once(emitter, emitter.bind(flow), place, value)
        return flow
    index = emitter.new_index(step.variable)
    first, last, values = range_of(emitter, step.values)
    return _emit_loop(emitter, index, first, last, values, once, flow, place)


def range_of(emitter: Emitter, ends: tree.Range) -> tuple[Number, Number, Code]:
    """Both ends of an index that runs through a range, and the code of its values."""
    first, last = emitter.count(ends.first), emitter.count(ends.last)
    return first, last, call("range", *((last + 1,) if first == 0 else (first, last + 1)))


def listed_values(emitter: Emitter, step: program.ForStep) -> list[Value]:
    """The values of an index that are written one by one."""
    assert isinstance(step.values, tuple)
    return [emitter.environment.evaluate(value) for value in step.values]


def loop_shapes(
    emitter: Emitter,
    start: Shape,
    index: str,
    first: Number,
    last: Number,
    try_once: Callable[[Shape], tuple[Shape, set[str]]],
) -> LoopShapes:
    """What a loop does to a shape; `try_once` gives what a round does, and the names it uses."""
    after, used = try_once(probe(start.flat))
    return close(start, after, used, index, first, last, emitter.new_name)


def _emit_loop(
    emitter: Emitter,
    index: str,
    first: Number,
    last: Number,
    values: Code,
    once: Round,
    flow: Flow,
    place: Place,
) -> Flow:
    symbol = Symbolic.variable(index)
    members: Number = 0

    def try_once(shape: Shape) -> tuple[Shape, set[str]]:
        nonlocal members
        scratch = emitter.scratch()
        scratch.loops += 1
        tried = Place(place.containers, place.position)
        after = once(scratch, Flow(Text("x"), shape), tried, symbol).shape
        if place.position is not None and tried.position is not None:
            members = tried.position - place.position
        return after, names_used(scratch.init)

    shapes = loop_shapes(emitter, flow.shape, index, first, last, try_once)
    if shapes.is_written_out:
        assert isinstance(first, int)
        assert isinstance(last, int)
        for value in range(first, last + 1):
            flow = once(emitter, emitter.bind(flow), place, value)
        return flow
    if shapes.is_followed:
        # What is used inside must be seen with the shape of every round, not of the first alone.
        followed = flow.shape
        for value in range(int(first), int(last) + 1):  # type: ignore[arg-type]
            scratch = emitter.scratch()
            scratch.loops += 1
            tried = Place(place.containers, place.position)
            followed = once(scratch, Flow(Text("x"), followed), tried, value).shape
    emitter.init += [Carry(side.name, Literal(side.start)) for side in shapes.carried]
    flow = bind_overwritable(emitter, flow)
    assert flow.variable is not None
    inner = Place(place.containers, place.position, place.numbered)
    if place.position is not None:
        inner.position = place.position + (symbol - first) * members
        place.position = place.position + (last - first + 1) * members
    with emitter.inside_loop(index) as (init, forward):
        end = once(emitter, Flow(flow.code, shapes.enter), inner, symbol)
        emitter.assign(flow.variable, end)
    init += [Carry(side.name, Literal(side.update)) for side in shapes.carried]
    for written, body in ((emitter.init, init), (emitter.forward, forward)):
        if body:
            written.append(Loop(index, values, body))
    return Flow(flow.code, shapes.leave)


def bind_overwritable(emitter: Emitter, flow: Flow) -> Flow:
    """The value in a variable that may be overwritten, by each round or by each path."""
    flow = emitter.bind(flow)
    assert flow.variable is not None
    if not emitter.protected[flow.variable]:
        return flow
    with emitter.protect(flow):
        return emitter.assign(emitter.free_variable(), flow)
