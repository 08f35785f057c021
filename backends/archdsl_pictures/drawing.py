"""The items of one panel: a graph's units, with the insides of the blocks that are drawn open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from archdsl_units.folding import Folded, Run, Style, Unit
from archdsl_units.labels import call_text

from archdsl.ir.graph import Graph, InstanceNode, LayerNode
from archdsl.ops import Mean
from archdsl_pictures.model import Frame


class Opening(Enum):
    """How a block's use is drawn: as a box, its inside in a frame, or its inside alone.

    A wrapper of a single layer is drawn as that layer.
    """

    CLOSED = auto()
    FRAMED = auto()
    BARE = auto()
    WRAPPER = auto()


@dataclass(frozen=True, slots=True)
class Item:
    """One box to be: a unit of a graph, `prefix` before its names.

    `sources` are the paths of what feeds it with the styles of these paths, `count` how many equal
    neighbours it stands for, `grows` how many more channels each of them has. Where these are
    blocks around a single layer, `further` are the prefixes in all but the first of them.
    """

    unit: Unit
    folded: Folded
    prefix: str
    count: int
    sources: tuple[tuple[str, Style], ...]
    grows: int = 0
    further: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The full path of the first layer, unique in the panel."""
        return self.prefix + self.unit.first.name

    @property
    def paths(self) -> list[str]:
        """The full paths of all nodes that the box stands for."""
        nodes = [node.name for repeat in self.unit.repeats for node in repeat]
        return [prefix + name for prefix in (self.prefix, *self.further) for name in nodes]


@dataclass
class _Room:
    """A frame that is being filled."""

    path: str
    label: str
    title: str
    boxes: list[str] = field(default_factory=list)
    rooms: list[_Room] = field(default_factory=list)

    def frames(self) -> tuple[Frame, ...]:
        """The frames inside; what holds nothing is left out."""
        return tuple(room.frame() for room in self.rooms if room.boxes or room.frames())

    def frame(self) -> Frame:
        return Frame(self.path, self.label, self.title, tuple(self.boxes), self.frames())


Folds = Callable[[Graph, str], Folded]
"""A graph folded, where its nodes have this prefix in the drawing."""
Opens = Callable[[Item, InstanceNode, int], Opening]
"""How the use of a block is drawn that lies in so many open ones."""


class Drawing:
    """What one panel draws: items in the spec's order, the frames around them, and the output.

    `read` are the items that others are fed by.
    """

    def __init__(
        self,
        graph: Graph,
        prefix: str,
        fold: Folds,
        opens: Opens,
        has_frames: bool = True,
    ) -> None:
        self._fold, self._opens, self._has_frames = fold, opens, has_frames
        self.items: dict[str, Item] = {}
        top = _Room("", "", "")
        self.output = self._inline(graph, prefix, {}, top, 0)
        self.frames = top.frames()
        self._absorb_joins()
        self.read = {source for item in self.items.values() for source, _ in item.sources}

    def _inline(
        self,
        graph: Graph,
        prefix: str,
        inputs: dict[str, tuple[str, Style]],
        room: _Room,
        level: int,
    ) -> str:
        """Draw a graph's units, where `inputs` says what its inputs are; the output's path."""
        folded = self._fold(graph, prefix)
        rooms = _Rooms(folded, prefix, room, self._has_frames)
        outputs = dict(inputs)
        styles = _styles(folded)
        for run in folded.runs:
            is_round = len(run.units) > 1
            if is_round:
                rooms.open_round(run)
            for unit in run.units:
                name = unit.first.name
                if name in inputs:
                    continue
                sources = tuple(
                    _through(outputs[source.first.name], style)
                    for source, style in zip(folded.sources(unit), styles[name], strict=True)
                )
                count = 1 if is_round else unit.count
                grows = 0 if is_round else run.grows
                item = Item(unit, folded, prefix, count, sources, grows=grows)
                outputs[name] = self._draw(item, rooms.of(name), level), Style.FLOW
            rooms.close_round()
        return outputs[folded.unit_of[graph.output].first.name][0]

    def _draw(self, item: Item, room: _Room, level: int) -> str:
        """Draw a unit or the inside of an open block; the path of where its output leaves."""
        node = item.unit.first
        if isinstance(node, InstanceNode):
            opening = self._opens(item, node, level)
            if opening is not Opening.CLOSED:
                return self._draw_open(item, node, room, level, opening)
        self.items[item.path] = item
        room.boxes.append(item.path)
        return item.path

    def _draw_open(
        self, item: Item, node: InstanceNode, room: _Room, level: int, opening: Opening
    ) -> str:
        inner = self._fold(node.graph, f"{item.path}.")
        if opening is Opening.WRAPPER and inner.wrapped:
            prefix, *further = (f"{path}." for path in item.paths)
            wrapped = replace(
                item, unit=inner.wrapped, folded=inner, prefix=prefix, further=tuple(further)
            )
            return self._draw(wrapped, room, level)
        if opening is Opening.FRAMED:
            times = f" ×{item.count}" if item.count > 1 else ""
            name = node.name.rpartition(".")[2]
            title = f"{item.path}: {call_text(node.graph, node.lines)}{times}"
            room.rooms.append(_Room(item.path, f"{name}: {title.partition(': ')[2]}", title))
            room = room.rooms[-1]
        feeds = zip((n.name for n in node.graph.inputs), item.sources, strict=True)
        return self._inline(node.graph, f"{item.path}.", dict(feeds), room, level + 1)

    def _absorb_joins(self) -> None:
        """Let a join take the columns of a join that ends one of its paths, as its mean does."""
        users = [source for item in self.items.values() for source, _ in item.sources]
        for path, item in list(self.items.items()):
            op = _join(item)
            if op is None or op.columns is None:
                continue
            sources: list[tuple[str, Style]] = []
            for (source, style), columns in zip(item.sources, op.columns, strict=True):
                if columns > 1 and users.count(source) == 1 and _join(self.items[source]):
                    sources.extend(self.items.pop(source).sources)
                else:
                    sources.append((source, style))
            self.items[path] = replace(self.items[path], sources=tuple(sources))
        self.frames = tuple(_kept(self.frames, set(self.items)))


class _Rooms:
    """The frames of one graph: namespaces, and rounds that repeat, made when they are needed."""

    def __init__(self, folded: Folded, prefix: str, outer: _Room, has_frames: bool) -> None:
        self._folded, self._prefix, self._has_frames = folded, prefix, has_frames
        self._rooms = {"": outer}
        self._round: _Room | None = None

    def of(self, name: str) -> _Room:
        """The frame that a unit lies in."""
        return self._round or self._space(self._folded.space(name) if self._has_frames else "")

    def open_round(self, run: Run) -> None:
        """Begin a frame around a round of units that repeats."""
        first = self._prefix + run.units[0].first.name
        grows = f", each {run.grows:+} channels" if run.grows else ""
        label = f"×{run.count}{grows}"
        title = f"{first} and what follows it: {run.count} times{grows}"
        self._round, around = None, self.of(run.units[0].first.name)
        self._round = _Room(f"{first}-round", label, title)
        around.rooms.append(self._round)

    def close_round(self) -> None:
        """End the frame of a round, if one is open."""
        self._round = None

    def _space(self, name: str) -> _Room:
        if name not in self._rooms:
            outer = self._folded.space(name)
            label = name.removeprefix(f"{outer}.") if outer else name
            kind = self._folded.graph.namespaces[name].kind
            path = self._prefix + name
            self._rooms[name] = _Room(path, label, f"{path}: a {kind}")
            self._space(outer).rooms.append(self._rooms[name])
        return self._rooms[name]


def _styles(folded: Folded) -> dict[str, list[Style]]:
    """Unit -> the styles of its operands' paths."""
    found: dict[str, list[Style]] = {unit.first.name: [] for unit in folded.units}
    for link in folded.links:
        found[link.target].append(link.style)
    return found


def _through(source: tuple[str, Style], style: Style) -> tuple[str, Style]:
    """What leads out of an input of an open block keeps the style that it came in with."""
    path, before = source
    return path, style if style is not Style.FLOW else before


def _join(item: Item) -> Mean | None:
    node = item.unit.first
    return node.op if isinstance(node, LayerNode) and isinstance(node.op, Mean) else None


def _kept(frames: tuple[Frame, ...], paths: set[str]) -> Iterator[Frame]:
    """Frames without the boxes that are gone."""
    for frame in frames:
        boxes = tuple(path for path in frame.boxes if path in paths)
        inner = tuple(_kept(frame.frames, paths))
        if boxes or inner:
            yield replace(frame, boxes=boxes, frames=inner)
