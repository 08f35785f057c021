"""Two panels side by side: rows and bands of one size of feature maps begin at one height."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from math import prod
from typing import TypeVar

from archdsl_svg.font import text_width
from archdsl_svg.geometry import Rect
from archdsl_units import theme

from archdsl_pictures.differing import Mates, Panels
from archdsl_pictures.ladder import Stretch, stretches_of
from archdsl_pictures.layout import BAND, GUTTER, Layout, PlacedPanel, Rung, extents
from archdsl_pictures.model import Frame, Panel
from archdsl_pictures.scene import Words
from archdsl_pictures.sizes import panel_sizes

SIDES = ("before", "after")
"""What the paths of the two begin with where both are in one picture."""
PASSES = 10
"""How often places are improved; where nothing stands beside the flow, once is enough."""
CLEAR = 12.0
"""Between what ends in one band and what begins in the next."""
CAPTION_GAP = 14.0
"""Between captions and what is below them."""

Item = TypeVar("Item")
Other = TypeVar("Other")
Run = tuple[Stretch, ...]
"""Stretches in a row that have one size."""


def beside(
    panels: Panels,
    mates: Mates,
    captions: tuple[Sequence[Words], Sequence[Words]],
    name: str = "",
    has_bands: bool = False,
) -> PlacedPanel:
    """One panel of two, captions above each; the boxes that are mates stand in rows.

    With bands, the first boxes of each size do, and what only one of the two has is a gap in the
    other. All paths begin with the panel's name, if it has one, and with their side.
    """
    pair = _Pair(panels, mates, sides_of(name), has_bands)
    columns, edges = pair.placed()
    ladder = max((text_width(size, theme.SMALL) for size, _, _ in edges), default=0.0)
    left = ladder + 16 if has_bands else 0.0
    head = max(_height(words) for words in captions) + (BAND if has_bands else 0.0)
    parts: list[PlacedPanel] = []
    for column, words in zip(columns, captions, strict=True):
        slot = max([column.width, *(text_width(w.text, w.size, w.weight) for w in words)])
        parts.append(
            replace(
                column.moved(left + (slot - column.width) / 2, head),
                captions=tuple(w.moved(left, 0.0) for w in words),
            )
        )
        left += slot + GUTTER
    width = left - GUTTER + (BAND if has_bands else 0.0)
    rungs = []
    for tint, (size, top, bottom) in enumerate(edges if has_bands else ()):
        middle = head + (top + bottom) / 2
        at = Rect(6.0, middle - 5, 6.0 + text_width(size, theme.SMALL), middle + 5)
        rungs.append(Rung(size, tint, Rect(0.0, head + top, width, head + bottom), at))
    bottom = max(rect.bottom for part in parts for rect in extents(part))
    first, second = parts
    return PlacedPanel(
        panel=_merged(first.panel, second.panel),
        boxes=first.boxes + second.boxes,
        frames=first.frames + second.frames,
        edges=first.edges + second.edges,
        rungs=tuple(rungs),
        width=width,
        height=max([bottom, *(rung.rect.bottom for rung in rungs)]),
        captions=first.captions + second.captions,
    )


class _Pair:
    """Lays two panels out again and again, each time lower where one has to wait for the other."""

    def __init__(
        self, panels: Panels, mates: Mates, sides: tuple[str, str], has_bands: bool
    ) -> None:
        self.panels = tuple(map(_with_prefix, panels, sides))
        self.mates = {(sides[0] + one, sides[1] + other) for one, other in mates}
        self.has_bands = has_bands
        # One width for the boxes of both.
        self.sizes = panel_sizes(_merged(*self.panels), is_turned=False)
        self.flows = tuple(
            list(stretches_of(Layout(p).structure.top, {box.path: box for box in p.boxes}))
            for p in self.panels
        )
        self.starts = [0.0, 0.0]

    def placed(self) -> tuple[list[PlacedPanel], list[tuple[str, float, float]]]:
        """Both panels, their tops at one height, and the bands: size, top and bottom."""
        for _ in range(PASSES):
            columns = [self._column(side) for side in (0, 1)]
            rows = _Rows(columns, self)
            if not rows.waits:
                break
            for side, path, distance in rows.waits:
                if path == self.flows[side][0].paths[0]:
                    self.starts[side] += distance
                else:
                    size = self.sizes[path]
                    self.sizes[path] = replace(size, above=size.above + distance)
        return columns, rows.bands

    def _column(self, side: int) -> PlacedPanel:
        placed = Layout(self.panels[side], sizes=self.sizes).placed()
        return placed.moved(0.0, self.starts[side])


class _Rows:
    """Which boxes have to wait, and for how long, so that rows and bands begin at one height.

    `waits` are sides, boxes and distances from above to below; `bands` hold once nothing waits.
    """

    def __init__(self, columns: Sequence[PlacedPanel], pair: _Pair) -> None:
        self.pair = pair
        self.waits: list[tuple[int, str, float]] = []
        self.bands: list[tuple[str, float, float]] = []
        self._shifts = [0.0, 0.0]
        self._rects = [{box.box.path: box.rect for box in column.boxes} for column in columns]
        self._extents = [list(extents(column)) for column in columns]
        self._frames = [[frame.rect for frame in column.frames] for column in columns]
        self._align()

    def _align(self) -> None:
        one, other = (
            _runs(flow) if self.pair.has_bands else [tuple(flow)] for flow in self.pair.flows
        )
        bands = [*paired(one, other, self._are_alike, _is_larger)]
        bottom = None
        for number, band in enumerate(bands):
            held = [(side, run) for side, run in enumerate(band) if run]
            over = max(self._over(side, run[0]) for side, run in held)
            top = max(self._top(side, run[0]) for side, run in held)
            if bottom is not None:
                top = max(top, bottom + CLEAR + over)
            for side, run in held:
                self._wait(side, run[0], top)
            self._align_rows(band)
            start = top - over - BAND if bottom is None else (bottom + top - over) / 2
            ends = [self._bottom(side, self._behind(bands[number + 1 :], side)) for side in (0, 1)]
            bottom = max([*ends, bottom or 0.0])
            if self.bands:
                size, above, _ = self.bands[-1]
                self.bands[-1] = size, above, start
            self.bands.append((held[0][1][0].size, start, bottom + BAND))

    def _align_rows(self, band: tuple[Run | None, Run | None]) -> None:
        one, other = band
        if one is None or other is None:
            return
        for first, second in paired(one[1:], other[1:], self._are_mates):
            if first is not None and second is not None:
                top = max(self._top(0, first), self._top(1, second))
                self._wait(0, first, top)
                self._wait(1, second, top)

    def _are_alike(self, one: Run, other: Run) -> bool:
        """Whether two runs stand beside each other; without bands there is one of each."""
        return one[0].size == other[0].size or not self.pair.has_bands

    def _are_mates(self, one: Stretch, other: Stretch) -> bool:
        return any((a, b) in self.pair.mates for a in one.paths for b in other.paths)

    def _top(self, side: int, stretch: Stretch) -> float:
        rects = self._rects[side]
        return min(rects[path].top for path in stretch.paths) + self._shifts[side]

    def _wait(self, side: int, stretch: Stretch, top: float) -> None:
        distance = top - self._top(side, stretch)
        if distance > 0.05:
            self._shifts[side] += distance
            self.waits.append((side, stretch.paths[0], distance))

    def _over(self, side: int, stretch: Stretch) -> float:
        """How far frames reach above a stretch that begin with it."""
        flow, rects = self.pair.flows[side], self._rects[side]
        at = flow.index(stretch)
        above = max((rects[p].bottom for p in flow[at - 1].paths), default=0.0) if at else -BAND
        top = min(rects[path].top for path in stretch.paths)
        return top - min([top, *(f.top for f in self._frames[side] if above <= f.top < top)])

    def _behind(self, bands: Sequence[tuple[Run | None, Run | None]], side: int) -> Stretch | None:
        """The first stretch of a side in the bands that follow."""
        return next((run[0] for band in bands if (run := band[side])), None)

    def _bottom(self, side: int, behind: Stretch | None) -> float:
        """How far down everything reaches that ends above the stretch behind."""
        rects = self._rects[side]
        end = min(rects[path].top for path in behind.paths) if behind else float("inf")
        return (
            max((rect.bottom for rect in self._extents[side] if rect.bottom < end), default=0.0)
            + self._shifts[side]
        )


def paired(
    ones: Sequence[Item],
    others: Sequence[Other],
    are_same: Callable[[Item, Other], bool],
    is_first: Callable[[Item, Other], bool] = lambda one, other: True,
) -> Iterator[tuple[Item | None, Other | None]]:
    """Both in their order, as many as can be beside what is the same; None beside all others.

    `is_first` says of two that are not the same which one comes first.
    """
    head = 0
    while head < min(len(ones), len(others)) and are_same(ones[head], others[head]):
        yield ones[head], others[head]
        head += 1
    ones, others = ones[head:], others[head:]
    rows, columns = len(ones), len(others)
    same = [[are_same(one, other) for other in others] for one in ones]
    most = [[0] * (columns + 1) for _ in range(rows + 1)]
    for i in reversed(range(rows)):
        for j in reversed(range(columns)):
            here = most[i + 1][j + 1] + 1 if same[i][j] else 0
            most[i][j] = max(here, most[i + 1][j], most[i][j + 1])
    i = j = 0
    while i < rows or j < columns:
        if i < rows and j < columns and same[i][j] and most[i][j] == most[i + 1][j + 1] + 1:
            yield ones[i], others[j]
            i, j = i + 1, j + 1
        elif j == columns or (
            i < rows
            and most[i + 1][j] >= most[i][j + 1]
            and (most[i + 1][j] > most[i][j + 1] or is_first(ones[i], others[j]))
        ):
            yield ones[i], None
            i += 1
        else:
            yield None, others[j]
            j += 1


def sides_of(name: str) -> tuple[str, str]:
    """What the paths of the left and of the right side of a panel begin with."""
    before, after = (f"{name}-{side}." if name else f"{side}." for side in SIDES)
    return before, after


def _with_prefix(panel: Panel, prefix: str) -> Panel:
    """A panel with the same before every path."""

    def frame_of(frame: Frame) -> Frame:
        return replace(
            frame,
            path=prefix + frame.path,
            boxes=tuple(prefix + path for path in frame.boxes),
            frames=tuple(map(frame_of, frame.frames)),
        )

    return replace(
        panel,
        path=prefix + panel.path,
        boxes=tuple(replace(box, path=prefix + box.path) for box in panel.boxes),
        edges=tuple(
            replace(edge, source=prefix + edge.source, target=prefix + edge.target)
            for edge in panel.edges
        ),
        frames=tuple(map(frame_of, panel.frames)),
    )


def _merged(first: Panel, second: Panel) -> Panel:
    """The boxes of both as one panel."""
    return replace(
        first,
        boxes=first.boxes + second.boxes,
        edges=first.edges + second.edges,
        frames=first.frames + second.frames,
    )


def _runs(flow: Sequence[Stretch]) -> list[Run]:
    return [tuple(run) for _, run in groupby(flow, key=lambda stretch: stretch.size)]


def _is_larger(one: Run, other: Run) -> bool:
    """Whether the maps of one run are as large as those of another."""
    return _positions(one) >= _positions(other)


def _positions(run: Run) -> int:
    return prod(map(int, run[0].size.split("x")))


def _height(words: Sequence[Words]) -> float:
    """The room that captions need, their baselines counted from the top."""
    return max((w.at[1] for w in words), default=-CAPTION_GAP) + CAPTION_GAP
