"""The shape that leaves each layer, inferred again from the input on."""

from __future__ import annotations

from archdsl.ir.graph import Graph, LayerNode
from archdsl.ops import Shape


def infer_shapes(flat: Graph) -> dict[str, Shape]:
    """Path -> output shape, of the input too. Raises ValueError where the graph says otherwise."""
    shapes: dict[str, Shape] = {}
    for node in flat:
        shapes[node.name] = node.output
        if isinstance(node, LayerNode):
            inputs = tuple(shapes[operand] for operand in flat.operands(node.name))
            if node.op.infer(inputs) != node.output:
                raise ValueError(
                    f"{node.name} says {node.output}, its op {node.op.infer(inputs)} on {inputs}"
                )
    return shapes
