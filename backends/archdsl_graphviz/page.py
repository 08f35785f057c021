"""The page: the overview at the left, the insides of blocks beside it, words above and below."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl_graphviz import theme
from archdsl_graphviz.font import SEMIBOLD, text_width
from archdsl_graphviz.geometry import Rect
from archdsl_graphviz.layout import PlacedPanel, place
from archdsl_graphviz.legend import Entry, legend_of
from archdsl_graphviz.model import Picture
from archdsl_graphviz.wrapping import wrapped


@dataclass(frozen=True, slots=True)
class Sheet:
    """A panel on the page; one with a heading has an outline."""

    placed: PlacedPanel
    outline: Rect | None


@dataclass(frozen=True, slots=True)
class Page:
    """Everything in its place."""

    picture: Picture
    sheets: tuple[Sheet, ...]
    legend: tuple[tuple[Entry, float, float], ...]
    footer_at: float
    width: float
    height: float


HEADER = 58.0
PANEL_HEADER = 38.0
LEGEND_LINE = 20.0
FOOTER = (
    "Multiply-adds: convolutions and fully connected layers, for one image. "
    "Beside an edge: height x width x channels, where they change."
)


def page_of(picture: Picture) -> Page:
    """Lay a picture out on one page."""
    first, *others = place(picture.all_panels)
    margin = theme.PAGE_MARGIN
    tallest = max((panel.height + PANEL_HEADER for panel in others), default=0.0)
    overview = wrapped(first, max(theme.TALL, tallest))
    top = margin + HEADER
    sheets = [Sheet(overview.moved(margin, top), None)]
    limit = top + max(overview.height, tallest + theme.PANEL_PADDING)
    x, y, bottom = margin + overview.width + 2 * theme.PANEL_GAP, top, top + overview.height
    right = margin + overview.width
    column = 0.0
    for panel in others:
        width, height = _outer(panel)
        if y > top and y + height > limit:
            x, y, column = x + column + theme.PANEL_GAP, top, 0.0
        outline = Rect(x, y, x + width, y + height)
        inside = (width - panel.width) / 2
        sheets.append(Sheet(panel.moved(x + inside, y + PANEL_HEADER), outline))
        column = max(column, width)
        y += height + theme.PANEL_GAP
        right, bottom = max(right, x + width), max(bottom, outline.bottom)
    texts = [
        text_width(picture.name, theme.HEADING, SEMIBOLD),
        text_width(picture.subtitle, theme.TEXT),
        text_width(FOOTER, theme.SMALL),
    ]
    right = max(right, margin + max(texts))
    entries = legend_of(picture)
    legend, bottom = _legend(entries, margin, right, bottom + theme.PANEL_GAP)
    footer = bottom + 8
    return Page(
        picture, tuple(sheets), tuple(legend), footer, right + margin, footer + theme.SMALL + margin
    )


def _outer(panel: PlacedPanel) -> tuple[float, float]:
    """The size of a panel with its heading and its padding."""
    words = max(
        text_width(panel.panel.heading, theme.PANEL_HEADING, SEMIBOLD),
        text_width(panel.panel.note, theme.SMALL),
    )
    width = max(panel.width, words) + 2 * theme.PANEL_PADDING
    return width, panel.height + PANEL_HEADER + theme.PANEL_PADDING


def _legend(
    entries: list[Entry], left: float, right: float, top: float
) -> tuple[list[tuple[Entry, float, float]], float]:
    """The legend's entries in lines; where it ends."""
    found = []
    x, y = left, top
    for entry in entries:
        width = entry.width
        if x > left and x + width > right:
            x, y = left, y + LEGEND_LINE
        found.append((entry, x, y))
        x += width + 18
    return found, y + LEGEND_LINE
