"""Program -> graph: choices made, repeats unrolled, names given, shapes inferred, claims checked."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from archdsl.diagnostics import Diagnostic, Frame, SpecError, suggest
from archdsl.ir import program
from archdsl.ir.claims import check_claim
from archdsl.ir.evaluate import Environment, Value, error, show
from archdsl.ir.graph import Graph, InputNode, InstanceNode, LayerNode, Namespace
from archdsl.ir.layers import build_op
from archdsl.ir.resolve import signature
from archdsl.ops import Input, Misfit, Op, Shape
from archdsl.syntax import tree
from archdsl.syntax.source import Span

DEEPEST = 200
"""Blocks inside blocks; a recursion that goes deeper is taken for one without an end."""
MOST = 1_000_000
"""Nodes in all distinct graphs together."""


class Elaborator:
    """Makes the graphs of one program. `diagnostics` gathers what does not stop the work."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._graphs: dict[object, Graph] = {}
        self._depth = 0
        self._nodes = 0

    def network(self, main: program.Block, values: Mapping[str, Value]) -> Graph:
        """The graph of the whole network for these parameters. Raises SpecError.

        Every wrong claim is found, not only the first.
        """
        with _deep_recursion():
            builder = _Builder(self, Graph(main, values), Environment(values))
            graph = builder.build_main(main.body)
        if any(d.code.startswith("E") for d in self.diagnostics):
            raise SpecError(self.diagnostics)
        return graph

    def instance(
        self, block: program.Block, values: Mapping[str, Value], inputs: tuple[Shape, ...]
    ) -> Graph:
        """The graph of a block for these arguments and input shapes, made once."""
        key = (id(block), tuple(values.items()), inputs)
        if key not in self._graphs:
            if self._depth >= DEEPEST:
                raise error(
                    "E507",
                    f"`{block.name}` calls itself without an end ({DEEPEST} levels deep)",
                    block.span,
                    help="let an `if` end it",
                )
            self._depth += 1
            builder = _Builder(self, Graph(block, values), Environment(values, inputs[0]))
            self._graphs[key] = builder.build_block(inputs)
            self._depth -= 1
        return self._graphs[key]

    def count(self, span: Span) -> None:
        """One more node."""
        self._nodes += 1
        if self._nodes > MOST:
            raise error("E508", f"the network has more than {MOST:,} layers", span)

    def say(self, diagnostic: Diagnostic) -> None:
        """Keep a complaint; the same one about the same place is kept once."""
        places = {(d.code, d.span.start, id(d.span.source)) for d in self.diagnostics if d.span}
        span = diagnostic.span
        if span is None or (diagnostic.code, span.start, id(span.source)) not in places:
            self.diagnostics.append(diagnostic)


@dataclass
class _Names:
    """The names of one namespace: positions are counted where it is positional."""

    prefix: str = ""
    is_positional: bool = False
    position: int = 0

    def next(self, explicit: str | None, default: str) -> str:
        """The full name of the next member."""
        if explicit is not None:
            self.position = int(explicit) + 1 if explicit.isdigit() else self.position + 1
            return self.prefix + explicit
        if self.is_positional:
            self.position += 1
            return f"{self.prefix}{self.position - 1}"
        return self.prefix + default


@dataclass
class _References:
    """What `from` can name so far; a name that two lines have is known, but not usable."""

    nodes: dict[str, str] = field(default_factory=dict)
    ambiguous: set[str] = field(default_factory=set)

    def add(self, name: str, node: str) -> None:
        if self.nodes.get(name, node) != node:
            self.ambiguous.add(name)
        self.nodes[name] = node


class _Builder:
    """Builds one graph. Flow is passed as the name of the node that it comes out of."""

    def __init__(self, elaborator: Elaborator, graph: Graph, environment: Environment) -> None:
        self.elaborator = elaborator
        self.graph = graph
        self.environment = environment
        self.references = _References()

    def build_block(self, inputs: tuple[Shape, ...]) -> Graph:
        """The graph of a block fed with these shapes."""
        block = self.graph.block
        names = ["input", *(p.name for p in block.parameters if p.is_line)]
        for name, shape in zip(names, inputs, strict=True):
            self.graph.add(InputNode(name=name, output=shape, span=block.span))
            self.references.add(name, name)
        self.graph.output = self._body(block.body, "input", _Names())
        self._check_all_used()
        return self.graph

    def build_main(self, body: program.Body) -> Graph:
        """The graph of the network: its first line is INPUT."""
        first = body[0] if body else None
        step = first.steps[0] if isinstance(first, program.LineStep) else None
        if not (isinstance(step, program.LayerStep) and issubclass(step.op, Input)):
            raise error(
                "E601",
                "a network begins with its input",
                first.span if first else self.graph.block.span,
                help="write `[224x224x3] INPUT` first",
            )
        assert isinstance(first, program.LineStep)
        if first.claim is None or len(first.claim.sides) != 3 or len(first.steps) > 1:
            raise error(
                "E601",
                "INPUT stands alone on its line, with the images' height x width x channels",
                first.span,
                help="write `[224x224x3] INPUT`",
            )
        sides = [self.environment.whole(side, "a side of INPUT") for side in first.claim.sides]
        if not all(isinstance(side, int) and side > 0 for side in sides):
            raise error("E202", "the sides of INPUT are at least 1", first.claim.span)
        height, width, channels = (int(side) for side in sides)  # type: ignore[arg-type]
        shape = Shape(height, width, channels)
        self.graph.add(InputNode(name="input", output=shape, span=first.span))
        self.references.add("input", "input")
        if step.name is not None:
            self.references.add(self._text(step.name), "input")
        self.graph.output = self._body(body[1:], "input", _Names())
        if self.graph.output == "input":
            raise error("E608", "the network has no layers", first.span)
        self._check_scores()
        self._check_all_used()
        return self.graph

    # --- Statements ---

    def _body(self, body: program.Body, flow: str, names: _Names) -> str:
        for statement in body:
            flow = self._statement(statement, flow, names)
        return flow

    def _statement(self, statement: program.Statement, flow: str, names: _Names) -> str:
        match statement:
            case program.LineStep():
                return self._line(statement, flow, names)
            case program.NamespaceStep():
                return self._namespace(statement, flow, names)
            case program.MergeStep():
                return self._merge(statement, flow, names)
            case program.PathStep(body, claim, span):
                flow = self._body(body, flow, names)
                self._claim(claim, flow, "path", span)
                return flow
            case program.IfStep():
                return self._body(self._chosen(statement), flow, names)
            case program.ForStep():
                for inner, body in self._rounds(statement):
                    with self._environment(inner):
                        flow = self._body(body, flow, names)
                return flow

    def _line(self, line: program.LineStep, flow: str, names: _Names) -> str:
        for step in line.steps:
            flow = self._step(step, flow, names)
        if line.alias is not None:
            self.references.add(self._text(line.alias), flow)
        self._claim(line.claim, flow, line.title, line.span)
        return flow

    def _step(self, step: program.Step, flow: str, names: _Names) -> str:
        match step:
            case program.LayerStep():
                return self._layer(step, flow, names)
            case program.CallStep():
                return self._call(step, flow, names)
            case program.RepeatStep():
                return self._repeat(step, flow, names)
            case program.FromStep():
                return self._from(step)
            case program.IdentityStep():
                return flow

    def _layer(self, step: program.LayerStep, flow: str, names: _Names) -> str:
        op = build_op(step, self.environment, self.graph[flow].output)
        name = self._name(step.name, step.default, names, step.op.has_weights(), step.span)
        out = self._add_layer(step, op, name, (flow,), step.title)
        if step.implied is not None:
            out = self._layer(step.implied, out, names)
        self._refer(step.name, name, names, out)
        return out

    def _add_layer(
        self,
        step: program.LayerStep | program.MergeStep,
        op: Op,
        name: str,
        operands: tuple[str, ...],
        title: str,
    ) -> str:
        inputs = tuple(self.graph[operand].output for operand in operands)
        try:
            op.check(inputs)
        except Misfit as misfit:
            raise error(
                "E203", f"{title}: {misfit.message}", step.span, misfit.note, misfit.help
            ) from None
        for doubt in op.doubts(inputs):
            self.elaborator.say(
                Diagnostic(
                    doubt.code, f"{title}: {doubt.message}", step.span, doubt.note, doubt.help
                )
            )
        self.elaborator.count(step.span)
        is_layer = isinstance(step, program.LayerStep)
        node = LayerNode(
            name=name,
            output=op.infer(inputs),
            span=step.span,
            op=op,
            title=title,
            is_meant_linear=is_layer and step.is_meant_linear,
            is_scores=is_layer and step.is_scores,
        )
        return self.graph.add(node, operands)

    def _call(self, call: program.CallStep, flow: str, names: _Names) -> str:
        name = self._name(call.name, call.default, names, True, call.span)
        operands = [flow]
        values: dict[str, Value] = {}
        incoming = self.graph[flow].output
        for parameter in call.block.parameters:
            argument = call.arguments.get(parameter.name)
            if parameter.is_line:
                operands.append(self._line_argument(call, parameter, argument))
            elif argument is not None:
                values[parameter.name] = self.environment.evaluate(argument.value)
            else:
                assert parameter.default is not None
                # A default may use the parameters before it, and what flows in.
                inside = Environment(values, incoming)
                values[parameter.name] = inside.evaluate(parameter.default)
        inputs = tuple(self.graph[operand].output for operand in operands)
        try:
            graph = self.elaborator.instance(call.block, values, inputs)
        except SpecError as failure:
            frame = (Frame(f"{name}: {call.span.text}", call.span),)
            raise SpecError(d.through(frame) for d in failure.diagnostics) from None
        self.elaborator.count(call.span)
        node = InstanceNode(
            name=name, output=graph.shape, span=call.span, graph=graph, call=call.span.text
        )
        out = self.graph.add(node, tuple(operands))
        self._refer(call.name, name, names, out)
        return out

    def _line_argument(
        self, call: program.CallStep, parameter: program.Parameter, argument: tree.Argument | None
    ) -> str:
        if argument is None or not isinstance(argument.value, tree.Name):
            raise error(
                "E411",
                f"`{parameter.name}` of `{call.block.name}` stands for a line",
                argument.span if argument else call.span,
                help=f"write {parameter.name} = and the name of a line above",
            )
        return self._lookup(argument.value.text, argument.value.span)

    def _repeat(self, step: program.RepeatStep, flow: str, names: _Names) -> str:
        count = self.environment.whole(step.count, "how often a member is repeated")
        assert isinstance(count, int)
        if count < 0:
            raise error("E503", f"a member cannot be repeated {count} times", step.count.span)
        inner = names
        if not names.is_positional:
            inner = self._open(names.prefix + step.default, "repeat", step.span)
        for _ in range(count):
            flow = self._step(step.member, flow, inner)
        return flow

    def _namespace(self, step: program.NamespaceStep, flow: str, names: _Names) -> str:
        text = self._text(step.name)
        full = names.next(text, "")
        is_chain = len(step.body) == 1 and step.body[0].span == step.span
        inner = self._open(full, "chain" if is_chain else "group", step.span)
        flow = self._body(step.body, flow, inner)
        self.references.add(text, flow)
        self._claim(step.claim, flow, text, step.span)
        return flow

    def _merge(self, step: program.MergeStep, flow: str, names: _Names) -> str:
        operands = list(self._paths(step.paths, flow, names))
        assert step.op.merge is not None
        title = step.op.merge
        if not operands:
            raise error("E609", f"`{title}:` has no path left", step.word_span)
        out = operands[0]
        if len(operands) > 1:
            # A merge is no member: it takes a name, but no position.
            text = self._text(step.name) if step.name else title
            name = self._unique(names.prefix + text, False, step.span)
            op = build_op(step, self.environment, self.graph[flow].output)
            out = self._add_layer(step, op, name, tuple(operands), title)
        if step.name is not None:
            self.references.add(self._text(step.name), out)
        self._claim(step.claim, out, title, step.span)
        return out

    def _paths(self, paths: program.Body, flow: str, names: _Names) -> Iterator[str]:
        """The end of each path; each child of a chosen `if` or of a `for` is one too."""
        for path in paths:
            match path:
                case program.IfStep():
                    yield from self._paths(self._chosen(path), flow, names)
                case program.ForStep():
                    for inner, body in self._rounds(path):
                        with self._environment(inner):
                            yield from self._paths(body, flow, names)
                case _:
                    yield self._statement(path, flow, names)

    def _chosen(self, step: program.IfStep) -> program.Body:
        condition = self.environment.truth(step.condition)
        return step.then if condition else step.otherwise

    def _rounds(self, step: program.ForStep) -> Iterator[tuple[Environment, program.Body]]:
        for value in loop_values(step, self.environment):
            yield self.environment.bind(step.variable, value), step.body

    def _from(self, step: program.FromStep) -> str:
        block = self.graph.block
        parameter = step.parameter
        if parameter is not None and not block.parameter(parameter).is_line:
            raise AssertionError(f"{parameter} is used as a line but not known as one")
        return self._lookup(self._text(step.reference), step.reference.span)

    # --- Names ---

    def _text(self, template: tree.NameTemplate) -> str:
        pieces = []
        for part in template.parts:
            value: object = part
            if not isinstance(part, str):
                value = self.environment.whole(part, "an index in a name")
            pieces.append(str(value))
        return "".join(pieces)

    def _name(
        self,
        template: tree.NameTemplate | None,
        default: str,
        names: _Names,
        is_keyed: bool,
        span: Span,
    ) -> str:
        text = self._text(template) if template is not None else None
        return self._unique(names.next(text, default), is_keyed, span)

    def _unique(self, name: str, is_keyed: bool, span: Span) -> str:
        """The name, numbered where it is taken; with keys in the state dict, it must be free."""
        if name not in self.graph and name not in self.graph.namespaces:
            return name
        if is_keyed or name in self.graph.namespaces:
            raise self._taken(name, span)
        number = 2
        while f"{name}_{number}" in self.graph:
            number += 1
        return f"{name}_{number}"

    def _open(
        self, name: str, kind: Literal["group", "chain", "repeat"], span: Span
    ) -> _Names:
        if name in self.graph or name in self.graph.namespaces:
            raise self._taken(name, span)
        self.graph.namespaces[name] = Namespace(name, kind, span)
        return _Names(f"{name}.", is_positional=True)

    def _taken(self, name: str, span: Span) -> SpecError:
        place = self.graph.namespaces.get(name) or self.graph[name]
        return error(
            "E304",
            f"two members are called `{name}`, and both have keys in the state dict",
            span,
            note=f"the first stands in line {place.span.line}",
            help="give one another name, or put them into a group",
        )

    def _refer(
        self, template: tree.NameTemplate | None, name: str, names: _Names, out: str
    ) -> None:
        """Let `from` find a member by the last part of its name; positions are no names."""
        if template is not None or not names.is_positional:
            self.references.add(name.removeprefix(names.prefix), out)

    def _lookup(self, name: str, span: Span) -> str:
        if name in self.references.ambiguous:
            raise error(
                "E307", f"several lines above are called `{name}`", span, help="rename one of them"
            )
        if name not in self.references.nodes:
            near = suggest(name, self.references.nodes)
            known = ", ".join(self.references.nodes)
            raise error(
                "E306",
                f"no line above is called `{name}`",
                span,
                help=f"did you mean `{near}`?" if near else f"lines above: {known}",
            )
        return self.references.nodes[name]

    # --- Checks ---

    def _claim(self, claim: tree.Claim | None, flow: str, title: str, span: Span) -> None:
        if claim is not None:
            diagnostic = check_claim(claim, self.environment, self.graph, flow, title)
            if diagnostic is not None:
                self.elaborator.say(diagnostic)

    def _check_scores(self) -> None:
        scores = [node for node in self.graph if isinstance(node, LayerNode) and node.is_scores]
        for node in scores:
            if node.name != self.graph.output:
                raise error(
                    "E610",
                    f"{node.title} gives the class scores, but the network goes on after it",
                    node.span,
                    help="the class scores are the network's output: nothing follows them",
                )

    def _check_all_used(self) -> None:
        """Every layer leads to the output: what does not was forgotten."""
        import networkx as nx

        used = nx.ancestors(self.graph.network, self.graph.output) | {self.graph.output}
        for node in self.graph:
            is_line = isinstance(node, InputNode) and node.name != "input"
            if node.name not in used and (is_line or not isinstance(node, InputNode)):
                raise error(
                    "E611",
                    f"nothing uses the output of `{node.name}`",
                    node.span,
                    help="take it out, or let a line go on from it with `from`",
                )

    @contextmanager
    def _environment(self, environment: Environment) -> Iterator[None]:
        outer, self.environment = self.environment, environment
        yield
        self.environment = outer


def loop_values(step: program.ForStep, environment: Environment) -> Iterator[Value]:
    """The values of an index, in order."""
    if not isinstance(step.values, tree.Range):
        for value in step.values:
            yield environment.evaluate(value)
        return
    first = environment.whole(step.values.first, "the first index")
    last = environment.whole(step.values.last, "the last index")
    assert isinstance(first, int) and isinstance(last, int)
    if last - first > MOST:
        raise error("E508", f"{show(last - first + 1)} rounds are too many", step.span)
    yield from range(first, last + 1)


def parameter_values(
    main: program.Block,
    given: Mapping[str, tuple[tree.Expression, Value]],
    partial: bool = False,
) -> dict[str, Value]:
    """The network's parameters: what is given, and defaults for the rest. Raises SpecError.

    `partial` leaves out those that have neither.
    """
    known = [parameter.name for parameter in main.parameters]
    for name, (expression, _) in given.items():
        if name not in known:
            near = suggest(name, known)
            listed = signature(main) if known else f"{main.name} has no parameters"
            raise error(
                "E509",
                f"the network has no parameter called `{name}`",
                expression.span,
                help=f"did you mean `{near}`?" if near else listed,
            )
    values: dict[str, Value] = {}
    for parameter in main.parameters:
        default = None
        if parameter.default is not None:
            default = Environment(values).evaluate(parameter.default)
        if parameter.name in given:
            expression, value = given[parameter.name]
            if default is not None and _sort(value) != _sort(default):
                raise error(
                    "E509",
                    f"`{parameter.name}` is {_sort(default)}, not {_sort(value)} like {show(value)}",
                    expression.span,
                )
            values[parameter.name] = value
        elif default is not None:
            values[parameter.name] = default
        elif not partial:
            raise error(
                "E510",
                f"`{parameter.name}` has no value",
                parameter.span,
                help=f"give it a default, or set it: --set {parameter.name}=...",
            )
    return values


def _sort(value: Value) -> str:
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, tuple):
        return "a size"
    return "a number" if isinstance(value, Fraction) else "a whole number"


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Room for blocks that call themselves: each level takes several Python frames."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 40 * DEEPEST))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
