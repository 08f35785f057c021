"""Numbers that must be whole: how code writes them, and what it refuses."""

from __future__ import annotations

from typing import Any

from archdsl.symbolic import Number, Symbolic, apply, as_quotient, floor_divide
from archdsl_torch.code import Refuse


def is_settled(value: Any) -> bool:
    """Whether code that computes the value gets an int, whatever its parameters are."""
    if isinstance(value, tuple):
        return all(map(is_settled, value))
    return not isinstance(value, Symbolic) or value.is_whole()


def whole_number(value: Symbolic) -> Number:
    """The value in whole numbers, right where it is whole."""
    if _has_reals(value):
        return apply("round", value)
    return floor_divide(*as_quotient(value))


def refusal_of(value: Symbolic) -> Refuse:
    """What the class says where the value is not whole, as the compiler would."""
    if _has_reals(value):
        return Refuse(f"abs({value} - {whole_number(value)}) > 1e-9", f"{value} must be whole")
    numerator, denominator = as_quotient(value)
    remainder = str(Symbolic.of(numerator) % denominator)
    return Refuse(remainder, f"({numerator}) / {denominator} must be whole")


def _has_reals(value: Symbolic) -> bool:
    return any(leaf.is_real for leaf in value.leaves())
