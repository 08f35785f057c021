"""The look of the pictures, handed to the page: paints as style, sizes as numbers."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping

from archdsl_svg import inks
from archdsl_svg.font import FALLBACKS, FAMILY, REGULAR, SEMIBOLD, font_path
from archdsl_units import theme

INKS = {
    "paper": inks.PAPER,
    "ink": inks.INK,
    "faint": inks.FAINT_INK,
    "way": inks.LINE,
    "rim": inks.FRAME,
}
"""What the page's style calls the pictures' inks."""


def look_of() -> dict[str, object]:
    """What the script needs in order to lay boxes out: kinds in the legend's order, and pixels."""
    return {
        "kinds": list(theme.PAINTS),
        "text": theme.TEXT,
        "small": theme.SMALL,
        "padding": theme.BOX_PADDING,
        "minimum": theme.BOX_MINIMUM,
        "height": theme.BOX_HEIGHT,
        "line": theme.LINE_HEIGHT,
        "note": theme.NOTE_HEIGHT,
        "slant": theme.SLANT,
        "round": theme.ROUND,
        "bar": theme.BAR,
        "barEnd": theme.BAR_END,
        "port": theme.PORT,
        "rankGap": theme.RANK_GAP,
        "columnGap": theme.COLUMN_GAP,
        "ear": theme.ARC,
        "stack": theme.STACK,
        "margin": theme.FRAME_MARGIN,
    }


def style_of() -> str:
    """The font itself and, on white paper and on a dark screen, the colours of the pictures."""
    families = ", ".join(f"'{name}'" for name in (FAMILY, *FALLBACKS))
    dark = {**inks.DARK, **theme.DARK}
    return "\n".join(
        [
            _font(REGULAR),
            _font(SEMIBOLD),
            f":root {{ --fonts: {families}, sans-serif; }}",
            *_colours("", {}),
            *_colours(':root[data-theme="dark"] ', dark),
            "",
        ]
    )


def _colours(when: str, instead: Mapping[str, str]) -> Iterator[str]:
    """Rules for the inks and for the line and the fill of each kind of box."""
    for name, colour in INKS.items():
        yield f"{when or ':root '}{{ --{name}: {instead.get(colour, colour)}; }}"
    for number, paint in enumerate(theme.PAINTS.values()):
        line, fill = (instead.get(colour, colour) for colour in (paint.line, paint.fill))
        yield f"{when}.kind{number} {{ --edge: {line}; --tint: {fill}; }}"


def _font(weight: int) -> str:
    """The shipped font in the page: the same look everywhere, and no script without its letters."""
    data = b64encode(font_path(weight).read_bytes()).decode()
    source = f"url(data:font/ttf;base64,{data})"
    return f"@font-face {{ font-family: '{FAMILY}'; font-weight: {weight}; src: {source}; }}"
