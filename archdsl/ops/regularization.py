"""What only training does."""

from __future__ import annotations

from typing import Annotated, ClassVar

from archdsl.ops.base import Extra, Family, Inputs, Kept, Op, Reach
from archdsl.ops.fields import Rate, Share
from archdsl.ops.phrases import Says


class Dropout(Op):
    """Each value, or each of the `whole maps`, is zero with this rate; the rest is scaled up."""

    words: ClassVar = ("DROPOUT",)
    family: ClassVar = Family.REGULARIZATION
    reach: ClassVar = Reach.OWN
    is_linear: ClassVar = True
    is_neutral: ClassVar = True

    rate: Annotated[Rate, Says("{}")]
    whole_maps: Annotated[bool, Says("whole maps", value=True)] = False

    def is_view(self, in_training: bool) -> bool:
        """At test time it does nothing."""
        return not in_training or self.rate == 0

    def kept(self, inputs: Inputs) -> Kept:
        """The factor of each value, or of each map."""
        (shape,) = inputs
        is_by_map = self.whole_maps and not shape.flat
        return Kept(extra=Extra(shape.channels if is_by_map else shape.values))


class StochasticDepth(Op):
    """In training the input survives or is zero: one draw a batch, or one for `each sample`.

    At test time it is scaled by its survival probability, as in the paper (Huang et al. 2016); what
    is `scaled in training`, by the inverse, is left alone then (torchvision's).
    """

    words: ClassVar = ("STOCHASTIC DEPTH",)
    family: ClassVar = Family.REGULARIZATION
    reach: ClassVar = Reach.OWN
    is_linear: ClassVar = True
    is_neutral: ClassVar = True

    survival: Annotated[Share, Says("survive {}", example="80%")]
    each_sample: Annotated[bool, Says("each sample", value=True)] = False
    scaled_in_training: Annotated[bool, Says("scaled in training", value=True)] = False

    def is_view(self, in_training: bool) -> bool:
        """Where nothing is scaled at test time, nothing is done."""
        return not in_training and (self.scaled_in_training or self.survival == 1)

    def kept(self, inputs: Inputs) -> Kept:
        """The factor of each image; that of a batch is a number."""
        return Kept(extra=Extra(int(self.each_sample)))
