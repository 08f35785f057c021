"""How charts look: one hue a family, and every size and gap in pixels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

TITLE = 18.0
TEXT = 12.0
LABEL = 11.0
SMALL = 10.0
LINE_HEIGHT = 14.0
MARGIN = 24.0
GRID = "#E4E4E4"
OPACITY = 0.6
"""Of what fills a blob, so that one behind it is seen."""


class Hue(NamedTuple):
    """A family's colour; past the last one they begin anew, with dashed outlines."""

    fill: str
    line: str
    is_dashed: bool = False


# Okabe and Ito's colours for colour-blind readers, then some of Paul Tol's, each with a dark line.
_HUES = (
    Hue("#0072B2", "#004B76"),
    Hue("#D55E00", "#8E3F00"),
    Hue("#009E73", "#00664A"),
    Hue("#CC79A7", "#8A4A6E"),
    Hue("#E69F00", "#966800"),
    Hue("#56B4E9", "#2C7CAB"),
    Hue("#882255", "#5A1638"),
    Hue("#999933", "#636321"),
    Hue("#332288", "#211659"),
    Hue("#44AA99", "#2B6E63"),
    Hue("#DDCC77", "#8F8135"),
    Hue("#777777", "#4A4A4A"),
)


def hues(families: Iterable[str]) -> Mapping[str, Hue]:
    """A hue for each family, in their order."""
    return {
        family: _HUES[at % len(_HUES)]._replace(is_dashed=at >= len(_HUES))
        for at, family in enumerate(families)
    }
