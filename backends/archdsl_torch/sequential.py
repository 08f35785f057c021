"""Namespaces as `nn.Sequential`: one expression where that says it, else filled line by line."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import NamedTuple

from archdsl.ir import program
from archdsl.ops import Shape
from archdsl.symbolic import Condition, Number, Symbolic, choose
from archdsl.syntax import tree
from archdsl_torch.closed_forms import Carried, LoopShapes, substitute
from archdsl_torch.code import (
    Assign,
    Branch,
    Carry,
    Code,
    Comprehension,
    Do,
    FormattedName,
    Literal,
    Loop,
    Member,
    Starred,
    Statement,
    Text,
    call,
    variables_of,
)
from archdsl_torch.emitter import Emitter
from archdsl_torch.flow import (
    NameParts,
    Place,
    assume_shape,
    choose_shape,
    names_used,
    position_after,
    static_text,
)
from archdsl_torch.loops import listed_values, loop_shapes, range_of
from archdsl_torch.lower import torch_of
from archdsl_torch.rules import Function


class Built(NamedTuple):
    """A namespace as one module.

    `before` is what `forward` does to the input first. `prelude` are statements that must precede
    the construction `module`, `additions` those that fill it afterwards.
    """

    module: Code
    shape: Shape
    before: Function | None
    prelude: list[Statement]
    additions: list[Statement]


UNROLLED = 8
"""Members of a repeat that are written one by one where a round has several."""


class NotSequential(Exception):
    """The members are not applied one after the other, so `forward` must say how."""


class NeedsStatements(Exception):
    """The members are, but no single expression lists them."""


def build_sequential(
    emitter: Emitter, body: program.Body, shape: Shape, name: NameParts, place: Place
) -> Built | None:
    """The namespace as `nn.Sequential`, or None where it is none."""
    try:
        return _build(emitter, body, shape, name, place)
    except NotSequential:
        return None


def _build(
    emitter: Emitter, body: program.Body, shape: Shape, name: NameParts, place: Place
) -> Built:
    try:
        listed = _Listed(emitter)
        end = listed.body(body, shape)
        return Built(call("nn.Sequential", *listed.items), end, listed.before, [], [])
    except NeedsStatements:
        pass
    attribute = static_text(name) if not place.containers else None
    own_attribute = attribute is not None and not attribute.isdigit()
    variable = f"self.{attribute}" if own_attribute else emitter.new_name("layers")
    appended = _Appended(emitter, Text(variable))
    with appended.into_own_list():
        end = appended.body(body, shape)
    if own_attribute:
        return Built(call("nn.Sequential"), end, appended.before, [], appended.statements)
    prelude = [Assign(variable, call("nn.Sequential")), *appended.statements]
    return Built(Text(variable), end, appended.before, prelude, [])


class _Rounds(NamedTuple):
    """A member that is added several times: what enters, the index, how many modules each adds."""

    member: program.LayerStep | program.CallStep
    enter: Shape
    times: Number
    variable: str
    each: int
    carried: tuple[Carried, ...] = ()


class _Sequencer(ABC):
    """What both forms share: following the shape and asking the rules."""

    def __init__(self, emitter: Emitter) -> None:
        self.emitter = emitter
        self.before: Function | None = None
        self.is_empty = True
        self.nested = 0
        self.position: Number = 0
        """What the next unnamed member is called."""

    def body(self, body: program.Body, shape: Shape) -> Shape:
        """Add the members of a body; the shape behind them."""
        for statement in body:
            shape = self.emitter.shorten(self.statement(statement, shape))
        return shape

    def statement(self, statement: program.Statement, shape: Shape) -> Shape:
        match statement:
            case program.LineStep(steps, alias=None):
                for step in steps:
                    shape = self.step(step, shape)
                return shape
            case program.NamespaceStep():
                return self.namespace(statement, shape)
            case program.IfStep():
                condition = self.emitter.environment.truth(statement.condition)
                if isinstance(condition, bool):
                    return self.body(statement.then if condition else statement.otherwise, shape)
                return self.branch(statement, condition, shape)
            case program.ForStep():
                if isinstance(statement.values, tree.Range):
                    return self.loop(statement, statement.values, shape)
                for value in listed_values(self.emitter, statement):
                    with self.emitter.bound(statement.variable, value):
                        shape = self.body(statement.body, shape)
                return shape
            case _:
                raise NotSequential

    def step(self, step: program.Step, shape: Shape) -> Shape:
        match step:
            case program.LayerStep():
                return self.layer(step, shape)
            case program.CallStep():
                return self.call(step, shape)
            case program.RepeatStep():
                return self.repeat(step, shape)
            case _:
                raise NotSequential

    def layer(self, step: program.LayerStep, shape: Shape) -> Shape:
        if self.emitter.crosses(step):
            raise NotSequential
        op = self.emitter.build(step, shape)
        torch = torch_of(op, shape)
        if torch.module is None:
            raise NotSequential
        if torch.before is not None:
            if not self.is_empty or self.nested:
                raise NotSequential
            self.before = torch.before
        if torch.helper:
            self.emitter.file.helpers.add(torch.helper)
        self.add(self.name_of(step), torch.module)
        shape = op.infer((shape,))
        return self.layer(step.implied, shape) if step.implied is not None else shape

    def call(self, step: program.CallStep, shape: Shape) -> Shape:
        signature = self.emitter.file.signature(step.block)
        if len(signature.inputs) > 1 or signature.drops_paths:
            raise NotSequential
        construction, after = self.emitter.construct(step, shape, {})
        self.add(self.name_of(step), construction)
        return after

    def name_of(self, step: program.LayerStep | program.CallStep) -> NameParts | None:
        """The name that the author gave, if it is another than the position."""
        name = self.emitter.name_parts(step.name) if step.name is not None else None
        self.refuse_referenced(name or (step.default,))
        return None if name == (str(self.position),) else name

    def refuse_referenced(self, name: NameParts) -> None:
        """A member that a line goes on from must be seen by `forward`."""
        if static_text(name) in self.emitter.referenced:
            raise NotSequential

    def repeat(self, step: program.RepeatStep, shape: Shape) -> Shape:
        """The same member several times, listed or in a loop."""
        emitter = self.emitter
        count = emitter.count(step.count)
        index = emitter.new_index("i")
        modules: list[Code] = []

        def try_once(start: Shape) -> tuple[Shape, set[str]]:
            modules[:], after = self.try_member(step, start)
            return after, {name for item in modules for name in variables_of(item)}

        shapes = loop_shapes(emitter, shape, index, 0, count - 1, try_once)
        if isinstance(count, int):
            return self.known_rounds(step, shapes, shape, count, index, len(modules))
        return self.unknown_rounds(step, shapes, count, index, len(modules))

    def known_rounds(
        self,
        step: program.RepeatStep,
        shapes: LoopShapes,
        start: Shape,
        count: int,
        index: str,
        each: int,
    ) -> Shape:
        """Rounds of equal code together: the first often differs from the rest."""
        entering: list[tuple[list[Code], Shape]] = []
        shape = start
        for number in range(count):
            if not shapes.is_followed:
                shape = substitute(shapes.enter, {index: number})
            modules, after = self.try_member(step, shape)
            entering.append((modules, shape))
            shape = after
        runs = [list(rounds) for _, rounds in groupby(entering, key=lambda entry: entry[0])]
        if len(runs) > 2 and not shapes.is_written_out:
            return self.unknown_rounds(step, shapes, count, index, each)
        for run in runs:
            if len(run) == 1 or (each > 1 and len(run) * each <= UNROLLED):
                for _, enter in run:
                    self.step(step.member, enter)
            else:
                self.comprehension(_Rounds(step.member, run[0][1], len(run), "_", each))
        return shape

    def try_member(self, step: program.RepeatStep, shape: Shape) -> tuple[list[Code], Shape]:
        """The modules of one round, and the shape behind it."""
        scratch = _Listed(self.emitter.scratch())
        scratch.nested, scratch.position = 1, self.position
        after = scratch.step(step.member, shape)
        return scratch.items, after

    def unknown_rounds(
        self, step: program.RepeatStep, shapes: LoopShapes, count: Number, index: str, each: int
    ) -> Shape:
        """Rounds that only the constructor counts, or that differ one by one."""
        index = index if shapes.varies else "_"
        rounds = _Rounds(step.member, shapes.enter, count, index, each, shapes.carried)
        self.comprehension(rounds)
        return shapes.leave

    # What the two forms do differently. By default no expression says it:

    @abstractmethod
    def add(self, name: NameParts | None, module: Code) -> None:
        """Add one member; without a name it is called by its position."""

    @abstractmethod
    def comprehension(self, rounds: _Rounds) -> None:
        """Add a member for each of several rounds."""

    def namespace(self, step: program.NamespaceStep, shape: Shape) -> Shape:
        """Add a namespace inside this one."""
        raise NeedsStatements

    def branch(self, step: program.IfStep, condition: Condition, shape: Shape) -> Shape:
        """Add what the constructor chooses."""
        raise NeedsStatements

    def loop(self, step: program.ForStep, ends: tree.Range, shape: Shape) -> Shape:
        """Add what an index repeats."""
        raise NeedsStatements


class _Listed(_Sequencer):
    """`nn.Sequential(a, b, *(c for _ in range(3)))`."""

    def __init__(self, emitter: Emitter) -> None:
        super().__init__(emitter)
        self.items: list[Code] = []

    def add(self, name: NameParts | None, module: Code) -> None:
        if name is not None:
            raise NeedsStatements
        self.items.append(module)
        self.position, self.is_empty = self.position + 1, False

    def comprehension(self, rounds: _Rounds) -> None:
        if rounds.each != 1 or rounds.carried:
            raise NeedsStatements
        inner = _Listed(self.emitter)
        inner.nested, inner.position = 1, self.position
        inner.step(rounds.member, rounds.enter)
        values = call("range", Literal(rounds.times))
        listed = Comprehension(inner.items[0], rounds.variable, values, "(", ")")
        self.items.append(Starred(listed))
        self.position, self.is_empty = self.position + rounds.times, False


class _Appended(_Sequencer):
    """`self.features.append(a)`, inside loops and branches too."""

    def __init__(self, emitter: Emitter, container: Text) -> None:
        super().__init__(emitter)
        self.container = container
        self.statements: list[Statement] = []
        self.length: Number = 0

    def add(self, name: NameParts | None, module: Code) -> None:
        if name is None and self.position == self.length:
            self.statements.append(Do(call(Member(self.container, "append"), module)))
        else:
            key = FormattedName(name or (self.position,))
            self.statements.append(Do(call(Member(self.container, "add_module"), key, module)))
        after = position_after(name)
        self.position = self.position + 1 if after is None else after
        self.length, self.is_empty = self.length + 1, False

    def namespace(self, step: program.NamespaceStep, shape: Shape) -> Shape:
        name = self.emitter.name_parts(step.name)
        self.refuse_referenced(name)
        place = Place((name,))  # Any place but the module itself: a variable holds the container.
        built = _build(self.emitter, step.body, shape, name, place)
        if built.before is not None:
            if not self.is_empty or self.nested:
                raise NotSequential
            self.before = built.before
        self.statements.extend(built.prelude)
        self.add(name, built.module)
        return built.shape

    def branch(self, step: program.IfStep, condition: Condition, shape: Shape) -> Shape:
        start = self.position, self.length
        ends = []
        self.nested += 1
        for is_true, body in ((True, step.then), (False, step.otherwise)):
            self.position, self.length = start
            with self._into_new_list() as statements:
                after = self.body(body, assume_shape(condition, is_true, shape))
            ends.append((after, self.position, self.length, statements))
        self.nested -= 1
        (then, position, length, first), (otherwise, other_position, other_length, second) = ends
        if position - length != other_position - other_length:
            raise NotSequential
        self.position = choose(condition, position, other_position)
        self.length = choose(condition, length, other_length)
        self.statements.append(Branch(condition, first, second))
        return choose_shape(condition, then, otherwise)

    def loop(self, step: program.ForStep, ends: tree.Range, shape: Shape) -> Shape:
        emitter = self.emitter
        first, last, values = range_of(emitter, ends)
        index = emitter.new_index(step.variable)
        symbol = Symbolic.variable(index)

        def try_once(start: Shape) -> tuple[Shape, set[str]]:
            scratch = _Appended(emitter.scratch(), self.container)
            scratch.nested, scratch.position, scratch.length = 1, self.position, self.length
            with scratch.emitter.bound(step.variable, symbol):
                after = scratch.body(step.body, start)
            return after, names_used(scratch.statements)

        shapes = loop_shapes(emitter, shape, index, first, last, try_once)
        if shapes.is_written_out:
            assert isinstance(first, int)
            assert isinstance(last, int)
            for value in range(first, last + 1):
                with emitter.bound(step.variable, value):
                    shape = self.body(step.body, shape)
            return shape
        if shapes.is_followed:
            followed = shape
            for value in range(int(first), int(last) + 1):  # type: ignore[arg-type]
                scratch = _Appended(emitter.scratch(), self.container)
                scratch.nested, scratch.position, scratch.length = 1, self.position, self.length
                with scratch.emitter.bound(step.variable, value):
                    followed = scratch.body(step.body, followed)
        with (
            self._rounds(index, values, last - first + 1, shapes.carried),
            emitter.bound(step.variable, symbol),
        ):
            self.body(step.body, shapes.enter)
        return shapes.leave

    def comprehension(self, rounds: _Rounds) -> None:
        values = call("range", Literal(rounds.times))
        with self._rounds(rounds.variable, values, rounds.times, rounds.carried):
            self.step(rounds.member, rounds.enter)

    @contextmanager
    def _rounds(
        self, index: str, values: Code, count: Number, carried: tuple[Carried, ...]
    ) -> Iterator[None]:
        """What is added inside is added once a round."""
        if self.position != self.length:
            raise NotSequential  # `forward` can count positions that `append` cannot.
        self.statements += [Carry(side.name, Literal(side.start)) for side in carried]
        before = self.length
        self.nested += 1
        with self.emitter.inside_loop(index), self._into_new_list() as statements:
            yield
        self.nested -= 1
        statements += [Carry(side.name, Literal(side.update)) for side in carried]
        self.length = self.position = before + (self.length - before) * count
        self.statements.append(Loop(index, values, statements))

    @contextmanager
    def _into_new_list(self) -> Iterator[list[Statement]]:
        outer, self.statements = self.statements, []
        try:
            with self.into_own_list():
                yield self.statements
        finally:
            self.statements = outer

    @contextmanager
    def into_own_list(self) -> Iterator[None]:
        """What the emitter has to say meanwhile stands among this container's statements."""
        outer, self.emitter.init = self.emitter.init, self.statements
        try:
            yield
        finally:
            self.emitter.init = outer
