"""Ops that compute nothing: what flows changes its form at most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from archdsl.ops.base import Family, Inputs, Kept, Op, Reach, Windows, whole_window
from archdsl.ops.shape import Shape


class Input(Op):
    """Where images come in; its shape is the line's claim."""

    words: ClassVar = ("INPUT",)
    family: ClassVar = Family.INPUT


class Flatten(Op):
    """Maps as one vector, channels outermost, as torch does."""

    words: ClassVar = ("FLATTEN",)
    family: ClassVar = Family.RESHAPE
    reach: ClassVar = Reach.OWN
    is_linear: ClassVar = True
    is_neutral: ClassVar = True
    shares_gradient: ClassVar = True

    def infer(self, inputs: Inputs) -> Shape:
        """All values in a row."""
        return Shape.vector(inputs[0].values)

    def arithmetic(self, inputs: Inputs) -> Mapping[str, str]:
        """The product of the sides."""
        (shape,) = inputs
        product = "*".join(map(str, shape.sides))
        length = product if shape.flat else f"{product} = {shape.values}"
        one = "a vector's height and width are 1"
        return {"height": one, "width": one, "channels": length}

    def window(self, inputs: Inputs) -> Windows:
        """All positions."""
        return whole_window(inputs[0])

    def is_view(self, in_training: bool) -> bool:
        """Always."""
        return True

    def kept(self, inputs: Inputs) -> Kept:
        """Nothing."""
        return Kept()


class Identity(Op):
    """The input itself."""

    words: ClassVar = ("IDENTITY",)
    family: ClassVar = Family.RESHAPE
    reach: ClassVar = Reach.OWN
    is_linear: ClassVar = True
    is_neutral: ClassVar = True
    shares_gradient: ClassVar = True

    def is_view(self, in_training: bool) -> bool:
        """Always."""
        return True

    def kept(self, inputs: Inputs) -> Kept:
        """Nothing."""
        return Kept()
