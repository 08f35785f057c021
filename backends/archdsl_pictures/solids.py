"""Which feature maps of a picture are drawn as solids, and which words lead to each.

Layers that neither weigh nor change the shape, as a normalization, are words at the arrow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import log2

from archdsl_svg.font import text_width
from archdsl_svg.geometry import Point
from archdsl_units import theme
from archdsl_units.folding import Style
from archdsl_units.labels import Form, shape_text

from archdsl.ops import Family
from archdsl_pictures.model import Box, Edge, Panel, Picture

SIDE, THICKNESS = 15.0, 7.0
"""Pixels for each doubling of a side, and of the number of maps."""
FLOOR = 8.0
"""What would be smaller is as large as this."""
DEPTH = 0.38
"""How far a solid goes back to the upper right, in parts of its depth."""
CAPTION = 20.0
"""The room for the shape below a solid."""
APART = 16.0
"""Between the shares of two devices, beside the caption of the upper one."""
LONGEST_LINE = 120.0
"""Words at an arrow that are longer are broken, in pixels."""
ARROW, MARGIN = 24.0, 14.0
"""The least length of an arrow, and how much longer it is than its words."""
_OWN_VOLUME = {Family.CONVOLUTION, Family.DENSE, Family.MERGE, theme.BLOCK}
"""The kinds of boxes whose output is drawn even where its shape is that of the input."""
_SIGNS = {"+": "sum", "×": "product"}


@dataclass(frozen=True, slots=True)
class Step:
    """What is written at the arrow for one box, in lines."""

    box: Box
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Volume:
    """What leaves a box, and the steps that made it of the volume before.

    `pitch` is how far apart the shares of two devices are.
    """

    box: Box
    steps: tuple[Step, ...]
    pitch: float = 0.0

    @property
    def lines(self) -> int:
        """How many lines of words lead to it."""
        return sum(len(step.lines) for step in self.steps)

    @property
    def words_width(self) -> float:
        """The width of the longest line."""
        lines = (line for step in self.steps for line in step.lines)
        return max((text_width(line, theme.SMALL) for line in lines), default=0.0)

    @property
    def caption(self) -> str:
        """Height x width x channels of what one device holds, or the length of a vector."""
        assert self.box.output is not None
        shape = self.box.output
        return shape_text(shape._replace(channels=shape.channels // self.box.shares))

    @property
    def extent(self) -> tuple[float, float, float]:
        """Height, thickness and depth in pixels, of the share of one device."""
        shape = self.box.output
        assert shape is not None
        thickness = _scaled(shape.channels // self.box.shares, THICKNESS)
        if shape.flat:
            # A vector is an upright bar.
            return thickness, FLOOR, FLOOR
        return _scaled(shape.height, SIDE), thickness, _scaled(shape.width, SIDE)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of one share on the page, without words."""
        height, thickness, depth = self.extent
        return thickness + depth * DEPTH, height + depth * DEPTH

    @property
    def offsets(self) -> list[float]:
        """How far below the axis the middle of each share is."""
        return [(at - (self.box.shares - 1) / 2) * self.pitch for at in range(self.box.shares)]

    @property
    def slot(self) -> float:
        """The width that it takes with its caption."""
        return max(self.size[0], text_width(self.caption, theme.SMALL) + 6)

    @property
    def words_room(self) -> float:
        """The length of the arrow that leads to it."""
        return max(ARROW, self.words_width + MARGIN) if self.steps else 0.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A volume in its place: its axis, where its solids begin and where its arrow does.

    `words` is the middle of the last line at the arrow.
    """

    volume: Volume
    left: float
    axis: float
    start: float
    words: Point

    @property
    def right(self) -> float:
        """Where the solids end."""
        return self.left + self.volume.size[0]

    @property
    def middle(self) -> float:
        """The middle of the solids."""
        return self.left + self.volume.size[0] / 2

    @property
    def top(self) -> float:
        """The upper end of the highest solid."""
        return self.axis + self.volume.offsets[0] - self.volume.size[1] / 2


def volumes_of(picture: Picture) -> tuple[dict[str, Volume], Panel]:
    """The volumes of the overview by their boxes' paths, and how they hang together.

    What changes nothing joins the volume that it is made of, if nothing else is made of that.
    """
    panel = picture.overview
    into: dict[str, list[Edge]] = {box.path: [] for box in panel.boxes}
    for edge in panel.edges:
        into[edge.target].append(edge)
    uses = Counter(edge.source for edge in panel.edges)
    held_by: dict[str, str] = {}
    volumes: dict[str, Volume] = {}
    edges: list[Edge] = []
    for box in panel.boxes:
        sources = [held_by[edge.source] for edge in into[box.path]]
        steps = (_step(box, len(sources)),) if sources else ()
        if len(sources) == 1 and uses[into[box.path][0].source] == 1:
            source = volumes[sources[0]]
            if source.steps and _changes_nothing(box, source):
                held_by[box.path] = sources[0]
                volumes[sources[0]] = replace(source, steps=(*source.steps, *steps))
                continue
        held_by[box.path] = box.path
        volumes[box.path] = Volume(box, steps)
        edges += (
            Edge(source, box.path, edge.style)
            for source, edge in zip(sources, into[box.path], strict=True)
        )
    highest = max(volume.size[1] for volume in volumes.values())
    volumes = {p: replace(v, pitch=highest + CAPTION + APART) for p, v in volumes.items()}
    # All lines meet in the middle of a box; into a round one skips come from the side.
    forms = {p: Form.ROUND if v.box.shares == 1 else Form.PILL for p, v in volumes.items()}
    boxes = tuple(replace(v.box, form=forms[path]) for path, v in volumes.items())
    return volumes, replace(panel, boxes=boxes, edges=tuple(edges), frames=())


def _changes_nothing(box: Box, source: Volume) -> bool:
    return box.kind not in _OWN_VOLUME and box.output == source.box.output


def _step(box: Box, operands: int) -> Step:
    """A box in words, with the number of paths inside it that neither lines nor an arc show."""
    lines = list(_wrapped(_SIGNS.get(box.text, box.text)))
    if box.paths > operands and box.skip is Style.FLOW:
        lines.append(f"{box.paths} paths inside")
    if box.is_training_only:
        lines.append("training only")
    if box.is_across:
        lines.append("across gpus")
    return Step(box, tuple(lines))


def _wrapped(text: str) -> Iterator[str]:
    """A label in lines, broken behind commas where it is long."""
    line = ""
    for part in text.split(", "):
        longer = f"{line}, {part}" if line else part
        if line and text_width(longer, theme.SMALL) > LONGEST_LINE:
            yield f"{line},"
            longer = part
        line = longer
    yield line


def _scaled(count: int, pixels: float) -> float:
    return max(FLOOR, pixels * log2(max(count, 1)))
