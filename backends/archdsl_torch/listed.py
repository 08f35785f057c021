"""Merges whose paths only the constructor can count: `forward` gathers them in a list."""

from __future__ import annotations

from archdsl.ir import program
from archdsl.ops import Concat, Shape
from archdsl.ops.merge import plainer
from archdsl.symbolic import Number, Sum, Symbolic, choose
from archdsl_torch.code import (
    Assign,
    Code,
    Comprehension,
    Do,
    Items,
    Loop,
    Printer,
    Text,
    call,
)
from archdsl_torch.emitter import Emitter, Flow, Place, branch_of
from archdsl_torch.signatures import Unwritable


def gather_paths(
    emitter: Emitter, step: program.MergeStep, flow: Flow, place: Place
) -> tuple[Code, Shape]:
    """The list of the paths' outputs, and the shape that the merge gives."""
    if place.position is not None:
        raise Unwritable(
            f"`{step.op.merge}:` in line {step.span.line} has a number of paths that depends on "
            "parameters, and its members are called by position: put it into a block"
        )
    gatherer = _Gatherer(emitter, step, flow, place)
    if len(step.paths) == 1 and isinstance(step.paths[0], program.ForStep):
        listed = gatherer.comprehension(step.paths[0])
        if listed is not None:
            return listed, gatherer.shape()
    variable = emitter.new_name("paths")
    emitter.forward.append(Assign(variable, Items(()), annotation="list[Tensor]"))
    gatherer.append(step.paths, variable)
    return Text(variable), gatherer.shape()


class _Gatherer:
    """Writes the paths of one merge, and adds up what they give."""

    def __init__(self, emitter: Emitter, step: program.MergeStep, flow: Flow, place: Place) -> None:
        self.emitter, self.step, self.flow, self.place = emitter, step, flow, place
        self.ends: list[Shape] = []
        self.channels: Number = 0

    def shape(self) -> Shape:
        """The merge's output."""
        if not self.ends:
            raise Unwritable(f"no path of `{self.step.op.merge}:` in line {self.step.span.line}")
        end = self.ends[0]
        for other in self.ends[1:]:
            end = plainer(end, other)
        if self.step.op is not Concat:
            return end
        return Shape(end.height, end.width, self.channels, end.flat)  # type: ignore[arg-type]

    def append(self, paths: program.Body, variable: str) -> None:
        """`paths.append(...)` for each path, inside branches and loops where they stand in them."""
        for path in paths:
            match path:
                case program.IfStep():
                    self._branch(path, variable)
                case program.ForStep():
                    self._loop(path, variable)
                case _:
                    end = self.emitter.statement(path, self.flow, self.place)
                    self.emitter.forward.append(Do(call(f"{variable}.append", end.code)))
                    self._note(end.shape)

    def _note(self, end: Shape) -> None:
        self.ends.append(end)
        self.channels = self.channels + end.channels

    def _branch(self, step: program.IfStep, variable: str) -> None:
        emitter = self.emitter
        condition = emitter.environment.truth(step.condition)
        if isinstance(condition, bool):
            self.append(step.then if condition else step.otherwise, variable)
            return
        before, counted, written = self.channels, [], []
        for body in (step.then, step.otherwise):
            self.channels = before
            with emitter.into_new_lists() as lists:
                self.append(body, variable)
            counted.append(self.channels)
            written.append(lists)
        self.channels = choose(condition, counted[0], counted[1])
        for at, target in ((0, emitter.init), (1, emitter.forward)):
            branch = branch_of(condition, written[0][at], written[1][at])
            if branch is not None:
                target.append(branch)

    def _loop(self, step: program.ForStep, variable: str) -> None:
        emitter = self.emitter
        index = emitter.new_index(step.variable)
        first, last, values = emitter.range_of(step)
        if first is None or last is None:
            for value in emitter.listed(step):
                with emitter.bound(step.variable, value):
                    self.append(step.body, variable)
            return
        before = self.channels
        self.channels = 0
        symbol = Symbolic.variable(index)
        with emitter.inside_loop(index) as (init, forward), emitter.bound(step.variable, symbol):
            self.append(step.body, variable)
        self.channels = before + _total(self.channels, index, values, last - first + 1)
        for written, body in ((emitter.init, init), (emitter.forward, forward)):
            if body:
                written.append(Loop(index, values, body))

    def comprehension(self, step: program.ForStep) -> Code | None:
        """`[path for i in values]` where each round is one expression; None where it is not."""
        emitter = self.emitter
        first, last, values = emitter.range_of(step)
        if first is None or last is None or len(step.body) != 1:
            return None
        if isinstance(step.body[0], program.IfStep | program.ForStep):
            return None
        index = emitter.new_index(step.variable)
        symbol = Symbolic.variable(index)
        with emitter.inside_loop(index) as (init, forward), emitter.bound(step.variable, symbol):
            end = emitter.statement(step.body[0], self.flow, self.place)
        if forward:
            return None
        if init:
            emitter.init.append(Loop(index, values, init))
        self.ends.append(end.shape)
        self.channels = _total(end.shape.channels, index, values, last - first + 1)
        return Comprehension(end.code, index, values, "[", "]")


def _total(term: Number, index: str, values: Code, rounds: Number) -> Number:
    """The sum of a term over an index."""
    if index not in Symbolic.of(term).variables():
        return term * rounds
    return Symbolic.of(Sum(Symbolic.of(term), index, Printer().flat(values)))
