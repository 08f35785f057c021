"""The structure of a panel: boxes in series, paths side by side, frames around them.

A panel is cut at each box that all its paths lead through. What lies between two cuts falls into
paths that stand side by side, each again a series. An edge that fits into no such structure is
taken out: it is loose, and finds its own way around what is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from archdsl_units.folding import Style

from archdsl_pictures.model import Edge, Frame, Panel

BEFORE, BEHIND = "<before>", "<behind>"
"""What stands for everything above a region, and for everything below it."""

CROWD = 8
"""Paths side by side, beyond which they are a crowd."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One box."""

    path: str


@dataclass(frozen=True, slots=True)
class Series:
    """Parts one below the other."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Parallel:
    """Paths side by side: the columns in the spec's order, then the ones that are a skip.

    `lanes` are the edges that lead past all columns, `asides` side heads that lead nowhere.
    """

    columns: tuple[Series, ...]
    skips: tuple[Series, ...]
    lanes: tuple[Edge, ...]
    asides: tuple[Series, ...] = ()


@dataclass(frozen=True, slots=True)
class Framed:
    """A series in a frame. `goes_on` is set where the frame began in the column before."""

    frame: Frame
    inside: Series
    goes_on: bool = False


Part = Leaf | Series | Parallel | Framed


@dataclass(frozen=True)
class Structure:
    """A panel's parts, the edges that are loose, and the frames that hold no whole parts.

    Such a frame, as of a block that is fed by two lines and drawn open, is not drawn.
    """

    top: Series
    loose: tuple[Edge, ...]
    loose_frames: tuple[Frame, ...]


def structure_of(panel: Panel) -> Structure:
    """How a panel's boxes stand to each other."""
    found = _Finder(panel)
    training = {box.path for box in panel.boxes if box.is_training_only}
    main = [box.path for box in panel.boxes if box.path not in training]
    top = found.series(main, [f for f in panel.frames if not f.all_boxes() & training])
    for anchor, head in found.heads(training, panel.frames):
        top = _beside(top, anchor, head)
    return Structure(top, tuple(found.loose), tuple(found.loose_frames))


def leaves(part: Part) -> Iterator[str]:
    """The boxes of a part, from above and from the left."""
    match part:
        case Leaf(path):
            yield path
        case Series(parts):
            for inner in parts:
                yield from leaves(inner)
        case Parallel(columns, skips, _, asides):
            for column in (*columns, *skips, *asides):
                yield from leaves(column)
        case Framed(_, inside):
            yield from leaves(inside)


def crowds(part: Part) -> Iterator[set[str]]:
    """The boxes of parts in which very many paths stand side by side."""
    match part:
        case Series(parts):
            for inner in parts:
                yield from crowds(inner)
        case Framed(_, inside):
            yield from crowds(inside)
        case Parallel(columns, skips, _, asides):
            if len(columns) > CROWD:
                yield set(leaves(part))
                return
            for path in (*columns, *skips, *asides):
                yield from crowds(path)


def _beside(series: Series, anchor: str, head: Series) -> Series:
    """The series with a side head beside what follows its anchor."""
    for at, part in enumerate(series.parts):
        if anchor not in leaves(part):
            continue
        above, below = series.parts[: at + 1], series.parts[at + 1 :]
        if _ends_in(part, anchor):
            following = below[0] if below else None
            if isinstance(following, Parallel) and following.asides:
                beside = replace(following, asides=(*following.asides, head))
            else:
                column = Series((following,) if following else ())
                beside = Parallel((column,), (), (), (head,))
            return Series((*above, beside, *below[1:]))
        return Series((*above[:-1], _within_part(part, anchor, head), *below))
    return series


def _ends_in(part: Part, path: str) -> bool:
    """Whether a box is the last one of a part."""
    match part:
        case Leaf(own):
            return own == path
        case Framed(_, inside) | Series((*_, inside)) | Parallel((inside,), (), ()):
            return _ends_in(inside, path)
    return False


def _within_part(part: Part, anchor: str, head: Series) -> Part:
    """The part with a side head inside, beside what follows its anchor."""
    match part:
        case Framed():
            return replace(part, inside=_beside(part.inside, anchor, head))
        case Parallel(columns, skips):
            return replace(
                part,
                columns=tuple(_beside(column, anchor, head) for column in columns),
                skips=tuple(_beside(skip, anchor, head) for skip in skips),
            )
    return part


class _Finder:
    def __init__(self, panel: Panel) -> None:
        self.order = {box.path: at for at, box in enumerate(panel.boxes)}
        self.edges = list(panel.edges)
        self.loose: list[Edge] = []
        self.loose_frames: list[Frame] = []
        self._into: dict[str, list[Edge]] = {path: [] for path in self.order}
        self._out_of: dict[str, list[Edge]] = {path: [] for path in self.order}
        training = {box.path for box in panel.boxes if box.is_training_only}
        self._anchors: dict[str, str] = {}
        for edge in panel.edges:
            if edge.target in training and edge.source not in training:
                # No part of the flow: a head hangs on its anchor.
                self._anchors[edge.target] = edge.source
            else:
                self._into[edge.target].append(edge)
                self._out_of[edge.source].append(edge)

    def heads(self, training: set[str], frames: Sequence[Frame]) -> Iterator[tuple[str, Series]]:
        """The side heads, each with the box that it hangs on."""
        region = _Region([p for p in self.order if p in training], self._into, self._out_of)
        for component in region.components(region.paths):
            anchor = next(self._anchors[path] for path in component if path in self._anchors)
            held = set(component)
            inner = [frame for top in frames for frame in _within(top, held)]
            yield anchor, self.series(component, inner)

    def series(self, paths: Sequence[str], frames: Sequence[Frame]) -> Series:
        """The parts of a region, whose boxes come in the spec's order."""
        while True:
            region = _Region(paths, self._into, self._out_of)
            cuts = region.cuts()
            if cuts or len(region.components(paths)) > 1:
                break
            self._loosen(region)
        parts: list[Part] = []
        members: list[set[str]] = []
        inner = set[str]()
        for between, cut in _sections(paths, cuts):
            part = self._parallel(region, between, parts, cut, frames)
            for component in region.components(between):
                held = set(component)
                inner |= {f.path for frame in frames for f in _within(frame, held)}
            if part is not None:
                parts.append(part)
                members.append(set(between))
            if cut is not None:
                parts.append(Leaf(cut))
                members.append({cut})
        return Series(tuple(self._framed(parts, members, frames, inner)))

    def _parallel(
        self,
        region: _Region,
        between: Sequence[str],
        above: Sequence[Part],
        below: str | None,
        frames: Sequence[Frame],
    ) -> Parallel | None:
        """What lies between two cuts: its paths, and the edges that lead past them."""
        before = above[-1].path if above and isinstance(above[-1], Leaf) else BEFORE
        lanes = region.past(before, below or BEHIND)
        if not between:
            # An edge straight down is what a series is; further ones lead past nothing.
            lanes = lanes[1:]
            return Parallel((), (), tuple(lanes)) if lanes else None
        columns: list[Series] = []
        skips: list[Series] = []
        for component in region.components(between):
            held = set(component)
            inner = [frame for frame in frames for frame in _within(frame, held)]
            is_skip = all(
                edge.style is not Style.FLOW for path in component for edge in self._into[path]
            )
            (skips if is_skip else columns).append(self.series(component, inner))
        if not columns:
            columns, skips = skips, []
        return Parallel(tuple(columns), tuple(skips), tuple(lanes))

    def _framed(
        self,
        parts: Sequence[Part],
        members: Sequence[set[str]],
        frames: Sequence[Frame],
        inner: set[str],
    ) -> list[Part]:
        """The parts with frames around those that fill one; the `inner` ones lie within a path."""
        found, held_by = list(parts), list(members)
        waiting = [frame for frame in reversed(frames) if frame.path not in inner]
        while waiting:
            frame = waiting.pop()
            own = frame.all_boxes()
            inside = [at for at, held in enumerate(held_by) if held <= own]
            if not inside or set[str]().union(*(held_by[at] for at in inside)) != own:
                self.loose_frames.append(frame)
                waiting += [each for each in reversed(frame.frames) if each.path not in inner]
                continue
            first, last = inside[0], inside[-1] + 1
            framed = self._framed(found[first:last], held_by[first:last], frame.frames, inner)
            found[first:last] = [Framed(frame, Series(tuple(framed)))]
            held_by[first:last] = [own]
        return found

    def _loosen(self, region: _Region) -> None:
        """Take out the longest edge of a region that none of its boxes depends on alone."""
        within = [edge for edge in region.inner if edge.source in region.places]
        spare = [edge for edge in region.inner if self._is_spare(edge)] or within
        edge = max(spare, key=lambda e: (self._span(e), self.order[e.target]))
        self.loose.append(edge)
        self._into[edge.target].remove(edge)
        self._out_of[edge.source].remove(edge)

    def _is_spare(self, edge: Edge) -> bool:
        return len(self._into[edge.target]) > 1 and len(self._out_of[edge.source]) > 1

    def _span(self, edge: Edge) -> int:
        return self.order[edge.target] - self.order[edge.source]


class _Region:
    """Boxes in the spec's order with the edges among them, into them and out of them."""

    def __init__(
        self,
        paths: Sequence[str],
        into: Mapping[str, list[Edge]],
        out_of: Mapping[str, list[Edge]],
    ) -> None:
        self.paths = paths
        self.places = {path: at for at, path in enumerate(paths)}
        self._into, self._out_of = into, out_of
        self.inner = [e for path in paths for e in into[path]]
        self.inner += [e for path in paths for e in out_of[path] if e.target not in self.places]

    def cuts(self) -> list[str]:
        """The boxes that every way from above the region to below it leads through."""
        count = len(self.paths)
        found, furthest = [], self._last_begin()
        for at, path in enumerate(self.paths):
            if furthest <= at:
                found.append(path)
            ends = [self.places.get(e.target, count) for e in self._out_of[path]]
            furthest = max([furthest, *ends, *([] if ends else [count])])
        return found

    def _last_begin(self) -> int:
        """The place of the last box that something above the region feeds, or nothing does."""
        begins = [
            at
            for at, path in enumerate(self.paths)
            if not self._into[path] or any(e.source not in self.places for e in self._into[path])
        ]
        return max(begins)

    def past(self, before: str, behind: str) -> list[Edge]:
        """The edges straight from one cut to the next, or from above the region, or to below it."""
        if before != BEFORE:
            ends = (behind,) if behind != BEHIND else ()
            out = self._out_of[before]
            return [e for e in out if e.target in ends or not (ends or e.target in self.places)]
        into = self._into[behind] if behind != BEHIND else []
        return [edge for edge in into if edge.source not in self.places]

    def components(self, paths: Iterable[str]) -> list[list[str]]:
        """The boxes in groups that hang together, in the spec's order."""
        leader = {path: path for path in paths}

        def find(path: str) -> str:
            while leader[path] != path:
                leader[path] = leader[leader[path]]
                path = leader[path]
            return path

        for path in leader:
            for edge in self._into[path]:
                if edge.source in leader:
                    leader[find(path)] = find(edge.source)
        groups: dict[str, list[str]] = {}
        for path in leader:
            groups.setdefault(find(path), []).append(path)
        return list(groups.values())


def _sections(
    paths: Sequence[str], cuts: Sequence[str]
) -> Iterator[tuple[Sequence[str], str | None]]:
    """What lies before each cut, with the cut; then what lies behind the last one."""
    start = 0
    for cut in cuts:
        at = paths.index(cut, start)
        yield paths[start:at], cut
        start = at + 1
    yield paths[start:], None


def _within(frame: Frame, paths: set[str]) -> Iterator[Frame]:
    """The outermost frames, of this one and those inside, that lie wholly among the boxes."""
    if frame.all_boxes() <= paths:
        yield frame
    else:
        for inner in frame.frames:
            yield from _within(inner, paths)
