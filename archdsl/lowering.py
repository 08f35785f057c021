"""A backend's table from op to rule: typed, complete, and looked up by the op's own class."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from archdsl.ops import Op

Rule = TypeVar("Rule", bound=Callable[..., object])
AnyRule = TypeVar("AnyRule", bound=Callable[..., object])


class NoRule(LookupError):
    """An op that a backend cannot write."""


class Rules(Generic[Rule]):
    """Rules of one signature, one an op class."""

    def __init__(self, backend: str) -> None:
        self.backend = backend
        self._rules: dict[type[Op], Rule] = {}

    def rule(self, *ops: type[Op]) -> Callable[[AnyRule], AnyRule]:
        """Register a function for one or several op classes: `@RULES.rule(Conv2d)`."""

        def register(function: AnyRule) -> AnyRule:
            for op in ops:
                if op in self._rules:
                    raise ValueError(f"{self.backend} has two rules for {op.__name__}")
                self._rules[op] = function  # type: ignore[assignment]
            return function

        return register

    def __getitem__(self, op: type[Op]) -> Rule:
        """The rule for an op. Raises `NoRule` where the backend has none."""
        try:
            return self._rules[op]
        except KeyError:
            raise NoRule(f"the {self.backend} backend has no rule for {op.__name__}") from None

    def missing(self, ops: Iterable[type[Op]]) -> list[str]:
        """The names of ops without a rule."""
        return [op.__name__ for op in ops if op not in self._rules]
