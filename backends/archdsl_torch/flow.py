"""What an emitter carries from line to line: tensors, and the places that members are kept in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from archdsl.ops import Shape
from archdsl.symbolic import Condition, Number, Symbolic, Truth, assume, choose, decide, negate
from archdsl_torch.code import (
    Branch,
    Code,
    Comprehension,
    Items,
    Statement,
    Text,
    expressions_of,
    parts_of,
    variables_of,
)

UNKNOWN = "?"
"""Stands for a side that a recursion has not told yet; names that begin so are not real ones."""

NameParts = tuple[str | Number, ...]
"""A member's name; numbers stand in it where an index or a position does."""


class Flow(NamedTuple):
    """A tensor in `forward`: the code that gives it, and its shape."""

    code: Code
    shape: Shape

    @property
    def variable(self) -> str | None:
        """The variable that holds it, if one does."""
        return self.code.text if isinstance(self.code, Text) else None

    def variables(self) -> Iterator[str]:
        """The variables that the code reads; attributes of the module are none."""
        for part in parts_of(self.code):
            if isinstance(part, Text) and part.text.isidentifier() and part.text != "self":
                yield part.text


@dataclass(eq=False, repr=False)
class Place:
    """Where members are kept: the module itself, or containers inside it.

    `position` counts the members of a namespace and is None where members have names.
    """

    containers: tuple[NameParts, ...] = ()
    position: Number | None = None
    numbered: Counter[str] = field(default_factory=Counter)

    def next(self, explicit: NameParts | None, default: str, is_keyed: bool) -> NameParts:
        """The name of the next member; a weightless one is numbered where its name is taken."""
        name = explicit
        if self.position is not None:
            number = position_after(explicit)
            self.position = self.position + 1 if number is None else number
            name = name or (self.position - 1,)
        name = name or (default,)
        if is_keyed or (explicit is None and self.position is not None):
            return name
        return self._numbered(name)

    def _numbered(self, name: NameParts) -> NameParts:
        if len(name) != 1 or not isinstance(name[0], str):
            return name
        self.numbered[name[0]] += 1
        count = self.numbered[name[0]]
        return name if count == 1 else (f"{name[0]}_{count}",)

    def copy(self) -> Place:
        """The same place for one of several branches: what they number is not added up."""
        return Place(self.containers, self.position, Counter(self.numbered))


def position_after(name: NameParts | None) -> int | None:
    """Where counting goes on after an author's own number, `2` of `2: BN`."""
    text = static_text(name) if name is not None else None
    return int(text) + 1 if text is not None and text.isdigit() else None


def static_text(name: NameParts) -> str | None:
    """A name without unknown numbers in it."""
    is_static = all(isinstance(part, str | int) for part in name)
    return "".join(map(str, name)) if is_static else None


def names_used(statements: list[Statement]) -> set[str]:
    """The names of the numbers in statements."""
    return {name for code in expressions_of(statements) for name in variables_of(code)}


def choose_shape(condition: Truth, then: Shape, otherwise: Shape) -> Shape:
    """One shape or the other, side by side.

    What a recursion has not told yet is taken to be what the other branch says: the next round of
    looking either confirms that, or goes on.
    """
    return Shape(
        _choose(condition, then.height, otherwise.height),
        _choose(condition, then.width, otherwise.width),
        _choose(condition, then.channels, otherwise.channels),
        then.flat,
    )


def assume_shape(condition: Condition, is_true: bool, shape: Shape) -> Shape:
    """A shape inside a branch, where the condition is known."""
    return shape.map(lambda side: assume(condition, is_true, side))


def _choose(condition: Truth, then: Any, otherwise: Any) -> Any:
    unknown = Symbolic.variable(UNKNOWN)
    if then == unknown or otherwise == unknown:
        return otherwise if then == unknown else then
    return choose(condition, then, otherwise)


def add_branch(
    written: list[Statement],
    condition: Condition,
    then: list[Statement],
    otherwise: list[Statement],
) -> None:
    """Write a choice between statements, without a side that does nothing."""
    if then == otherwise:
        written.extend(then)
        return
    match otherwise:
        case [Branch(other, same, rest)] if same == then:
            either = decide("or", [condition, other])
            assert isinstance(either, Condition)
            condition, otherwise = either, rest
    if then:
        written.append(Branch(condition, then, otherwise))
    elif otherwise:
        opposite = negate(condition)
        assert isinstance(opposite, Condition)
        written.append(Branch(opposite, otherwise, []))


def is_listing(code: Code) -> bool:
    """Whether the code lists tensors, so that it is laid out over several lines anyway."""
    return any(isinstance(part, Comprehension | Items) for part in parts_of(code))
