"""What a picture consists of, before anything has a place: panels of boxes, edges and frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from archdsl_graphviz.labels import Form


class Style(StrEnum):
    """What an edge carries: the flow, a skip's unchanged values, or a skip that is projected."""

    FLOW = "flow"
    IDENTITY = "identity"
    PROJECTION = "projection"


@dataclass(frozen=True, slots=True)
class Box:
    """One box. `path` is the full path of its first layer, unique in the picture.

    `notes` are the small lines under the text, `shape` what leaves the box where it changes
    the shape, `skip` the style of the skip inside a folded block, `paths` the number of operands,
    `count` how many equal neighbours were folded.
    """

    path: str
    form: Form
    kind: str
    text: str
    title: str
    notes: tuple[str, ...] = ()
    shape: str = ""
    skip: Style = Style.FLOW
    paths: int = 1
    count: int = 1


@dataclass(frozen=True, slots=True)
class Edge:
    """From box to box, by their paths."""

    source: str
    target: str
    style: Style = Style.FLOW


@dataclass(frozen=True, slots=True)
class Frame:
    """A namespace: its label, and the boxes and frames directly inside it."""

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
    """The overview, the inside of each distinct block, and the words around them."""

    name: str
    subtitle: str
    description: str
    overview: Panel
    panels: tuple[Panel, ...] = field(default=())

    @property
    def all_panels(self) -> tuple[Panel, ...]:
        """The overview and the others."""
        return (self.overview, *self.panels)
