"""The arithmetic that convolutions and poolings share: how many windows fit along a side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from archdsl.ops.base import Doubt, Inputs, Misfit, Op, Window, Windows
from archdsl.ops.fields import Margins, Sides, Steps
from archdsl.ops.phrases import Says
from archdsl.symbolic import apply

AXES = ("height", "width")


class Windowed(Op):
    """An op that slides a window over padded maps. Pairs are (vertical, horizontal).

    `rounding` None is floor that nobody said: it is right, and warned of where it loses input.
    """

    kernel: Sides
    stride: Annotated[Steps, Says("at stride {}", "stride {}")] = (1, 1)
    pad: Annotated[Margins, Says("pad {}", example="1")] = (0, 0)
    dilation: Annotated[Steps, Says("dilation {}")] = (1, 1)
    rounding: Annotated[Literal["floor", "ceil"] | None, Says("floor", value="floor")] = None

    thing: ClassVar[str] = "window"
    """What messages call the window."""
    rounding_help: ClassVar[str] = "add `floor` if that is meant, or pad the input"

    @property
    def after(self) -> tuple[int, int]:
        """The padding behind the last row and column."""
        return self.pad

    @property
    def is_symmetric(self) -> bool:
        """Whether the padding is the same on both ends of each side."""
        return self.after == self.pad

    def _sides(self, inputs: Inputs) -> Iterator[tuple[str, int, int, int, int, int, int]]:
        (shape,) = inputs
        yield from zip(
            AXES,
            (shape.height, shape.width),
            self.kernel,
            self.stride,
            self.pad,
            self.after,
            self.dilation,
            strict=True,
        )

    def output_sides(self, inputs: Inputs) -> tuple[int, int]:
        """The height and width of the output."""
        sides = []
        for _, size, kernel, stride, before, after, dilation in self._sides(inputs):
            room = size + before + after - dilation * (kernel - 1) - 1
            count = room // stride + 1
            if self.rounding == "ceil":
                # Caffe's rule: a window that starts in the padding behind the input is dropped.
                count = apply(  # type: ignore[assignment]
                    "min",
                    (room + stride - 1) // stride + 1,
                    (size + before + stride - 1) // stride,
                )
            sides.append(count)
        return sides[0], sides[1]

    def arithmetic(self, inputs: Inputs) -> dict[str, str]:
        """The sum that gives each side."""
        texts = {}
        results = self.output_sides(inputs)
        for side, result in zip(self._sides(inputs), results, strict=True):
            axis, size, kernel, stride, before, after, dilation = side
            padding = f"2*{before}" if before == after else f"{before} + {after}"
            extent = f"{kernel}" if dilation == 1 else f"({dilation}*({kernel} - 1) + 1)"
            room = size + before + after - dilation * (kernel - 1) - 1
            quotient = f"({size} + {padding} - {extent})/{stride}"
            if room % stride:
                quotient = f"{self.rounding or 'floor'}({quotient})"
            text = f"{quotient} + 1 = "
            if self.rounding == "ceil" and -(-room // stride) + 1 != result:
                text += f"{-(-room // stride) + 1}, less one window that starts in the padding = "
            texts[axis] = f"{text}{result}"
        return texts

    def check(self, inputs: Inputs) -> None:
        """The window must fit into the padded input."""
        (shape,) = inputs
        if shape.flat:
            raise Misfit(
                f"a {self.thing} slides over maps, but the input is the vector {shape}",
                help="put this layer before the one that flattens",
            )
        for axis, size, kernel, _, before, after, dilation in self._sides(inputs):
            extent, padded = dilation * (kernel - 1) + 1, size + before + after
            if extent > padded:
                padding = f"2*{before}" if before == after else f"{before} + {after}"
                sum_ = f"{size} + {padding} = {padded}"
                if dilation != 1:
                    sum_ += f", and the {self.thing} spans {dilation}*({kernel} - 1) + 1 = {extent}"
                raise Misfit(
                    f"a {self.thing} of {axis} {extent} does not fit into {axis} {padded}",
                    note=f"{axis}: {sum_} < {extent}" if dilation == 1 else f"{axis}: {sum_}",
                    help="make it smaller, or pad the input",
                    field="kernel",
                )

    def doubts(self, inputs: Inputs) -> list[Doubt]:
        """Whether rounding down leaves input that no window sees."""
        if self.rounding is not None:
            return []
        unseen, axes = [], []
        for axis, size, kernel, stride, before, after, dilation in self._sides(inputs):
            extent = dilation * (kernel - 1) + 1
            # Where a pad before it is wider than the window, no more than the input is unseen.
            left = min((size + before + after - extent) % stride - after, size)
            if left > 0 and extent >= stride:
                last = "the last" if left == 1 else f"the last {left}"
                unseen.append(f"{last} of {size} {'rows' if axis == 'height' else 'columns'}")
                axes.append(axis)
        if not unseen:
            return []
        is_one = len(unseen) == 1 and unseen[0].startswith("the last of")
        sums = self.arithmetic(inputs)
        said = {sums[axis]: axis for axis in reversed(axes)}
        note = "\n".join(f"{axis}: {text}" for text, axis in reversed(said.items()))
        return [
            Doubt(
                "W201",
                f"{' and '.join(unseen)} {'is' if is_one else 'are'} seen by no {self.thing}",
                note,
                self.rounding_help,
                field="stride",
            )
        ]

    @property
    def kernel_text(self) -> str:
        """The window as slides write it: `3`, or `1x7`."""
        height, width = self.kernel
        return f"{height}" if height == width else f"{height}x{width}"

    def window(self, inputs: Inputs) -> Windows:
        """The window itself."""
        vertical, horizontal = (
            Window(-before, dilation * (kernel - 1) + 1, stride)
            for _, _, kernel, stride, before, _, dilation in self._sides(inputs)
        )
        return vertical, horizontal
