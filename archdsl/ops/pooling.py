"""Poolings."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, ClassVar, Literal

from archdsl.ops.base import (
    Extra,
    Family,
    Inputs,
    Kept,
    Misfit,
    Op,
    Reach,
    Weight,
    Window,
    Windows,
    whole_window,
)
from archdsl.ops.fields import Sides
from archdsl.ops.phrases import Says
from archdsl.ops.shape import Shape
from archdsl.ops.windows import Windowed


class Pool(Windowed):
    """What the poolings share: channels stay, a window may be rounded up."""

    family: ClassVar = Family.POOLING
    reach: ClassVar = Reach.OWN
    thing: ClassVar = "window"
    rounding_help: ClassVar = "add `ceil` to see them too, or `floor` if that is meant"

    kernel: Annotated[Sides, Says("{} filters", "{} filter", "{} windows", "{} window")]
    rounding: Annotated[
        Literal["floor", "ceil"] | None, Says("floor", value="floor"), Says("ceil", value="ceil")
    ] = None

    def check(self, inputs: Inputs) -> None:
        """No window may lie in the padding alone."""
        super().check(inputs)
        for axis, _, kernel, _, pad, _, _ in self._sides(inputs):
            if 2 * pad > kernel:
                raise Misfit(
                    f"a pad of {pad} is more than half of the window's {axis} {kernel}",
                    note=f"{axis}: 2*{pad} > {kernel}",
                    help=f"write `pad {kernel // 2}` at most: a window must see some of the input",
                    field="pad",
                )

    def infer(self, inputs: Inputs) -> Shape:
        """Height x width x the input's channels."""
        return Shape(*self.output_sides(inputs), inputs[0].channels)

    def shorthand(self) -> str:
        """`POOL2`."""
        return f"POOL{self.kernel_text}"

    def arithmetic(self, inputs: Inputs) -> dict[str, str]:
        """The sums; the channels stay."""
        return {**super().arithmetic(inputs), "channels": _stay(inputs)}


class MaxPool2d(Pool):
    """The largest value in each window; padding is never the largest."""

    words: ClassVar = ("MAX POOL",)

    def kept(self, inputs: Inputs) -> Kept:
        """The input, and where in it the largest values are."""
        return Kept(input=True, extra=self.scratch(inputs))

    def scratch(self, inputs: Inputs) -> Extra:
        """Where the largest values are."""
        return Extra(indices=self.infer(inputs).values)


class AvgPool2d(Pool):
    """The mean of each window; padding counts as zeros unless `ignoring padding`."""

    words: ClassVar = ("AVG POOL",)
    is_linear: ClassVar = True

    # No words set it: an average has no dilation.
    dilation: Sides = (1, 1)
    count_padding: Annotated[bool, Says("ignoring padding", value=False)] = True


class Subsample(Pool):
    """LeNet-5's: the sum of each window, times a number a channel, plus a number a channel.

    Weights: `weight`, `bias` (channels). At first the numbers make it the mean of each window.
    """

    words: ClassVar = ("SUBSAMPLE",)
    is_linear: ClassVar = True

    # No words set it: a sum has no dilation.
    dilation: Sides = (1, 1)
    rounding: Annotated[Literal["floor"] | None, Says("floor", value="floor")] = None
    rounding_help: ClassVar = Windowed.rounding_help

    def weights(self, inputs: Inputs) -> Mapping[str, Weight]:
        """A coefficient and a bias a channel."""
        channels = (inputs[0].channels,)
        return {"weight": Weight(channels), "bias": Weight(channels)}

    def kept(self, inputs: Inputs) -> Kept:
        """The input, and the sums."""
        return Kept(input=True, extra=Extra(self.infer(inputs).values))

    def scratch(self, inputs: Inputs) -> Extra:
        """The sums, and what comes before or after them."""
        return Extra(2 * self.infer(inputs).values)

    def connections(self, inputs: Inputs) -> int:
        """LeCun's count: each value of a window, and a bias, for each output value."""
        height, width = self.kernel
        return self.infer(inputs).values * (height * width + 1)


class AdaptiveAvgPool2d(Op):
    """The mean over a grid of windows that cover the maps: `AVG POOL to 4x4`."""

    words: ClassVar = ("AVG POOL",)
    family: ClassVar = Family.POOLING
    reach: ClassVar = Reach.OWN
    is_linear: ClassVar = True

    output: Annotated[Sides, Says("to {}")]

    def check(self, inputs: Inputs) -> None:
        """Maps only."""
        _need_maps(inputs)

    def infer(self, inputs: Inputs) -> Shape:
        """The grid x the input's channels."""
        return Shape(*self.output, inputs[0].channels)

    def window(self, inputs: Inputs) -> Windows:
        """Windows that cover the maps, overlapping where the grid does not divide them."""
        (shape,) = inputs
        rows, columns = self.output
        return _share(shape.height, rows), _share(shape.width, columns)

    def kept(self, inputs: Inputs) -> Kept:
        """The input; of a grid of one window nothing, for that is a plain mean."""
        return Kept(input=self.output != (1, 1))

    def flops(self, inputs: Inputs) -> int:
        """One for each value of the input."""
        return inputs[0].values

    def arithmetic(self, inputs: Inputs) -> Mapping[str, str]:
        """The grid is what the line says."""
        height, width = self.output
        said = "as the line says"
        return {
            "height": f"{height}, {said}",
            "width": f"{width}, {said}",
            "channels": _stay(inputs),
        }


class GlobalPool(Op):
    """What the global poolings share."""

    family: ClassVar = Family.POOLING
    reach: ClassVar = Reach.OWN

    def check(self, inputs: Inputs) -> None:
        """Maps only."""
        _need_maps(inputs)

    def infer(self, inputs: Inputs) -> Shape:
        """One value a channel."""
        return Shape(1, 1, inputs[0].channels)

    def window(self, inputs: Inputs) -> Windows:
        """All positions."""
        return whole_window(inputs[0])

    def arithmetic(self, inputs: Inputs) -> Mapping[str, str]:
        """A global window covers the maps once."""
        (shape,) = inputs
        once = f"one window over all {shape.height}x{shape.width} = 1"
        return {"height": once, "width": once, "channels": _stay(inputs)}


class GlobalAvgPool2d(GlobalPool):
    """The mean of each map."""

    words: ClassVar = ("GLOBAL AVG POOL",)
    is_linear: ClassVar = True

    def kept(self, inputs: Inputs) -> Kept:
        """Nothing: PyTorch takes a plain mean."""
        return Kept()

    def flops(self, inputs: Inputs) -> int:
        """One for each value of the input."""
        return inputs[0].values


class GlobalMaxPool2d(GlobalPool):
    """The largest value of each map."""

    words: ClassVar = ("GLOBAL MAX POOL",)

    def kept(self, inputs: Inputs) -> Kept:
        """The input, and where in it the largest values are."""
        return Kept(input=True, extra=self.scratch(inputs))

    def scratch(self, inputs: Inputs) -> Extra:
        """Where the largest values are."""
        return Extra(indices=self.infer(inputs).values)


def _share(size: int, count: int) -> Window:
    """From i*size/count, rounded down, to (i + 1)*size/count, rounded up."""
    stride = Fraction(size, count)
    loss = 1 - Fraction(1, stride.denominator)
    return Window(-loss, stride + 2 * loss, stride)


def _stay(inputs: Inputs) -> str:
    return f"{inputs[0].channels}, as in its input"


def _need_maps(inputs: Inputs) -> None:
    if inputs[0].flat:
        raise Misfit(
            f"a pooling runs over maps, but the input is the vector {inputs[0]}",
            help="put this layer before the one that flattens",
        )
