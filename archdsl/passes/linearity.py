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
    """Weighted layers between which only affine maps stand, each pair of the spec's lines once."""
    # The weighted layers from which only affine maps led to a node.
    behind: dict[str, tuple[LayerNode, ...]] = {}
    pairs: dict[tuple[Span, Span], Pair] = {}
    for node in flat:
        if not isinstance(node, LayerNode):
            behind[node.name] = ()
            continue
        upstream = {one.name: one for name in flat.operands(node.name) for one in behind[name]}
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
    return Diagnostic(
        "W203",
        f"nothing non-linear stands between {one.label} and {other.label}: they are one linear "
        "layer",
        one.head,
        note=where,
        help=f"add an activation, or `linear` to {one.label} if that is meant",
    )
