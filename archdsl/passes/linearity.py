"""Warn of weighted layers with nothing non-linear between them: together they are one."""

from __future__ import annotations

from archdsl.diagnostics import Diagnostic
from archdsl.ir.graph import Graph, LayerNode
from archdsl.ops import Family
from archdsl.syntax.source import Span

SHOWN = 3
"""More pairs than these are counted and not named."""

Pair = tuple[LayerNode, LayerNode]


def check_linearity(flat: Graph) -> list[Diagnostic]:
    """One warning for each pair; one for all of them where the network names no activation."""
    pairs = linear_pairs(flat)
    if not pairs:
        return []
    nodes = (node for node in flat if isinstance(node, LayerNode))
    if any(node.op.family is Family.ACTIVATION for node in nodes):
        return [_warning(one, other) for one, other in pairs]
    listed = [f"{one.label} and {other.label}" for one, other in pairs]
    text = ", ".join(listed[:SHOWN])
    if len(listed) > SHOWN:
        left = len(listed) - SHOWN
        text += f", and {left} more pair{'s' * (left > 1)}"
    first = pairs[0][0]
    return [
        Diagnostic(
            "W202",
            "the network names no activation",
            first.head,
            note=f"nothing non-linear between {text}",
            help="write `after CONV, FC: RELU` above the layers, or `linear` where that is meant",
        )
    ]


def linear_pairs(flat: Graph) -> list[Pair]:
    """Weighted layers between which only affine maps stand, each pair of the spec's lines once.

    A sum of RELU and CONV1 is no affine map of CONV1 alone: a layer behind it is not one with it.
    """
    # The weighted layers that a node is an affine map of, and of nothing besides.
    behind: dict[str, tuple[LayerNode, ...]] = {}
    pairs: dict[tuple[Span, Span], Pair] = {}
    for node in flat:
        if not isinstance(node, LayerNode):
            behind[node.name] = ()
            continue
        paths = [behind[name] for name in flat.operands(node.name)]
        # Where paths meet, one that brings something else keeps the layers of the others apart.
        upstream = {one.name: one for path in paths for one in path} if all(paths) else {}
        if node.op.is_weighted:
            for one in upstream.values():
                if not one.is_meant_linear:
                    pairs.setdefault((one.span, node.span), (one, node))
            behind[node.name] = (node,)
        else:
            behind[node.name] = tuple(upstream.values()) if node.op.is_linear else ()
    return list(pairs.values())


def _warning(one: LayerNode, other: LayerNode) -> Diagnostic:
    where = f"{other.label} stands in line {other.span.line}"
    if other.span.source is not one.span.source:
        where += f" of {other.span.source.name}"
    if one.name.rpartition(".")[0] != other.name.rpartition(".")[0]:
        where += f"; the first such two are `{one.name}` and `{other.name}`"
    return Diagnostic(
        "W203",
        f"nothing non-linear stands between {one.label} and {other.label}: they are one linear "
        "layer",
        one.head,
        note=where,
        help=f"add an activation, or `linear` to {one.label} if that is meant",
    )
