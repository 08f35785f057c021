"""Normalizations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from archdsl.ops.base import Extra, Family, Inputs, Kept, Misfit, Op, Reach, Weight, check_groups
from archdsl.ops.fields import Count, Rate, Real
from archdsl.ops.phrases import Says


class LocalResponseNorm(Op):
    """AlexNet's normalization across channels, with Caffe's and torch's convention for alpha:

    y = x / (k + alpha / size * sum of x^2 over `size` channels)^beta

    The paper's formula has no division, so its alpha 0.0001 over 5 channels is 0.0005 here; Caffe's
    reimplementation, and all that followed, kept the number and changed the meaning. In groups, no
    sum runs from one group of channels into the next.
    """

    words: ClassVar = ("NORM",)
    family: ClassVar = Family.NORMALIZATION
    reach: ClassVar = Reach.GROUP
    prose: ClassVar = ("normalization layer", "local response normalization", "layer")

    size: Annotated[Count, Says("{} channels", example="5")] = 5
    alpha: Annotated[Real, Says("alpha {}", example="0.0001")] = 0.0001
    beta: Annotated[Real, Says("beta {}", example="0.75")] = 0.75
    k: Annotated[Real, Says("k {}", example="2")] = 2.0
    groups: Annotated[Count, Says("in {} groups", "in {} group", example="2")] = 1

    def check(self, inputs: Inputs) -> None:
        """Maps only, and groups that divide them."""
        (shape,) = inputs
        if shape.flat:
            raise Misfit(
                f"it runs over the channels of maps, but the input is the vector {shape}",
                help="put this layer before the one that flattens",
            )
        check_groups(self.groups, (shape.channels, "channels"))

    def kept(self, inputs: Inputs) -> Kept:
        """The input, its padded square, the sum before the power and after it."""
        (shape,) = inputs
        padding = shape.height * shape.width * (self.size - 1) * self.groups
        return Kept(input=True, extra=Extra(3 * shape.values + padding))

    def scratch(self, inputs: Inputs) -> Extra:
        """The mean of the squares, and the last two steps on the way to the power."""
        return Extra(2 * inputs[0].values)


class LayerNorm(Op):
    """Normalization over the channels of each position, with a learned scale and shift.

    Weights: `weight`, `bias` (channels).
    """

    words: ClassVar = ("LAYER NORM",)
    family: ClassVar = Family.NORMALIZATION
    ends_a_chain: ClassVar = True

    epsilon: Annotated[Real, Says("epsilon {}", example="0.000001")] = 1e-5

    def weights(self, inputs: Inputs) -> Mapping[str, Weight]:
        """Scale and shift."""
        channels = (inputs[0].channels,)
        return {"weight": Weight(channels), "bias": Weight(channels)}

    def kept(self, inputs: Inputs) -> Kept:
        """The input; mean and deviation of each position."""
        (shape,) = inputs
        return Kept(input=True, extra=Extra(2 * shape.height * shape.width))

    def flops(self, inputs: Inputs) -> int:
        """Five for each value."""
        return 5 * inputs[0].values


class BatchNorm(Op):
    """Batch normalization of each channel, with a learned scale and shift.

    Weights: `weight`, `bias` (channels); buffers `running_mean`, `running_var` (channels) and the
    counter `num_batches_tracked`. `momentum` is the share of the new batch.
    """

    words: ClassVar = ("BN",)
    family: ClassVar = Family.NORMALIZATION
    reach: ClassVar = Reach.OWN
    is_linear: ClassVar = True
    ends_a_chain: ClassVar = True

    epsilon: Annotated[Real, Says("epsilon {}", example="0.001")] = 1e-5
    momentum: Annotated[Rate, Says("momentum {}", example="10%")] = 0.1

    def weights(self, inputs: Inputs) -> Mapping[str, Weight]:
        """Scale and shift, running mean and variance, the batch counter."""
        channels = (inputs[0].channels,)
        return {
            "weight": Weight(channels),
            "bias": Weight(channels),
            "running_mean": Weight(channels, trainable=False),
            "running_var": Weight(channels, trainable=False),
            "num_batches_tracked": Weight((), trainable=False, counter=True),
        }

    def flops(self, inputs: Inputs) -> int:
        """A factor and a shift for each value."""
        return 2 * inputs[0].values
