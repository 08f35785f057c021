"""What is drawn on a page, in marks that every format can write: shapes, lines and words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from archdsl_svg import inks
from archdsl_svg.font import REGULAR
from archdsl_svg.geometry import Point, Rect


@dataclass(frozen=True, slots=True)
class Area:
    """A polygon, filled and, with a `line`, outlined."""

    points: tuple[Point, ...]
    fill: str
    line: str = ""
    dash: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle with round corners; no `fill` or `line` is an empty text."""

    rect: Rect
    fill: str
    line: str
    radius: float = 0.0
    dash: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Disc:
    """A circle."""

    center: Point
    radius: float
    fill: str
    line: str
    dash: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line from corner to corner, which are round where a `radius` is given."""

    points: tuple[Point, ...]
    ink: str = inks.LINE
    width: float = 1.0
    dash: tuple[float, float] | None = None
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text, its baseline at `at`; `is_turned` where it is read from below."""

    text: str
    at: Point
    size: float
    weight: int = REGULAR
    ink: str = inks.INK
    anchor: str = "middle"
    is_turned: bool = False

    def moved(self, dx: float, dy: float) -> Words:
        """The same words elsewhere."""
        return replace(self, at=(self.at[0] + dx, self.at[1] + dy))


@dataclass(frozen=True, slots=True)
class Group:
    """Marks that are one thing: its path as a part of its id, what it is, and its title."""

    path: str
    kind: str
    title: str
    marks: tuple[Mark, ...]
    is_node: bool = False


Mark = Area | Tile | Disc | Line | Words | Group


@dataclass(frozen=True, slots=True)
class Scene:
    """A whole drawing. `points` are the points of paper for a pixel."""

    name: str
    description: str
    width: float
    height: float
    marks: tuple[Mark, ...]
    points: float = 1.0

    def walk(self) -> Iterator[Mark]:
        """Every mark, groups before what is in them."""
        yield from _walk(self.marks)


CORNER = 6.0
"""The radius of an edge's corners."""
_ARROW = (6.5, 3.0)


def arrow(
    points: Sequence[Point],
    width: float = 1.1,
    dash: tuple[float, float] | None = None,
    radius: float = CORNER,
) -> Iterator[Mark]:
    """A line with an arrow's head at its end."""
    length, half = _ARROW
    (x0, y0), (x1, y1) = points[-2:]
    distance = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 or 1.0
    dx, dy = (x1 - x0) / distance, (y1 - y0) / distance
    base = (x1 - dx * length, y1 - dy * length)
    yield Line((*points[:-1], base), width=width, dash=dash, radius=radius)
    left = (base[0] - dy * half, base[1] + dx * half)
    right = (base[0] + dy * half, base[1] - dx * half)
    yield Area(((x1, y1), left, right), inks.LINE)


def _walk(marks: Sequence[Mark]) -> Iterator[Mark]:
    for mark in marks:
        yield mark
        if isinstance(mark, Group):
            yield from _walk(mark.marks)
