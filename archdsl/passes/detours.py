"""Warn of stochastic depth that nothing goes around: of a batch that it drops nothing is left."""

from __future__ import annotations

import networkx as nx

from archdsl.diagnostics import Diagnostic
from archdsl.ir.graph import Graph, LayerNode
from archdsl.ops import Op, StochasticDepth


def check_detours(flat: Graph) -> list[Diagnostic]:
    """One warning for each line that lies on every way from the input to the output."""
    drops = {node.name: node for node in flat if isinstance(node, LayerNode) and _drops(node.op)}
    if not drops:
        return []
    start = flat.inputs[0].name
    before = nx.immediate_dominators(flat.network, start)
    name, found = flat.output, {}
    while name != start:
        if name in drops:
            found[drops[name].span] = _warning(drops[name])
        name = before[name]
    return list(found.values())


def _drops(op: Op) -> bool:
    """Whether all that an op gives may be zero in training."""
    return isinstance(op, StochasticDepth) and op.survival < 1


def _warning(node: LayerNode) -> Diagnostic:
    return Diagnostic(
        "W204",
        f"nothing goes around {node.label}: of a batch that it drops nothing is left",
        node.head,
        help="end a path of `add:` with it, beside a path without it",
    )
