"""The ResNet paper's shortcut without weights."""

from __future__ import annotations

from typing import Annotated, ClassVar

from archdsl.ops.base import Family, Inputs, Kept, Misfit, Op, Window, Windows
from archdsl.ops.fields import Count, Steps
from archdsl.ops.phrases import Says
from archdsl.ops.shape import Shape


class Shortcut(Op):
    """Option A of the ResNet paper: every second position, and zeros for the missing channels."""

    words: ClassVar = ("SHORTCUT",)
    family: ClassVar = Family.RESHAPE
    is_linear: ClassVar = True

    channels: Annotated[Count, Says("{} channels")]
    stride: Annotated[Steps, Says("at stride {}", "stride {}")] = (1, 1)

    def check(self, inputs: Inputs) -> None:
        """Channels can only be added."""
        (shape,) = inputs
        if shape.flat:
            raise Misfit(f"a shortcut needs maps, but its input is the vector {shape}")
        if self.channels < shape.channels:
            raise Misfit(
                f"a shortcut adds channels, but {shape.channels} come in and {self.channels} "
                "are to leave",
                help="use a 1x1 CONV to leave channels out",
            )

    def infer(self, inputs: Inputs) -> Shape:
        """ceil(H / stride) x ceil(W / stride) x channels."""
        (shape,) = inputs
        height, width = (
            (side - 1) // stride + 1
            for side, stride in zip((shape.height, shape.width), self.stride, strict=True)
        )
        return Shape(height, width, self.channels)

    def window(self, inputs: Inputs) -> Windows:
        """Its own position in the grid of strides."""
        vertical, horizontal = (Window(0, 1, stride) for stride in self.stride)
        return vertical, horizontal

    def kept(self, inputs: Inputs) -> Kept:
        """Nothing."""
        return Kept()
