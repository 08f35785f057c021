"""Numbers that must be whole: how code writes them, and what it refuses."""

from __future__ import annotations

from typing import Any

from archdsl.symbolic import Symbolic, apply, as_quotient, floor_divide
from archdsl_torch.code import Refuse


def is_settled(value: Any) -> bool:
    """Whether code that computes the value gets an int, whatever its parameters are."""
    if isinstance(value, tuple):
        return all(map(is_settled, value))
    return not isinstance(value, Symbolic) or value.is_whole()


def whole_number(value: Any) -> Any:
    """The value in whole numbers, right where it is whole."""
    if isinstance(value, tuple):
        return tuple(map(whole_number, value))
    if is_settled(value):
        return value
    if _has_reals(value):
        return apply("round", value)
    return floor_divide(*as_quotient(value))


def refusals_of(value: Any) -> tuple[Refuse, ...]:
    """What the class says where the value is not whole, as the compiler would."""
    if isinstance(value, tuple):
        return tuple(refusal for part in value for refusal in refusals_of(part))
    return () if is_settled(value) else (_refusal_of(value),)


def _refusal_of(value: Symbolic) -> Refuse:
    if _has_reals(value):
        return Refuse(f"abs({value} - {whole_number(value)}) > 1e-9", f"{value} must be whole")
    numerator, denominator = as_quotient(value)
    remainder = str(Symbolic.of(numerator) % denominator)
    whole = str(numerator)
    whole = whole if whole.isidentifier() else f"({whole})"
    return Refuse(remainder, f"{whole} / {denominator} must be whole")


def _has_reals(value: Symbolic) -> bool:
    return any(leaf.is_real for leaf in value.leaves())
