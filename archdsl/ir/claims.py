"""The shape in brackets against the shape that comes out."""

from __future__ import annotations

from archdsl.diagnostics import Diagnostic
from archdsl.ir.evaluate import AXES, Environment
from archdsl.ir.graph import Graph, InstanceNode, LayerNode
from archdsl.ops import Shape
from archdsl.syntax import tree


def check_claim(
    claim: tree.Claim, environment: Environment, graph: Graph, name: str, title: str
) -> Diagnostic | None:
    """The complaint about a claim that is wrong, with the arithmetic of the layer behind it.

    `[N]` and `[1x1xN]` claim the same.
    """
    shape = graph[name].output
    values = [environment.whole(side, "a claim") for side in claim.sides]
    sides = [1, 1, *values] if len(values) == 1 else values
    actual = (shape.height, shape.width, shape.channels)
    wrong = [at for at in range(3) if sides[at] != actual[at]]
    if not wrong:
        return None
    declared = "x".join(map(str, values))
    sums = _arithmetic(graph, name)
    lines: list[str] = []
    for at in wrong:
        text = sums.get(AXES[at])
        if text is not None and not any(line.endswith(f": {text}") for line in lines):
            lines.append(f"{AXES[at]}: {text}")
    mark = None
    if len(values) == 3:
        mark = claim.sides[wrong[0]].span.to(claim.sides[wrong[-1]].span)
    return Diagnostic(
        "E201",
        f"{title} declares [{declared}], but its output is {shape}",
        claim.span,
        note="\n".join(lines),
        help=f"write {_written(shape, len(values))}",
        mark=mark or claim.sides[0].span,
    )


def _written(shape: Shape, sides: int) -> str:
    """The claim that would hold, in the author's form where that can say it."""
    if sides == 3 and shape.flat:
        return f"[1x1x{shape.channels}]"
    return str(shape)


def _arithmetic(graph: Graph, name: str) -> dict[str, str]:
    """The sums behind a node's shape: those of the last layer that changed it."""
    while True:
        node = graph[name]
        if isinstance(node, InstanceNode):
            graph, name = node.graph, node.graph.output
            continue
        if not isinstance(node, LayerNode):
            return {}
        sums = node.op.arithmetic(graph.operand_shapes(name))
        if sums or node.output != graph.operand_shapes(name)[0]:
            return dict(sums)
        name = graph.operands(name)[0]
