"""Fully connected layers, and the distances that ended LeNet-5."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from archdsl.ops.base import (
    Extra,
    Family,
    Inputs,
    Kept,
    Op,
    Reach,
    Weight,
    Windows,
    check_groups,
    whole_window,
)
from archdsl.ops.fields import Count
from archdsl.ops.phrases import Says
from archdsl.ops.shape import Shape


class Linear(Op):
    """A fully connected layer; maps are flattened first, channels outermost, as torch does.

    In groups, each group of neurons sees its own part of the inputs. `at every pixel` it keeps the
    maps, and sees the channels of one position at a time. Weights: `weight` (neurons, inputs /
    groups), `bias` (neurons).
    """

    words: ClassVar = ("FC",)
    family: ClassVar = Family.DENSE
    is_linear: ClassVar = True
    is_weighted: ClassVar = True
    reach: ClassVar = Reach.GROUP
    makes: ClassVar = "neurons"

    neurons: Annotated[Count, Says("{} neurons", "{} neuron", example="1000")]
    groups: Annotated[Count, Says("in {} groups", "in {} group", example="4")] = 1
    bias: Annotated[bool, Says("no bias", value=False)] = True
    at_every_pixel: Annotated[bool, Says("at every pixel", "at every token", value=True)] = False

    def check(self, inputs: Inputs) -> None:
        """Groups must divide the values on both ends."""
        check_groups(self.groups, (self._seen(inputs), "inputs"), (self.neurons, "neurons"))

    def infer(self, inputs: Inputs) -> Shape:
        """A vector of neurons, or maps of them."""
        if self.at_every_pixel:
            return inputs[0]._replace(channels=self.neurons)
        return Shape.vector(self.neurons)

    def arithmetic(self, inputs: Inputs) -> Mapping[str, str]:
        """The neurons are the length."""
        (shape,) = inputs
        height = width = "a vector's height and width are 1"
        if self.at_every_pixel:
            height, width = f"{shape.height}, as in its input", f"{shape.width}, as in its input"
        return {"height": height, "width": width, "channels": f"{self.neurons} neurons"}

    def window(self, inputs: Inputs) -> Windows | None:
        """All positions, or its own only."""
        return None if self.at_every_pixel else whole_window(inputs[0])

    def weights(self, inputs: Inputs) -> Mapping[str, Weight]:
        """One weight for each input value that a neuron sees, one bias a neuron."""
        weights = {"weight": Weight((self.neurons, self._seen(inputs) // self.groups))}
        if self.bias:
            weights["bias"] = Weight((self.neurons,))
        return weights

    def macs(self, inputs: Inputs) -> int:
        """Every weight once, at every pixel if it is there."""
        return self._places(inputs) * self.weights(inputs)["weight"].values

    def connections(self, inputs: Inputs) -> int:
        """Every weight and bias once, at every pixel if it is there."""
        values = sum(weight.values for weight in self.weights(inputs).values())
        return self._places(inputs) * values

    def _seen(self, inputs: Inputs) -> int:
        return inputs[0].channels if self.at_every_pixel else inputs[0].values

    def _places(self, inputs: Inputs) -> int:
        return inputs[0].height * inputs[0].width if self.at_every_pixel else 1

    @classmethod
    def notation(cls, text: str) -> Mapping[str, Any] | None:
        """`FC-4096`: 4096 neurons."""
        match = re.fullmatch(r"-(\d+)", text)
        return {"neurons": int(match[1])} if match else None


class RBF(Op):
    """LeNet-5's output: the squared distance of the input to each of some fixed centres.

    The smallest distance is the answer. Maps are flattened first. Buffer: `centres` (centres,
    inputs), which nobody learns. LeCun drew his by hand, as 7x12 bitmaps of -1 and +1; until a
    checkpoint brings such, the centres are -1 and +1 at random.
    """

    words: ClassVar = ("RBF",)
    family: ClassVar = Family.DENSE

    centres: Annotated[Count, Says("{} centres", "{} centre", example="10")]

    def infer(self, inputs: Inputs) -> Shape:
        """A vector of distances."""
        return Shape.vector(self.centres)

    def arithmetic(self, inputs: Inputs) -> Mapping[str, str]:
        """The centres are the length."""
        one = "a vector's height and width are 1"
        return {"height": one, "width": one, "channels": f"{self.centres} centres"}

    def weights(self, inputs: Inputs) -> Mapping[str, Weight]:
        """A buffer: one number for each pair of centre and input value."""
        return {"centres": Weight((self.centres, inputs[0].values), trainable=False)}

    def window(self, inputs: Inputs) -> Windows:
        """All of the input."""
        return whole_window(inputs[0])

    def kept(self, inputs: Inputs) -> Kept:
        """The input's difference to each centre."""
        return Kept(extra=Extra(self.centres * inputs[0].values))

    def scratch(self, inputs: Inputs) -> Extra:
        """The differences and their squares."""
        return Extra(2 * self.centres * inputs[0].values)

    def connections(self, inputs: Inputs) -> int:
        """Every number of every centre once."""
        return self.weights(inputs)["centres"].values
