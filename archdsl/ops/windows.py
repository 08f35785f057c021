"""The arithmetic that convolutions and poolings share: how many windows fit along a side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from archdsl.ops.base import Doubt, Inputs, Misfit, Op, Window
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
    pad: Annotated[Margins, Says("pad {}")] = (0, 0)
    pad_after: Annotated[
        Margins | None, Says("pad {pad} before and {} after")
    ] = None
    dilation: Annotated[Steps, Says("dilation {}")] = (1, 1)
    rounding: Annotated[
        Literal["floor", "ceil"] | None,
        Says("floor", value="floor"),
    ] = None

    thing: ClassVar[str] = "window"

    @property
    def after(self) -> tuple[int, int]:
        """The padding behind the last row and column."""
        return self.pad if self.pad_after is None else self.pad_after

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
                f"a {self.thing} needs maps, but its input is the vector {shape}",
                help="put it before the layer that flattens",
            )
        for axis, size, kernel, _, before, after, dilation in self._sides(inputs):
            extent, padded = dilation * (kernel - 1) + 1, size + before + after
            if extent > padded:
                raise Misfit(
                    f"a {self.thing} of {axis} {extent} does not fit into an input of {axis} {padded}",
                    note=f"{axis}: {size} + {before} + {after} < {extent}",
                    help="make it smaller, or pad the input",
                )

    def doubts(self, inputs: Inputs) -> list[Doubt]:
        """Whether rounding down leaves input that no window sees."""
        if self.rounding is not None:
            return []
        for axis, size, kernel, stride, before, after, dilation in self._sides(inputs):
            room = size + before + after - dilation * (kernel - 1) - 1
            left = room % stride
            if left > after and dilation * (kernel - 1) + 1 >= stride:
                unseen = left - after
                return [
                    Doubt(
                        "W201",
                        f"the last {unseen} of {size} input "
                        f"{'rows' if axis == 'height' else 'columns'} are seen by no {self.thing}",
                        f"{axis}: {self.arithmetic(inputs)[axis]}",
                        self.rounding_help,
                    )
                ]
        return []

    rounding_help: ClassVar[str] = "add `floor` if that is meant, or pad the input"

    def window(self, inputs: Inputs) -> Window:
        """The window itself."""
        return Window(self.kernel, self.stride, self.dilation, self.pad)

