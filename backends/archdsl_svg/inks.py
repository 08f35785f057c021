"""The colours of paper, text and lines, the same in every drawing, and their dark counterparts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

INK = "#1A1A1A"
FAINT_INK = "#555555"
LINE = "#404040"
FRAME = "#9A9A9A"
PAPER = "#FFFFFF"

DARK = {
    INK: "#ECEFF1",
    FAINT_INK: "#B4BBC0",
    LINE: "#C3C9CD",
    FRAME: "#747B80",
    PAPER: "#15181A",
}
"""Colour on white paper -> colour on a dark screen."""

Theme = Literal["light", "dark", "auto"]

_TAG = re.compile(r"<[^>]*>")
_COLOUR = re.compile(r'(?<=")#[0-9A-F]{6}(?=")')


def themed(svg: str, theme: Theme, dark: Mapping[str, str]) -> str:
    """A picture that was drawn for white paper in another theme; `dark` has its further colours.

    With `auto` the reader's screen decides. What knows nothing of that, such as the makers of PNG
    and PDF, shows it as on white paper.
    """
    colours = {**DARK, **dark}
    if theme == "dark":
        return _TAG.sub(lambda tag: _COLOUR.sub(lambda c: colours.get(c[0], c[0]), tag[0]), svg)
    if theme == "auto":
        used = {colour for tag in _TAG.findall(svg) for colour in _COLOUR.findall(tag)}
        rules = [
            f'[{attribute}="{light}"]{{{attribute}:{dark}}}'
            for light, dark in colours.items()
            if light in used
            for attribute in ("fill", "stroke")
            if f'{attribute}="{light}"' in svg
        ]
        style = f"<style>@media (prefers-color-scheme:dark){{{''.join(rules)}}}</style>"
        head, tag, rest = svg.partition("</desc>\n")
        return f"{head}{tag}{style}\n{rest}"
    return svg
