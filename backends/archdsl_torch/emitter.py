"""One class: the block's lines followed with symbolic shapes, writing `__init__` and `forward`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archdsl.ir import program
from archdsl.ir.evaluate import Environment, Value
from archdsl.ir.layers import build_op
from archdsl.ir.resolve import members
from archdsl.ops import Shape
from archdsl.symbolic import Condition, Number, Symbolic, Truth, choose, negate
from archdsl.syntax import tree
from archdsl_torch.code import (
    Assign,
    Branch,
    Call,
    Code,
    Comprehension,
    Do,
    FormattedName,
    Items,
    Literal,
    Lookup,
    Loop,
    Member,
    Printer,
    Statement,
    Text,
    call,
    expressions_of,
    parts_of,
    variables_of,
    walk,
)
from archdsl_torch.loops import SIDES, LoopShapes, close, probe
from archdsl_torch.rules import MERGES, torch_of
from archdsl_torch.signatures import TAKEN, UNKNOWN, Signature, Unwritable, python_name

if TYPE_CHECKING:
    from archdsl_torch.module import File

NESTED = 64
"""Columns that calls inside calls may take before `forward` gives the inner one a line."""

NameParts = tuple[str | Number, ...]


@dataclass(frozen=True)
class Flow:
    """A tensor in `forward`: the code that gives it, and its shape."""

    code: Code
    shape: Shape

    @property
    def variable(self) -> str | None:
        """The variable that holds it, if one does."""
        return self.code.text if isinstance(self.code, Text) else None


@dataclass
class Place:
    """Where members are kept: the module itself, or containers inside it.

    `position` counts the members of a namespace and is None where members have names.
    """

    containers: tuple[NameParts, ...] = ()
    position: Number | None = None
    numbered: Counter[str] = field(default_factory=Counter)

    def next(self, explicit: NameParts | None, default: str, is_keyed: bool) -> NameParts:
        """The name of the next member."""
        if explicit is not None:
            text = explicit[0] if len(explicit) == 1 else None
            is_number = isinstance(text, str) and text.isdigit()
            if self.position is not None:
                self.position = int(str(text)) + 1 if is_number else self.position + 1
            return explicit if is_keyed else self._numbered(explicit)
        if self.position is not None:
            self.position = self.position + 1
            return (self.position - 1,)
        return (default,) if is_keyed else self._numbered((default,))

    def _numbered(self, parts: NameParts) -> NameParts:
        """A weightless member's name, numbered where it is taken, as in the graph."""
        if len(parts) != 1 or not isinstance(parts[0], str):
            return parts
        self.numbered[parts[0]] += 1
        count = self.numbered[parts[0]]
        return parts if count == 1 else (f"{parts[0]}_{count}",)


class Emitter:
    """Follows the lines of one block. `init` and `forward` are what has been written so far."""

    def __init__(self, file: File, signature: Signature, is_main: bool) -> None:
        self.file = file
        self.signature = signature
        self.is_main = is_main
        self.init: list[Statement] = []
        self.forward: list[Statement] = []
        self.environment = signature.environment()
        self.locals: set[str] = set()
        """Indices of loops: names that `forward` does not read from the module."""
        self.loops = 0
        self.branches = 0
        self.protected: Counter[str] = Counter()
        self.taken = {python_name(p.name) for p in signature.block.parameters} | {"x", "y", "z"}
        self.references: dict[str, Flow] = {}
        self.referenced = set(_references(signature.block.body))

    # --- The whole block ---

    def run(self, start: Shape) -> Flow:
        """Write the block, fed with `start`; what it returns."""
        for name in self.signature.inputs:
            variable = "x" if name == "input" else python_name(name)
            shape = start if name == "input" else self.signature.shape_of(name)
            self.references[name] = Flow(Text(variable), shape)
            if name != "input" or name in self.referenced:
                self.protected[variable] += 1
        body = self.signature.block.body
        return self.body(body[1:] if self.is_main else body, self.references["input"], Place())

    def scratch(self) -> Emitter:
        """A copy that writes into the void, to see what a body does."""
        copy = Emitter(self.file, self.signature, self.is_main)
        copy.environment, copy.loops, copy.branches = self.environment, self.loops, self.branches
        copy.locals, copy.taken = set(self.locals), set(self.taken)
        copy.protected = Counter(self.protected)
        copy.references = dict(self.references)
        copy.is_main = False
        return copy

    def body(self, body: program.Body, flow: Flow, place: Place) -> Flow:
        """Statements in sequence."""
        is_outermost = self.is_main and not (place.containers or self.loops or self.branches)
        for position, statement in enumerate(body):
            if position and not (is_outermost or self._fuses(statement)):
                flow = self.bind(flow)
            flow = self.statement(statement, flow, place)
            if is_outermost and position + 1 < len(body):
                flow = self.bind(flow, self.file.comment(flow.shape))
        return flow

    def statement(self, statement: program.Statement, flow: Flow, place: Place) -> Flow:
        """One statement."""
        match statement:
            case program.LineStep(steps, alias=alias):
                for step in steps:
                    flow = self.step(step, flow, place)
                return self.refer(alias, flow) if alias else flow
            case program.NamespaceStep():
                return self._namespace(statement, flow, place)
            case program.MergeStep():
                return self._merge(statement, flow, place)
            case program.PathStep(body):
                return self.body(body, flow, place)
            case program.IfStep():
                return self._choice(statement, flow, place)
            case program.ForStep():
                return self._for(statement, flow, place)

    def step(self, step: program.Step, flow: Flow, place: Place) -> Flow:
        """One step of a chain."""
        match step:
            case program.LayerStep():
                return self._layer(step, flow, place)
            case program.CallStep():
                return self._call(step, flow, place)
            case program.RepeatStep():
                return self._repeat(step, flow, place)
            case program.FromStep(reference):
                return self._lookup(reference)
            case program.IdentityStep():
                return flow

    # --- Variables of forward ---

    def bind(self, flow: Flow, comment: str = "") -> Flow:
        """Give the value a variable, unless it has one."""
        if flow.variable is not None:
            return flow
        return self.assign(self.free_variable(), flow, comment)

    def assign(self, variable: str, flow: Flow, comment: str = "") -> Flow:
        """Write `variable = value`, unless it is that already."""
        if flow.variable != variable:
            self.forward.append(Assign(variable, flow.code, comment=comment))
        return Flow(Text(variable), flow.shape)

    def free_variable(self) -> str:
        """A variable whose value nobody needs any more."""
        candidates = ["x", "y", "z", *(f"y{number}" for number in range(2, 1000))]
        return next(name for name in candidates if not self.protected[name])

    @contextmanager
    def protect(self, *flows: Flow) -> Iterator[None]:
        """Keep the variables that these values are made of from being overwritten."""
        names = [name for flow in flows for name in _variables_in(flow.code)]
        self.protected.update(names)
        yield
        self.protected.subtract(names)

    def wrap(self, flow: Flow, function: Callable[[Code], Code], shape: Shape) -> Flow:
        """The function of a value, on a line of its own where it would nest too deeply."""
        wrapped = function(flow.code)
        too_long = len(Printer().flat(wrapped)) > NESTED
        if too_long and flow.variable is None and not self._is_merge(flow.code):
            flow = self.bind(flow)
            wrapped = function(flow.code)
        return Flow(wrapped, shape)

    def _is_merge(self, code: Code) -> bool:
        return any(isinstance(part, Items) for part in parts_of(code))

    def _fuses(self, statement: program.Statement) -> bool:
        """Whether a line only applies functions, so that it can share the line before."""
        return isinstance(statement, program.LineStep) and all(
            isinstance(step, program.LayerStep)
            and step.name is None
            and not step.op.has_weights()
            and step.op.is_neutral
            for step in statement.steps
        )

    def refer(self, template: tree.NameTemplate | None, flow: Flow, default: str = "") -> Flow:
        """Keep a value under its name if a `from` goes on from it."""
        if template is None and not default:
            return flow
        parts = self.name_parts(template) if template else (default,)
        name = "".join(map(str, parts))
        if name not in self.referenced:
            return flow
        if not all(isinstance(part, str) for part in parts):
            raise Unwritable(f"`from {name}` depends on an index")
        variable = name
        while variable in self.taken or variable in TAKEN or variable.isdigit():
            variable = f"{variable}_" if not variable.isdigit() else f"y_{variable}"
        flow = self.assign(variable, flow)
        self.protected[variable] += 1
        self.references[name] = flow
        return flow

    def _lookup(self, template: tree.NameTemplate) -> Flow:
        parts = self.name_parts(template)
        name = "".join(map(str, parts))
        if name not in self.references:
            raise Unwritable(f"`from {name}` depends on an index or on a choice")
        return self.references[name]

    def name_parts(self, template: tree.NameTemplate) -> NameParts:
        """A name with the numbers in it, symbolic where an index is."""
        parts: list[str | Number] = []
        for part in template.parts:
            value = part if isinstance(part, str) else self.environment.whole(part, "an index")
            if isinstance(value, int):
                value = str(value)
            if parts and isinstance(parts[-1], str) and isinstance(value, str):
                parts[-1] += value
            else:
                parts.append(value)
        return tuple(parts)

    # --- Members of the module ---

    def add(self, place: Place, name: NameParts, module: Code) -> Code:
        """Write the construction of a member; the code that reads it in `forward`."""
        static = "".join(map(str, name)) if _is_static(name) else None
        if not place.containers:
            if static is not None and not static.isdigit():
                self.init.append(Assign(f"self.{static}", module))
                return Text(f"self.{static}")
            self.init.append(Do(call("self.add_module", FormattedName(name), module)))
            return call("getattr", Text("self"), FormattedName(name))
        container = self.container(place)
        if isinstance(container, Text):
            if static is not None:
                self.init.append(Assign(f'{container.text}["{static}"]', module))
            else:
                add = Member(container, "add_module")
                self.init.append(Do(call(add, FormattedName(name), module)))
            return Lookup(container, FormattedName(name))
        self.init.append(Do(call(Member(container, "add_module"), FormattedName(name), module)))
        return call("getattr", container, FormattedName(name))

    def container(self, place: Place) -> Code:
        """The code that reads a place's container."""
        code: Code = Text("self")
        for level, name in enumerate(place.containers):
            if level == 0 and _is_static(name):
                code = Text(f"self.{''.join(map(str, name))}")
            else:
                code = call("getattr", code, FormattedName(name))
        return code

    def _layer(self, step: program.LayerStep, flow: Flow, place: Place) -> Flow:
        op = build_op(step, self.environment, flow.shape)
        shape = op.infer((flow.shape,))
        torch = torch_of(op, flow.shape)
        if torch.helper:
            self.file.helpers.add(torch.helper)
        if torch.before is not None:
            flow = self.wrap(flow, torch.before, flow.shape)
        function = torch.function
        if function is None or not (torch.prefers_function or self.loops):
            explicit = self.name_parts(step.name) if step.name else None
            name = place.next(explicit, step.default, op.has_weights())
            assert torch.module is not None
            member = self.add(place, name, torch.module)
            flow = self.wrap(flow, lambda x: call(member, x), shape)
        else:
            place.next(self.name_parts(step.name) if step.name else None, step.default, False)
            flow = self.wrap(flow, function, shape)
        if step.implied is not None:
            flow = self._layer(step.implied, flow, place)
        return self.refer(step.name, flow, "" if place.position is not None else step.default)

    def _call(self, step: program.CallStep, flow: Flow, place: Place) -> Flow:
        lines = {
            name: self._lookup_argument(step.arguments[name])
            for name in self.file.signature(step.block).inputs[1:]
        }
        construction, shape = self.construct(step, flow.shape, lines)
        explicit = self.name_parts(step.name) if step.name else None
        member = self.add(place, place.next(explicit, step.default, True), construction)
        with self.protect(*lines.values()):
            codes = [line.code for line in lines.values()]
            flow = self.wrap(flow, lambda x: call(member, x, *codes), shape)
        return self.refer(step.name, flow, "" if place.position is not None else step.default)

    def _lookup_argument(self, argument: tree.Argument) -> Flow:
        assert isinstance(argument.value, tree.Name)
        if argument.value.text not in self.references:
            raise Unwritable(f"`{argument.value.text}` depends on a choice")
        return self.references[argument.value.text]

    def construct(
        self, step: program.CallStep, incoming: Shape, lines: Mapping[str, Flow]
    ) -> tuple[Code, Shape]:
        """The construction of a block's class, and the shape that the block gives."""
        signature = self.file.signature(step.block)
        values: dict[str, Value] = {}
        for parameter in signature.numbers:
            if parameter.name in step.arguments:
                argument = step.arguments[parameter.name]
                values[parameter.name] = self.environment.evaluate(argument.value)
            else:
                assert parameter.default is not None
                inside = Environment(values, incoming)
                values[parameter.name] = inside.evaluate(parameter.default)
        shapes = {"input": incoming, **{name: line.shape for name, line in lines.items()}}
        signature.note_use(values, shapes)
        positional: list[Code] = [
            Literal(getattr(shapes[source], side)) for _, source, side in signature.inferred()
        ]
        keywords: list[tuple[str, Code]] = []
        for parameter in signature.numbers:
            name, value = parameter.name, values[parameter.name]
            kind = signature.kinds.get(name)
            if kind == "size" and not isinstance(value, tuple):
                value = (value, value)  # type: ignore[assignment]
            literal = Literal(value, is_whole=kind != "float")
            if parameter.default is None:
                positional.append(literal)
            elif name in step.arguments and value != self.file.default(signature, parameter):
                keywords.append((python_name(name), literal))
        construction = Call(Text(signature.class_name), tuple(positional), tuple(keywords))
        return construction, self._output(signature, values, shapes)

    def _output(
        self, signature: Signature, values: Mapping[str, Value], shapes: Mapping[str, Shape]
    ) -> Shape:
        if signature.output is None:
            unknown = Symbolic.variable(UNKNOWN)
            return Shape(unknown, unknown, unknown)  # type: ignore[arg-type]
        arguments = signature.arguments_of(values, shapes)
        sides = [
            Symbolic.of(getattr(signature.output, side)).substitute(arguments) for side in SIDES
        ]
        return Shape(*sides, flat=signature.output.flat)  # type: ignore[arg-type]

    def _namespace(self, step: program.NamespaceStep, flow: Flow, place: Place) -> Flow:
        name = place.next(self.name_parts(step.name), "", True)
        return self.refer(step.name, self._container(name, step.body, flow, place))

    def _container(
        self, name: NameParts, body: program.Body, flow: Flow, place: Place
    ) -> Flow:
        """Members under one name: `nn.Sequential` where they are one, else a dictionary."""
        from archdsl_torch.sequential import build_sequential

        built = build_sequential(self, body, flow.shape, name, place)
        if built is not None:
            if built.before is not None:
                flow = self.wrap(flow, built.before, flow.shape)
            self.init.extend(built.prelude)
            member = self.add(place, name, built.module)
            self.init.extend(built.additions)
            return self.wrap(flow, lambda x: call(member, x), built.shape)
        self.add(place, name, call("nn.ModuleDict"))
        return self.body(body, flow, Place((*place.containers, name), position=0))

    def _repeat(self, step: program.RepeatStep, flow: Flow, place: Place) -> Flow:
        if place.position is None:
            line = program.LineStep((step,), None, None, step.default, step.span)
            flow = self._container((step.default,), (line,), flow, place)
            return self.refer(None, flow, step.default)
        count = self.environment.whole(step.count, "a repeat")
        values = call("range", Literal(count))

        def once(emitter: Emitter, flow: Flow, place: Place, _: Number) -> Flow:
            return emitter.step(step.member, flow, place)

        return self.loop(self.new_index("i"), 0, count - 1, values, once, flow, place)

    # --- Choices and loops ---

    def _choice(self, step: program.IfStep, flow: Flow, place: Place) -> Flow:
        condition = self.environment.truth(step.condition)
        if isinstance(condition, bool):
            return self.body(step.then if condition else step.otherwise, flow, place)
        flow = self.bind(flow)
        for chosen, other, when in (
            (step.then, step.otherwise, condition),
            (step.otherwise, step.then, negate(condition)),
        ):
            if _does_nothing(other):
                optional = self._optional_member(chosen, when, flow, place)
                if optional is not None:
                    return optional
        assert flow.variable is not None
        with self.protect(flow):
            free = self.free_variable()
        target = free if self.protected[flow.variable] else flow.variable
        ends, bodies = [], []
        numbered = Counter(place.numbered)
        for body in (step.then, step.otherwise):
            branch_place = Place(place.containers, place.position, Counter(numbered))
            self.branches += 1
            with self.into_new_lists() as (init, forward):
                end = self.assign(target, self.body(body, flow, branch_place))
            self.branches -= 1
            ends.append(end)
            bodies.append((init, forward))
            place.numbered |= branch_place.numbered
        for at, written in ((0, self.init), (1, self.forward)):
            branch = branch_of(condition, bodies[0][at], bodies[1][at])
            if branch is not None:
                written.append(branch)
        return Flow(Text(target), choose_shape(condition, ends[0].shape, ends[1].shape))

    def _optional_member(
        self, body: program.Body, condition: Truth, flow: Flow, place: Place
    ) -> Flow | None:
        """`self.name = nn.Identity()`, replaced where the condition holds; None if it is no member."""
        if place.containers or self.loops:
            return None
        scratch = self.scratch()
        end = scratch.body(body, flow, Place(numbered=Counter(place.numbered)))
        match scratch.init, end.code:
            case [Assign(target, module)], Call(Text(read), (Text(argument),)) if (
                read == target and argument == flow.variable and not scratch.forward
            ):
                assert isinstance(condition, Condition)
                self.init.append(Assign(target, call("nn.Identity"), annotation="nn.Module"))
                self.init.append(Branch(condition, [Assign(target, module)]))
                return Flow(end.code, choose_shape(condition, end.shape, flow.shape))
        return None

    def _for(self, step: program.ForStep, flow: Flow, place: Place) -> Flow:
        index = self.new_index(step.variable)

        def once(emitter: Emitter, flow: Flow, place: Place, value: Value) -> Flow:
            with emitter.bound(step.variable, value):
                return emitter.body(step.body, flow, place)

        first, last, values = self.range_of(step)
        if first is None or last is None:
            for value in self.listed(step):
                flow = once(self, self.bind(flow), place, value)
            return flow
        return self.loop(index, first, last, values, once, flow, place)

    @contextmanager
    def bound(self, name: str, value: Value) -> Iterator[None]:
        """One more name in the environment."""
        outer, self.environment = self.environment, self.environment.bind(name, value)
        yield
        self.environment = outer

    def range_of(self, step: program.ForStep) -> tuple[Number | None, Number | None, Code]:
        """The ends of an index, if it runs through a range, and the code of its values."""
        if isinstance(step.values, tree.Range):
            first = self.environment.whole(step.values.first, "an index")
            last = self.environment.whole(step.values.last, "an index")
            ends = (last + 1,) if first == 0 else (first, last + 1)
            return first, last, call("range", *ends)
        return None, None, Literal(tuple(self.listed(step)))

    def listed(self, step: program.ForStep) -> list[Value]:
        """The values of an index that are written one by one."""
        assert isinstance(step.values, tuple)
        return [self.environment.evaluate(value) for value in step.values]

    def loop_shapes(
        self,
        start: Shape,
        index: str,
        first: Number,
        last: Number,
        try_once: Callable[[Shape], tuple[Shape, set[str]]],
    ) -> LoopShapes:
        """What a loop does to a shape; `try_once` gives what one round does, and the names it uses."""
        after, used = try_once(probe(start.flat))
        return close(start, after, used, index, first, last, self.new_name)

    def loop(
        self,
        index: str,
        first: Number,
        last: Number,
        values: Code,
        once: Callable[[Emitter, Flow, Place, Number], Flow],
        flow: Flow,
        place: Place,
    ) -> Flow:
        """The same lines for each value of an index, in `__init__` and in `forward`."""
        grown: Number = 0

        def try_once(shape: Shape) -> tuple[Shape, set[str]]:
            nonlocal grown
            scratch = self.scratch()
            scratch.loops += 1
            copy = Place(place.containers, place.position)
            after = once(scratch, Flow(Text("x"), shape), copy, Symbolic.variable(index)).shape
            if place.position is not None and copy.position is not None:
                grown = copy.position - place.position
            return after, names_used(scratch.init)

        shapes = self.loop_shapes(flow.shape, index, first, last, try_once)
        if shapes.is_written_out:
            assert isinstance(first, int) and isinstance(last, int)
            for value in range(first, last + 1):
                flow = once(self, self.bind(flow), place, value)
            return flow
        for carried in shapes.carried:
            self.init.append(Assign(carried.name, Literal(carried.start)))
        flow = self.bind(flow)
        assert flow.variable is not None
        if self.protected[flow.variable]:
            with self.protect(flow):
                flow = self.assign(self.free_variable(), flow)
        variable = flow.variable
        assert variable is not None
        inner = Place(place.containers, place.position, place.numbered)
        if place.position is not None:
            inner.position = place.position + (Symbolic.variable(index) - first) * grown
            place.position = place.position + (last - first + 1) * grown
        with self.inside_loop(index) as (init, forward):
            end = once(self, Flow(Text(variable), shapes.enter), inner, Symbolic.variable(index))
            self.assign(variable, end)
        for carried in shapes.carried:
            init.append(Assign(carried.name, Literal(carried.update)))
        for written, body in ((self.init, init), (self.forward, forward)):
            if body:
                written.append(Loop(index, values, body))
        return Flow(Text(variable), shapes.leave)

    @contextmanager
    def into_new_lists(self) -> Iterator[tuple[list[Statement], list[Statement]]]:
        """Write what follows into lists of its own."""
        outer = self.init, self.forward
        self.init, self.forward = [], []
        yield self.init, self.forward
        self.init, self.forward = outer

    @contextmanager
    def inside_loop(self, index: str) -> Iterator[tuple[list[Statement], list[Statement]]]:
        """Write the body of a loop into lists of its own; its index is free again behind it."""
        self.loops += 1
        self.locals.add(index)
        is_new = index not in self.taken
        self.taken.add(index)
        with self.into_new_lists() as lists:
            yield lists
        self.loops -= 1
        if is_new:
            self.taken.discard(index)

    def new_index(self, wanted: str) -> str:
        """A name for an index that no parameter and no enclosing loop has."""
        name = python_name(wanted)
        candidates = [name, *("jk" if wanted == "i" else ""), *(f"{name}{n}" for n in range(2, 99))]
        return next(candidate for candidate in candidates if candidate not in self.taken)

    def new_name(self, wanted: str) -> str:
        """A name that nothing else in the class will have."""
        name = self.new_index(wanted)
        self.taken.add(name)
        return name

    # --- Merges ---

    def _merge(self, step: program.MergeStep, flow: Flow, place: Place) -> Flow:
        flow = self.bind(flow)
        paths = list(self._static_paths(step.paths, self.environment))
        if any(isinstance(path, program.ForStep) or self._is_uneven(path) for path, _ in paths):
            merged = self._listed_merge(step, flow, place)
        else:
            merged = self._written_merge(step, paths, flow, place)
        return self.refer(step.name, merged)

    def _static_paths(
        self, paths: program.Body, environment: Environment
    ) -> Iterator[tuple[program.Statement, Environment]]:
        """The paths and what names mean there, through all that is decided or listed already."""
        for path in paths:
            if isinstance(path, program.IfStep):
                condition = environment.truth(path.condition)
                if isinstance(condition, bool):
                    chosen = path.then if condition else path.otherwise
                    yield from self._static_paths(chosen, environment)
                    continue
            if isinstance(path, program.ForStep) and isinstance(path.values, tuple):
                for value in path.values:
                    inner = environment.bind(path.variable, environment.evaluate(value))
                    yield from self._static_paths(path.body, inner)
                continue
            yield path, environment

    def _is_uneven(self, path: program.Statement) -> bool:
        """Whether a choice gives another number of paths than one."""
        return isinstance(path, program.IfStep) and not (
            len(path.then) == len(path.otherwise) == 1
            and not any(isinstance(p, program.ForStep) for p in (*path.then, *path.otherwise))
            and not any(self._is_uneven(p) for p in (*path.then, *path.otherwise))
        )

    def _written_merge(
        self,
        step: program.MergeStep,
        paths: list[tuple[program.Statement, Environment]],
        flow: Flow,
        place: Place,
    ) -> Flow:
        ends: list[Flow] = []
        held: list[str] = list(_variables_in(flow.code))
        self.protected.update(held)
        outer = self.environment
        for path, self.environment in paths:
            with self.into_new_lists() as (init, forward):
                end = self.statement(path, flow, place)
            if forward:
                # What is computed first must be written first.
                for at, earlier in enumerate(ends):
                    if earlier.variable is None:
                        used = {s.target for s in walk(forward) if isinstance(s, Assign)}
                        self.protected.update(used)
                        ends[at] = self.bind(earlier)
                        self.protected.subtract(used)
                        held.append(_the(ends[at].variable))
                        self.protected[held[-1]] += 1
            self.init += init
            self.forward += forward
            names = list(_variables_in(end.code))
            held += names
            self.protected.update(names)
            ends.append(end)
        self.environment = outer
        self.protected.subtract(held)
        shape = step.op.model_construct().infer(tuple(end.shape for end in ends))
        if len(ends) == 1:
            return ends[0]
        return Flow(MERGES[step.op]().several([end.code for end in ends]), shape)

    def _listed_merge(self, step: program.MergeStep, flow: Flow, place: Place) -> Flow:
        """A merge whose number of paths only the constructor knows: they are gathered in a list."""
        from archdsl_torch.listed import gather_paths

        with self.protect(flow):
            listed, shape = gather_paths(self, step, flow, place)
        return Flow(MERGES[step.op]().listed(listed), shape)


def names_used(statements: list[Statement]) -> set[str]:
    """The names of the numbers in statements."""
    return {name for code in expressions_of(statements) for name in variables_of(code)}


def choose_shape(condition: Truth, then: Shape, otherwise: Shape) -> Shape:
    """One shape or the other, side by side."""
    sides = (choose(condition, getattr(then, side), getattr(otherwise, side)) for side in SIDES)
    return Shape(*sides, flat=then.flat)  # type: ignore[arg-type]


def branch_of(
    condition: Condition, then: list[Statement], otherwise: list[Statement]
) -> Statement | None:
    """A choice between statements; None where there are none on either side."""
    if then:
        return Branch(condition, then, otherwise)
    if otherwise:
        opposite = negate(condition)
        assert isinstance(opposite, Condition)
        return Branch(opposite, otherwise)
    return None


def _does_nothing(body: program.Body) -> bool:
    return all(
        isinstance(statement, program.LineStep)
        and all(isinstance(step, program.IdentityStep) for step in statement.steps)
        for statement in body
    )


def _is_static(name: NameParts) -> bool:
    return all(isinstance(part, str | int) for part in name)


def _variables_in(code: Code) -> Iterator[str]:
    """The variables of `forward` in an expression; attributes are none."""
    for part in parts_of(code):
        if isinstance(part, Text) and part.text.isidentifier() and part.text != "self":
            yield part.text
        if isinstance(part, Comprehension):
            yield from _variables_in(part.term)


def _the(variable: str | None) -> str:
    assert variable is not None
    return variable


def _references(body: program.Body) -> Iterator[str]:
    """The names that `from` and arguments that are lines go on from."""
    for step in members(body):
        if isinstance(step, program.FromStep):
            yield "".join(part if isinstance(part, str) else "*" for part in step.reference.parts)
        elif isinstance(step, program.CallStep):
            for name, argument in step.arguments.items():
                if step.block.parameter(name).is_line and isinstance(argument.value, tree.Name):
                    yield argument.value.text
