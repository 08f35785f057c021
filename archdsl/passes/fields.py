"""Receptive fields: which of the image's pixels can change what a position holds."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import floor
from typing import NamedTuple

from archdsl.ir.graph import Graph, LayerNode
from archdsl.ops import Shape, Window

Number = int | Fraction


class Field(NamedTuple):
    """What positions see along one side: position i the pixels `low + i*jump` to `high + i*jump`.

    Pixels count from 0. `low` is negative and `high` beyond the image where padding is seen.
    """

    low: Number
    high: Number
    jump: Number

    @property
    def size(self) -> int:
        """How many pixels a position sees at most, padding included."""
        return floor(self.high - self.low) + 1

    @property
    def centre(self) -> Fraction:
        """The middle of what the first position sees."""
        return Fraction(self.low + self.high) / 2

    def through(self, window: Window) -> Field:
        """What one sees who looks at these positions through a window."""
        low = self.low + window.start * self.jump
        high = self.high + (window.start + window.extent - 1) * self.jump
        return Field(low, high, self.jump * window.stride)


Fields = tuple[Field, Field]
"""The vertical and the horizontal one."""

IMAGE = Field(0, 0, 1)


def receptive_fields(flat: Graph) -> dict[str, Fields]:
    """Path -> what its positions see of the image, padding included.

    The arithmetic is that of Araujo, Norris, Sim, "Computing Receptive Fields of Convolutional
    Neural Networks", Distill 2019. Where paths meet, it is the range that holds what all of them
    see. If one of them has a single position for all places, as in squeeze-and-excitation, every
    place sees the whole range.
    """
    fields: dict[str, Fields] = {}
    for node in flat:
        if not isinstance(node, LayerNode):
            fields[node.name] = IMAGE, IMAGE
            continue
        shapes = flat.operand_shapes(node.name)
        operands = [fields[operand] for operand in flat.operands(node.name)]
        vertical = _meet((field for field, _ in operands), _sides(shapes, "height"))
        horizontal = _meet((field for _, field in operands), _sides(shapes, "width"))
        windows = node.op.window(shapes)
        if windows is not None:
            vertical, horizontal = vertical.through(windows[0]), horizontal.through(windows[1])
        fields[node.name] = vertical, horizontal
    return fields


def _sides(shapes: Iterable[Shape], side: str) -> list[int]:
    return [getattr(shape, side) for shape in shapes]


def _meet(fields: Iterable[Field], counts: list[int]) -> Field:
    """The range over several paths, each with so many positions."""
    paths = list(fields)
    low = min(path.low for path in paths)
    if len({(path.jump, count) for path, count in zip(paths, counts, strict=True)}) == 1:
        return Field(low, max(path.high for path in paths), paths[0].jump)
    lasts = (path.high + (count - 1) * path.jump for path, count in zip(paths, counts, strict=True))
    return Field(low, max(lasts), 0)
