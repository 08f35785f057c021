"""The shape in brackets against the shape that comes out."""

from __future__ import annotations

from archdsl.diagnostics import Diagnostic
from archdsl.ir.evaluate import AXES, Environment
from archdsl.ir.graph import Graph, InputNode, InstanceNode, LayerNode, Node
from archdsl.ops import Shape
from archdsl.syntax import tree
from archdsl.syntax.source import Span


def claimed_shape(claim: tree.Claim, environment: Environment) -> Shape | None:
    """The shape that a claim says, as far as one can be so. Raises SpecError."""
    values = [environment.whole(side, "a side of a claim") for side in claim.sides]
    if not all(isinstance(value, int) and value > 0 for value in values):
        return None
    sides = [int(value) for value in values]  # type: ignore[arg-type]
    return Shape.vector(sides[0]) if len(sides) == 1 else Shape(sides[0], sides[1], sides[2])


def check_claim(
    claim: tree.Claim, environment: Environment, graph: Graph, name: str, title: str, line: Span
) -> Diagnostic | None:
    """The complaint about a claim that is wrong, with the arithmetic of the layer behind it.

    `[N]` and `[1x1xN]` claim the same. `line` is where the claim stands. Raises SpecError.
    """
    shape = graph[name].output
    values = [environment.whole(side, "a side of a claim") for side in claim.sides]
    sides = [1, 1, *values] if len(values) == 1 else values
    actual = (shape.height, shape.width, shape.channels)
    wrong = [at for at in range(3) if sides[at] != actual[at]]
    if not wrong:
        return None
    declared = "x".join(map(str, values))
    mark = claim.sides[0].span
    if len(values) == 3:
        mark = claim.sides[wrong[0]].span.to(claim.sides[wrong[-1]].span)
    return Diagnostic(
        "E201",
        f"{title} declares [{declared}], but its output is {shape}",
        claim.span,
        note=_note(graph, name, [AXES[at] for at in wrong], line),
        help=f"write {_written(shape, claim)}",
        mark=_with_braces(mark),
    )


def _written(shape: Shape, claim: tree.Claim) -> str:
    """The claim that would hold, in the author's form where that can say it."""
    if len(claim.sides) == 3 and shape.flat:
        return f"[1x1x{shape.channels}]"
    if len(claim.sides) == 1 and (shape.height, shape.width) == (1, 1):
        return f"[{shape.channels}]"
    return str(shape)


def _with_braces(mark: Span) -> Span:
    """The span with the braces around it, if it stands in such."""
    text, start, end = mark.source.text, mark.start, mark.end
    while text[start - 1 : start] in ("{", " ") and start > 0:
        start -= 1
    while text[end : end + 1] in ("}", " ") and end < len(text):
        end += 1
    return Span(mark.source, start, end)


def _note(graph: Graph, name: str, axes: list[str], line: Span) -> str:
    """The sums behind the wrong sides; what height and width share is said once."""
    sums, node = arithmetic_of(graph, name)
    place = node.span
    said: dict[str, str] = {}
    for axis in axes:
        text = sums.get(axis)
        if text is not None and text not in said.values():
            said[axis] = text
    is_vector = graph[name].output.flat
    lines = [f"{'length' if is_vector else axis}: {text}" for axis, text in said.items()]
    is_here = place.source is line.source and line.start <= place.start <= line.end
    if lines and not is_here:
        where = f" of {place.source.name}" if place.source is not line.source else ""
        lines.append(f"by {place.text.splitlines()[0]}, in line {place.line}{where}")
    return "\n".join(lines)


def arithmetic_of(graph: Graph, name: str) -> tuple[dict[str, str], Node]:
    """The sums behind a node's shape, and the node that they are of: the last that changed it."""
    while True:
        node = graph[name]
        if isinstance(node, InstanceNode):
            graph, name = node.graph, node.graph.output
            if isinstance(graph[name], InputNode):
                return {}, node
            continue
        if not isinstance(node, LayerNode):
            return {}, node
        inputs = graph.operand_shapes(name)
        sums = node.op.arithmetic(inputs)
        if sums or node.output != inputs[0]:
            return dict(sums), node
        name = graph.operands(name)[0]
