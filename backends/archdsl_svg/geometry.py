"""Points and rectangles on a page; y grows downwards."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle by its sides."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    @property
    def center(self) -> Point:
        """The middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def turned(self) -> Rect:
        """The rectangle with its two directions exchanged."""
        return Rect(self.top, self.left, self.bottom, self.right)

    def grown(self, by: float) -> Rect:
        """The rectangle with every side further out."""
        return Rect(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def moved(self, dx: float, dy: float) -> Rect:
        """The same rectangle elsewhere."""
        return Rect(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def overlaps_in_height(self, other: Rect) -> bool:
        """Whether a level line could cross both."""
        return self.top < other.bottom and other.top < self.bottom

    def overlaps(self, other: Rect) -> bool:
        """Whether the two have an area in common."""
        in_width = self.left < other.right and other.left < self.right
        return in_width and self.overlaps_in_height(other)
