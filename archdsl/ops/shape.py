"""What flows between layers: a stack of maps, or a plain vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Shape(NamedTuple):
    """Height x width x channels of one image; a flat shape has channels only, its sides are 1.

    The sides may be symbolic (`archdsl.symbolic`) where a block is looked at on its own.
    """

    height: int
    width: int
    channels: int
    flat: bool = False

    @classmethod
    def vector(cls, length: int) -> Shape:
        """`[N]`."""
        return cls(1, 1, length, flat=True)

    def map(self, change: Callable[[Any], Any]) -> Shape:
        """The shape with every side changed by a function."""
        return Shape(change(self.height), change(self.width), change(self.channels), self.flat)

    @property
    def values(self) -> int:
        """How many numbers one image has here."""
        return self.height * self.width * self.channels

    @property
    def sides(self) -> tuple[int, ...]:
        """`(H, W, C)`, or `(N,)` of a vector."""
        return (self.channels,) if self.flat else (self.height, self.width, self.channels)

    def __str__(self) -> str:
        return f"[{'x'.join(map(str, self.sides))}]"
