"""Ops on channels and values as they are: mixing their order, scaling them."""

from __future__ import annotations

from typing import Annotated, ClassVar

from archdsl.ops.base import Family, Inputs, Kept, Op, Reach, check_groups
from archdsl.ops.fields import Count, Real
from archdsl.ops.phrases import Says


class ChannelShuffle(Op):
    """ShuffleNet's: channels as a table of `groups` rows, read by columns."""

    words: ClassVar = ("SHUFFLE",)
    family: ClassVar = Family.RESHAPE
    is_linear: ClassVar = True

    groups: Annotated[Count, Says("in {} groups", example="4")]

    def check(self, inputs: Inputs) -> None:
        """Groups must divide the channels."""
        check_groups(self.groups, (inputs[0].channels, "channels"))

    def kept(self, inputs: Inputs) -> Kept:
        """Nothing: the order is known."""
        return Kept()


class Scale(Op):
    """Every value times one number that nobody learns: `SCALE by 0.1`."""

    words: ClassVar = ("SCALE",)
    family: ClassVar = Family.NORMALIZATION
    reach: ClassVar = Reach.OWN
    is_linear: ClassVar = True

    factor: Annotated[Real, Says("by {}")]

    def kept(self, inputs: Inputs) -> Kept:
        """Nothing: the factor is known."""
        return Kept()
