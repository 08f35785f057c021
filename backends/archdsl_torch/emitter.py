"""One class: the block's lines followed with symbolic shapes, writing `__init__` and `forward`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from archdsl.ir import program
from archdsl.ir.evaluate import Environment, Value
from archdsl.ir.layers import build_op
from archdsl.ops import Op, Shape
from archdsl.symbolic import Number, Symbolic
from archdsl.syntax import tree
from archdsl_torch.closed_forms import SIDES
from archdsl_torch.code import (
    Assign,
    Call,
    Carry,
    Code,
    Delete,
    Do,
    FormattedName,
    Literal,
    Lookup,
    Member,
    Statement,
    Text,
    call,
)
from archdsl_torch.flow import UNKNOWN, Flow, NameParts, Place, is_listing, static_text
from archdsl_torch.helper_text import helper_names
from archdsl_torch.lower import torch_of
from archdsl_torch.printer import Printer
from archdsl_torch.references import references_in, references_of
from archdsl_torch.rules import DROP_PATH, Torch, drops_columns
from archdsl_torch.settling import is_settled, refusals_of, whole_number
from archdsl_torch.signatures import TAKEN, Signature, Unwritable, line_name, python_name

if TYPE_CHECKING:
    from archdsl_torch.file import File

LONG = 48
"""Columns that the expression of a side may take before the constructor gives it a name."""
NESTED = 64
"""Columns that calls inside calls may take before `forward` gives the inner one a line."""


class Emitter:
    """Follows the lines of one block. `init` and `forward` are what has been written so far.

    `locals` are indices, which `forward` does not read from the module. `protected` counts, for
    each variable of `forward`, who still needs its value. `taken` are names that are not free,
    `tensors` the variables of which type checkers know that they hold one.
    """

    def __init__(self, file: File, signature: Signature, is_main: bool) -> None:
        self.file = file
        self.signature = signature
        self.is_main = is_main
        self.init: list[Statement] = []
        self.forward: list[Statement] = []
        self.used: set[Signature] = set()
        self.environment = signature.environment()
        self.locals: set[str] = set()
        self.loops = 0
        self.indices: list[str] = []
        self.branches = 0
        self.protected: Counter[str] = Counter()
        self.taken = {python_name(p.name) for p in signature.block.parameters} | {"x", "y", "z"}
        self.taken |= helper_names() | {DROP_PATH}
        self.named: dict[str, Number] = {}
        self.references: dict[str, Flow] = {}
        self.referenced = Counter(references_of(signature.block))
        self.tensors = {"x"}

    def run(self, start: Shape) -> Flow:
        """Write the whole block, fed with `start`; what it returns."""
        from archdsl_torch.gathering import columns_of_block
        from archdsl_torch.heads import emit_heads
        from archdsl_torch.joins import rule_of

        for name in self.signature.inputs:
            variable = "x" if name == "input" else line_name(name)
            shape = start if name == "input" else self.signature.shape_of(name)
            self.references[name] = Flow(Text(variable), shape)
            if name != "input" or name in self.referenced:
                self.protected[variable] += 1
        body = self.signature.block.body
        flow, place = self.references["input"], Place()
        if self.signature.is_absorbed:
            self.signature.drops_columns |= drops_columns(rule_of(self))
            return columns_of_block(self, flow, place)
        if not self.is_main:
            return self.body(body, flow, place)
        output = self._name_output(self.body(body[1:], flow, place))
        if self.signature.block.heads:
            emit_heads(self, output)
        return output

    def _name_output(self, flow: Flow) -> Flow:
        """The network's output in a variable that says what it is."""
        match self.forward:
            case [*_, Assign(target=target, value=value), Delete()] if target == flow.variable:
                del self.forward[-2:]
                flow = Flow(value, flow.shape)
        if flow.variable is not None:
            return flow
        name = self.new_name("logits" if self.file.gives_scores else "output")
        is_typed = isinstance(flow.code, Call) and flow.code.is_typed
        comment = self.file.comment(flow.shape)
        self.forward.append(Assign(name, flow.code, "" if is_typed else "Tensor", comment))
        self.tensors.add(name)
        return Flow(Text(name), flow.shape)

    def scratch(self) -> Emitter:
        """A copy that writes into the void, to see what a body does."""
        copy = type(self)(self.file, self.signature, is_main=False)
        copy.environment, copy.loops, copy.branches = self.environment, self.loops, self.branches
        copy.locals, copy.taken = set(self.locals), set(self.taken)
        copy.protected, copy.references = Counter(self.protected), dict(self.references)
        copy.named = dict(self.named)
        return copy

    # --- Statements and steps ---

    def body(self, body: program.Body, flow: Flow, place: Place) -> Flow:
        """Statements in sequence. The network's own lines get a line and a comment each."""
        is_outermost = self.is_main and not (place.containers or self.loops or self.branches)
        for position, statement in enumerate(body):
            if position and not (is_outermost or _only_applies_functions(statement)):
                flow = self.bind(flow)
            flow = self.statement(statement, flow, place)
            flow = Flow(flow.code, self.shorten(flow.shape))
            if is_outermost and position + 1 < len(body):
                flow = self._bind_with_shape(flow)
        return flow

    def _bind_with_shape(self, flow: Flow) -> Flow:
        """The value in a variable, its shape behind the line that computes it."""
        comment = self.file.comment(self.spell_out(flow.shape))
        if flow.variable is None:
            return self.bind(flow, comment)
        match self.forward:
            case [*_, Assign(comment="") as last] | [*_, Assign(comment="") as last, Delete()] if (
                last.target == flow.variable
            ):
                last.comment = comment
        return flow

    def statement(self, statement: program.Statement, flow: Flow, place: Place) -> Flow:
        """One statement."""
        from archdsl_torch.choices import emit_choice
        from archdsl_torch.loops import emit_for
        from archdsl_torch.merges import emit_merge

        match statement:
            case program.LineStep(steps, alias=alias):
                for step in steps:
                    flow = self.step(step, flow, place)
                return self.refer(alias, flow) if alias else flow
            case program.NamespaceStep():
                name = place.next(self.name_parts(statement.name), "", is_keyed=True)
                flow = self.namespace(name, statement.body, flow, place)
                return self.refer(statement.name, flow)
            case program.MergeStep():
                return self.refer(statement.name, emit_merge(self, statement, flow, place))
            case program.PathStep(body):
                return self.body(body, flow, place)
            case program.IfStep():
                return emit_choice(self, statement, flow, place)
            case program.ForStep():
                return emit_for(self, statement, flow, place)

    def step(self, step: program.Step, flow: Flow, place: Place) -> Flow:
        """One step of a chain."""
        from archdsl_torch.loops import emit_repeat

        match step:
            case program.LayerStep():
                return self._layer(step, flow, place)
            case program.CallStep():
                return self._call(step, flow, place)
            case program.RepeatStep():
                if place.position is not None:
                    return emit_repeat(self, step, flow, place)
                line = program.LineStep((step,), None, None, step.default, step.span)
                flow = self.namespace((step.default,), (line,), flow, place)
                return self.refer(None, flow, step.default)
            case program.FromStep(reference):
                return self.lookup(self.name_parts(reference))
            case program.IdentityStep():
                return flow

    def crosses(self, step: program.LayerStep) -> bool:
        """Whether a layer needs more than what flows: then `forward` must say how it gets that."""
        return False

    def enter(self, step: program.LayerStep, flow: Flow, place: Place) -> Flow:
        """What comes into a layer."""
        return flow

    def _layer(self, step: program.LayerStep, flow: Flow, place: Place) -> Flow:
        flow = self.enter(step, flow, place)
        op = self.build(step, flow.shape)
        shape = op.infer((flow.shape,))
        torch = torch_of(op, flow.shape)
        if torch.before is not None:
            flow = self.wrap(flow, torch.before, flow.shape)
        explicit = self.name_parts(step.name) if step.name else None
        function = torch.function
        if function is None or not (torch.prefers_function or self.loops):
            if torch.helper:
                self.file.helpers.add(torch.helper)
            is_keyed = op.has_weights()
            name = place.next(explicit, step.default, is_keyed)
            if self.indices and explicit is None and place.position is None and not is_keyed:
                # What is constructed may depend on the round, so that each has its own.
                name = (*name, *self.round())
            function = self._member(torch, place, name)
        else:
            place.next(explicit, step.default, is_keyed=False)
        flow = self.wrap(flow, function, shape)
        if step.implied is not None:
            flow = self._layer(step.implied, flow, place)
        return self.refer(step.name, flow, "" if place.position is not None else step.default)

    def round(self) -> NameParts:
        """What tells the members of one round of the loops here from those of another."""
        parts = [("_", Symbolic.variable(index)) for index in self.indices]
        return ("_at", *(part for pair in parts for part in pair))

    def _member(self, torch: Torch, place: Place, name: NameParts) -> Callable[[Code], Code]:
        """Write what a layer keeps, a module or a parameter; what `forward` makes of the value."""
        if torch.parameter is None:
            assert torch.module is not None
            return _caller(self.add(place, name, torch.module))
        value, applied = call("nn.Parameter", torch.parameter), torch.applied
        assert applied is not None
        parameter = self.add(place, name, value, is_module=False)
        return lambda x: applied(x, parameter)

    def build(self, step: program.LayerStep | program.MergeStep, shape: Shape) -> Op:
        """The op of a line; a number that must be whole is one, and its class refuses others."""
        op = build_op(step, self.environment, shape)
        changed = {
            name: self.settle(value)
            for name, value in op
            if not op.kind(name).real and not is_settled(value)
        }
        return op.model_copy(update=changed) if changed else op

    def settle(self, value: Any) -> Any:
        """A number that must be whole, in whole numbers: `(depth - 4) // 6`.

        The constructor refuses what leaves a remainder, where the number is needed.
        """
        if isinstance(value, tuple):
            return tuple(map(self.settle, value))
        if is_settled(value):
            return value
        if not self.locals & set(value.variables()):
            self.init += [each for each in refusals_of(value) if each not in self.init]
        return whole_number(value)

    def shorten(self, shape: Shape) -> Shape:
        """The shape with a local name in the place of each side that is long to write."""
        sides = {}
        for side in SIDES:
            value: Number = getattr(shape, side)
            is_long = isinstance(value, Symbolic) and len(str(value)) > LONG
            if is_long and not any(n.startswith(UNKNOWN) for n in Symbolic.of(value).variables()):
                name = self.new_name(side)
                self.named[name] = value
                self.init.append(Carry(name, Literal(value)))
                value = Symbolic.variable(name)
            sides[side] = value
        return Shape(**sides, flat=shape.flat)  # type: ignore[arg-type]

    def spell_out(self, shape: Shape) -> Shape:
        """The shape without the local names that `shorten` gave."""
        while any(self.named.keys() & Symbolic.of(getattr(shape, s)).variables() for s in SIDES):
            shape = shape.map(lambda side: Symbolic.of(side).substitute(self.named))
        return shape

    def count(self, expression: tree.Expression) -> Number:
        """A number that must be whole: how often, which one, how wide."""
        count: Number = self.settle(self.environment.whole(expression, "it"))
        return count

    def _call(self, step: program.CallStep, flow: Flow, place: Place) -> Flow:
        member, further, shape = self.add_call(step, flow, place)
        with self.protect(*further):
            flow = self.wrap(flow, _caller(member, *(each.code for each in further)), shape)
        return self.refer(step.name, flow, "" if place.position is not None else step.default)

    def add_call(
        self, step: program.CallStep, flow: Flow, place: Place
    ) -> tuple[Code, list[Flow], Shape]:
        """Write the member that a call is; how to read it, its further inputs, what it gives."""
        signature = self.file.signature(step.block)
        lines = {name: self._line_argument(step.arguments[name]) for name in signature.inputs[1:]}
        construction, shape = self.construct(step, flow.shape, lines)
        explicit = self.name_parts(step.name) if step.name else None
        member = self.add(place, place.next(explicit, step.default, True), construction)
        further = list(lines.values())
        if signature.drops_paths:
            further.append(Flow(Text(DROP_PATH), flow.shape))
        return member, further, shape

    def _line_argument(self, argument: tree.Argument) -> Flow:
        assert isinstance(argument.value, tree.Name)
        return self.lookup((argument.value.text,))

    def construct(
        self, step: program.CallStep, incoming: Shape, lines: Mapping[str, Flow]
    ) -> tuple[Code, Shape]:
        """The construction of a block's class, and the shape that the block gives."""
        signature = self.file.signature(step.block)
        self.used.add(signature)
        values: dict[str, Value] = {}
        for parameter in signature.numbers:
            if parameter.name in step.arguments:
                argument = step.arguments[parameter.name]
                values[parameter.name] = self.environment.evaluate(argument.value)
            else:
                assert parameter.default is not None
                inside = Environment(values, signature.seen(incoming))
                values[parameter.name] = inside.evaluate(parameter.default)
        shapes = {"input": incoming, **{name: line.shape for name, line in lines.items()}}
        signature.note_use(self.signature, values, shapes)
        positional: list[Code] = [
            Literal(getattr(shapes[source], side)) for _, source, side in signature.inferred()
        ]
        keywords: list[tuple[str, Code]] = []
        for parameter in signature.numbers:
            kind = signature.kinds.get(parameter.name)
            value = signature.full(parameter, values[parameter.name])
            if kind in ("int", "size"):
                values[parameter.name] = value = self.settle(value)
            literal = Literal(value)
            if parameter.default is None:
                positional.append(literal)
            elif parameter.name in step.arguments and value != signature.default(parameter):
                keywords.append((python_name(parameter.name), literal))
        construction = Call(Text(signature.class_name), tuple(positional), tuple(keywords))
        if signature.output is None:
            unknown = Symbolic.variable(UNKNOWN)
            return construction, incoming.map(lambda _: unknown)
        arguments = signature.arguments_of(values, shapes)
        output = signature.output.map(lambda side: Symbolic.of(side).substitute(arguments))
        return construction, output

    # --- Members of the module ---

    def namespace(self, name: NameParts, body: program.Body, flow: Flow, place: Place) -> Flow:
        """Members under one name: `nn.Sequential` where they are one, else a dictionary."""
        from archdsl_torch.sequential import build_sequential

        built = build_sequential(self, body, flow.shape, name, place)
        if built is None:
            self.add(place, name, call("nn.ModuleDict"))
            return self.body(body, flow, Place((*place.containers, name), position=0))
        if built.before is not None:
            flow = self.wrap(flow, built.before, flow.shape)
        self.init.extend(built.prelude)
        member = self.add(place, name, built.module)
        self.init.extend(built.additions)
        return self.wrap(flow, _caller(member), built.shape)

    def add(self, place: Place, name: NameParts, value: Code, is_module: bool = True) -> Code:
        """Write the construction of a member, a module or a parameter; how `forward` reads it."""
        static, key = static_text(name), FormattedName(name)
        container = self._container(place)
        if static is not None and not place.containers and not static.isdigit():
            self.init.append(Assign(f"self.{static}", value))
            return Text(f"self.{static}")
        if not is_module:
            self.init.append(Do(call(Member(container, "register_parameter"), key, value)))
            return call(Member(container, "get_parameter"), key)
        if static is not None and place.containers and isinstance(container, Text):
            self.init.append(Assign(f'{container.text}["{static}"]', value))
        else:
            self.init.append(Do(call(Member(container, "add_module"), key, value)))
        if place.containers and isinstance(container, Text):
            return Lookup(container, key)
        return call("getattr", container, key)

    def _container(self, place: Place) -> Code:
        """The code that reads a place's container."""
        code: Code = Text("self")
        for level, name in enumerate(place.containers):
            static = static_text(name)
            if level == 0 and static is not None and not static.isdigit():
                code = Text(f"self.{static}")
            else:
                code = call("getattr", code, FormattedName(name))
        return code

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
        names = [name for flow in flows for name in flow.variables()]
        self.protected.update(names)
        try:
            yield
        finally:
            self.protected.subtract(names)

    def wrap(self, flow: Flow, function: Callable[[Code], Code], shape: Shape) -> Flow:
        """The function of a value, on a line of its own where it would nest too deeply."""
        wrapped = function(flow.code)
        is_long = len(Printer().flat(wrapped)) > NESTED and not is_listing(flow.code)
        if is_long and flow.variable is None:
            return Flow(function(self.bind(flow).code), shape)
        return Flow(wrapped, shape)

    @contextmanager
    def into_new_lists(self) -> Iterator[tuple[list[Statement], list[Statement]]]:
        """Write what follows into lists of its own."""
        outer = self.init, self.forward
        self.init, self.forward = [], []
        try:
            yield self.init, self.forward
        finally:
            self.init, self.forward = outer

    # --- Names ---

    def refer(self, template: tree.NameTemplate | None, flow: Flow, default: str = "") -> Flow:
        """Keep a value under its name if a `from` goes on from it."""
        name = static_text(self.name_parts(template)) if template is not None else default
        if name is None or name not in self.referenced:
            return flow
        variable = f"y_{name}" if name.isdigit() else name
        while variable in self.taken or variable in TAKEN:
            variable += "_"
        flow = self.assign(variable, flow)
        self.protected[variable] += 1
        self.references[name] = flow
        return flow

    def is_needed_behind(self, statement: program.Statement, names: Iterable[str]) -> bool:
        """Whether another line goes on from one of these, which a statement has named inside."""
        elsewhere = self.referenced - Counter(references_in((statement,)))
        return any(name in elsewhere for name in names)

    def lookup(self, name: NameParts) -> Flow:
        """The value that a line above gave. Raises `Unwritable` where that depends on a number."""
        text = static_text(name)
        if text is None or text not in self.references:
            shown = "".join(map(str, name))
            raise Unwritable(f"`{shown}`, which a line goes on from, depends on a parameter")
        return self.references[text]

    def name_parts(self, template: tree.NameTemplate) -> NameParts:
        """A name with the numbers in it, symbolic where an index is."""
        parts: list[str | Number] = []
        for part in template.parts:
            value = part if isinstance(part, str) else self.count(part)
            text = str(value) if isinstance(value, int) else value
            before = parts[-1] if parts else None
            if isinstance(before, str) and isinstance(text, str):
                parts[-1] = before + text
            else:
                parts.append(text)
        return tuple(parts)

    def new_index(self, wanted: str) -> str:
        """A name for an index that no parameter and no enclosing loop has."""
        name = python_name(wanted)
        names: list[str] = [name, *("jk" if wanted == "i" else "")]
        names += [f"{name}{number}" for number in range(2, 99)]
        return next(name for name in names if name not in self.taken)

    def new_name(self, wanted: str) -> str:
        """A name that nothing else in the class will have."""
        name = self.new_index(wanted)
        self.taken.add(name)
        return name

    @contextmanager
    def bound(self, name: str, value: Value) -> Iterator[None]:
        """One more name in the environment."""
        outer, self.environment = self.environment, self.environment.bind(name, value)
        try:
            yield
        finally:
            self.environment = outer

    @contextmanager
    def inside_loop(self, index: str) -> Iterator[tuple[list[Statement], list[Statement]]]:
        """Write the body of a loop into lists of its own; its index is free again behind it."""
        is_new = index not in self.taken
        self.loops += 1
        self.indices.append(index)
        self.locals.add(index)
        self.taken.add(index)
        try:
            with self.into_new_lists() as lists:
                yield lists
        finally:
            self.loops -= 1
            self.indices.pop()
            if is_new:
                self.taken.discard(index)


def _caller(member: Code, *further: Code) -> Callable[[Code], Code]:
    """What calls a member with the value that flows, and with lines besides."""
    return lambda x: call(member, x, *further)


def _only_applies_functions(statement: program.Statement) -> bool:
    """Whether a line only applies activations and their like, so that it can share a line."""
    return isinstance(statement, program.LineStep) and all(
        isinstance(step, program.LayerStep)
        and step.name is None
        and not step.op.has_weights()
        and step.op.is_neutral
        for step in statement.steps
    )
