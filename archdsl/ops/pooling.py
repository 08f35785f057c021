"""Poolings."""

from __future__ import annotations


from typing import Annotated, ClassVar, Literal

from pydantic import model_validator

from archdsl.ops.base import Family, Inputs, Misfit, Op
from archdsl.ops.fields import Sides
from archdsl.ops.phrases import Says
from archdsl.ops.shape import Shape
from archdsl.ops.windows import Windowed


class Pool(Windowed):
    """What the poolings share: channels stay, a window may be rounded up."""

    family: ClassVar = Family.POOLING
    thing: ClassVar = "window"
    rounding_help: ClassVar = "add `ceil` to see them too, or `floor` if that is meant"

    kernel: Annotated[Sides, Says("{} filters", "{} filter", "{} windows", "{} window")]
    rounding: Annotated[
        Literal["floor", "ceil"] | None, Says("floor", value="floor"), Says("ceil", value="ceil")
    ] = None

    def check(self, inputs: Inputs) -> None:
        """No window may lie in the padding alone."""
        super().check(inputs)
        for axis, _, kernel, _, before, after, _ in self._sides(inputs):
            if 2 * max(before, after) > kernel:
                raise Misfit(
                    f"a pad of {max(before, after)} is more than half of the window's {axis} {kernel}",
                    help=f"write at most pad {kernel // 2}",
                )

    def infer(self, inputs: Inputs) -> Shape:
        """Height x width x the input's channels."""
        return Shape(*self.output_sides(inputs), inputs[0].channels)


class MaxPool2d(Pool):
    """The largest value in each window; padding is never the largest."""

    words: ClassVar = ("MAX POOL",)


class AvgPool2d(Pool):
    """The mean of each window; padding counts as zeros unless `ignoring padding`."""

    words: ClassVar = ("AVG POOL",)
    is_linear: ClassVar = True

    dilation: Sides = (1, 1)
    count_padding: Annotated[bool, Says("ignoring padding", value=False)] = True

    @model_validator(mode="after")
    def _not_dilated(self) -> AvgPool2d:
        if self.dilation != (1, 1):
            raise ValueError("an average has no dilation")
        return self


class AdaptiveAvgPool2d(Op):
    """The mean over a grid of windows that cover the maps: `AVG POOL to 4x4`."""

    words: ClassVar = ("AVG POOL",)
    family: ClassVar = Family.POOLING
    is_linear: ClassVar = True

    output: Annotated[Sides, Says("to {}")]

    def check(self, inputs: Inputs) -> None:
        """Maps only."""
        _needs_maps(self, inputs)

    def infer(self, inputs: Inputs) -> Shape:
        """The grid x the input's channels."""
        return Shape(*self.output, inputs[0].channels)


class GlobalPool(Op):
    """What the global poolings share."""

    family: ClassVar = Family.POOLING

    def check(self, inputs: Inputs) -> None:
        """Maps only."""
        _needs_maps(self, inputs)

    def infer(self, inputs: Inputs) -> Shape:
        """One value a channel."""
        return Shape(1, 1, inputs[0].channels)


class GlobalAvgPool2d(GlobalPool):
    """The mean of each map."""

    words: ClassVar = ("GLOBAL AVG POOL",)
    is_linear: ClassVar = True


class GlobalMaxPool2d(GlobalPool):
    """The largest value of each map."""

    words: ClassVar = ("GLOBAL MAX POOL",)


def _needs_maps(op: Op, inputs: Inputs) -> None:
    if inputs[0].flat:
        raise Misfit(f"{op.words[0]} needs maps, but its input is the vector {inputs[0]}")
