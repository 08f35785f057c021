"""Labels beside blobs: none over another, none outside, each as near to its blob as there is room.

Every label has candidates: inside its blob, beside it, and further away with a line that leads
back. The dearest troubles are ruled out, the rest has a price; labels choose in turn until none
finds a cheaper place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin

from archdsl_svg.font import text_width
from archdsl_svg.geometry import Point, Rect

GAP = 3.0
"""Between a blob and a label beside it."""
DOT = 2.0
"""From the middle of a blob to a label inside it."""
RINGS = (9.0, 18.0, 28.0, 40.0, 54.0, 70.0, 90.0, 115.0, 145.0)
"""How far a label that needs a line stands from its blob."""
ANGLES = 16
ROUNDS = 40

_OVERLAP, _CROSSING, _STRUCK, _CENTRE = 4000.0, 400.0, 1500.0, 60.0
_AREA, _FAR, _BESIDE = 0.5, 0.3, 8.0


@dataclass(frozen=True, slots=True)
class Blob:
    """A circle with the words that belong to it."""

    text: str
    center: Point
    radius: float


@dataclass(frozen=True, slots=True)
class Label:
    """Where the words stand; `line` leads from them to the blob, if they are not beside it."""

    rect: Rect
    line: tuple[Point, Point] | None = None


def place(blobs: Sequence[Blob], area: Rect, size: float) -> list[Label]:
    """A place for every label, the blobs' order kept."""
    choices = [list(_priced(blob, blobs, area, size)) for blob in blobs]
    chosen = [min(choice, key=lambda entry: entry[0])[1] for choice in choices]
    # What has fewest free places chooses first.
    order = sorted(range(len(blobs)), key=lambda at: (-min(p for p, _ in choices[at]), at))
    for _ in range(ROUNDS):
        before = list(chosen)
        for at in order:
            others = [label for other, label in enumerate(chosen) if other != at]
            chosen[at] = _cheapest(choices[at], others)
        if chosen == before:
            break
    return chosen


def _cheapest(choice: Sequence[tuple[float, Label]], others: Sequence[Label]) -> Label:
    """The place that costs least beside the other labels; candidates come with their own price."""
    best, least = choice[0][1], float("inf")
    for price, label in choice:
        if price >= least:
            continue
        for other in others:
            price += _conflict(label, other)
            if price >= least:
                break
        else:
            best, least = label, price
    return best


def _conflict(label: Label, other: Label) -> float:
    price = 0.0
    if label.rect.overlaps(other.rect):
        price += _OVERLAP
    if other.line is not None and cuts(other.line, label.rect):
        price += _STRUCK
    if label.line is not None and cuts(label.line, other.rect):
        price += _STRUCK
    if label.line is not None and other.line is not None and _cross(label.line, other.line):
        price += _CROSSING
    return price


def _priced(
    blob: Blob, blobs: Sequence[Blob], area: Rect, size: float
) -> Iterator[tuple[float, Label]]:
    """The candidates inside the area, cheapest form first, each with what it costs by itself."""
    width, height = text_width(blob.text, size) + 2, size * 1.2
    for price, label in _candidates(blob, width, height):
        rect = label.rect
        if rect.left < area.left or rect.right > area.right:
            continue
        if rect.top < area.top or rect.bottom > area.bottom:
            continue
        yield price + sum(_covered(label, blob, other) for other in blobs), label


def _covered(label: Label, own: Blob, blob: Blob) -> float:
    """What it costs that a label, or its line, lies over a blob."""
    (x, y), rect = blob.center, label.rect
    price = 0.0
    if blob is not own and label.line is not None:
        price += _CENTRE * (_distance(blob.center, label.line) < min(blob.radius, 6.0))
    near_x, near_y = min(max(x, rect.left), rect.right), min(max(y, rect.top), rect.bottom)
    distance = hypot(near_x - x, near_y - y)
    if distance >= blob.radius or (blob is own and label.line is None and distance < DOT + 1):
        return price
    depth = min(blob.radius - distance, rect.height)
    width = min(rect.right, x + blob.radius) - max(rect.left, x - blob.radius)
    return price + _AREA * depth * max(0.0, width) + (_CENTRE if distance < 4 else 0.0)


def _candidates(blob: Blob, width: float, height: float) -> Iterator[tuple[float, Label]]:
    (x, y), radius = blob.center, blob.radius
    if hypot(width / 2, height + DOT) <= radius:
        # Below the dot that marks the very middle.
        yield 0.0, Label(_around((x, y + height / 2 + DOT), width, height))
    reach = radius + GAP
    for price, dx, dy in (
        (1.0, 1, 0),
        (2.0, -1, 0),
        (2.0, 0, -1),
        (2.5, 0, 1),
        (3.0, 0.7071, -0.7071),
        (3.0, 0.7071, 0.7071),
        (3.5, -0.7071, -0.7071),
        (3.5, -0.7071, 0.7071),
    ):
        yield price, Label(_beside((x, y), reach, dx, dy, width, height))
    for ring in RINGS:
        for number in range(ANGLES):
            dx, dy = cos(2 * pi * number / ANGLES), sin(2 * pi * number / ANGLES)
            rect = _beside((x, y), radius + ring, dx, dy, width, height)
            yield _BESIDE + _FAR * ring, Label(rect, _line(blob, rect))


def _around(center: Point, width: float, height: float) -> Rect:
    x, y = center
    return Rect(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _beside(center: Point, reach: float, dx: float, dy: float, width: float, height: float) -> Rect:
    """A rectangle that touches the circle of that reach in that direction, and lies outside it."""
    x, y = center[0] + reach * dx, center[1] + reach * dy
    shift = max(-1.0, min(1.0, 2 * dx)), max(-1.0, min(1.0, 2 * dy))
    return _around((x + shift[0] * width / 2, y + shift[1] * height / 2), width, height)


def _line(blob: Blob, rect: Rect) -> tuple[Point, Point]:
    """From the nearest point of a label to the middle of its blob: its rim may lie below others."""
    x, y = blob.center
    return (min(max(x, rect.left), rect.right), min(max(y, rect.top), rect.bottom)), blob.center


def cuts(line: tuple[Point, Point], rect: Rect) -> bool:
    """Whether a line meets a rectangle."""
    corners = (
        (rect.left, rect.top),
        (rect.right, rect.top),
        (rect.right, rect.bottom),
        (rect.left, rect.bottom),
    )
    if any(rect.left <= x <= rect.right and rect.top <= y <= rect.bottom for x, y in line):
        return True
    return any(
        _cross(line, (corners[at], corners[(at + 1) % len(corners)])) for at in range(len(corners))
    )


def _cross(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    """Whether two lines have a point in common, ends that only touch not counted."""
    (a, b), (c, d) = one, other
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _distance(point: Point, line: tuple[Point, Point]) -> float:
    """From a point to a line between two points."""
    (x, y), ((x0, y0), (x1, y1)) = point, line
    length = (x1 - x0) ** 2 + (y1 - y0) ** 2
    share = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length if length else 0.0
    share = min(1.0, max(0.0, share))
    return hypot(x - x0 - share * (x1 - x0), y - y0 - share * (y1 - y0))
