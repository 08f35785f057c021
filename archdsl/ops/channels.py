"""Ops on channels and values as they are: choosing them, mixing their order, scaling them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from archdsl.ops.base import (
    NAMELESS,
    Family,
    Inputs,
    Kept,
    Misfit,
    Op,
    Reach,
    Weight,
    check_groups,
)
from archdsl.ops.fields import Count, Real, Runs
from archdsl.ops.phrases import Says
from archdsl.ops.shape import Shape


class ChannelSelect(Op):
    """Some of the channels, counted from 0, in the order that the line says: `CHANNELS 0, 4..5`."""

    words: ClassVar = ("CHANNELS",)
    family: ClassVar = Family.RESHAPE
    is_linear: ClassVar = True

    channels: Annotated[Runs, Says("{}")]

    def check(self, inputs: Inputs) -> None:
        """Each of them is there, and chosen once."""
        count = inputs[0].channels
        seen: set[int] = set()
        for first, last in self.channels:
            if last < first:
                raise self._misfit(
                    f"{first}..{last} holds no channel", help="write the smaller number first"
                )
            if last >= count:
                note = f"the input has {count} channels, 0 to {count - 1}"
                raise self._misfit(f"there is no channel {last}", note, "they count from 0")
            again = seen.intersection(range(first, last + 1))
            if again:
                message = f"channel {min(again)} is chosen twice"
                raise self._misfit(message, help="write each channel once")
            seen.update(range(first, last + 1))

    @staticmethod
    def _misfit(message: str, note: str = "", help: str = "") -> Misfit:
        return Misfit(message, note, help, field="channels")

    def infer(self, inputs: Inputs) -> Shape:
        """As many channels as are chosen."""
        return inputs[0]._replace(channels=sum(last - first + 1 for first, last in self.channels))

    def arithmetic(self, inputs: Inputs) -> Mapping[str, str]:
        """The number that is chosen; the size stays."""
        (shape,) = inputs
        chosen = self.infer(inputs).channels
        return {
            "height": f"{shape.height}, as in its input",
            "width": f"{shape.width}, as in its input",
            "channels": f"{chosen} of {shape.channels}",
        }

    def is_view(self, in_training: bool) -> bool:
        """Where the channels are neighbours."""
        return len(list(self.joined())) == 1

    def kept(self, inputs: Inputs) -> Kept:
        """Nothing: the channels are known."""
        return Kept()

    def joined(self) -> Iterator[tuple[int, int]]:
        """The runs, those that continue each other as one."""
        start, end = self.channels[0]
        for first, last in self.channels[1:]:
            if first == end + 1:
                end = last
            else:
                yield start, end
                start, end = first, last
        yield start, end


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


class LearnedScale(Op):
    """Each channel times a number that is learned: `layer_scale: SCALE initially 0.000001`.

    Its one weight is nameless: (channels, 1, 1) on maps, as in ConvNeXt, (channels) on vectors.
    """

    words: ClassVar = ("SCALE",)
    family: ClassVar = Family.NORMALIZATION
    is_linear: ClassVar = True
    reach: ClassVar = Reach.OWN

    initial: Annotated[Real, Says("initially {}", example="0.000001")] = 1.0

    def weights(self, inputs: Inputs) -> Mapping[str, Weight]:
        """The factors."""
        (shape,) = inputs
        channels = (shape.channels,)
        return {NAMELESS: Weight(channels if shape.flat else (*channels, 1, 1))}


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
