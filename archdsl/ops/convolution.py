"""Convolutions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from archdsl.ops.base import Extra, Family, Inputs, Kept, Reach, Weight, check_groups
from archdsl.ops.fields import Count, Margins, Sides
from archdsl.ops.phrases import Incoming, Says
from archdsl.ops.shape import Shape
from archdsl.ops.windows import Windowed

_DEPTHWISE = {"filters": Incoming.CHANNELS, "groups": Incoming.CHANNELS}


class Conv2d(Windowed):
    """A convolution: `96 11x11 filters at stride 4, pad 0`.

    Weights: `weight` (filters, channels / groups, kernel height, kernel width), `bias` (filters).
    """

    words: ClassVar = ("CONV",)
    family: ClassVar = Family.CONVOLUTION
    is_linear: ClassVar = True
    is_weighted: ClassVar = True
    reach: ClassVar = Reach.GROUP
    makes: ClassVar = "filters"
    thing: ClassVar = "filter"

    filters: Annotated[Count, Says()]
    kernel: Annotated[
        Sides,
        Says("{filters} {} filters", "{filters} {} filter"),
        Says("{} depthwise filters", also=_DEPTHWISE),
    ]
    pad_after: Annotated[Margins | None, Says("pad {pad} before and {} after", example="2")] = None
    groups: Annotated[Count, Says("in {} groups", "in {} group", example="32")] = 1
    bias: Annotated[bool, Says("no bias", value=False)] = True

    @property
    def after(self) -> tuple[int, int]:
        """The padding behind the last row and column."""
        return self.pad if self.pad_after is None else self.pad_after

    def check(self, inputs: Inputs) -> None:
        """Groups must divide the channels on both ends."""
        super().check(inputs)
        channels = inputs[0].channels
        check_groups(self.groups, (channels, "input channels"), (self.filters, "filters"))

    def infer(self, inputs: Inputs) -> Shape:
        """Height x width x filters."""
        return Shape(*self.output_sides(inputs), self.filters)

    def arithmetic(self, inputs: Inputs) -> dict[str, str]:
        """The sums, and the filters, one a channel."""
        return {**super().arithmetic(inputs), "channels": f"{self.filters} filters"}

    def weights(self, inputs: Inputs) -> Mapping[str, Weight]:
        """The filters and, unless `no bias`, one bias a filter."""
        shape = (self.filters, inputs[0].channels // self.groups, *self.kernel)
        weights = {"weight": Weight(shape)}
        if self.bias:
            weights["bias"] = Weight((self.filters,))
        return weights

    def kept(self, inputs: Inputs) -> Kept:
        """The input, or its padded copy."""
        return Kept(input=True) if self.is_symmetric else Kept(extra=self.scratch(inputs))

    def scratch(self, inputs: Inputs) -> Extra:
        """The padded copy that PyTorch needs where the padding is not symmetric."""
        if self.is_symmetric:
            return Extra()
        (shape,) = inputs
        (top, left), (bottom, right) = self.pad, self.after
        padded = (shape.height + top + bottom) * (shape.width + left + right)
        return Extra(values=padded * shape.channels)

    def macs(self, inputs: Inputs) -> int:
        """Every weight once for each output position."""
        height, width = self.output_sides(inputs)
        return height * width * self.weights(inputs)["weight"].values

    def connections(self, inputs: Inputs) -> int:
        """Weights and biases at each output position."""
        height, width = self.output_sides(inputs)
        return height * width * sum(weight.values for weight in self.weights(inputs).values())

    def shorthand(self) -> str:
        """`CONV3-64`, as the notation has it."""
        return f"CONV{self.kernel_text}-{self.filters}"

    @classmethod
    def notation(cls, text: str) -> Mapping[str, Any] | None:
        """`CONV3-64`: 64 3x3 filters, padded so that an odd window keeps the size."""
        match = re.fullmatch(r"(\d+)-(\d+)", text)
        if match is None:
            return None
        side = int(match[1])
        return {"filters": int(match[2]), "kernel": side, "pad": (side - 1) // 2}
