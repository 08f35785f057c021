"""One function a file format: what each makes of a picture."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from archdsl_svg import raster

from archdsl_graphviz import theme
from archdsl_graphviz.dot import dot_text
from archdsl_graphviz.options import Options, options_of
from archdsl_graphviz.page import Page, page_of
from archdsl_graphviz.picture import picture_of
from archdsl_graphviz.svg import svg_text

if TYPE_CHECKING:
    from archdsl.network import Network

LEAST_TEXT = 7.0
"""Points: smaller letters are not read on paper."""


class SmallText(UserWarning):
    """Letters that are too small to be read on the paper that was asked for."""


def write(network: Network, format: str, given: dict[str, Any]) -> bytes:
    """The whole file. Raises BackendError."""
    options = options_of(given)
    picture = picture_of(network, options)
    if format == "dot":
        return dot_text(picture, options.direction == "right").encode()
    if format != "svg" and options.theme == "auto":
        options = options.model_copy(update={"theme": "light"})
    page = page_of(picture, options)
    _warn_of_small_text(page, options)
    svg = svg_text(page)
    if format == "svg":
        return svg.encode()
    return raster.png(svg) if format == "png" else raster.pdf(svg, page.points)


def _warn_of_small_text(page: Page, options: Options) -> None:
    size = theme.SMALL * page.points
    if options.page and size < LEAST_TEXT:
        warnings.warn(
            f"the smallest letters are {size:.1f} pt on {options.page}, less than {LEAST_TEXT:g}; "
            "fold more, as --depth 0 does, or take a larger page",
            SmallText,
            stacklevel=2,
        )
