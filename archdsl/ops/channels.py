"""Ops on whole channels: keeping some, mixing their order, scaling each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from archdsl.ops.base import Family, Inputs, Misfit, Op, Weight
from archdsl.ops.fields import Count, Numbers, Real
from archdsl.ops.phrases import Says
from archdsl.ops.shape import Shape


class SelectChannels(Op):
    """Keeps the maps of these numbers, counted from 0, in this order: `CHANNELS 0, 1, 2`."""

    words: ClassVar = ("CHANNELS",)
    family: ClassVar = Family.RESHAPE
    is_linear: ClassVar = True

    kept: Annotated[Numbers, Says("{...}")]

    def check(self, inputs: Inputs) -> None:
        """The channels exist."""
        for number in self.kept:
            if number >= inputs[0].channels:
                last = inputs[0].channels - 1
                raise Misfit(f"there is no channel {number}: they are 0 to {last}")

    def infer(self, inputs: Inputs) -> Shape:
        """As many channels as are kept."""
        (shape,) = inputs
        return Shape(shape.height, shape.width, len(self.kept), shape.flat)


class ChannelShuffle(Op):
    """ShuffleNet's: channels as a table of `groups` rows, read by columns."""

    words: ClassVar = ("SHUFFLE",)
    family: ClassVar = Family.RESHAPE
    is_linear: ClassVar = True

    groups: Annotated[Count, Says("in {} groups")]

    def check(self, inputs: Inputs) -> None:
        """Groups must divide the channels."""
        channels = inputs[0].channels
        if channels % self.groups:
            raise Misfit(
                f"{channels} channels cannot be split into {self.groups} groups",
                note=f"{channels}/{self.groups} is not whole",
            )


class Scale(Op):
    """Each channel times a learned number, without a name of its own: the layer's key is its.

    Weights: `` (channels, 1, 1), or (channels) of a vector.
    """

    words: ClassVar = ("SCALE",)
    family: ClassVar = Family.NORMALIZATION
    is_linear: ClassVar = True

    initial: Annotated[Real, Says("initially {}")] = 1.0

    def weights(self, inputs: Inputs) -> Mapping[str, Weight]:
        """One factor a channel."""
        (shape,) = inputs
        return {"": Weight((shape.channels,) if shape.flat else (shape.channels, 1, 1))}


class ScaleBy(Op):
    """Every value times one number that nobody learns: `SCALE by 0.1`."""

    words: ClassVar = ("SCALE",)
    family: ClassVar = Family.NORMALIZATION
    is_linear: ClassVar = True

    factor: Annotated[Real, Says("by {}")]
