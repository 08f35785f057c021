"""From a difference to boxes: which of them differ, in which words, and whose inside is shown.

What differs is what `archdsl.report.difference` found; here it only gets its place in a picture.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from archdsl_units.folding import Folded
from archdsl_units.labels import Form, label_of

from archdsl.ir.graph import Graph, InstanceNode, LayerNode
from archdsl.ops import Family
from archdsl.report.describe import describe_op
from archdsl.report.difference import NETWORK, Change, Difference, Kind, Place, option_of
from archdsl_pictures.model import Box, Frame, Panel, Sign

Panels = tuple[Panel, Panel]
Mates = set[tuple[str, str]]
"""Boxes of the first panel with those of the second that hold the same layers, by their paths."""

MOST_WORDS = 4
"""Lines of a box about what differs inside, if no panel shows it."""


@dataclass(frozen=True, slots=True)
class Inside:
    """Blocks that differ alike inside, by their paths in both networks; the first ones are drawn.

    `letter` is what their boxes refer to. The `others` differ alike but for numbers.
    """

    letter: str
    places: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...]

    @property
    def all_places(self) -> tuple[tuple[str, str], ...]:
        """Every block that the panel stands for."""
        return self.places + self.others


class Differing:
    """What is known of each path of the first network, side 0, and of the second, side 1."""

    def __init__(self, difference: Difference) -> None:
        self.difference = difference
        self.networks = difference.before, difference.after
        self._flats = tuple(network.facts.flat for network in self.networks)
        self._blocks = tuple(_instances(network.graph) for network in self.networks)
        self._partners = difference.partners
        known = set(self._partners), set(self._partners.values())
        # Path -> the layers at it and below it.
        self._layers = tuple(_below(node.name for node in flat) for flat in self._flats)
        self._alone = tuple(
            {node.name for node in flat if node.name not in names}
            for flat, names in zip(self._flats, known, strict=True)
        )
        self._said: tuple[dict[str, list[str]], dict[str, list[str]]] = {}, {}
        for finding in difference.findings:
            for place in finding.places:
                for change in finding.changes:
                    self._tell(place, change)
        self._homes = self._found_homes()
        self.shown: tuple[Inside, ...] = ()
        """The insides that are drawn in panels of their own."""
        self._drawn = set[str]()
        self._notable = tuple(
            _below(chain(self._alone[side], self._said[side], (home[side] for home in self._homes)))
            for side in (0, 1)
        )

    def said(self, side: int, path: str) -> object:
        """All that is known of a path and of what is inside; what repeats alike is folded."""
        return tuple(
            (name[len(path) :], tuple(self._said[side].get(name, ())), name in self._alone[side])
            for name in sorted(set(self._notable[side].get(path, ())))
        )

    # --- Words ---

    def _tell(self, place: Place, change: Change) -> None:
        """Put the words of a change to the paths that it is about, in both networks."""
        if change.kind in (Kind.ADDED, Kind.REMOVED):
            return  # Whatever has no partner was added or removed.
        paths = _joined(place.path, change.path), _joined(place.to, change.to or change.path)
        word = self._word(paths[0])
        if change.kind is Kind.WRAPPED:
            self._said[1].setdefault(paths[1], []).append(f"around {change.path}")
        elif change.kind is Kind.UNWRAPPED:
            self._said[0].setdefault(paths[0], []).append(f"around {change.to}")
        elif change.kind is Kind.MOVED:
            [field] = change.fields
            for path in (paths[0], _joined(place.path, change.to)):
                self._say((path, paths[1]), [self._word(path) + self._values(path, field.name)])
        elif change.kind is Kind.RENAMED:
            self._say(paths, [f"name {change.path} → {change.to}"])
        elif change.kind is Kind.REWIRED and change.path == "output" and not place.path:
            [field] = change.fields
            ends = self._flats[0].output, self._flats[1].output
            self._say(ends, [f"output {field.before} → {field.after}"])
        elif change.kind is Kind.REWIRED:
            [field] = change.fields
            self._say(paths, [f"{word}fed by {field.before} → {field.after}"])
        elif change.fields:
            fields = [(f.name.replace("_", " "), f.before, f.after) for f in change.fields]
            self._say(paths, [f"{word}{name} {old} → {new}" for name, old, new in fields])
        else:
            self._say(paths, [change.before, f"→ {change.after}"])

    def _say(self, paths: tuple[str, str], words: Sequence[str]) -> None:
        # A layer's partner is known; of what holds layers, the place says the other path.
        both = paths[0], self._partners.get(paths[0], paths[1])
        for said, path in zip(self._said, both, strict=True):
            said.setdefault(path, []).extend(words)

    def _word(self, path: str) -> str:
        """What words begin with about a layer in whose box another one comes first."""
        node = self._layer(0, path)
        if node and label_of(node.op, self._flats[0].operand_shapes(path)).follows:
            return f"{node.op.words[0]} "
        return ""

    def _values(self, path: str, field: str) -> str:
        """`stride 2 → 1`: an option of a layer that both networks have."""
        nodes = self._layer(0, path), self._layer(1, self._partners[path])
        values = [option_of(node.op, field) for node in nodes if node]
        return f"{field.replace('_', ' ')} {' → '.join(values)}"

    def _layer(self, side: int, path: str) -> LayerNode | None:
        if path not in self._flats[side]:
            return None
        node = self._flats[side][path]
        return node if isinstance(node, LayerNode) else None

    # --- Insides ---

    def insides(self, overviews: Panels) -> tuple[Inside, ...]:
        """What panels shall show: blocks with changes that the overviews do not draw open.

        Those that differ alike share a panel, as blocks of one form do in a picture of one network.
        """
        groups: dict[object, list[tuple[str, str]]] = {}
        for home, changes in self._homes.items():
            pairs = zip(overviews, home, strict=True)
            if not all(_is_open(overview, path) for overview, path in pairs):
                groups.setdefault(_without_numbers(repr(changes)), []).append(home)
        found = []
        for number, homes in enumerate(groups.values()):
            same = tuple(home for home in homes if self._homes[home] == self._homes[homes[0]])
            others = tuple(home for home in homes if home not in same)
            found.append(Inside(_letter(number), same, others))
        return tuple(found)

    def _found_homes(self) -> dict[tuple[str, str], list[object]]:
        """The blocks that a reader has to look into, and the changes in each."""
        found: dict[tuple[str, str], list[object]] = defaultdict(list)
        for finding in self.difference.findings:
            key = tuple(map(_without_parts, finding.changes))
            for place in finding.places:
                home = self._home(place)
                if all(home):
                    found[home].append((place.path.removeprefix(home[0]), key))
        return found

    def _home(self, place: Place) -> tuple[str, str]:
        """The block around a change; one that wraps a single layer is drawn as that layer."""
        paths = place.path, place.to
        while all(paths) and all(
            Folded(blocks[path].graph).wrapped
            for blocks, path in zip(self._blocks, paths, strict=True)
        ):
            first, second = (
                _around(path, blocks) for blocks, path in zip(self._blocks, paths, strict=True)
            )
            paths = first, second
        return paths

    def graph(self, side: int, path: str) -> Graph:
        """The inside of the block at a path."""
        return self._blocks[side][path].graph

    # --- Boxes ---

    def mates(self, panels: Panels) -> Mates:
        """Which boxes of two panels hold the same layers; inputs and outputs in their order."""
        holders = tuple(self._holders(side, panel) for side, panel in enumerate(panels))
        ports = ([b.path for b in panel.boxes if b.kind == Family.INPUT] for panel in panels)
        found = set(zip(*ports, strict=False))
        for layer, partner in self._partners.items():
            if layer in holders[0] and partner in holders[1]:
                found.add((holders[0][layer].path, holders[1][partner].path))
        return found

    def marked(self, panels: Panels) -> Panels:
        """The panels with the sign of every box that differs, and in words what differs."""
        words = self._words(0, panels[0]), self._words(1, panels[1])
        all_mates = sorted(self.mates(panels))
        counts = [Counter(mates[side] for mates in all_mates) for side in (0, 1)]
        for one, other in all_mates:
            if counts[0][one] == counts[1][other] == 1:
                # What came or went within a box is said on both sides.
                union = list(dict.fromkeys(words[0][one] + words[1][other]))
                words[0][one] = words[1][other] = union
        first, second = (
            self._with_signs(side, panel, words[side]) for side, panel in enumerate(panels)
        )
        return first, second

    def _holders(self, side: int, panel: Panel) -> dict[str, Box]:
        return {
            layer: box
            for box in panel.boxes
            for path in box.nodes or (box.path,)
            for layer in self._layers[side].get(path, ())
        }

    def _words(self, side: int, panel: Panel) -> dict[str, list[str]]:
        """What is said of each box of a panel."""
        drawn = {f.path for f in panel.all_frames()}
        drawn |= {path for box in panel.boxes for path in box.nodes or (box.path,)}
        found = {box.path: list(self._box_words(side, box)) for box in panel.boxes}
        for path, words in self._said[side].items():
            if panel.path and not _is_in(path, panel.path):
                continue
            # What has neither a box nor a frame of its own is said of its first box.
            first = next((box.path for box in panel.boxes if _is_in(box.path, path)), None)
            if path not in drawn and first is not None:
                found[first] += words
            if path in drawn or first is not None:
                self._drawn.add(path)
        return found

    def left(self) -> Iterator[str]:
        """What no panel that was marked could say, as of a join that another one absorbed."""
        alike = [place[0] for inside in self.shown for place in inside.all_places[1:]]
        for path, words in self._said[0].items():
            if path not in self._drawn and not any(_is_in(path, home) for home in alike):
                yield f"{path}: {', '.join(words)}"

    def _box_words(self, side: int, box: Box) -> Iterator[str]:
        """What differs of a box, each thing once however many repeats it stands for."""
        found: list[str] = []
        for path in box.nodes or (box.path,):
            found += self._said[side].get(path, ())
            found += self._words_inside(side, path) if box.form is Form.BLOCK else []
        if box.form is not Form.BLOCK and not self._is_alone(side, box):
            gone = (self._layer(side, path) for path in box.nodes if path in self._alone[side])
            found += [self._gone(side, node) for node in gone if node]
        yield from dict.fromkeys(found)

    def _words_inside(self, side: int, path: str) -> Iterator[str]:
        """What differs inside a closed block: the panels that show it, or what no panel shows."""
        homes = {
            places[side]: inside.letter
            for inside in self.shown
            for places in inside.all_places
            if _is_in(places[side], path, or_same=True)
        }
        if homes:
            yield f"inside: {', '.join(sorted(set(homes.values())))}"
        layers = self._layers[side].get(path, ())
        if all(layer in self._alone[side] for layer in layers):
            return
        rest = []
        for layer in layers:
            if layer == path or any(_is_in(layer, home) for home in homes):
                continue
            self._drawn.add(layer)
            name = layer.removeprefix(f"{path}.")
            rest += [f"{name}: {words}" for words in self._said[side].get(layer, ())]
            rest += [f"{self._sign(side)} {name}"] if layer in self._alone[side] else []
        yield from rest[:MOST_WORDS]
        if len(rest) > MOST_WORDS:
            yield f"and {len(rest) - MOST_WORDS} more"

    def _gone(self, side: int, node: LayerNode) -> str:
        inputs = self._flats[side].operand_shapes(node.name)
        return f"{self._sign(side)} {describe_op(node.op, inputs)}"

    def _sign(self, side: int) -> Sign:
        return Sign.ADDED if side else Sign.REMOVED

    def _is_alone(self, side: int, box: Box) -> bool:
        """Whether a box has only layers that the other network has not."""
        paths = box.nodes or (box.path,)
        layers = [layer for path in paths for layer in self._layers[side].get(path, ())]
        return bool(layers) and self._alone[side].issuperset(layers)

    def _with_signs(self, side: int, panel: Panel, words: Mapping[str, list[str]]) -> Panel:
        boxes = []
        for box in panel.boxes:
            said = words[box.path]
            if self._is_alone(side, box):
                what = "added" if side else "removed"
                boxes.append(replace(box, sign=self._sign(side), title=f"{box.title}; {what}"))
            elif said:
                title = f"{box.title}; changed: {', '.join(said)}"
                # A round box has no room for words.
                form = Form.PILL if box.form is Form.ROUND else box.form
                box = replace(box, form=form, title=title, changes=tuple(said))
                boxes.append(replace(box, sign=Sign.CHANGED))
            else:
                boxes.append(box)
        frames = tuple(self._with_words(side, frame) for frame in panel.frames)
        return replace(panel, boxes=tuple(boxes), frames=frames)

    def _with_words(self, side: int, frame: Frame) -> Frame:
        """A frame whose label says what differs of the group or block that it is around."""
        said = self._said[side].get(frame.path, ())
        return replace(
            frame,
            label=", ".join([frame.label, *(f"{Sign.CHANGED} {words}" for words in said)]),
            frames=tuple(self._with_words(side, inner) for inner in frame.frames),
        )


def _instances(graph: Graph) -> Mapping[str, InstanceNode]:
    return {path: node for path, node, _ in graph.walk() if isinstance(node, InstanceNode)}


def _below(paths: Iterator[str]) -> dict[str, list[str]]:
    """Path -> those of the paths that are at it or below it."""
    found: dict[str, list[str]] = {}
    for path in paths:
        above = path
        while above:
            found.setdefault(above, []).append(path)
            above = above.rpartition(".")[0]
    return found


def _is_in(path: str, outer: str, or_same: bool = False) -> bool:
    return path.startswith(f"{outer}.") or (or_same and path == outer)


def _is_open(panel: Panel, path: str) -> bool:
    """Whether a panel draws what is inside a block."""
    return any(_is_in(box.path, path) for box in panel.boxes)


def _around(path: str, blocks: Mapping[str, InstanceNode]) -> str:
    """The path of the block around another one; empty for the network itself."""
    path = path.rpartition(".")[0]
    while path and path not in blocks:
        path = path.rpartition(".")[0]
    return path or NETWORK


def _joined(place: str, path: str) -> str:
    return f"{place}.{path}" if place else path


def _without_numbers(text: str) -> str:
    return re.sub(r"\b\d+", "0", text)


def _without_parts(change: Change) -> object:
    """A change but for what it is that came or went."""
    if change.kind in (Kind.ADDED, Kind.REMOVED):
        return change.kind, change.path
    return change


def _letter(number: int) -> str:
    """`a` to `z`, then `aa`, `ab`, ..."""
    head, rest = divmod(number, 26)
    return (_letter(head - 1) if head else "") + chr(ord("a") + rest)
