"""What transformers add: maps as a sequence of tokens, and attention among all positions.

A sequence of N tokens is maps N high and 1 wide, so that all other layers work on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from archdsl.ops.base import (
    NAMELESS,
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
from archdsl.ops.fields import Count, Rate
from archdsl.ops.phrases import Says
from archdsl.ops.shape import Shape


class Tokens(Op):
    """Every position of the maps as a token, row by row: [14x14xC] becomes [196x1xC]."""

    words: ClassVar = ("TOKENS",)
    family: ClassVar = Family.RESHAPE
    is_linear: ClassVar = True
    reach: ClassVar = Reach.OWN
    is_neutral: ClassVar = True

    def check(self, inputs: Inputs) -> None:
        """Maps only."""
        _need_maps(inputs)

    def infer(self, inputs: Inputs) -> Shape:
        """As many tokens as there are positions."""
        (shape,) = inputs
        return Shape(shape.height * shape.width, 1, shape.channels)

    def arithmetic(self, inputs: Inputs) -> Mapping[str, str]:
        """The product of the sides."""
        (shape,) = inputs
        tokens = f"{shape.height}*{shape.width} = {shape.height * shape.width} tokens"
        width = "a sequence's width is 1"
        return {"height": tokens, "width": width, "channels": f"{shape.channels}, as in its input"}

    def window(self, inputs: Inputs) -> Windows:
        """All of the maps: a sequence does not say where on them a token lies."""
        return whole_window(inputs[0])

    def is_view(self, in_training: bool) -> bool:
        """The positions stay where they are."""
        return True

    def kept(self, inputs: Inputs) -> Kept:
        """Nothing."""
        return Kept()


class ClassToken(Op):
    """One more token in front, which is learned. Its one weight, (1, 1, channels), is nameless."""

    words: ClassVar = ("CLASS TOKEN",)
    family: ClassVar = Family.RESHAPE
    is_linear: ClassVar = True

    def check(self, inputs: Inputs) -> None:
        """Tokens only."""
        _need_tokens(inputs)

    def infer(self, inputs: Inputs) -> Shape:
        """One token more."""
        (shape,) = inputs
        return shape._replace(height=shape.height + 1)

    def arithmetic(self, inputs: Inputs) -> Mapping[str, str]:
        """One token more."""
        (shape,) = inputs
        return {"height": f"{shape.height} + 1 = {shape.height + 1} tokens"}

    def weights(self, inputs: Inputs) -> Mapping[str, Weight]:
        """The token."""
        return {NAMELESS: Weight((1, 1, inputs[0].channels))}

    def window(self, inputs: Inputs) -> Windows:
        """Each token moves by one place."""
        return Window(-1, 1, 1), Window(0, 1, 1)

    def kept(self, inputs: Inputs) -> Kept:
        """Nothing."""
        return Kept()


class FirstToken(Op):
    """The first token as a vector."""

    words: ClassVar = ("FIRST TOKEN",)
    family: ClassVar = Family.RESHAPE
    is_linear: ClassVar = True
    reach: ClassVar = Reach.OWN

    def check(self, inputs: Inputs) -> None:
        """Tokens only."""
        _need_tokens(inputs)

    def infer(self, inputs: Inputs) -> Shape:
        """A vector of its channels."""
        return Shape.vector(inputs[0].channels)

    def window(self, inputs: Inputs) -> Windows:
        """The first place."""
        return Window(0, 1, 0), Window(0, 1, 0)

    def is_view(self, in_training: bool) -> bool:
        """The token stays where it is."""
        return True

    def kept(self, inputs: Inputs) -> Kept:
        """Nothing."""
        return Kept()


class Position(Op):
    """A learned vector is added at each position.

    Its one weight, (1, positions, channels) row by row, is nameless.
    """

    words: ClassVar = ("POSITION",)
    family: ClassVar = Family.RESHAPE
    is_linear: ClassVar = True

    def check(self, inputs: Inputs) -> None:
        """Maps only."""
        _need_maps(inputs)

    def weights(self, inputs: Inputs) -> Mapping[str, Weight]:
        """A vector for each position."""
        (shape,) = inputs
        return {NAMELESS: Weight((1, shape.height * shape.width, shape.channels))}

    def kept(self, inputs: Inputs) -> Kept:
        """Nothing."""
        return Kept()


class Attention(Op):
    """Multi-head self-attention among all positions, as `torch.nn.MultiheadAttention` defines it.

    Weights: `in_proj_weight` (3 channels, channels), `in_proj_bias` (3 channels), `out_proj.weight`
    (channels, channels), `out_proj.bias` (channels).
    """

    words: ClassVar = ("ATTENTION",)
    family: ClassVar = Family.DENSE

    heads: Annotated[Count, Says("{} heads", "{} head", example="12")]
    dropout: Annotated[Rate, Says("dropout {}", example="10%")] = 0.0
    bias: Annotated[bool, Says("no bias", value=False)] = True

    def check(self, inputs: Inputs) -> None:
        """Maps only; the heads share the channels."""
        _need_maps(inputs)
        channels = inputs[0].channels
        if channels % self.heads:
            raise Misfit(
                f"{channels} channels cannot be split into {self.heads} heads",
                note=f"{channels}/{self.heads} is not whole",
                field="heads",
            )

    def weights(self, inputs: Inputs) -> Mapping[str, Weight]:
        """What makes queries, keys and values, one below the other, and what joins the heads."""
        channels = inputs[0].channels
        weights = {"in_proj_weight": Weight((3 * channels, channels))}
        if self.bias:
            weights["in_proj_bias"] = Weight((3 * channels,))
        weights["out_proj.weight"] = Weight((channels, channels))
        if self.bias:
            weights["out_proj.bias"] = Weight((channels,))
        return weights

    def macs(self, inputs: Inputs) -> int:
        """Both projections at each position, and two products among all pairs of positions."""
        (shape,) = inputs
        positions = shape.height * shape.width
        return positions * shape.channels * (4 * shape.channels + 2 * positions)

    def window(self, inputs: Inputs) -> Windows:
        """All positions."""
        return whole_window(inputs[0])

    def kept(self, inputs: Inputs) -> Kept:
        """The input; queries, keys and values; what the heads give, before and after they join.

        And a number for each head and position, by which its softmax is computed again.
        """
        (shape,) = inputs
        own = 5 * shape.values + shape.height * shape.width * self.heads
        return Kept(input=True, extra=Extra(own))

    def scratch(self, inputs: Inputs) -> Extra:
        """Queries, keys and values, and what they are mixed to."""
        return Extra(4 * inputs[0].values)

    def flops(self, inputs: Inputs) -> int:
        """The projections: fvcore does not know the products among positions."""
        (shape,) = inputs
        return 4 * shape.values * shape.channels

    def connections(self, inputs: Inputs) -> int:
        """Weights and biases at each position."""
        (shape,) = inputs
        values = sum(weight.values for weight in self.weights(inputs).values())
        return shape.height * shape.width * values


def _need_maps(inputs: Inputs) -> None:
    if inputs[0].flat:
        raise Misfit(
            f"it runs over the positions of maps, but the input is the vector {inputs[0]}",
            help="put this layer before the one that flattens",
        )


def _need_tokens(inputs: Inputs) -> None:
    (shape,) = inputs
    if shape.flat or shape.width != 1:
        what = "the vector" if shape.flat else "maps,"
        raise Misfit(
            f"it needs a sequence of tokens, [Nx1xC], but its input is {what} {shape}",
            help="put this layer before the one that flattens"
            if shape.flat
            else "write TOKENS first",
        )
