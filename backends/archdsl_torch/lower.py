"""An op and how it is written: the look-up over all rules."""

from __future__ import annotations

from archdsl import ops
from archdsl.ops import Op, Shape
from archdsl_torch import resize_rules, rules, token_rules
from archdsl_torch.rules import MERGES, RULES, Merging, Torch

RULE_MODULES = (rules, resize_rules, token_rules)
"""The modules whose import fills the tables."""


def missing_rules() -> list[str]:
    """Ops that this backend cannot write. The input is no layer."""
    layers = [op for op in ops.OPS if op.merge is None and op is not ops.Input]
    merges = [op for op in ops.OPS if op.merge is not None]
    return RULES.missing(layers) + MERGES.missing(merges)


def torch_of(op: Op, shape: Shape) -> Torch:
    """How an op on maps of this shape is written."""
    return RULES[type(op)](op, shape)


def merging_of(op: Op) -> Merging:
    """How paths are merged."""
    return MERGES[type(op)](op)
