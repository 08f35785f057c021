"""Feature maps as solids, as in the figure of the AlexNet paper, in rows that run to the right.

A solid is as high and as deep as its maps are high and wide, and as thick as they are many. Sizes
grow with the logarithm, from a floor on, so that 3 maps of 224x224 and 2048 of 7x7 fit one row.

The rows are the structure of the overview as `arrange` lays it out, turned so that paths stand in
the spec's order and skips run above.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from archdsl_svg import inks
from archdsl_svg.font import SEMIBOLD, text_width
from archdsl_svg.geometry import Point
from archdsl_units import theme
from archdsl_units.folding import Style

from archdsl_pictures.around import Way, tidy
from archdsl_pictures.arrange import (
    Arrangement,
    Gaps,
    Lead,
    Size,
    Title,
    arrange,
    first_parallel,
    measure,
)
from archdsl_pictures.blocks import HEAD, edge_marks, heading, small
from archdsl_pictures.model import Panel, Picture
from archdsl_pictures.options import Options
from archdsl_pictures.page import HEADER
from archdsl_pictures.routes import crossings, ways_of
from archdsl_pictures.scene import Area, Group, Line, Mark, Scene, Words
from archdsl_pictures.solids import CAPTION, DEPTH, FLOOR, Placed, Volume, volumes_of
from archdsl_pictures.structure import Parallel, Part, Series, structure_of
from archdsl_pictures.ushape import Drawn, u_shape
from archdsl_pictures.wrapping import columns_of

GAPS = Gaps(
    rank=20.0,
    turn=26.0,
    column=14.0,
    lane=theme.LANE,
    fork=10.0,
    land=10.0,
    before=0.0,
    after=0.0,
    first=0.0,
    last=0.0,
    bar_end=0.0,
    inset=8.0,
    clear=4.0,
)
LONGEST_ROW = 1250.0
ROW_GAP = 44.0
"""Between two rows; the line that leads on runs in its middle."""
FOOT = 20.0
"""From the last solid of a row to where the line turns that leads on."""
ARC = 16.0
"""The room above a folded block for its skip."""
WORDS_ABOVE = 7.0
"""From the words at an arrow to what stands above them."""
FOOTER = (
    "Height and depth: the maps' height and width. Thickness: their number. "
    f"All grow with the logarithm, from {FLOOR:g} pixels on.",
    "Below a box: height x width x channels. Between two: what makes the second of the first.",
)
SHARES = "One row of boxes a gpu; it sees the maps of the others where lines cross."


def volumes_scene(picture: Picture, options: Options) -> Scene:
    """The drawing of the overview's feature maps."""
    volumes, panel = volumes_of(picture)
    placed, ways, over = u_shape(volumes, panel) or _in_rows(volumes, panel)
    placed, ways, over = _below_the_heading(placed, ways, over)
    marks: list[Mark] = []
    for number, (edge, way, gaps) in enumerate(zip(panel.edges, ways, over, strict=True)):
        lines = _for_each_share(way, placed[edge.source], placed[edge.target])
        each = (mark for line in lines for mark in edge_marks(line, edge.style, gaps))
        path = f"{edge.source}--{edge.target}-{number}"
        marks.append(Group(path, "edge", "", tuple(each)))
    for one in placed.values():
        if one.volume.box.skip is not Style.FLOW:
            for ear in _ears(one):
                marks += edge_marks(ear, one.volume.box.skip)
        marks += _written(one)
        marks.append(_solids(one))
    is_split = any(volume.box.shares > 1 for volume in volumes.values())
    return _on_paper(picture, marks, [*FOOTER, *([SHARES] if is_split else [])], options)


# --- Where it is drawn ---


def _in_rows(volumes: Mapping[str, Volume], panel: Panel) -> Drawn:
    """The volumes in rows, as their structure is; lines lead from row to row."""
    structure = structure_of(panel)
    top = _from_below(structure.top)
    sizes = {path: _size(volume) for path, volume in volumes.items()}
    single = _rows([top], sizes)
    length = max(rect.bottom for rect in single.boxes.values())
    # The lines of several devices would run from row to row as one.
    is_split = any(volume.box.shares > 1 for volume in volumes.values())
    count = 1 if is_split else -(-int(length) // int(LONGEST_ROW))
    found = _rows(columns_of(top, count, single.boxes, structure.loose), sizes)
    ways = ways_of(panel, found, structure.loose, (), GAPS, 0.0)
    over = crossings(panel.edges, ways, structure.loose)
    placed = {path: _placed(volume, found) for path, volume in volumes.items()}
    turned = [
        _between_solids(_turned(way), placed[edge.source], placed[edge.target])
        for edge, way in zip(panel.edges, ways, strict=True)
    ]
    return placed, turned, [_turned(points) for points in over]


def _turned(points: Sequence[Point]) -> Way:
    """Points of an arrangement, which runs downwards, on a page: to the right, left is below."""
    return tuple((y, -x) for x, y in points)


def _placed(volume: Volume, found: Arrangement) -> Placed:
    rect, axis = found.boxes[volume.box.path], -found.lines[volume.box.path]
    left = rect.bottom - (volume.slot + volume.size[0]) / 2
    words = (rect.top + left) / 2, axis + volume.offsets[0] - 5
    return Placed(volume, left, axis, rect.top, words)


def _below_the_heading(
    placed: Mapping[str, Placed], ways: Sequence[Way], over: Sequence[Way]
) -> Drawn:
    """Everything moved to where the drawing begins on the page."""
    tops = [min(one.top, _words_top(one)) - _ear_room(one.volume) for one in placed.values()]
    lefts = [min(one.left, one.start) for one in placed.values()]
    dx = theme.PAGE_MARGIN - min([*lefts, *(x for way in ways for x, _ in way)])
    dy = theme.PAGE_MARGIN + HEADER - min([*tops, *(y for way in ways for _, y in way)])

    def moved(way: Way) -> Way:
        return tuple((x + dx, y + dy) for x, y in way)

    there = {
        path: Placed(o.volume, o.left + dx, o.axis + dy, o.start + dx, moved((o.words,))[0])
        for path, o in placed.items()
    }
    return there, list(map(moved, ways)), list(map(moved, over))


def _words_top(placed: Placed) -> float:
    return placed.words[1] - placed.volume.lines * theme.NOTE_HEIGHT


def _ear_room(volume: Volume) -> float:
    return ARC if volume.box.skip is not Style.FLOW else 0.0


def _from_below(series: Series) -> Series:
    """The parts with the order of their paths reversed: what is left is below on the page."""
    return Series(tuple(map(_reversed, series.parts)))


def _reversed(part: Part) -> Part:
    if not isinstance(part, Parallel):
        return part
    columns, skips, asides = (
        tuple(map(_from_below, reversed(group)))
        for group in (part.columns, part.skips, part.asides)
    )
    return replace(part, columns=columns, skips=skips, asides=asides)


def _size(volume: Volume) -> Size:
    """What a volume needs with its words, its captions and its skip, on both sides of the axis."""
    below = volume.offsets[-1] + volume.size[1] / 2 + CAPTION
    words = volume.lines * theme.NOTE_HEIGHT - volume.offsets[0] + WORDS_ABOVE
    return Size(2 * max(below, words), volume.words_room + volume.slot, _ear_room(volume))


def _rows(pieces: Sequence[Series], sizes: dict[str, Size]) -> Arrangement:
    """The pieces, each left of the one before, and the lines that lead from one to the next."""
    found = Arrangement()
    line, end, last = 0.0, 0.0, ""
    for number, piece in enumerate(pieces):
        measured = measure(piece, sizes, lambda _: Title(), GAPS)
        if number:
            line = end - ROW_GAP - measured.right
            foot = found.boxes[last].bottom + FOOT
            found.leads[last] = Lead(foot, end - ROW_GAP / 2, -FOOT, line)
            if (parting := first_parallel(measured)) is not None:
                found.forks[last] = parting - GAPS.fork
        arrange(measured, line, 0.0, GAPS, found)
        end, last = line - measured.left, list(found.boxes)[-1]
    return found


def _between_solids(way: Way, source: Placed, target: Placed) -> Way:
    """The way from solid to solid: through the room of the words, or from above."""
    way = ((source.right, way[0][1]), *way[1:])
    if way[-1][1] < target.axis - 1:
        level = way[-2][1]
        return tidy([*way[:-2], (target.middle, level), (target.middle, target.top - 2)])
    return tidy([*way, (target.left - 4, target.axis)])


def _for_each_share(way: Way, source: Placed, target: Placed) -> Iterator[Way]:
    """The line of each device, and those that cross where a layer sees all devices' maps."""
    starts, ends = source.volume.offsets, target.volume.offsets
    for one, start in enumerate(starts):
        for other, end in enumerate(ends):
            if one == other or target.volume.box.is_across or len(starts) != len(ends):
                yield _shifted(way, start, end)


def _shifted(way: Way, start: float, end: float) -> Way:
    """The way with its level beginning and its level end moved; a lane between is one for all."""
    if start == end == 0.0:
        return way
    count = 1 if len(way) == 2 else 2
    begin = [(x, y + start) for x, y in way[:count]]
    return (*begin, *way[count:-count], *((x, y + end) for x, y in way[-count:]))


def _on_paper(
    picture: Picture, marks: Sequence[Mark], footer: Sequence[str], options: Options
) -> Scene:
    """The marks with the words around them, on the paper that was asked for."""
    scene = Scene(picture.name, picture.description, 0.0, 0.0, tuple(marks))
    corners = [corner for mark in scene.walk() for corner in _corners(mark)]
    y = max(y for _, y in corners) + theme.PANEL_GAP
    notes = [
        small(line, theme.PAGE_MARGIN, y + number * theme.LINE_HEIGHT)
        for number, line in enumerate(footer, start=1)
    ]
    texts = [text_width(line, theme.SMALL) for line in footer]
    texts.append(text_width(picture.name, theme.HEADING, SEMIBOLD))
    texts.append(text_width(picture.subtitle, theme.TEXT))
    right = max(*(x for x, _ in corners), theme.PAGE_MARGIN + max(texts))
    width, height = right + theme.PAGE_MARGIN, notes[-1].at[1] + theme.PAGE_MARGIN
    points = 1.0
    if options.paper:
        points = min(1.0, options.paper[0] / width, options.paper[1] / height)
        width, height = options.paper[0] / points, options.paper[1] / points
    above = heading(picture.name, picture.subtitle)
    return replace(scene, width=width, height=height, points=points, marks=(*above, *marks, *notes))


def _corners(mark: Mark) -> Sequence[Point]:
    """The points that a mark reaches to."""
    match mark:
        case Area(points) | Line(points):
            return points
        case Words(text, (x, y), size):
            half = text_width(text, size) / 2
            return [(x - half, y - size), (x + half, y + 3)]
    return []


# --- Marks ---


def _written(placed: Placed) -> Iterator[Mark]:
    """The steps that lead to a volume, over its arrow."""
    volume, (middle, y) = placed.volume, placed.words
    y -= (volume.lines - 1) * theme.NOTE_HEIGHT
    for step in volume.steps:
        lines = []
        for line in step.lines:
            lines.append(Words(line, (middle, y), theme.SMALL, ink=inks.FAINT_INK))
            y += theme.NOTE_HEIGHT
        yield Group(step.box.path, "step", step.box.title, tuple(lines))


def _solids(placed: Placed) -> Group:
    """The solid of each share with the shape below it."""
    volume = placed.volume
    marks = (mark for down in volume.offsets for mark in _solid(placed, placed.axis + down))
    return Group(volume.box.path, "node", volume.box.title, tuple(marks), is_node=True)


def _solid(placed: Placed, axis: float) -> Iterator[Mark]:
    """The three faces that are seen, and the shape below."""
    height, thickness, depth = placed.volume.extent
    paint = theme.PAINTS[placed.volume.box.kind]
    back = depth * DEPTH
    left, bottom = placed.left, axis + placed.volume.size[1] / 2
    right, top = left + thickness, bottom - height
    front = ((left, top), (right, top), (right, bottom), (left, bottom))
    lid = ((left, top), (left + back, top - back), (right + back, top - back), (right, top))
    side = (
        (right, top), (right + back, top - back), (right + back, bottom - back), (right, bottom)
    )  # fmt: skip
    dash = HEAD if placed.volume.box.is_training_only else None
    for points in (side, lid, front):
        yield Area(points, paint.fill, paint.line, dash)
    yield Words(placed.volume.caption, (placed.middle, bottom + theme.SMALL + 4), theme.SMALL)


def _ears(placed: Placed) -> Iterator[Way]:
    """The skips of a folded block, one a device: from its arrow over its words to its solid."""
    start, middle = placed.start, placed.middle
    for number, down in enumerate(placed.volume.offsets):
        axis, top = placed.axis + down, placed.top + down - placed.volume.offsets[0]
        # Words stand over the uppermost line only.
        level = (top if number else min(top, _words_top(placed))) - ARC + 4
        yield (start, axis), (start, level), (middle, level), (middle, top - 2)
