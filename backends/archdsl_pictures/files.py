"""What each file format makes of a picture."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from archdsl_svg import raster
from archdsl_units import theme

from archdsl.backend import BackendError, VainOption
from archdsl_pictures.blocks import scene_of
from archdsl_pictures.dot import dot_text
from archdsl_pictures.model import Picture
from archdsl_pictures.options import Options, options_of, refuse_vain
from archdsl_pictures.page import page_of
from archdsl_pictures.picture import picture_of
from archdsl_pictures.scene import Scene
from archdsl_pictures.spread import spread_of
from archdsl_pictures.svg import svg_text
from archdsl_pictures.text import text_of
from archdsl_pictures.tikz import tikz_text
from archdsl_pictures.volumes import volumes_scene

if TYPE_CHECKING:
    from archdsl.network import Network
    from archdsl.report.difference import Difference

LEAST_TEXT = 7.0
"""Points: smaller letters are not read on paper."""


BESIDE = ("costs", "depth", "page", "shapes", "theme")
"""The options that a picture of two networks has."""


class SmallText(UserWarning):
    """Letters that are too small to be read on the paper that was asked for."""


def write(network: Network, format: str, given: dict[str, Any]) -> bytes:
    """The whole file. Raises BackendError."""
    options = options_of(given)
    if format in ("dot", "txt") and options.style == "volumes":
        raise BackendError(f"volumes are drawn as svg, png, pdf and tex, not as {format}")
    refuse_vain(given, options.style, format)
    picture = picture_of(network, options)
    if format in ("dot", "txt"):
        if format == "txt":
            return text_of(picture, options.width).encode()
        return dot_text(picture, options.direction == "right").encode()
    return _written(drawn(picture, options), format, options)


def write_difference(difference: Difference, format: str, given: dict[str, Any]) -> bytes:
    """The whole file of two networks side by side. Raises BackendError."""
    for name in given:
        if name not in BESIDE:
            raise VainOption("a picture of two networks", name)
    options = options_of(given)
    refuse_vain(given, options.style, format)
    return _written(scene_of(spread_of(difference, options)), format, options)


def _written(scene: Scene, format: str, options: Options) -> bytes:
    _warn_of_small_text(scene, options)
    if format == "tex":
        return tikz_text(scene).encode()
    if format == "svg":
        return svg_text(scene, options.theme).encode()
    svg = svg_text(scene, "light" if options.theme == "auto" else options.theme)
    return raster.png(svg) if format == "png" else raster.pdf(svg, scene.points)


def drawn(picture: Picture, options: Options) -> Scene:
    """A picture in the style that was asked for."""
    if options.style == "volumes":
        return volumes_scene(picture, options)
    return scene_of(page_of(picture, options))


def _warn_of_small_text(scene: Scene, options: Options) -> None:
    size = theme.SMALL * scene.points
    if options.page and size < LEAST_TEXT:
        warnings.warn(
            f"the smallest letters are {size:.1f} pt on {options.page}, less than {LEAST_TEXT:g}; "
            "fold more, as --depth 0 does, or take a larger page",
            SmallText,
            stacklevel=2,
        )
