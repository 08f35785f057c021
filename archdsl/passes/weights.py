"""Values of the state dict: what training changes, and the buffers."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.ir.graph import Graph, LayerNode
from archdsl.ops import Weight


def layer_weights(flat: Graph) -> Iterator[tuple[str, str, Weight]]:
    """Every parameter and buffer: the layer's path, the weight's own name, the weight."""
    for node in flat:
        if isinstance(node, LayerNode):
            for name, weight in node.op.weights(flat.operand_shapes(node.name)).items():
                yield node.name, name, weight


def count_parameters(flat: Graph) -> dict[str, int]:
    """Path -> trainable values."""
    counts = {node.name: 0 for node in flat}
    for path, _, weight in layer_weights(flat):
        counts[path] += weight.values if weight.trainable else 0
    return counts


def count_buffers(flat: Graph) -> dict[str, int]:
    """Path -> values that training does not change by gradient, counters left out."""
    counts = {node.name: 0 for node in flat}
    for path, _, weight in layer_weights(flat):
        counts[path] += 0 if weight.trainable or weight.counter else weight.values
    return counts
