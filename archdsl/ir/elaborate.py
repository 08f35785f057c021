"""Program -> graph: one graph for each use of a block with its own arguments and shapes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from archdsl.diagnostics import Diagnostic, Severity, SpecError, error, in_order
from archdsl.ir import program
from archdsl.ir.builder import Builder, Endless
from archdsl.ir.evaluate import Environment, Value
from archdsl.ir.graph import Graph, InputNode, InstanceNode, LayerNode
from archdsl.ir.naming import Names
from archdsl.ir.words import SCORES
from archdsl.ops import Input, Shape

DEEPEST = 200
"""Blocks inside blocks; a recursion that goes deeper is taken for one without an end."""

Place = tuple[str, int, int]


def elaborate(
    main: program.Block, values: Mapping[str, Value]
) -> tuple[Graph, tuple[Diagnostic, ...]]:
    """The graph of a network for these parameters, and what is doubtful about it.

    Raises SpecError with everything that is wrong. Behind a wrong claim there are two ways to go
    on, with what the layer gives and with what the claim says; what is wrong on one way only is a
    consequence, and is not said.
    """
    first = Elaborator()
    graph = first.network(main, values)
    if graph is not None and not _errors(first.diagnostics):
        return graph, tuple(first.diagnostics)
    if first.is_endless:
        raise SpecError(in_order(first.diagnostics))
    second = Elaborator(trusts_claims=True)
    second.network(main, values)
    runs = sorted((first, second), key=lambda run: len(_errors(run.diagnostics)))
    fewer, more = (run.diagnostics for run in runs)
    both = set(map(_place, fewer)) & set(map(_place, more))
    raise SpecError(in_order(d for d in fewer if _place(d) in both))


class Elaborator:
    """Makes the graphs of one program. `diagnostics` is all that was found in it."""

    def __init__(self, trusts_claims: bool = False) -> None:
        self.trusts_claims = trusts_claims
        self.is_endless = False
        self.diagnostics: list[Diagnostic] = []
        self._graphs: dict[object, Graph | None] = {}
        self._open: set[object] = set()
        self._depth = 0
        self._places: set[Place] = set()

    def network(self, main: program.Block, values: Mapping[str, Value]) -> Graph | None:
        """The graph of the whole network for these parameters, or None where it is wrong."""
        builder = Builder(self, Graph(main, values), Environment(values))
        graph: Graph | None = None
        try:
            with _deep_recursion():
                graph = _build_main(builder, main)
        except SpecError as failure:
            builder.found.extend(failure.diagnostics)
            self.is_endless = isinstance(failure, Endless)
        self.diagnostics = builder.found
        return None if builder.is_broken else graph

    def instance(
        self, block: program.Block, values: Mapping[str, Value], inputs: tuple[Shape, ...]
    ) -> tuple[Graph, list[Diagnostic]]:
        """The graph of a block for these arguments and input shapes, and what was found in it.

        It is made once, and so are the complaints. Raises SpecError where it cannot be made.
        """
        # `yes` and 1 are equal in Python, and not the same argument.
        key = (id(block), tuple((n, type(v), v) for n, v in values.items()), inputs)
        if key in self._open:
            raise _endless(block, "with the same arguments and input")
        if key in self._graphs:
            known = self._graphs[key]
            if known is None:
                raise SpecError(())
            return known, []
        if self._depth >= DEEPEST:
            raise _endless(block, f"{DEEPEST} levels deep")
        self._depth += 1
        self._open.add(key)
        self._graphs[key] = None
        builder = Builder(self, Graph(block, values), Environment(values, inputs[0]))
        try:
            graph = _build_block(builder, block, inputs)
        except Endless:
            raise
        except SpecError as failure:
            raise SpecError([*builder.found, *failure.diagnostics]) from None
        finally:
            self._depth -= 1
            self._open.discard(key)
        if builder.is_broken:
            raise SpecError(builder.found)
        self._graphs[key] = graph
        return graph, builder.found

    @property
    def is_outermost(self) -> bool:
        """Whether the network's own lines are being built, and no block."""
        return self._depth == 0

    def is_new(self, diagnostic: Diagnostic) -> bool:
        """Whether this is the first complaint of its kind about its place."""
        place = _place(diagnostic)
        is_new = place not in self._places
        self._places.add(place)
        return is_new


def _place(diagnostic: Diagnostic) -> Place:
    span = diagnostic.span
    return (diagnostic.code, span.start, id(span.source)) if span else (diagnostic.code, 0, 0)


def _errors(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    return [d for d in diagnostics if d.severity is Severity.ERROR]


def _endless(block: program.Block, how: str) -> Endless:
    message = f"`{block.name}` calls itself without an end, {how}"
    return Endless(error("E507", message, block.span, help="let an `if` end it").diagnostics)


def _build_block(builder: Builder, block: program.Block, inputs: tuple[Shape, ...]) -> Graph:
    """The graph of a block fed with these shapes."""
    names = ["input", *(p.name for p in block.parameters if p.is_line)]
    for name, shape in zip(names, inputs, strict=True):
        builder.add_input(name, shape, block.span)
    builder.graph.output = builder.body(block.body, "input", Names())
    _check_all_used(builder)
    return builder.graph


def _build_main(builder: Builder, main: program.Block) -> Graph:
    """The graph of the network: its first line is INPUT."""
    line = _input_line(main)
    assert line.claim is not None
    sides = [builder.environment.whole(s, "a side of INPUT") for s in line.claim.sides]
    if not all(isinstance(side, int) and side > 0 for side in sides):
        shown = "x".join(map(str, sides))
        raise error(
            "E202",
            f"no image is [{shown}]: every side is 1 or more",
            line.claim.span,
            help="write height x width x channels, as in `[224x224x3] INPUT`",
        )
    height, width, channels = ([1, 1, *sides] if len(sides) == 1 else sides)[:3]
    shape = Shape(int(height), int(width), int(channels))  # type: ignore[arg-type]
    builder.add_input("input", shape, line.span)
    step = line.steps[0]
    if isinstance(step, program.LayerStep) and step.name is not None:
        builder.references.add(builder.text(step.name), "input", step.span)
    graph = builder.graph
    graph.output = builder.body(main.body[1:], "input", Names())
    for head in main.heads:
        builder.head(head)
    if graph.output == "input":
        raise error(
            "E608",
            "the network has no layers",
            line.span,
            help="write them below, as in `CONV1: 64 3x3 filters, pad 1`",
        )
    _check_scores(builder)
    _check_all_used(builder)
    return graph


def _input_line(main: program.Block) -> program.LineStep:
    """The first line of a network. Raises SpecError if it is not INPUT alone, with its shape."""
    first = main.body[0] if main.body else None
    step = first.steps[0] if isinstance(first, program.LineStep) else None
    if not (isinstance(step, program.LayerStep) and issubclass(step.op, Input)):
        message = "a network begins with its input"
        if first is None:
            message = f"{main.source.name} has no lines of its own: {message}"
        raise error(
            "E601",
            message,
            first.span if first else main.span,
            help="write `[224x224x3] INPUT` first, with the images' height x width x channels",
        )
    assert isinstance(first, program.LineStep)
    if first.claim is None:
        raise error(
            "E601",
            f"{step.title} does not say how large the images are",
            step.span,
            help=f"write `[224x224x3] {step.title}`, with their height x width x channels",
        )
    if len(first.steps) > 1:
        raise error(
            "E601",
            f"{step.title} stands alone on its line",
            first.steps[1].span,
            help="give the next layer a line of its own",
        )
    return first


def _check_scores(builder: Builder) -> None:
    """Class scores are an output, of the network or of a side head, and a vector.

    They may be computed in whatever block.
    """
    misplaced = list(_misplaced_scores(builder.graph))
    for node in misplaced:
        builder.say(
            Diagnostic(
                "E610",
                f"{node.title} gives the class scores, but the network goes on after it",
                node.head,
                help="the class scores are the network's output: nothing follows them",
            )
        )
    for scores in () if misplaced else _scores(builder.graph):
        if not scores.output.flat:
            builder.say(
                Diagnostic(
                    "E615",
                    f"{scores.title} gives maps, {scores.output}, and class scores are a vector",
                    scores.head,
                    help=f"write `-> FLATTEN ({SCORES})` behind it instead",
                )
            )


def _scores(graph: Graph) -> Iterator[LayerNode]:
    """The layers that give class scores at the network's output and at those of its side heads."""
    for output in graph.outputs:
        node = graph[output]
        while isinstance(node, InstanceNode):
            node = node.graph[node.graph.output]
        if isinstance(node, LayerNode) and node.is_scores:
            yield node


def _misplaced_scores(graph: Graph, is_output: bool = True) -> Iterator[LayerNode]:
    for node in graph:
        is_last = is_output and node.name in graph.outputs
        if isinstance(node, LayerNode) and node.is_scores and not is_last:
            yield node
        elif isinstance(node, InstanceNode) and node.graph.has_scores:
            yield from _misplaced_scores(node.graph, is_last)


def _check_all_used(builder: Builder) -> None:
    """Every layer leads to the output: what does not was forgotten."""
    if builder.is_broken:
        return
    graph = builder.graph
    used = graph.needed(graph.outputs)
    for node in graph:
        # Of lines that lead nowhere, the last says it for all; an input that one choice of an `if`
        # does not need is no mistake.
        if node.name in used or isinstance(node, InputNode):
            continue
        if any(user not in used for user in graph.users(node.name)):
            continue
        builder.say(
            Diagnostic(
                "E611",
                f"nothing uses the output of `{node.name}`",
                node.span,
                help="take it out, or let a line go on from it with `from`",
            )
        )


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Room for blocks that call themselves: each level takes several Python frames."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 60 * DEEPEST))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
