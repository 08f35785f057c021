"""The summary as lectures write it, after CS231n's slide of VGG-16.

`CONV3-64: [224x224x64]  memory:  224*224*64=3.2M   params: (3*3*3)*64 = 1,728`. The slide's own
total, 24M values and 96 MB, is not the sum of its rows; here it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.ir.graph import LayerNode
from archdsl.ops import Inputs, Op, Shape, Weight
from archdsl.passes import Facts
from archdsl.report.columns import Setup
from archdsl.report.memory import size


def lecture_text(facts: Facts, setup: Setup) -> str:
    """A line for the input and for every layer that holds values or parameters, and the totals.

    Memory is in values, rounded to two digits. The biases of convolutions and fully connected
    layers are in the last total only.
    """
    totals, listed = facts.totals, 0
    lines = []
    for node in facts.flat:
        if node.name in facts.training_only:
            continue
        label, weights = "INPUT", list[Weight]()
        inputs = facts.flat.operand_shapes(node.name)
        if isinstance(node, LayerNode):
            label, weights = node.op.shorthand(), list(_listed(node.op, inputs))
            if node.op.is_neutral and not weights:
                continue
        count = sum(weight.values for weight in weights)
        terms = " + ".join(_product(weight, inputs[0]) for weight in weights)
        params = f"{terms} = {count:,}" if terms else "0"
        lines.append(f"{label}: {_held(node.output)}   params: {params}")
        listed += count
    held = size(totals.activations * setup.value)
    biases = totals.parameters - listed
    return "\n".join(
        [
            *lines,
            f"TOTAL memory: {totals.activations:,} * {setup.value} bytes = {held} / image",
            f"TOTAL params: {listed:,} + {biases:,} biases = {totals.parameters:,}",
            "",
        ]
    )


def _listed(op: Op, inputs: Inputs) -> Iterator[Weight]:
    """The parameters that a slide lists."""
    for name, weight in op.weights(inputs).items():
        if weight.trainable and not (op.is_weighted and name == "bias"):
            yield weight


def _held(shape: Shape) -> str:
    """`[224x224x64]  memory:  224*224*64=3.2M`; the sides of a vector are 1."""
    sides = shape.height, shape.width, shape.channels
    product = "*".join(map(str, sides))
    is_map = shape.values > shape.channels
    values = f"{product}={rounded(shape.values)}" if is_map else str(shape.values)
    return f"[{'x'.join(map(str, sides))}]  memory:  {values}"


def _product(weight: Weight, shape: Shape) -> str:
    """`(3*3*64)*128` of filters, `7*7*512*4096` of what sees whole maps, `64` of a vector."""
    match weight.shape:
        case (filters, channels, height, width):
            return f"({height}*{width}*{channels})*{filters}"
        case (neurons, values) if values == shape.values:
            return "*".join(map(str, (*shape.sides, neurons)))
        case sides:
            return "*".join(map(str, sides))


def rounded(number: int) -> str:
    """`3.2M`, `150K`: two digits, as a slide has room for."""
    two_digits = float(f"{number:.2g}")
    for unit, letter in ((10**9, "G"), (10**6, "M"), (10**3, "K")):
        if two_digits >= unit:
            return f"{two_digits / unit:g}{letter}"
    return str(number)
