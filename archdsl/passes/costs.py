"""What one image costs: operations, connections, the values that layers hold and move."""

from __future__ import annotations

from collections.abc import Callable

from archdsl.ir.graph import Graph, LayerNode
from archdsl.ops import Shape

COUNTED = "convolutions, fully connected layers and attention"
"""What has multiply-adds; biases are none."""
WEIGHTED = "convolutions and fully connected layers"
"""What counts as a layer of the longest path, and has neurons."""


def _column(
    flat: Graph, of: Callable[[LayerNode, tuple[Shape, ...]], int], of_input: int = 0
) -> dict[str, int]:
    return {
        node.name: of(node, flat.operand_shapes(node.name))
        if isinstance(node, LayerNode)
        else of_input
        for node in flat
    }


def count_macs(flat: Graph) -> dict[str, int]:
    """Path -> multiply-adds of what is `COUNTED`."""
    return _column(flat, lambda node, inputs: node.op.macs(inputs))


def count_flops(flat: Graph) -> dict[str, int]:
    """Path -> what fvcore counts in evaluation.

    A multiply-add is one, but for attention's among positions. Batch norm is two for each value,
    layer norm five, global average pooling and average pooling to a size one for each value of the
    input, upsampling one for each value of the output, or four if bilinear. The rest is nothing
    (`fvcore/nn/flop_count.py`, 0.1.5).
    """
    return _column(flat, lambda node, inputs: node.op.flops(inputs))


def count_moved(flat: Graph) -> dict[str, int]:
    """Path -> values that the layer reads and writes for one image, its weights left out."""
    return _column(
        flat,
        lambda node, inputs: (
            0
            if node.op.is_view(in_training=False)
            else sum(shape.values for shape in inputs) + node.output.values
        ),
    )


def count_connections(flat: Graph) -> dict[str, int]:
    """Path -> weights and biases, each once for every output position that uses it."""
    return _column(flat, lambda node, inputs: node.op.connections(inputs))


def count_neurons(flat: Graph) -> dict[str, int]:
    """Path -> output values of what is `WEIGHTED`."""
    return _column(flat, lambda node, _: node.output.values if node.op.is_weighted else 0)


def count_activations(flat: Graph) -> dict[str, int]:
    """Path -> values that the layer adds to what is held: none for activations and their like.

    The input counts; activations, dropout, identity and flatten do not.
    """
    column = _column(flat, lambda node, _: 0 if node.op.is_neutral else node.output.values)
    return column | {node.name: node.output.values for node in flat.inputs}
