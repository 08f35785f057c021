"""A long overview in several columns, cut where a single line leads on."""

from __future__ import annotations

from archdsl_graphviz.layout import PlacedPanel


def wrapped(panel: PlacedPanel, height: float) -> PlacedPanel:
    """The panel in columns of at most about that height, where it can be cut."""
    return panel
