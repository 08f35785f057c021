"""Places for a panel's boxes, frames and edges; y grows downwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from archdsl_svg.font import text_width
from archdsl_svg.geometry import Point, Rect
from archdsl_units import theme
from archdsl_units.folding import Style
from archdsl_units.labels import Form

from archdsl_pictures.around import Way, turned
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
from archdsl_pictures.ladder import steps_of
from archdsl_pictures.model import Box, Edge, Frame, Panel
from archdsl_pictures.routes import crossings, ways_of
from archdsl_pictures.scene import Words
from archdsl_pictures.sizes import frame_title, label_size, panel_sizes
from archdsl_pictures.structure import Framed, Series, crowds, structure_of
from archdsl_pictures.wrapping import columns_of

DOWN = Gaps(
    rank=theme.RANK_GAP,
    turn=theme.RANK_GAP,
    column=theme.COLUMN_GAP,
    lane=theme.LANE,
    fork=14.0,
    land=12.0,
    before=theme.FRAME_HEAD,
    after=theme.FRAME_MARGIN,
    first=theme.FRAME_MARGIN,
    last=theme.FRAME_MARGIN,
    bar_end=theme.BAR_END,
    inset=12.0,
    clear=8.0,
)
RIGHT = replace(DOWN, before=theme.FRAME_MARGIN, first=theme.FRAME_HEAD, last=theme.FRAME_MARGIN)


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A box in its place. `shape_at` is where the shape that leaves it is written, if it is."""

    box: Box
    rect: Rect
    shape_at: Rect | None = None

    def moved(self, dx: float, dy: float) -> PlacedBox:
        """The same box elsewhere."""
        shape_at = self.shape_at and self.shape_at.moved(dx, dy)
        return PlacedBox(self.box, self.rect.moved(dx, dy), shape_at)


@dataclass(frozen=True, slots=True)
class PlacedFrame:
    """A frame in its place, or the part of it in one column; `label_at` is where its label is."""

    frame: Frame
    rect: Rect
    label_at: Rect
    goes_on: bool = False

    def moved(self, dx: float, dy: float) -> PlacedFrame:
        """The same frame elsewhere."""
        return replace(self, rect=self.rect.moved(dx, dy), label_at=self.label_at.moved(dx, dy))


@dataclass(frozen=True, slots=True)
class PlacedEdge:
    """An edge's way: corners from the source's border to the target's.

    Where it is `over` another one, it has a gap.
    """

    edge: Edge
    points: Way
    over: tuple[Point, ...] = ()

    def moved(self, dx: float, dy: float) -> PlacedEdge:
        """The same way elsewhere."""
        points, over = (tuple((x + dx, y + dy) for x, y in way) for way in (self.points, self.over))
        return PlacedEdge(self.edge, points, over)


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder of sizes: the maps' size, and the band that has it.

    `tint` counts the sizes from the first on; `label_at` is where the size is written.
    """

    size: str
    tint: int
    rect: Rect
    label_at: Rect

    def moved(self, dx: float, dy: float) -> Rung:
        """The same rung elsewhere."""
        return replace(self, rect=self.rect.moved(dx, dy), label_at=self.label_at.moved(dx, dy))


@dataclass(frozen=True, slots=True)
class PlacedPanel:
    """A panel with everything in its place; its upper left corner is (0, 0).

    `captions` are words above its parts.
    """

    panel: Panel
    boxes: tuple[PlacedBox, ...]
    frames: tuple[PlacedFrame, ...]
    edges: tuple[PlacedEdge, ...]
    rungs: tuple[Rung, ...]
    width: float
    height: float
    is_turned: bool = False
    captions: tuple[Words, ...] = ()

    def moved(self, dx: float, dy: float) -> PlacedPanel:
        """The same panel elsewhere on the page."""
        return replace(
            self,
            boxes=tuple(placed.moved(dx, dy) for placed in self.boxes),
            frames=tuple(placed.moved(dx, dy) for placed in self.frames),
            edges=tuple(placed.moved(dx, dy) for placed in self.edges),
            rungs=tuple(rung.moved(dx, dy) for rung in self.rungs),
            captions=tuple(words.moved(dx, dy) for words in self.captions),
        )


GUTTER = 44.0
"""Between two columns; the line that leads on runs in its middle."""
ARRIVE = 30.0
"""From the top of a later column to its first box or frame."""
HEAD = 8.0
"""From the top of a later column to the line that arrives."""
FOOT = 24.0
"""From the last box of a column to the line that leads on."""
BAND = 12.0
"""How far the bands of the ladder reach beyond a column's boxes and frames."""


class Layout:
    """A panel's structure and sizes, from which it is laid out in as many columns as asked for."""

    def __init__(
        self,
        panel: Panel,
        is_turned: bool = False,
        sizes: Mapping[str, Size] | None = None,
    ) -> None:
        self.panel, self.is_turned = panel, is_turned
        self.structure = structure_of(panel)
        self.gaps = RIGHT if is_turned else DOWN
        own = panel_sizes(panel, is_turned, crowds(self.structure.top)) if sizes is None else sizes
        self._sizes = own
        self._boxes = {box.path: box for box in panel.boxes}
        self._ladder = 0.0 if panel.path else self._ladder_width()
        self._extents: list[Rect] = []
        self._single = self._arranged([self.structure.top])

    def placed(self, count: int = 1) -> PlacedPanel:
        """Everything in its place, in at most so many columns."""
        top, loose = self.structure.top, self.structure.loose
        pieces = columns_of(top, count, self._single.boxes, loose)
        found = self._arranged(pieces)
        panel = PlacedPanel(
            self.panel,
            boxes=tuple(self._placed_boxes(found)),
            frames=tuple(self._placed_frames(found)),
            edges=(),
            rungs=tuple(self._rungs(pieces, found)),
            width=0.0,
            height=0.0,
        )
        words = [box.shape_at for box in panel.boxes if box.shape_at]
        words += [frame.label_at for frame in panel.frames]
        ways = ways_of(self.panel, found, loose, words, self.gaps, theme.STACK)
        edges = map(PlacedEdge, self.panel.edges, ways, crossings(self.panel.edges, ways, loose))
        return _trimmed(replace(panel, edges=tuple(edges)), self.is_turned)

    def _arranged(self, pieces: Sequence[Series]) -> Arrangement:
        """The pieces beside each other, and the lines that lead from one to the next."""
        found = Arrangement()
        self._extents = []
        x, last = 0.0, ""
        for number, piece in enumerate(pieces):
            measured = measure(piece, self._sizes, self._title, self.gaps)
            line, top = x + self._ladder + measured.left, ARRIVE if number else 0.0
            right = line + measured.right + (BAND if self._ladder else 0.0)
            self._extents.append(Rect(x, top - BAND, right, top + measured.height + BAND))
            arrange(measured, line, top, self.gaps, found)
            if number:
                foot = found.boxes[last].bottom + max(
                    FOOT, self._sizes[last].label + self.gaps.land
                )
                found.leads[last] = Lead(foot, x - GUTTER / 2, HEAD, line)
                if (parting := first_parallel(measured)) is not None:
                    found.forks[last] = top + parting - self.gaps.fork
            x, last = right + GUTTER, list(found.boxes)[-1]
        return found

    def _title(self, framed: Framed) -> Title:
        return frame_title(frame_label(framed.frame, framed.goes_on), self.is_turned)

    def _placed_boxes(self, found: Arrangement) -> Iterator[PlacedBox]:
        for box in self.panel.boxes:
            rect, line = found.boxes[box.path], found.lines[box.path]
            width, height = label_size(box)
            at = None
            if width and self.is_turned:
                at = Rect(line - 3 - height, rect.bottom + 4, line - 3, rect.bottom + 4 + width)
            elif width:
                at = Rect(line + 5, rect.bottom + 2, line + 5 + width, rect.bottom + 2 + height)
            yield PlacedBox(box, rect, at)

    def _placed_frames(self, found: Arrangement) -> Iterator[PlacedFrame]:
        for framed, rect, is_far in found.frames:
            yield self._placed_frame(framed.frame, rect, is_far, framed.goes_on)

    def _placed_frame(self, frame: Frame, rect: Rect, is_far: bool, goes_on: bool) -> PlacedFrame:
        label = frame_label(frame, goes_on)
        width, inset = text_width(label, theme.SMALL), theme.FRAME_INSET
        if self.is_turned:
            at = Rect(rect.left + 4, rect.top + inset, rect.left + 14, rect.top + inset + width)
        else:
            left = rect.right - inset - width if is_far else rect.left + inset
            at = Rect(left, rect.top + 5, left + width, rect.top + 15)
        return PlacedFrame(frame, rect, at, goes_on)

    def _rungs(self, pieces: Sequence[Series], found: Arrangement) -> Iterator[Rung]:
        if not self._ladder:
            return
        spans = [(extent.top, extent.bottom) for extent in self._extents]
        columns = steps_of(pieces, self._boxes, found.boxes, spans)
        for steps, extent in zip(columns, self._extents, strict=True):
            left = extent.left
            for step in steps:
                rect = Rect(left, step.top, extent.right, step.bottom)
                width, middle = text_width(step.size, theme.SMALL), (step.top + step.bottom) / 2
                if self.is_turned:
                    at = Rect(left + 2, middle - width / 2, left + 12, middle + width / 2)
                else:
                    at = Rect(left + 6, middle - 5, left + 6 + width, middle + 5)
                yield Rung(step.size, step.tint, rect, at)

    def _ladder_width(self) -> float:
        """The room for the ladder's sizes beside a column."""
        if self.is_turned:
            return 18.0
        return max(text_width(box.size, theme.SMALL) for box in self.panel.boxes) + 16


def frame_label(frame: Frame, goes_on: bool) -> str:
    """What is written in a frame's corner."""
    return f"{frame.label}, continued" if goes_on else frame.label


def _trimmed(panel: PlacedPanel, is_turned: bool) -> PlacedPanel:
    """The panel as it is drawn, its upper left corner at (0, 0)."""
    if is_turned:
        panel = _turned(panel)
    rects = list(extents(panel))
    points = [point for placed in panel.edges for point in placed.points]
    left = min([r.left for r in rects] + [x for x, _ in points])
    top = min([r.top for r in rects] + [y for _, y in points])
    right = max([r.right for r in rects] + [x for x, _ in points])
    bottom = max([r.bottom for r in rects] + [y for _, y in points])
    return replace(panel, width=right - left, height=bottom - top).moved(-left, -top)


def _turned(panel: PlacedPanel) -> PlacedPanel:
    """The panel with its flow to the right."""
    return replace(
        panel,
        boxes=tuple(
            PlacedBox(b.box, b.rect.turned(), b.shape_at and b.shape_at.turned())
            for b in panel.boxes
        ),
        frames=tuple(
            replace(f, rect=f.rect.turned(), label_at=f.label_at.turned()) for f in panel.frames
        ),
        edges=tuple(PlacedEdge(e.edge, turned(e.points), turned(e.over)) for e in panel.edges),
        rungs=tuple(
            replace(r, rect=r.rect.turned(), label_at=r.label_at.turned()) for r in panel.rungs
        ),
        is_turned=True,
    )


def extents(panel: PlacedPanel) -> Iterator[Rect]:
    """The room that boxes with their skips and signs, frames, shapes and rungs take."""
    for frame in panel.frames:
        yield frame.rect
    for rung in panel.rungs:
        yield rung.rect
    for placed in panel.boxes:
        box, rect = placed.box, placed.rect
        stack = theme.STACK if box.count > 1 else 0.0
        ear = theme.ARC if box.skip is not Style.FLOW else 0.0
        across, along = (0.0, ear) if panel.is_turned else (ear, 0.0)
        yield Rect(
            rect.left, rect.top - stack, rect.right + stack + across, rect.bottom + stack + along
        )
        if placed.shape_at is not None:
            yield placed.shape_at
        if box.sign:
            yield sign_at(box.form, rect)


def sign_at(form: Form, rect: Rect) -> Rect:
    """Where a box has the sign of what became of it: at its left, where no edge arrives."""
    inwards = {Form.TRAPEZOID: theme.SLANT / 2, Form.ROUND: -theme.SIGN / 2}.get(form, 0.0)
    x, y = rect.left + inwards, rect.center[1]
    return Rect(x, y, x, y).grown(theme.SIGN)
