"""Ops that change how many positions there are: transposed convolution, upsampling, cropping."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, ClassVar, Literal

from archdsl.ops.base import (
    Family,
    Inputs,
    Kept,
    Misfit,
    Op,
    Reach,
    Weight,
    Window,
    Windows,
    check_groups,
)
from archdsl.ops.fields import Count, Margins, Sides, Steps
from archdsl.ops.phrases import Says
from archdsl.ops.shape import Shape


class ConvTranspose2d(Op):
    """A transposed convolution: `UPCONV: 64 2x2 filters at stride 2`.

    side = (side - 1) * stride - 2 * pad + dilation * (kernel - 1) + 1 + output pad.
    Weights: `weight` (channels, filters / groups, kernel height, kernel width), `bias` (filters).
    """

    words: ClassVar = ("UPCONV",)
    family: ClassVar = Family.CONVOLUTION
    is_linear: ClassVar = True
    is_weighted: ClassVar = True
    reach: ClassVar = Reach.GROUP
    makes: ClassVar = "filters"

    filters: Annotated[Count, Says()]
    kernel: Annotated[Sides, Says("{filters} {} filters", "{filters} {} filter")]
    stride: Annotated[Steps, Says("at stride {}", "stride {}")] = (1, 1)
    pad: Annotated[Margins, Says("pad {}")] = (0, 0)
    output_pad: Annotated[Margins, Says("output pad {}")] = (0, 0)
    dilation: Annotated[Steps, Says("dilation {}")] = (1, 1)
    groups: Annotated[Count, Says("in {} groups", example="4")] = 1
    bias: Annotated[bool, Says("no bias", value=False)] = True

    def check(self, inputs: Inputs) -> None:
        """Maps only, groups that divide, padding that leaves something."""
        (shape,) = inputs
        if shape.flat:
            raise Misfit(f"UPCONV needs maps, but its input is the vector {shape}")
        check_groups(self.groups, (shape.channels, "input channels"), (self.filters, "filters"))
        out = self.infer(inputs)
        for axis, side in (("height", out.height), ("width", out.width)):
            if side < 1:
                raise Misfit(
                    f"the padding leaves no {axis}",
                    note=f"{axis}: {self.arithmetic(inputs)[axis]}",
                    help="pad less",
                )
        for extra, stride, dilation in zip(
            self.output_pad, self.stride, self.dilation, strict=True
        ):
            if extra >= max(stride, dilation):
                raise Misfit(
                    f"an output pad of {extra} is not smaller than the stride {stride}",
                    help="the output pad chooses among the sizes that one stride allows",
                )

    def infer(self, inputs: Inputs) -> Shape:
        """The sides that a convolution with these numbers would turn into the input's."""
        (shape,) = inputs
        sides = [
            (side - 1) * stride - 2 * pad + dilation * (kernel - 1) + 1 + extra
            for side, kernel, stride, pad, extra, dilation in zip(
                (shape.height, shape.width),
                self.kernel,
                self.stride,
                self.pad,
                self.output_pad,
                self.dilation,
                strict=True,
            )
        ]
        return Shape(sides[0], sides[1], self.filters)

    def arithmetic(self, inputs: Inputs) -> Mapping[str, str]:
        """The sum that gives each side."""
        (shape,) = inputs
        out = self.infer(inputs)
        texts = {}
        for at, axis in enumerate(("height", "width")):
            side, result = getattr(shape, axis), getattr(out, axis)
            extent = self.dilation[at] * (self.kernel[at] - 1) + 1
            extra = f" + {self.output_pad[at]}" if self.output_pad[at] else ""
            grown = f"({side} - 1)*{self.stride[at]} - 2*{self.pad[at]} + {extent}{extra}"
            texts[axis] = f"{grown} = {result}"
        return texts

    def weights(self, inputs: Inputs) -> Mapping[str, Weight]:
        """The filters, channels first, and one bias a filter."""
        shape = (inputs[0].channels, self.filters // self.groups, *self.kernel)
        weights = {"weight": Weight(shape)}
        if self.bias:
            weights["bias"] = Weight((self.filters,))
        return weights

    def window(self, inputs: Inputs) -> Windows:
        """The positions whose filters reach it: every stride-th of the filter's, at most."""
        vertical, horizontal = (
            Window(
                Fraction(pad - dilation * (kernel - 1), stride),
                Fraction(dilation * (kernel - 1), stride) + 1,
                Fraction(1, stride),
            )
            for pad, kernel, stride, dilation in zip(
                self.pad, self.kernel, self.stride, self.dilation, strict=True
            )
        )
        return vertical, horizontal

    def macs(self, inputs: Inputs) -> int:
        """Every weight once for each input position."""
        (shape,) = inputs
        return shape.height * shape.width * self.weights(inputs)["weight"].values

    def connections(self, inputs: Inputs) -> int:
        """The multiply-adds, and a bias for each output value."""
        biases = self.infer(inputs).values if self.bias else 0
        return self.macs(inputs) + biases


class Upsample(Op):
    """More positions, none of them new: `UPSAMPLE: by 2`, `UPSAMPLE: to 56x56, bilinear`."""

    words: ClassVar = ("UPSAMPLE",)
    family: ClassVar = Family.RESHAPE
    reach: ClassVar = Reach.OWN
    is_linear: ClassVar = True

    factor: Annotated[Steps | None, Says("by {}")] = None
    size: Annotated[Sides | None, Says("to {}")] = None
    mode: Annotated[
        Literal["nearest", "bilinear"],
        Says("nearest", value="nearest"),
        Says("bilinear", value="bilinear"),
    ] = "nearest"
    aligned: Annotated[bool, Says("aligned corners", value=True)] = False

    def check(self, inputs: Inputs) -> None:
        """Maps only; a factor or a size, not both."""
        if inputs[0].flat:
            raise Misfit(f"UPSAMPLE needs maps, but its input is the vector {inputs[0]}")
        if self.factor is None and self.size is None:
            raise Misfit("nothing says how far", help="write `by 2` or `to 56x56`")
        if self.factor is not None and self.size is not None:
            raise Misfit("`by` and `to` both say how far", help="keep one of them")
        if self.aligned and self.mode == "nearest":
            raise Misfit("corners are aligned by `bilinear` only", help="write bilinear, too")

    def infer(self, inputs: Inputs) -> Shape:
        """The size that is asked for, or so many times the input's."""
        (shape,) = inputs
        if self.size is not None:
            return Shape(*self.size, shape.channels)
        assert self.factor is not None
        return Shape(shape.height * self.factor[0], shape.width * self.factor[1], shape.channels)

    def window(self, inputs: Inputs) -> Windows:
        """The nearest position, or the two on both sides."""
        (shape,), output = inputs, self.infer(inputs)
        return (
            self._along(shape.height, output.height),
            self._along(shape.width, output.width),
        )

    def _along(self, size: int, count: int) -> Window:
        """Torch's positions: i*step rounded down, or the middle of the new one among the old."""
        step = Fraction(size, count)
        start = Fraction(0)
        if self.aligned:
            step = Fraction(size - 1, max(1, count - 1))
        elif self.mode == "bilinear":
            start = (step - 1) / 2
        # What rounding down takes away at most; the position behind is seen as far again.
        loss = 1 - Fraction(1, (start + step).denominator * start.denominator)
        return Window(start - loss, 1 + loss * (2 if self.mode == "bilinear" else 1), step)

    def kept(self, inputs: Inputs) -> Kept:
        """Nothing: the factors are known."""
        return Kept()

    def flops(self, inputs: Inputs) -> int:
        """One for each value of the output, four where it is a mean of four."""
        return self.infer(inputs).values * (4 if self.mode == "bilinear" else 1)


class Crop(Op):
    """The middle of the maps: `CROP to 56x56`; an odd one goes at the bottom and at the right."""

    words: ClassVar = ("CROP",)
    family: ClassVar = Family.RESHAPE
    reach: ClassVar = Reach.OWN
    is_linear: ClassVar = True

    size: Annotated[Sides, Says("to {}")]

    def check(self, inputs: Inputs) -> None:
        """Not larger than the maps."""
        (shape,) = inputs
        if shape.flat:
            raise Misfit(f"CROP needs maps, but its input is the vector {shape}")
        if self.size[0] > shape.height or self.size[1] > shape.width:
            raise Misfit(f"{self.size[0]}x{self.size[1]} is no part of maps of {shape}")

    def infer(self, inputs: Inputs) -> Shape:
        """The size that is asked for."""
        return Shape(*self.size, inputs[0].channels)

    def window(self, inputs: Inputs) -> Windows:
        """The middle."""
        (shape,) = inputs
        top, left = (shape.height - self.size[0]) // 2, (shape.width - self.size[1]) // 2
        return Window(top, 1, 1), Window(left, 1, 1)

    def is_view(self, in_training: bool) -> bool:
        """Always."""
        return True

    def kept(self, inputs: Inputs) -> Kept:
        """Nothing."""
        return Kept()
