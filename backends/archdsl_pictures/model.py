"""What a picture consists of, before anything has a place: panels of boxes, edges and frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from archdsl_units.folding import Style
from archdsl_units.labels import Form

from archdsl.ops import Shape
from archdsl.passes.costs import COUNTED

MACS = f"Multiply-adds: {COUNTED}, for one image."


FACTS_APART = "  ·  "
"""Between the facts of a subtitle."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What boxes cost for one image at test time; `values` are the activations they hold."""

    parameters: int = 0
    macs: int = 0
    values: int = 0

    def __add__(self, other: Costs) -> Costs:
        return Costs(
            self.parameters + other.parameters,
            self.macs + other.macs,
            self.values + other.values,
        )


class Sign(StrEnum):
    """What became of a box between two networks that stand side by side."""

    ADDED = "+"
    REMOVED = "−"
    CHANGED = "~"


@dataclass(frozen=True, slots=True)
class Box:
    """One box. `path` is the full path of its first layer, unique in the picture.

    `notes` are the small lines under the text. `shape` is what leaves the box in words, written
    where `shows_shape`, and `size` the part of it that the ladder shows. `skip` is the style of the
    skip inside a folded block, `count` how many equal neighbours were folded, and `nodes` the paths
    of all that the box stands for. `sign` is what became of it between two networks, and `changes`
    are further small lines that say it. `paths` are those that meet inside a folded block. In a
    split network `shares` are the devices on which shares of the output lie, and a layer that
    `is_across` sees the maps of all devices.
    """

    path: str
    form: Form
    kind: str
    text: str
    title: str
    notes: tuple[str, ...] = ()
    shape: str = ""
    size: str = ""
    shows_shape: bool = False
    skip: Style = Style.FLOW
    count: int = 1
    costs: Costs = Costs()
    nodes: tuple[str, ...] = ()
    output: Shape | None = None
    is_training_only: bool = False
    paths: int = 1
    shares: int = 1
    is_across: bool = False
    sign: Sign | None = None
    changes: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The small lines under the text."""
        return self.notes + self.changes


@dataclass(frozen=True, slots=True)
class Edge:
    """From box to box, by their paths; the edges into one box are in the order of its operands."""

    source: str
    target: str
    style: Style = Style.FLOW


@dataclass(frozen=True, slots=True)
class Frame:
    """A namespace, an open block, or a repeat: its label, the boxes and frames directly inside."""

    path: str
    label: str
    title: str
    boxes: tuple[str, ...]
    frames: tuple[Frame, ...] = ()

    def walk(self) -> Iterator[Frame]:
        """This frame and all inside it, outer ones first."""
        yield self
        for frame in self.frames:
            yield from frame.walk()

    def below(self, prefix: str) -> Frame:
        """The same frame with a prefix before every path."""
        return Frame(
            prefix + self.path,
            self.label,
            prefix + self.title,
            tuple(prefix + path for path in self.boxes),
            tuple(frame.below(prefix) for frame in self.frames),
        )

    def all_boxes(self) -> set[str]:
        """The paths of the boxes inside, at any depth."""
        return {path for frame in self.walk() for path in frame.boxes}


@dataclass(frozen=True, slots=True)
class Panel:
    """One drawing: the overview, or the inside of a block. Boxes are in the spec's order."""

    path: str
    heading: str
    note: str
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    frames: tuple[Frame, ...] = ()

    def all_frames(self) -> Iterator[Frame]:
        """Every frame, outer ones first."""
        for frame in self.frames:
            yield from frame.walk()


@dataclass(frozen=True, slots=True)
class Picture:
    """The overview, the inside of each distinct block, and the words around them.

    `notes` are lines of the footer that only this picture has.
    """

    name: str
    subtitle: str
    description: str
    overview: Panel
    panels: tuple[Panel, ...] = field(default=())
    notes: tuple[str, ...] = ()

    @property
    def all_panels(self) -> tuple[Panel, ...]:
        """The overview and the others."""
        return (self.overview, *self.panels)
