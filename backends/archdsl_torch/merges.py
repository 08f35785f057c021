"""Merges: paths written side by side, or gathered in a list where only a parameter counts them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from archdsl.ir import program
from archdsl.ir.evaluate import Environment
from archdsl.ops import Add, Concat, Mean, Multiply, Op, Shape
from archdsl.ops.merge import plainer
from archdsl.symbolic import Condition, Number, Symbolic, add_up, choose, negate
from archdsl.syntax import tree
from archdsl_torch.code import Assign, Code, Comprehension, Do, Items, Loop, Text, call, walk
from archdsl_torch.emitter import Emitter
from archdsl_torch.flow import Flow, Place, add_branch, choose_shape
from archdsl_torch.joins import columns_of_join, ends_in_join
from archdsl_torch.loops import bind_overwritable, listed_values, range_of
from archdsl_torch.lower import merging_of
from archdsl_torch.signatures import Unwritable
from archdsl_torch.skipping import Path, Skipped, add_skipped, skipped_paths, write_skipped


def emit_merge(emitter: Emitter, step: program.MergeStep, flow: Flow, place: Place) -> Flow:
    """The paths, all fed with the same value, and what joins them."""
    flow = emitter.bind(flow)
    op = emitter.build(step, flow.shape)
    if step.op is Mean and any(ends_in_join((path,)) for path in step.paths):
        columns, shape = columns_of_join(emitter, step.paths, flow, place)
        return Flow(merging_of(op).listed(Items(tuple(columns))), shape)
    paths = list(known_paths(step.paths, emitter.environment))
    with emitter.protect(flow):
        uneven = [
            path for path, _ in paths if isinstance(path, program.ForStep) or _is_uneven(path)
        ]
        sure = [entry for entry in paths if entry[0] not in uneven]
        if not uneven:
            skipped = skipped_paths(emitter, op, paths, flow, place)
            return _written(emitter, op, paths, flow, place, skipped)
        if step.op in (Add, Multiply) and sure and all(map(_is_optional, uneven)):
            merged = _written(emitter, op, sure, flow, place)
            return _with_optional(emitter, op, uneven, flow, merged, place)
        return _Gatherer(emitter, step, op, flow, place).merge()


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


def _is_uneven(path: program.Statement) -> bool:
    """Whether a choice or a loop may give another number of paths than one."""
    if isinstance(path, program.ForStep):
        return True
    return isinstance(path, program.IfStep) and not all(
        len(side) == 1 and not _is_uneven(side[0]) for side in (path.then, path.otherwise)
    )


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


@dataclass
class _Ends:
    """The shape that paths have in common: known from one that is always there, or from others."""

    sure: Shape | None = None
    perhaps: Shape | None = None

    def join(self, other: _Ends) -> None:
        """Paths beside these."""
        if self.sure is not None and other.sure is not None:
            self.sure = plainer(self.sure, other.sure)
        self.sure = self.sure or other.sure
        self.perhaps = self.perhaps or other.perhaps

    @classmethod
    def chosen(cls, condition: Condition, then: _Ends, otherwise: _Ends) -> _Ends:
        """The paths of one side or of the other."""
        if then.sure is not None and otherwise.sure is not None:
            return cls(choose_shape(condition, then.sure, otherwise.sure))
        return cls(None, then.sure or otherwise.sure or then.perhaps or otherwise.perhaps)

    def shape(self) -> Shape:
        """The best that is known."""
        found = self.sure or self.perhaps
        assert found is not None
        return found


class _Gatherer:
    """Writes the paths of one merge into a list, and adds up what they give."""

    def __init__(
        self, emitter: Emitter, step: program.MergeStep, op: Op, flow: Flow, place: Place
    ) -> None:
        if place.position is not None:
            raise Unwritable(
                f"`{step.op.merge}:` in line {step.span.line} has as many paths as parameters say, "
                "and members that are called by position: put it into a block"
            )
        self.emitter, self.step, self.op = emitter, step, op
        self.flow, self.place = flow, place
        self.channels: Number = 0
        self.variable = ""

    def merge(self) -> Flow:
        """The list and its merge."""
        listed, end = self._comprehension()
        if listed is None or end is None:
            self.variable = self.emitter.new_name("paths")
            empty = Assign(self.variable, Items(()), annotation="list[Tensor]")
            self.emitter.forward.append(empty)
            end = self._append(self.step.paths).shape()
            listed = Text(self.variable)
        if self.step.op is Concat:
            end = Shape(end.height, end.width, self.channels, end.flat)  # type: ignore[arg-type]
        return Flow(merging_of(self.op).listed(listed), end)

    def _comprehension(self) -> tuple[Code | None, Shape | None]:
        """`[path for i in values]`, where one `for` gives all paths and each is one expression."""
        match self.step.paths:
            case (program.ForStep(values=tree.Range() as ends, body=(path,)) as step,) if (
                not isinstance(path, program.IfStep | program.ForStep)
            ):
                index = self.emitter.new_index(step.variable)
                first, last, values = range_of(self.emitter, ends)
            case _:
                return None, None
        symbol = Symbolic.variable(index)
        tried = self.emitter.scratch()
        with tried.inside_loop(index) as (_, forward), tried.bound(step.variable, symbol):
            tried.statement(path, self.flow, Place())
        if forward:
            return None, None
        with (
            self.emitter.inside_loop(index) as (init, _),
            self.emitter.bound(step.variable, symbol),
        ):
            end = self.emitter.statement(path, self.flow, self.place)
        if init:
            self.emitter.init.append(Loop(index, values, init))
        self.channels = add_up(end.shape.channels, index, first, last)
        return Comprehension(end.code, index, values, "[", "]"), end.shape

    def _append(self, paths: program.Body) -> _Ends:
        """`paths.append(...)` for each path, inside branches and loops where they stand in them."""
        ends = _Ends()
        for path in paths:
            match path:
                case program.IfStep():
                    ends.join(self._branch(path))
                case program.ForStep():
                    ends.join(self._loop(path))
                case _:
                    end = self.emitter.statement(path, self.flow, self.place)
                    self.emitter.forward.append(Do(call(f"{self.variable}.append", end.code)))
                    ends.join(_Ends(end.shape))
                    self.channels = self.channels + end.shape.channels
        return ends

    def _branch(self, step: program.IfStep) -> _Ends:
        emitter = self.emitter
        condition = emitter.environment.truth(step.condition)
        if isinstance(condition, bool):
            return self._append(step.then if condition else step.otherwise)
        before = self.channels
        counted: list[Number] = []
        written = []
        ends: list[_Ends] = []
        emitter.branches += 1
        for body in (step.then, step.otherwise):
            self.channels = before
            with emitter.into_new_lists() as lists:
                ends.append(self._append(body))
            counted.append(self.channels)
            written.append(lists)
        emitter.branches -= 1
        self.channels = choose(condition, *counted)
        add_branch(emitter.init, condition, written[0][0], written[1][0])
        add_branch(emitter.forward, condition, written[0][1], written[1][1])
        return _Ends.chosen(condition, *ends)

    def _loop(self, step: program.ForStep) -> _Ends:
        emitter = self.emitter
        ends = _Ends()
        if not isinstance(step.values, tree.Range):
            for value in listed_values(emitter, step):
                with emitter.bound(step.variable, value):
                    ends.join(self._append(step.body))
            return ends
        index = emitter.new_index(step.variable)
        first, last, values = range_of(emitter, step.values)
        before, self.channels = self.channels, 0
        symbol = Symbolic.variable(index)
        with emitter.inside_loop(index) as (init, forward), emitter.bound(step.variable, symbol):
            ends = self._append(step.body)
        self.channels = before + add_up(self.channels, index, first, last)
        for written, body in ((emitter.init, init), (emitter.forward, forward)):
            if body:
                written.append(Loop(index, values, body))
        return _Ends(None, ends.sure or ends.perhaps)
