"""PNG and PDF of an SVG, both with the shipped font files and no other font."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree

from archdsl.backend import BackendError
from archdsl_svg.font import FAMILY, REGULAR, SEMIBOLD, font_path, lacking

INSTALL = "pip install 'archdsl[pictures]'"
SCALE = 2.0
"""Pixels of the PNG for one of the SVG."""
PIXEL = 0.75
"""Points of paper for a pixel, as in CSS."""
_TITLE = "{http://www.w3.org/2000/svg}title"
_TEXT = "{http://www.w3.org/2000/svg}text"


def png(svg: str) -> bytes:
    """The picture in pixels, twice as fine as on a plain screen. Raises BackendError."""
    try:
        from resvg_py import svg_to_bytes
    except ImportError:
        raise BackendError(f"a PNG needs resvg-py: {INSTALL}") from None
    _check_characters(svg)
    found = svg_to_bytes(
        svg_string=svg,
        zoom=SCALE,
        skip_system_fonts=True,
        font_files=[str(font_path(REGULAR)), str(font_path(SEMIBOLD))],
        font_family=FAMILY,
        sans_serif_family=FAMILY,
    )
    return bytes(found)


def pdf(svg: str, points: float = PIXEL) -> bytes:
    """The picture as a PDF of one page, its text selectable; a pixel has so many points of paper.

    Raises BackendError.
    """
    try:
        from reportlab.graphics import renderPDF
        from reportlab.pdfgen.canvas import Canvas
        from svglib.fonts import register_font
        from svglib.svglib import svg2rlg
    except ImportError:
        raise BackendError(f"a PDF needs svglib and reportlab: {INSTALL}") from None
    _check_characters(svg)
    # svglib takes one family a text and knows two weights.
    families = re.sub(r'font-family="[^"]*"', f'font-family="{FAMILY}"', svg, count=1)
    plain = families.replace(f'font-weight="{SEMIBOLD}"', 'font-weight="bold"')
    register_font(FAMILY, str(font_path(REGULAR)))
    register_font(FAMILY, str(font_path(SEMIBOLD)), weight="bold")
    drawing = svg2rlg(io.BytesIO(plain.encode()))
    if drawing is None:
        raise BackendError("svglib could not read the picture")
    target = io.BytesIO()
    # Invariant: no date and no random identity, so that the bytes repeat.
    scale = points / PIXEL
    size = drawing.width * scale, drawing.height * scale
    canvas = Canvas(target, pagesize=size, invariant=1)
    canvas.setTitle(ElementTree.fromstring(svg).findtext(_TITLE, ""))
    canvas.scale(scale, scale)
    renderPDF.draw(drawing, canvas, 0, 0)
    canvas.save()
    return target.getvalue()


def _check_characters(svg: str) -> None:
    """A character that the font lacks would be drawn as nothing."""
    drawn = "".join(element.text or "" for element in ElementTree.fromstring(svg).iter(_TEXT))
    missing = lacking(drawn)
    if missing:
        listed = ", ".join(f"{char} (U+{ord(char):04X})" for char in missing[:5])
        raise BackendError(
            f"the pictures' font has no {listed}; write an SVG, which a browser shows with its own"
        )
