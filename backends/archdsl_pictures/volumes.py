"""Feature maps as solid boxes in a row, as in the figure of the AlexNet paper.

A box is as high and as deep as its maps are high and wide, and as thick as they are many. Sizes
grow with the logarithm, from a floor on, so that 3 maps of 224x224 and 2048 of 7x7 fit one row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import log2

from archdsl_svg import inks
from archdsl_svg.font import SEMIBOLD, text_width
from archdsl_svg.geometry import Point, Rect
from archdsl_units import theme
from archdsl_units.folding import Style
from archdsl_units.labels import shape_text

from archdsl.ops import Family
from archdsl_pictures.blocks import heading, small
from archdsl_pictures.model import Box, Panel, Picture
from archdsl_pictures.options import Options
from archdsl_pictures.page import HEADER
from archdsl_pictures.scene import Area, Group, Mark, Scene, Words, arrow
from archdsl_pictures.structure import Framed, Leaf, Parallel, Series, structure_of
from archdsl_pictures.wrapping import shortest

SIDE, THICKNESS = 15.0, 7.0
"""Pixels for each doubling of a side, and of the number of maps."""
FLOOR = 8.0
"""What would be smaller is as large as this."""
DEPTH = 0.38
"""How far a box goes back to the upper right, in parts of its depth."""
GAP, ROW_GAP = 26.0, 30.0
LONGEST_ROW = 1250.0
CAPTION = 20.0
"""The room for the shape below a box."""
ARC = 13.0
"""How much higher a skip runs than the one that it leads past."""
FOOTER = (
    "Height and depth: the maps' height and width. Thickness: their number. "
    f"All grow with the logarithm, from {FLOOR:g} pixels on.",
    "Below a box: height x width x channels. Between two: what makes the second of the first.",
)
_OWN_VOLUME = {Family.CONVOLUTION, Family.DENSE, Family.MERGE, theme.BLOCK}
"""The kinds of boxes whose output is drawn even where its shape is that of the input."""
_SIGNS = {"+": "sum", "×": "product"}


@dataclass(frozen=True, slots=True)
class Volume:
    """What leaves a box, and the words for how it came about."""

    box: Box
    words: tuple[str, ...]

    @property
    def shape(self) -> str:
        """Height x width x channels, or the length of a vector."""
        assert self.box.output is not None
        return shape_text(self.box.output)

    @property
    def extent(self) -> tuple[float, float, float]:
        """Height, thickness and depth in pixels."""
        shape = self.box.output
        assert shape is not None
        if shape.flat:
            # A vector is an upright bar.
            return _scaled(shape.channels, THICKNESS), FLOOR, FLOOR
        thickness = _scaled(shape.channels, THICKNESS)
        return _scaled(shape.height, SIDE), thickness, _scaled(shape.width, SIDE)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height on the page, without words."""
        height, thickness, depth = self.extent
        return thickness + depth * DEPTH, height + depth * DEPTH


@dataclass(frozen=True, slots=True)
class Skip:
    """A way around from one volume to another, by their numbers."""

    start: int
    end: int
    style: Style


def volumes_of(picture: Picture, options: Options) -> Scene:
    """The drawing of the overview's main path, in rows."""
    volumes, skips = _found(picture.overview)
    rows = _rows(volumes, skips)
    marks = list(heading(picture.name, picture.subtitle))
    y = theme.PAGE_MARGIN + HEADER
    right = 0.0
    for row in rows:
        held = [skip for skip in skips if skip.end in row]
        above = ARC * max((_level(skip) for skip in held), default=0)
        tallest = max(volumes[at].size[1] for at in row)
        axis = y + above + tallest / 2
        placed = _placed([volumes[at] for at in row], axis)
        for skip in held:
            end = placed[skip.end - row.start]
            start = placed[skip.start - row.start] if skip.start in row else _edge_of_row(axis)
            marks += _arc(start, end, axis - tallest / 2, skip)
        marks += _row(volumes[row.start : row.stop], placed, axis)
        right = max(right, placed[-1].right)
        y = axis + tallest / 2 + CAPTION + ROW_GAP
    y -= ROW_GAP - theme.PANEL_GAP
    for number, line in enumerate(FOOTER, start=1):
        marks.append(small(line, theme.PAGE_MARGIN, y + number * theme.LINE_HEIGHT))
    return _on_paper(picture, marks, right, y + len(FOOTER) * theme.LINE_HEIGHT, options)


# --- What is drawn ---


def _found(panel: Panel) -> tuple[list[Volume], list[Skip]]:
    """The volumes of the main path, and the skips between them."""
    boxes = {box.path: box for box in panel.boxes}
    volumes: list[Volume] = []
    number_of: dict[str, int] = {}
    words: list[str] = []
    skips: list[Skip] = []
    paths = 0
    for path in _main(structure_of(panel).top):
        if isinstance(path, int):
            paths = path
            continue
        box = boxes[path]
        text = _SIGNS.get(box.text, box.text)
        words.append(f"{text} of {paths} paths" if paths else text)
        paths = 0
        if box.kind in _OWN_VOLUME or not volumes or box.output != volumes[-1].box.output:
            volumes.append(Volume(box, tuple(words) if volumes else ()))
            words = []
            if box.skip is not Style.FLOW:
                skips.append(Skip(len(volumes) - 2, len(volumes) - 1, box.skip))
        number_of[path] = len(volumes) - 1
    if words and volumes:
        volumes.append(Volume(volumes[-1].box, tuple(words)))
    skips += _outer_skips(panel, number_of)
    return volumes, sorted(set(skips), key=lambda s: (s.start, s.end))


def _main(series: Series) -> Iterator[str | int]:
    """The boxes that the flow leads through; several paths side by side are their number."""
    for part in series.parts:
        match part:
            case Leaf(path):
                yield path
            case Framed(_, inside):
                yield from _main(inside)
            case Parallel((column,), _, _):
                yield from _main(column)
            case Parallel(columns, skips, lanes):
                yield len(columns) + len(skips) + len(lanes)


def _outer_skips(panel: Panel, number_of: dict[str, int]) -> Iterator[Skip]:
    """The skips between boxes of the main path, through a projection beside it or straight."""
    for edge in panel.edges:
        if edge.style is Style.FLOW or edge.source not in number_of:
            continue
        target = edge.target
        while target not in number_of:
            onward = [e.target for e in panel.edges if e.source == target]
            if len(onward) != 1:
                break
            [target] = onward
        if target in number_of:
            yield Skip(number_of[edge.source], number_of[target], edge.style)


# --- Where it is drawn ---


def _scaled(count: int, pixels: float) -> float:
    return max(FLOOR, pixels * log2(max(count, 1)))


def _words_width(volume: Volume) -> float:
    return max((text_width(line, theme.SMALL) for line in volume.words), default=0.0)


def _slot(volume: Volume) -> float:
    """The width that a volume takes with its caption."""
    return max(volume.size[0], text_width(volume.shape, theme.SMALL) + 6)


def _gap(volume: Volume) -> float:
    return max(GAP, _words_width(volume) + 16)


def _rows(volumes: Sequence[Volume], skips: Sequence[Skip]) -> list[range]:
    """The volumes in as few rows as are not too long, the longest as short as can be.

    No skip past a volume is cut; one into a row's first volume begins where its arrow does.
    """
    widths = [_slot(volume) + _gap(volume) for volume in volumes]
    cuts = [at for at in range(1, len(widths)) if not any(s.start < at < s.end for s in skips)]
    spans = [(end - width, end) for width, end in zip(widths, accumulate(widths), strict=True)]
    return shortest(cuts, spans, -(-int(spans[-1][1]) // int(LONGEST_ROW)))


def _placed(volumes: Sequence[Volume], axis: float) -> list[Rect]:
    """Where each volume of a row stands, around the axis."""
    found = []
    x = theme.PAGE_MARGIN
    for volume in volumes:
        width, height = volume.size
        x += _gap(volume) if volume.words else 0.0
        left = x + (_slot(volume) - width) / 2
        found.append(Rect(left, axis - height / 2, left + width, axis + height / 2))
        x += _slot(volume)
    return found


def _edge_of_row(axis: float) -> Rect:
    """Where what comes from the row before begins."""
    return Rect(theme.PAGE_MARGIN, axis, theme.PAGE_MARGIN, axis)


def _level(skip: Skip) -> int:
    """How high a skip runs: above those that it leads past."""
    return 1 + (skip.end - skip.start > 1) + (skip.end - skip.start > 2)


def _on_paper(
    picture: Picture, marks: list[Mark], right: float, bottom: float, options: Options
) -> Scene:
    texts = [text_width(line, theme.SMALL) for line in FOOTER]
    texts.append(text_width(picture.name, theme.HEADING, SEMIBOLD))
    texts.append(text_width(picture.subtitle, theme.TEXT))
    width = max(right, theme.PAGE_MARGIN + max(texts)) + theme.PAGE_MARGIN
    height, points = bottom + theme.PAGE_MARGIN, 1.0
    if options.paper:
        points = min(1.0, options.paper[0] / width, options.paper[1] / height)
        width, height = options.paper[0] / points, options.paper[1] / points
    return Scene(picture.name, picture.description, width, height, tuple(marks), points)


# --- Marks ---


def _row(volumes: Sequence[Volume], placed: Sequence[Rect], axis: float) -> Iterator[Mark]:
    for number, (volume, rect) in enumerate(zip(volumes, placed, strict=True)):
        if volume.words:
            start = placed[number - 1].right if number else theme.PAGE_MARGIN
            yield from arrow([(start + 4, axis), (rect.left - 4, axis)])
            middle = (start + rect.left) / 2
            for line, text in enumerate(reversed(volume.words)):
                at = (middle, axis - 5 - line * theme.NOTE_HEIGHT)
                yield Words(text, at, theme.SMALL, ink=inks.FAINT_INK)
        yield _solid(volume, rect)


def _solid(volume: Volume, rect: Rect) -> Group:
    """The three faces that are seen, and the shape below."""
    box, (height, thickness, depth) = volume.box, volume.extent
    paint = theme.PAINTS[box.kind]
    back = depth * DEPTH
    left, bottom = rect.left, rect.bottom
    right, top = left + thickness, bottom - height
    front = ((left, top), (right, top), (right, bottom), (left, bottom))
    lid = ((left, top), (left + back, top - back), (right + back, top - back), (right, top))
    side = (
        (right, top), (right + back, top - back), (right + back, bottom - back), (right, bottom)
    )  # fmt: skip
    faces = tuple(Area(points, paint.fill, paint.line) for points in (side, lid, front))
    caption = (rect.center[0], bottom + theme.SMALL + 4)
    words = Words(volume.shape, caption, theme.SMALL)
    return Group(box.path, "node", box.title, (*faces, words), is_node=True)


def _arc(start: Rect, end: Rect, top: float, skip: Skip) -> Iterator[Mark]:
    """A skip above the row: up from one volume, down to another."""
    level = top - _level(skip) * ARC + 4
    a, b = start.center[0] + 5, end.center[0] - 5
    width = 1.7 if skip.style is Style.IDENTITY else 1.4
    dash = (5.0, 3.0) if skip.style is Style.PROJECTION else None
    points: list[Point] = [(a, start.top - 2), (a, level), (b, level), (b, end.top - 2)]
    yield from arrow(points, width, dash)
