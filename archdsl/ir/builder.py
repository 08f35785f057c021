"""Builds one graph: choices made, repeats unrolled, names given, shapes inferred, claims checked.

A line that is wrong does not end the work where its claim says how to go on: every complaint is
gathered, and the graph of a wrong spec is thrown away.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING

from archdsl.diagnostics import Diagnostic, Frame, SpecError, error
from archdsl.ir import program
from archdsl.ir.claims import arithmetic_of, check_claim, claimed_shape
from archdsl.ir.evaluate import Environment, Value, show
from archdsl.ir.graph import Graph, Head, InputNode, InstanceNode, LayerNode
from archdsl.ir.layers import build_op
from archdsl.ir.naming import Namer, Names, References, text_of
from archdsl.ir.splitting import check_division
from archdsl.ops import Doubt, Mean, Misfit, Op, Shape
from archdsl.syntax import tree
from archdsl.syntax.source import Span

if TYPE_CHECKING:
    from archdsl.ir.elaborate import Elaborator

MOST = 100_000
"""Layers of one network, all repeats written out; more are a mistake."""


class Endless(SpecError):
    """A network without an end, or without a sensible one: nothing can go on after it."""


class Builder:
    """Builds one graph. Flow is passed as the name of the node that it comes out of.

    `found` are the complaints so far. `is_broken` where a line could not be built, so that the
    graph is not whole.
    """

    def __init__(self, elaborator: Elaborator, graph: Graph, environment: Environment) -> None:
        self.elaborator = elaborator
        self.graph = graph
        self.environment = environment
        self.namer = Namer(graph)
        self.references = References()
        self.found: list[Diagnostic] = []
        self.is_broken = False
        self._order: dict[str, int] = {}

    def body(self, body: program.Body, flow: str, names: Names) -> str:
        """Statements in sequence; the node that their output comes out of."""
        for statement in body:
            flow = self.statement(statement, flow, names)
        return flow

    def statement(self, statement: program.Statement, flow: str, names: Names) -> str:
        """One statement. Raises SpecError where it is wrong and no claim says how to go on."""
        try:
            return self._statement(statement, flow, names)
        except Endless:
            raise
        except SpecError as failure:
            self.is_broken = True
            # What was seen through an instance was new there.
            self.found.extend(
                d for d in failure.diagnostics if d.trail or self.elaborator.is_new(d)
            )
            return self._assume(statement)

    def add_input(self, name: str, shape: Shape, span: Span) -> None:
        """What flows into the graph under a name."""
        self._order[name] = len(self.graph)
        self.graph.add(InputNode(name=name, output=shape, span=span))
        self.references.add(name, name, span)

    def say(self, diagnostic: Diagnostic) -> None:
        """Keep a complaint that does not stop the work."""
        if self.elaborator.is_new(diagnostic):
            self.found.append(diagnostic)

    def head(self, step: program.HeadStep) -> None:
        """A side head: it goes on from a line of the network, and nothing goes on from it."""
        weight = self.environment.number(step.weight)
        assert isinstance(weight, int | Fraction)
        if weight <= 0:
            raise error(
                "E403",
                f"the loss of a side head counts {show(weight)} times",
                step.weight.span,
                help="write a weight above 0, or leave the head out",
            )
        flow = self._named(self.text(step.reference), step.reference.span, place="")
        before = len(self.graph)
        out = self.statement(step.body, flow, Names())
        if len(self.graph) == before:
            raise error(
                "E616",
                f"the side head `{step.name}` has no layers",
                step.span,
                help="write them behind its colon, as in `FC 10 neurons (class scores)`",
            )
        self.graph.heads[step.name] = Head(step.name, out, weight, step.span)

    # --- Statements ---

    def _statement(self, statement: program.Statement, flow: str, names: Names) -> str:
        match statement:
            case program.LineStep():
                return self._line(statement, flow, names)
            case program.NamespaceStep():
                return self._namespace(statement, flow, names)
            case program.MergeStep():
                return self._merge(statement, flow, names)
            case program.PathStep(body, claim, span):
                flow = self.body(body, flow, names)
                return self._claim(claim, flow, "the path", span)
            case program.IfStep():
                return self.body(self._chosen(statement), flow, names)
            case program.ForStep():
                for value in self._loop_values(statement):
                    with self._round(statement, value):
                        flow = self.body(statement.body, flow, names)
                return flow

    def _line(self, line: program.LineStep, flow: str, names: Names) -> str:
        for step in line.steps:
            flow = self._step(step, flow, names)
        if line.alias is not None:
            self.references.add(self.text(line.alias), flow, line.alias.span)
        title = line.title
        if line.claim is not None and isinstance(line.steps[0], program.LayerStep):
            first = line.steps[0]
            title = self._title(first) if title == first.title else title
        return self._claim(line.claim, flow, title, line.span)

    def _step(self, step: program.Step, flow: str, names: Names) -> str:
        match step:
            case program.LayerStep():
                return self._layer(step, flow, names)
            case program.CallStep():
                return self._call(step, flow, names)
            case program.RepeatStep():
                return self._repeat(step, flow, names)
            case program.FromStep():
                return self._named(self.text(step.reference), step.reference.span)
            case program.IdentityStep():
                return flow

    def _layer(
        self, step: program.LayerStep, flow: str, names: Names, host: Span | None = None
    ) -> str:
        """One layer and what `after` adds to it, which stands where its `host` does."""
        op = build_op(step, self.environment, self.graph[flow].output)
        explicit = self.text(step.name) if step.name is not None else None
        name = self.namer.member(names, explicit, step)
        title = self._title(step)
        inputs = (self.graph[flow].output,)
        check_division(step, op, inputs, title)
        self._check_op(step, op, inputs, title)
        out = self._add(
            LayerNode(
                name=name,
                output=op.infer(inputs),
                span=host or step.span,
                op=op,
                title=title,
                is_meant_linear=step.is_meant_linear,
                is_scores=step.is_scores,
                is_across=step.is_across,
            ),
            (flow,),
        )
        if step.implied is not None:
            out = self._layer(step.implied, out, names, step.span)
        self._refer(explicit, step.default, name, names, out, step.span)
        return out

    def _check_op(
        self, step: program.LayerStep, op: Op, inputs: tuple[Shape, ...], title: str
    ) -> None:
        """Raise SpecError unless the op takes the inputs; warn of what may not be meant."""
        try:
            op.check(inputs)
        except Misfit as misfit:
            place = _place_of(step, misfit.field)
            raise error(
                "E203", f"{title}: {misfit.message}", place, misfit.note, misfit.help
            ) from None
        for doubt in op.doubts(inputs):
            self.say(self._doubt(step, doubt, title))

    def _doubt(self, step: program.LayerStep, doubt: Doubt, title: str) -> Diagnostic:
        place = _place_of(step, doubt.field)
        return Diagnostic(doubt.code, f"{title}: {doubt.message}", place, doubt.note, doubt.help)

    def _named(self, name: str, span: Span, place: str = " above") -> str:
        """The node that a line goes on from by its name; `place` says which lines there are."""
        node = self.references.find(name, span, place)
        self.graph.named.add(("", node))
        return node

    def _call(self, call: program.CallStep, flow: str, names: Names) -> str:
        explicit = self.text(call.name) if call.name is not None else None
        name = self.namer.member(names, explicit, call)
        operands = [flow]
        lines: dict[str, str] = {}
        values: dict[str, Value] = {}
        incoming = self.graph[flow].output
        for parameter in call.block.parameters:
            argument = call.arguments.get(parameter.name)
            if parameter.is_line:
                assert argument is not None
                assert isinstance(argument.value, tree.Name)
                lines[parameter.name] = argument.value.text
                operands.append(self._named(argument.value.text, argument.value.span))
            elif argument is not None:
                values[parameter.name] = self.environment.evaluate(argument.value)
            else:
                assert parameter.default is not None
                # A default may use the parameters before it, and what flows in.
                with self._through(name, call):
                    inside = Environment(values, incoming)
                    values[parameter.name] = inside.evaluate(parameter.default)
        inputs = tuple(self.graph[operand].output for operand in operands)
        with self._through(name, call) as frame:
            graph, found = self.elaborator.instance(call.block, values, inputs)
        self.found.extend(diagnostic.through((frame,)) for diagnostic in found)
        out = self._add(
            InstanceNode(
                name=name,
                output=graph.shape,
                span=call.span,
                graph=graph,
                call=call.span.text,
                lines=lines,
            ),
            tuple(operands),
        )
        self._refer(explicit, call.default, name, names, out, call.span)
        return out

    @contextmanager
    def _through(self, name: str, call: program.CallStep) -> Iterator[Frame]:
        """What is complained of inside is seen through this instance."""
        frame = Frame(f"{name}: {call.span.text}", call.span)
        try:
            yield frame
        except Endless as failure:
            # Of instances without an end only the outermost is worth showing.
            frames = (frame,) if self.elaborator.is_outermost else ()
            raise Endless(d.through(frames) for d in failure.diagnostics) from None
        except SpecError as failure:
            raise SpecError(d.through((frame,)) for d in failure.diagnostics) from None

    def _repeat(self, step: program.RepeatStep, flow: str, names: Names) -> str:
        count = self.environment.whole(step.count, "the number of repeats")
        assert isinstance(count, int)
        if count < 0:
            message = f"a member cannot be repeated {show(count)} times"
            raise error("E503", message, step.count.span, help="0 x is nothing, and the least")
        if self.graph.size + count > MOST:
            raise _too_many(step.count.span, f"{count:,} repeats")
        inner = names
        if not names.is_positional:
            inner = self.namer.open(names.prefix + step.default, "repeat", step.span)
        for _ in range(count):
            flow = self._step(step.member, flow, inner)
        if not names.is_positional:
            self.references.add(step.default, flow, step.span)
        return flow

    def _namespace(self, step: program.NamespaceStep, flow: str, names: Names) -> str:
        text = self.text(step.name)
        is_chain = len(step.body) == 1 and step.body[0].span == step.span
        place = step.name.span
        inner = self.namer.open(names.next(text, ""), "chain" if is_chain else "group", place)
        flow = self.body(step.body, flow, inner)
        self.references.add(text, flow, place)
        return self._claim(step.claim, flow, text, step.span)

    # --- Merges, choices, loops ---

    def _merge(self, step: program.MergeStep, flow: str, names: Names) -> str:
        operands: list[str] = []
        columns: list[int] = []
        is_whole = True
        for path in self._paths(step.paths):
            before = len(self.graph)
            try:
                operand = self.statement(path, flow, names)
            except Endless:
                raise
            except SpecError:
                is_whole = False
            else:
                operands.append(operand)
                is_own = self._order[operand] >= before
                columns.append(_columns(self.graph, operand) if is_own else 1)
        if not is_whole:
            raise SpecError(())
        assert step.op.merge is not None
        title = step.op.merge
        if not operands:
            raise error(
                "E609",
                f"`{title}:` is left without a path",
                step.word_span,
                help="let an `if` around it leave it out, or an `else:` give it `identity`",
            )
        out = operands[0]
        if len(operands) > 1:
            out = self._add_merge(step, title, operands, columns, names)
        label = self.text(step.name) if step.name is not None else None
        if step.name is not None and label is not None:
            self.references.add(label, out, step.name.span)
        return self._claim(step.claim, out, label or f"`{title}:`", step.span)

    def _add_merge(
        self,
        step: program.MergeStep,
        title: str,
        operands: list[str],
        columns: list[int],
        names: Names,
    ) -> str:
        """The node that several paths meet in. It takes a name, but no position."""
        inputs = tuple(self.graph[operand].output for operand in operands)
        op = build_op(step, self.environment, inputs[0])
        if isinstance(op, Mean) and set(columns) != {1}:
            op = op.model_copy(update={"columns": tuple(columns)})
        try:
            op.check(inputs)
        except Misfit as misfit:
            note = self._paths_note(misfit, operands)
            raise error("E203", misfit.message, step.word_span, note, misfit.help) from None
        text = self.text(step.name) if step.name else title
        name = self.namer.unique(names.prefix + text, False, step.span)
        node = LayerNode(name=name, output=op.infer(inputs), span=step.span, op=op, title=title)
        return self._add(node, tuple(operands))

    def _paths_note(self, misfit: Misfit, operands: list[str]) -> str:
        """What the paths that do not fit together end in, and how their shapes came about."""
        lines = [misfit.note] if misfit.note else []
        for number in misfit.paths:
            operand = operands[number]
            node = self.graph[operand]
            if isinstance(node, InputNode):
                text = "what flows in"
            else:
                sums, source = arithmetic_of(self.graph, operand)
                text = f"{source.name} in line {source.span.line}"
                if misfit.axis in sums:
                    text += f", {sums[misfit.axis]}"
            lines.append(f"path {number + 1}: {text}")
        return "\n".join(lines)

    def _paths(self, paths: program.Body) -> Iterator[program.Statement]:
        """Each path, the indices around it bound; each child of an `if` or a `for` is one too."""
        for path in paths:
            match path:
                case program.IfStep():
                    yield from self._paths(self._chosen(path))
                case program.ForStep():
                    for value in self._loop_values(path):
                        with self._round(path, value):
                            yield from self._paths(path.body)
                case _:
                    yield path

    def _chosen(self, step: program.IfStep) -> program.Body:
        condition = self.environment.truth(step.condition)
        return step.then if condition else step.otherwise

    @contextmanager
    def _round(self, step: program.ForStep, value: Value) -> Iterator[None]:
        """One round of a loop: its index is bound, and complaints say which round it was."""
        outer, seen = self.environment, len(self.found)
        around, self.namer.index = self.namer.index, step.variable
        self.environment = outer.bind(step.variable, value)
        frame = Frame(f"{step.variable} = {show(value)}", step.variable_span or step.span)
        try:
            yield
        finally:
            self.environment, self.namer.index = outer, around
            self.found[seen:] = [d.through((frame,)) for d in self.found[seen:]]

    def _loop_values(self, step: program.ForStep) -> Iterator[Value]:
        """The values of an index, in order."""
        if not isinstance(step.values, tree.Range):
            yield from [self.environment.evaluate(value) for value in step.values]
            return
        first = self.environment.whole(step.values.first, "the first index")
        last = self.environment.whole(step.values.last, "the last index")
        assert isinstance(first, int)
        assert isinstance(last, int)
        if last - first > MOST:
            raise _too_many(step.values.span, f"{last - first + 1:,} rounds")
        yield from range(first, last + 1)

    # --- Nodes and names ---

    def _add(self, node: LayerNode | InstanceNode, operands: tuple[str, ...]) -> str:
        self._order[node.name] = len(self.graph)
        self.graph.add(node, operands)
        if self.graph.size > MOST:
            raise _too_many(node.span, f"{self.graph.size:,} layers")
        return node.name

    def text(self, template: tree.NameTemplate) -> str:
        """A name with its indices as they are now. Raises SpecError."""
        return text_of(template, self.environment)

    def _title(self, step: program.LayerStep) -> str:
        """The layer as its author called it, with the numbers of its name: `CONV3` of `CONV{i}`."""
        if step.suffix is None or all(isinstance(part, str) for part in step.suffix.parts):
            return step.title
        return step.title.removesuffix(step.suffix.span.text) + self.text(step.suffix)

    def _refer(
        self, explicit: str | None, default: str, name: str, names: Names, out: str, span: Span
    ) -> None:
        """Let `from` find a member by the last part of its name; positions are no names."""
        if explicit is None and names.is_positional:
            return
        own = name.removeprefix(names.prefix)
        said = explicit or default
        self.references.add(said, out, span)
        if own != said:
            self.references.add(own, out, span)

    # --- Claims, and going on behind what is wrong ---

    def _claim(self, claim: tree.Claim | None, flow: str, title: str, span: Span) -> str:
        """The flow behind a claim, which is checked."""
        if claim is None:
            return flow
        diagnostic = check_claim(claim, self.environment, self.graph, flow, title, span)
        if diagnostic is None:
            return flow
        self.say(diagnostic)
        shape = claimed_shape(claim, self.environment) if self.elaborator.trusts_claims else None
        return flow if shape is None else self._placeholder(shape, span)

    def _assume(self, statement: program.Statement) -> str:
        """What a wrong statement claims to give. Raises SpecError, of nothing new, without one."""
        claim = None if isinstance(statement, program.IfStep | program.ForStep) else statement.claim
        try:
            shape = claimed_shape(claim, self.environment) if claim is not None else None
        except SpecError as failure:
            self.found.extend(d for d in failure.diagnostics if self.elaborator.is_new(d))
            shape = None
        if shape is None:
            raise SpecError(())
        node = self._placeholder(shape, statement.span)
        for name in _names_of(statement):
            try:
                text = self.text(name)
            except SpecError:
                continue
            self.references.nodes[text] = node
            self.references.places[text] = [name.span.line]
        return node

    def _placeholder(self, shape: Shape, span: Span) -> str:
        """A node in the place of a wrong line. Its graph only serves to find more that is wrong."""
        self.is_broken = True
        name = f"?{len(self.graph)}"
        self._order[name] = len(self.graph)
        return self.graph.add(InputNode(name=name, output=shape, span=span))


def _place_of(step: program.LayerStep, field: str) -> Span:
    """The words that say a field; the layer word where none do."""
    option = step.options.get(field)
    return option.span if option is not None else step.word_span


def _names_of(statement: program.Statement) -> Iterator[tree.NameTemplate]:
    """What `from` could have called a statement."""
    match statement:
        case program.LineStep(steps, alias=alias):
            if alias is not None:
                yield alias
            for step in steps:
                if isinstance(step, program.LayerStep | program.CallStep) and step.name:
                    yield step.name
        case program.NamespaceStep(name):
            yield name
        case program.MergeStep(name=label) if label is not None:
            yield label


def _columns(graph: Graph, name: str) -> int:
    """How many columns meet in a node: a join that ends in a join absorbs it."""
    node = graph[name]
    if isinstance(node, InstanceNode):
        return _columns(node.graph, node.graph.output)
    if isinstance(node, LayerNode) and isinstance(node.op, Mean):
        return sum(node.op.columns or (1,) * len(graph.operands(name)))
    return 1


def _too_many(span: Span, what: str) -> Endless:
    help = "is a number wrong, or does a repeat hold another repeat?"
    message = f"{what} are too many: a network has at most {MOST:,} layers"
    return Endless(error("E508", message, span, help=help).diagnostics)
