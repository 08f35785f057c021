"""Fully connected layers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from archdsl.ops.base import Family, Inputs, Op, Reach, Weight, Windows, check_groups, whole_window
from archdsl.ops.fields import Count
from archdsl.ops.phrases import Says
from archdsl.ops.shape import Shape


class Linear(Op):
    """A fully connected layer; maps are flattened first, channels outermost, as torch does.

    In groups, each group of neurons sees its own part of the inputs. Weights: `weight` (neurons,
    inputs / groups), `bias` (neurons).
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

    def check(self, inputs: Inputs) -> None:
        """Groups must divide the values on both ends."""
        check_groups(self.groups, (inputs[0].values, "inputs"), (self.neurons, "neurons"))

    def infer(self, inputs: Inputs) -> Shape:
        """A vector of neurons."""
        return Shape.vector(self.neurons)

    def arithmetic(self, inputs: Inputs) -> Mapping[str, str]:
        """The neurons are the length."""
        one = "a vector's height and width are 1"
        return {"height": one, "width": one, "channels": f"{self.neurons} neurons"}

    def window(self, inputs: Inputs) -> Windows:
        """All positions."""
        return whole_window(inputs[0])

    def weights(self, inputs: Inputs) -> Mapping[str, Weight]:
        """One weight for each input value that a neuron sees, one bias a neuron."""
        weights = {"weight": Weight((self.neurons, inputs[0].values // self.groups))}
        if self.bias:
            weights["bias"] = Weight((self.neurons,))
        return weights

    def macs(self, inputs: Inputs) -> int:
        """Every weight once."""
        return self.weights(inputs)["weight"].values

    def connections(self, inputs: Inputs) -> int:
        """Every weight and bias once."""
        return sum(weight.values for weight in self.weights(inputs).values())

    @classmethod
    def notation(cls, text: str) -> Mapping[str, Any] | None:
        """`FC-4096`: 4096 neurons."""
        match = re.fullmatch(r"-(\d+)", text)
        return {"neurons": int(match[1])} if match else None
