"""A tiny backend from outside the project: a line a layer."""

from __future__ import annotations

from archdsl.lowering import Rules
from archdsl.network import Network
from archdsl.ops import Conv2d, Op

RULES: Rules = Rules("outline")


@RULES.rule(Conv2d)
def _conv(op: Conv2d) -> str:
    return f"{op.filters} filters of {op.kernel[0]}x{op.kernel[1]}"


class Outline:
    """Writes paths and shapes, and what its one rule knows."""

    formats = ("txt",)

    def emit(self, network: Network, format: str) -> bytes:
        lines = []
        for layer in network.facts.layers():
            op: Op = layer.node.op
            said = f": {RULES[type(op)](op)}" if isinstance(op, Conv2d) else ""
            lines.append(f"{layer.path} {layer.output}{said}")
        return ("\n".join(lines) + "\n").encode()


BACKEND = Outline()
