"""Pieces of SVG: the same bytes every time, every text escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from archdsl_svg.font import FALLBACKS, FAMILY, REGULAR, weight_for
from archdsl_svg.geometry import Point, Rect
from archdsl_svg.inks import INK, PAPER

DROP = 0.36
"""Baselines lie this part of the size under the middle of the capitals."""
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def document(
    prefix: str, title: str, description: str, size: Point, content: Iterable[str]
) -> Iterator[str]:
    """The lines of a whole file, on white paper; `prefix` begins its ids."""
    width, height = map(number, size)
    names = (f"'{name}'" if " " in name else name for name in (FAMILY, *FALLBACKS))
    families = ", ".join([*names, "sans-serif"])
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="graphics-document" '
        f'aria-labelledby="{prefix}-title {prefix}-desc" '
        f"font-family={quoteattr(families)}>"
    )
    yield f'<title id="{prefix}-title">{escaped(title)}</title>'
    yield f'<desc id="{prefix}-desc">{escaped(description)}</desc>'
    yield f'<rect width="{width}" height="{height}" fill="{PAPER}"/>'
    yield from content
    yield "</svg>"


def identifier(path: str) -> str:
    """A path as an XML id, or as a node's name: other characters by their codes."""
    return re.sub(r"[^A-Za-z0-9_.-]", lambda match: f"-u{ord(match[0]):x}-", path)


def text(
    text: str,
    x: float,
    y: float,
    size: float,
    weight: int = REGULAR,
    *,
    ink: str = INK,
    anchor: str = "middle",
) -> str:
    """One line of text, its baseline at `y`."""
    weight = weight_for(text, weight)
    extra = f' font-weight="{weight}"' if weight != REGULAR else ""
    extra += f' text-anchor="{anchor}"' if anchor != "start" else ""
    return (
        f'<text x="{number(x)}" y="{number(y)}" font-size="{size:g}" fill="{ink}"{extra}>'
        f"{escaped(text)}</text>"
    )


def rectangle(rect: Rect, fill: str, line: str, *, radius: float, extra: str = "") -> str:
    """A rectangle with round corners; `extra` are more attributes."""
    return (
        f'<rect x="{number(rect.left)}" y="{number(rect.top)}" width="{number(rect.width)}" '
        f'height="{number(rect.height)}" rx="{number(radius)}" fill="{fill}" '
        f'stroke="{line}"{extra}/>'
    )


def escaped(text: str) -> str:
    """A text as XML; what XML forbids, such as a null character, becomes the mark for that."""
    return escape(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text))


def number(value: float) -> str:
    """A length in pixels, to a hundredth."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def pair(point: Point) -> str:
    """`x,y`."""
    return f"{number(point[0])},{number(point[1])}"


def pairs(points: Iterable[Point]) -> str:
    """The corners of a polygon or the points of a line."""
    return " ".join(map(pair, points))
