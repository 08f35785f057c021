"""Activations: functions of each value alone, and softmax."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from archdsl.ops.base import Extra, Family, Inputs, Kept, Op, Reach, Weight
from archdsl.ops.fields import Real
from archdsl.ops.phrases import Says


class Activation(Op):
    """What all activations share: the shape stays."""

    family: ClassVar = Family.ACTIVATION
    reach: ClassVar = Reach.OWN
    ends_a_chain: ClassVar = True
    is_neutral: ClassVar = True
    keeps_output: ClassVar = False
    """Whether the gradient is computed from the output, and not from the input."""

    def kept(self, inputs: Inputs) -> Kept:
        """The input or the output."""
        return Kept(output=True) if self.keeps_output else Kept(input=True)


class ReLU(Activation):
    """max(x, 0), cut at `ceiling` where one is given: `RELU at most 6`."""

    words: ClassVar = ("RELU",)
    ceiling: Annotated[Real | None, Says("at most {}", example="6")] = None

    def kept(self, inputs: Inputs) -> Kept:
        """The output; the input where it is cut."""
        return Kept(output=True) if self.ceiling is None else Kept(input=True)


class LeakyReLU(Activation):
    """x where positive, `slope` x where negative."""

    words: ClassVar = ("LEAKY RELU",)
    slope: Annotated[Real, Says("slope {}", example="0.2")] = 0.01


class PReLU(Activation):
    """x where positive, a learned slope where negative: one a channel, or one `shared` by all."""

    words: ClassVar = ("PRELU",)
    shared: Annotated[bool, Says("shared", value=True)] = False
    initial: Annotated[Real, Says("initially {}", example="0.25")] = 0.25

    def weights(self, inputs: Inputs) -> Mapping[str, Weight]:
        """The slopes."""
        return {"weight": Weight((1 if self.shared else inputs[0].channels,))}


class Tanh(Activation):
    """The hyperbolic tangent."""

    words: ClassVar = ("TANH",)
    keeps_output: ClassVar = True


class ScaledTanh(Activation):
    """LeCun's 1.7159 tanh(2/3 x)."""

    words: ClassVar = ("SCALED TANH",)

    def kept(self, inputs: Inputs) -> Kept:
        """The tanh, before it is scaled."""
        return Kept(extra=self.scratch(inputs))

    def scratch(self, inputs: Inputs) -> Extra:
        """The scaled input, then the tanh."""
        return Extra(values=inputs[0].values)


class Sigmoid(Activation):
    """1 / (1 + exp(-x))."""

    words: ClassVar = ("SIGMOID",)
    keeps_output: ClassVar = True


class HardSigmoid(Activation):
    """x / 6 + 1/2, cut to 0 and 1."""

    words: ClassVar = ("HARD SIGMOID",)


class SiLU(Activation):
    """x sigmoid(x)."""

    words: ClassVar = ("SILU",)


class HardSwish(Activation):
    """x hard sigmoid(x)."""

    words: ClassVar = ("HARD SWISH",)


class GELU(Activation):
    """x times the normal distribution function of x, exact."""

    words: ClassVar = ("GELU",)


class Softmax(Activation):
    """exp(x) over the channels, divided by its sum there."""

    words: ClassVar = ("SOFTMAX",)
    reach: ClassVar = Reach.ALL
    keeps_output: ClassVar = True
