"""The kinds of number that an author can write for an op, each with its validation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field


class Kind(NamedTuple):
    """Marks what an author may write for a field, and what is made of it.

    `name` is what messages call it, `example` stands in help lines. `complete` turns what was
    written into the field's full form; it must work on symbolic numbers, which never meet
    pydantic's validation. A `rate` is written as a percentage, or bare in braces; a `real` number
    need not be whole; what `counts` is a number of things. `several` numbers and runs of numbers
    are written with commas, and each is a pair of its first and last.
    """

    name: str
    example: str = "1"
    complete: Callable[[Any], Any] = lambda value: value
    rate: bool = False
    real: bool = False
    counts: bool = False
    several: bool = False


def both_sides(value: Any) -> Any:
    """One number for both sides; a pair as it is."""
    return value if isinstance(value, tuple | list) else (value, value)


_SIDES = Kind("a number, or a size such as 7x1", "3x3", both_sides)
_STEPS = Kind("a number, or a size such as 2x1", "2", both_sides)
_COUNT = Kind("a whole number from 1", "64", counts=True)
_WHOLE = Kind("a whole number from 0")
_RUNS = Kind("whole numbers from 0 such as 0, 4..5", "0, 1, 2", several=True)
_REAL = Kind("a number", "0.1", real=True)
_RATE = Kind("a rate such as 50%", "50%", rate=True, real=True)

Count = Annotated[int, Field(gt=0), _COUNT]
Whole = Annotated[int, Field(ge=0), _WHOLE]
Runs = Annotated[tuple[tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]], ...], _RUNS]
Real = Annotated[float, _REAL]
Rate = Annotated[float, Field(ge=0, le=1), _RATE]
Share = Annotated[float, Field(gt=0, le=1), _RATE]
Sides = Annotated[
    tuple[Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)]],
    BeforeValidator(both_sides),
    _SIDES,
]
Steps = Annotated[
    tuple[Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)]],
    BeforeValidator(both_sides),
    _STEPS,
]
Margins = Annotated[
    tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]],
    BeforeValidator(both_sides),
    _STEPS,
]
