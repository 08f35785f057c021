"""How many weighted layers the longest path to each place holds."""

from __future__ import annotations

from archdsl.ir.graph import Graph, LayerNode


def longest_path(flat: Graph) -> dict[str, int]:
    """Path -> weighted layers on the longest path up to there."""
    depths: dict[str, int] = {}
    for node in flat:
        before = max((depths[operand] for operand in flat.operands(node.name)), default=0)
        is_counted = isinstance(node, LayerNode) and node.op.is_weighted
        depths[node.name] = before + is_counted
    return depths
