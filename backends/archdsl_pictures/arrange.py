"""Places for the parts of a structure: series around one line, columns side by side.

Everything here runs downwards; a picture that runs to the right is turned afterwards. A part is
measured from its line, an upright at 0 that the flow follows: so far it reaches to the left and to
the right, so high it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from archdsl_svg.geometry import Rect

from archdsl_pictures.model import Edge
from archdsl_pictures.structure import Framed, Leaf, Parallel, Part, Series, leaves


@dataclass(frozen=True, slots=True)
class Size:
    """What a box needs: `ear` is the room right of it, `label` the length of what stands below.

    A `bar` grows so that it reaches over all that enters it. It stands so much further down than
    need be as there is `above` it.
    """

    width: float
    height: float
    ear: float = 0.0
    label: float = 0.0
    bar: bool = False
    above: float = 0.0


@dataclass(frozen=True, slots=True)
class Gaps:
    """Distances in pixels, or in the cells of a terminal.

    Between parts there is a `rank`, or a `turn` where paths part or meet; lines turn a `fork`
    before what stands side by side and a `land` before where they meet. A frame's margins are
    `before` and `after` along the flow, `first` and `last` across it. Lines end an `inset` from a
    box's corner, and loose ones keep `clear` of boxes.
    """

    rank: float
    turn: float
    column: float
    lane: float
    fork: float
    land: float
    before: float
    after: float
    first: float
    last: float
    bar_end: float
    inset: float
    clear: float


@dataclass(frozen=True, slots=True)
class Title:
    """The room that a frame's label takes: `along` the flow, or `across` at a side of the line."""

    along: float = 0.0
    across: float = 0.0


Titles = Callable[[Framed], Title]
"""The room of each frame's label."""


@dataclass(slots=True)
class Measured:
    """A part with its extent, and where its inner parts lie in it.

    `entries` and `exits` are where lines come in from above and leave at the bottom.
    """

    part: Part
    left: float
    right: float
    height: float
    entries: list[float]
    exits: list[float]
    inner: list[tuple[Measured, float, float]] = field(default_factory=list)
    lanes: list[float] = field(default_factory=list)
    ear: float = 0.0
    is_label_far: bool = False


@dataclass(frozen=True, slots=True)
class Lead:
    """How a line leads on from the foot of one column, through a lane, to the head of the next.

    There it follows the `line` of that column.
    """

    foot: float
    lane: float
    head: float
    line: float


@dataclass
class Arrangement:
    """Where everything lies.

    `lines` says for a box where the line is that the flow follows, `forks` at which height the
    lines to several parts below it turn, `lanes` where the edges run that lead past paths, and
    `leads` how the line from a column's last box goes to the next. A frame comes with its place and
    with whether its label is at the far side of the line.
    """

    boxes: dict[str, Rect] = field(default_factory=dict)
    lines: dict[str, float] = field(default_factory=dict)
    frames: list[tuple[Framed, Rect, bool]] = field(default_factory=list)
    forks: dict[str, float] = field(default_factory=dict)
    lanes: list[tuple[Edge, float]] = field(default_factory=list)
    leads: dict[str, Lead] = field(default_factory=dict)


def measure(
    part: Part,
    sizes: Mapping[str, Size],
    titles: Titles,
    gaps: Gaps,
    incoming: Sequence[float] = (),
) -> Measured:
    """The extent of a part, and where its inner parts lie; `incoming` are the lines from above."""
    return _Measure(sizes, titles, gaps).part(part, incoming)


class _Measure:
    def __init__(self, sizes: Mapping[str, Size], titles: Titles, gaps: Gaps) -> None:
        self.sizes, self.titles, self.gaps = sizes, titles, gaps

    def part(self, part: Part, incoming: Sequence[float] = ()) -> Measured:
        match part:
            case Leaf():
                return self._leaf(part, incoming)
            case Series():
                return self._series(part, incoming)
            case Parallel():
                return self._parallel(part)
            case Framed():
                return self._framed(part, incoming)

    def _leaf(self, leaf: Leaf, incoming: Sequence[float]) -> Measured:
        size = self.sizes[leaf.path]
        left = right = size.width / 2
        if size.bar and incoming:
            left = max(left, self.gaps.bar_end - min(incoming))
            right = max(right, self.gaps.bar_end + max(incoming))
        right += size.ear
        return Measured(leaf, left, right, size.height, [0.0], [0.0], ear=size.ear)

    def _series(self, series: Series, incoming: Sequence[float]) -> Measured:
        whole = Measured(series, 0.0, 0.0, 0.0, [0.0], [0.0])
        for number, part in enumerate(series.parts):
            found = self.part(part, incoming)
            if number:
                whole.height += self._gap(series.parts[number - 1], part)
                whole.height += self._above(series, number)
            else:
                whole.entries = found.entries
            whole.inner.append((found, 0.0, whole.height))
            whole.left, whole.right = max(whole.left, found.left), max(whole.right, found.right)
            whole.height += found.height
            whole.exits = incoming = found.exits
        return whole

    def _above(self, series: Series, number: int) -> float:
        """How much further down a part stands because its first box does."""
        if next(leaves(series.parts[number - 1]), None) is None:
            return 0.0  # Lanes alone went down with what is behind them.
        first = next(leaves(Series(series.parts[number:])), None)
        return self.sizes[first].above if first else 0.0

    def _gap(self, above: Part, below: Part) -> float:
        gaps = self.gaps
        label = _label_below(above, self.sizes)
        gap = gaps.rank
        if isinstance(above, Parallel) or _begins_parallel(below):
            gap = gaps.turn
        gap = max(gap, label + gaps.fork + gaps.land / 2 if label > gaps.rank / 2 else 0.0)
        if isinstance(below, Framed):
            # The frame's own margin is a part of the gap to its first box.
            gap = max(gap - gaps.before / 2, label + gaps.land)
        if isinstance(above, Framed):
            gap = max(gap - gaps.after / 2, label + gaps.land)
        return gap

    def _parallel(self, parallel: Parallel) -> Measured:
        columns = [self.part(column) for column in parallel.columns]
        skips = [self.part(skip) for skip in parallel.skips]
        asides = [self.part(aside) for aside in parallel.asides]
        everything = [*columns, *skips, *asides]
        # The first boxes of all columns stand in one row, whatever has a frame around it.
        rows = [*columns, *asides]
        heads = [_head(found) for found in rows]
        downs = [max(heads) - head for head in heads]
        heights = [down + found.height for down, found in zip(downs, rows, strict=True)]
        height = max([*heights, *(found.height for found in skips)], default=self.gaps.lane)
        # A skip stands in the middle of what it leads past.
        middles = [(height - found.height) / 2 for found in skips]
        downs[len(columns) : len(columns)] = middles
        whole = Measured(parallel, 0.0, 0.0, height, [], [])
        spines: list[float] = []
        right = 0.0
        for number, found in enumerate(everything):
            if number:
                right += self.gaps.column
            spines.append(right + found.left)
            right += found.left + found.right
        middle = (spines[0] + spines[len(columns) - 1]) / 2 if spines else 0.0
        whole.left, whole.right = middle, right - middle
        for found, spine, down in zip(everything, spines, downs, strict=True):
            whole.inner.append((found, spine - middle, down))
            whole.entries += [spine - middle + x for x in found.entries]
            if found not in asides:
                whole.exits += [spine - middle + x for x in found.exits]
        for _ in parallel.lanes:
            whole.right += self.gaps.lane
            whole.lanes.append(whole.right)
            whole.entries.append(whole.right)
            whole.exits.append(whole.right)
        return whole

    def _framed(self, framed: Framed, incoming: Sequence[float]) -> Measured:
        gaps = self.gaps
        inside = self.part(framed.inside, incoming)
        title = self.titles(framed)
        left, right = inside.left + gaps.first, inside.right + gaps.last
        entries = [0.0, *inside.entries]
        # The label stands left of the lines that come in, or right of them where that is roomier.
        lacks_near = title.across - min(entries) - left
        lacks_far = title.across + max(entries) - right
        is_far = lacks_near > 0 and lacks_far < lacks_near
        if title.across and is_far:
            right += max(0.0, lacks_far)
        elif title.across:
            left += max(0.0, lacks_near)
        # Lines that part inside turn below the label.
        before = gaps.before + (gaps.fork if first_parallel(inside) == 0.0 else 0.0)
        height = max(before + inside.height + gaps.after, title.along)
        whole = Measured(framed, left, right, height, inside.entries, inside.exits)
        whole.is_label_far = is_far
        whole.inner.append((inside, 0.0, before))
        return whole


def _label_below(part: Part, sizes: Mapping[str, Size]) -> float:
    """The length of the label that stands below a part."""
    match part:
        case Leaf(path):
            return sizes[path].label
        case Framed(_, inside) | Series((*_, inside)):
            return _label_below(inside, sizes)
        case Parallel(columns, _, _):
            return max((_label_below(column, sizes) for column in columns), default=0.0)
    return 0.0


def arrange(measured: Measured, x: float, y: float, gaps: Gaps, found: Arrangement) -> None:
    """Put everything in its place, where the part's line is at x and its top at y."""
    part = measured.part
    match part:
        case Leaf(path):
            found.lines[path] = x
            right = x + measured.right - measured.ear
            found.boxes[path] = Rect(x - measured.left, y, right, y + measured.height)
        case Framed():
            rect = Rect(x - measured.left, y, x + measured.right, y + measured.height)
            found.frames.append((part, rect, measured.is_label_far))
        case Parallel():
            found.lanes += zip(part.lanes, (x + lane for lane in measured.lanes), strict=True)
        case Series(parts):
            for number, above in enumerate(parts[:-1]):
                top = first_parallel(measured.inner[number + 1][0])
                last = _last_leaf(above)
                if last is not None and top is not None:
                    below = measured.inner[number + 1][2]
                    found.forks[last] = y + below + top - gaps.fork
    for inner, dx, dy in measured.inner:
        arrange(inner, x + dx, y + dy, gaps, found)


def _begins_parallel(part: Part) -> bool:
    match part:
        case Framed(_, inside) | Series((inside, *_)):
            return _begins_parallel(inside)
    return isinstance(part, Parallel)


def _head(measured: Measured) -> float:
    """How far below the top of a part its first boxes stand."""
    if not measured.inner:
        return 0.0
    inner, _, down = measured.inner[0]
    return down + _head(inner)


def first_parallel(measured: Measured) -> float | None:
    """How far below the top of a part its first parts that stand side by side begin."""
    match measured.part:
        case Parallel():
            return 0.0
        case Framed() | Series():
            inner, _, down = measured.inner[0]
            top = first_parallel(inner)
            return None if top is None else top + down
    return None


def _last_leaf(part: Part) -> str | None:
    """The box that a part ends in, unless it ends in paths side by side."""
    match part:
        case Leaf(path):
            return path
        case Framed(_, inside) | Series((*_, inside)) | Parallel((inside,), (), ()):
            return _last_leaf(inside)
    return None
