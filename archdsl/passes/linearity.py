"""Warn of weighted layers with nothing non-linear between them: together they are one."""

from __future__ import annotations

from archdsl.diagnostics import Diagnostic
from archdsl.ir.graph import Graph, LayerNode
from archdsl.ops import Family


def check_linearity(flat: Graph) -> list[Diagnostic]:
    """One warning for each pair; one for all of them where the network names no activation."""
    behind: dict[str, LayerNode | None] = {}
    pairs: list[tuple[LayerNode, LayerNode]] = []
    has_activation = False
    for node in flat:
        if not isinstance(node, LayerNode):
            behind[node.name] = None
            continue
        has_activation |= node.op.family is Family.ACTIVATION
        # The last weighted layer from which only affine maps led here.
        upstream = next(filter(None, (behind[name] for name in flat.operands(node.name))), None)
        if node.op.is_weighted and upstream is not None and not upstream.is_meant_linear:
            pairs.append((upstream, node))
        if node.op.is_weighted:
            behind[node.name] = node
        else:
            behind[node.name] = upstream if node.op.is_linear else None
    if not pairs:
        return []
    if not has_activation:
        first, second = pairs[0]
        listed = ", ".join(f"{one.title} and {other.title}" for one, other in pairs[:3])
        more = f" and {len(pairs) - 3} more pairs" if len(pairs) > 3 else ""
        return [
            Diagnostic(
                "W202",
                "the network names no activation",
                second.span,
                note=f"nothing non-linear between {listed}{more}",
                help="write `after CONV, FC: RELU` above the layers",
            )
        ]
    found: dict[tuple[int, int], Diagnostic] = {}
    for one, other in pairs:
        found.setdefault(
            (one.span.start, other.span.start),
            Diagnostic(
                "W203",
                f"nothing non-linear stands between {one.title} and {other.title}: they are one "
                "linear layer",
                other.span,
                note=f"{one.title} stands in line {one.span.line}",
                help=f"add an activation, or `linear` to {one.title} if that is meant",
            ),
        )
    return list(found.values())
