"""The page: the overview at the left, the insides of blocks beside it, words above and below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, log2

from archdsl_svg.font import SEMIBOLD, text_width
from archdsl_svg.geometry import Rect

from archdsl_graphviz import theme
from archdsl_graphviz.layout import PlacedPanel, place
from archdsl_graphviz.legend import Entry, legend_of
from archdsl_graphviz.model import Picture
from archdsl_graphviz.wrapping import GUTTER, wrapped


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


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sheets from (0, 0) on, and how far they reach."""

    sheets: list[Sheet]
    width: float
    height: float


ASPECT = 1.45
"""The width of a page that looks well, in heights."""
COLUMN_COST = 0.12
"""How much twice the columns of the overview count against a page."""
HEADER = 58.0
PANEL_HEADER = 46.0
LEGEND_LINE = 20.0
FOOTER = (
    "Multiply-adds: convolutions and fully connected layers, for one image.",
    "Beside an edge: height x width x channels, where they change.",
)


def page_of(picture: Picture) -> Page:
    """Lay a picture out on one page, as broad as looks well."""
    first, *others = place(picture.all_panels)
    plans: list[tuple[float, int, _Plan]] = []
    # About so many columns would give the overview alone the best page.
    best = round((ASPECT * first.height / (first.width + GUTTER)) ** 0.5)
    for count in sorted({1, 2, 3, 4, max(1, best), best + 1}):
        overview = wrapped(first, count)
        for limit in _limits(overview, others):
            plan = _arrange(overview, others, limit)
            away = abs(log(plan.width / plan.height / ASPECT))
            cost = away + _waste(plan) + COLUMN_COST * log2(count)
            plans.append((cost, len(plans), plan))
    return _written(picture, min(plans, key=lambda entry: entry[:2])[2])


def _waste(plan: _Plan) -> float:
    """The part of a page that stays empty."""
    used = sum(
        (sheet.outline.width * sheet.outline.height)
        if sheet.outline
        else sheet.placed.width * sheet.placed.height
        for sheet in plan.sheets
    )
    return 1 - used / (plan.width * plan.height)


def _limits(overview: PlacedPanel, others: Sequence[PlacedPanel]) -> list[float]:
    """Heights that are worth trying for the columns of panels: those that some panels fill."""
    heights = [_outer(panel)[1] for panel in others]
    least = max([overview.height, *heights])
    sums = {sum(heights[:n]) + theme.PANEL_GAP * (n - 1) for n in range(1, len(heights) + 1)}
    return sorted({least, *(height for height in sums if least < height <= 3 * least)})[:12]


def _arrange(overview: PlacedPanel, others: Sequence[PlacedPanel], limit: float) -> _Plan:
    """The overview at the left, the others in columns of at most `limit` beside it."""
    sheets = [Sheet(overview, None)]
    x, y, column = overview.width + 2 * theme.PANEL_GAP, 0.0, 0.0
    right, bottom = overview.width, overview.height
    for panel in others:
        width, height = _outer(panel)
        if y > 0 and y + height > limit + 0.01:
            x, y, column = x + column + theme.PANEL_GAP, 0.0, 0.0
        outline = Rect(x, y, x + width, y + height)
        inside = (width - panel.width) / 2
        sheets.append(Sheet(panel.moved(x + inside, y + PANEL_HEADER), outline))
        column = max(column, width)
        y += height + theme.PANEL_GAP
        right, bottom = max(right, x + width), max(bottom, outline.bottom)
    return _Plan(sheets, right, bottom)


def _written(picture: Picture, plan: _Plan) -> Page:
    """The plan with the words around it."""
    margin = theme.PAGE_MARGIN
    top = margin + HEADER
    sheets = tuple(
        Sheet(sheet.placed.moved(margin, top), sheet.outline and sheet.outline.moved(margin, top))
        for sheet in plan.sheets
    )
    texts = [
        text_width(picture.name, theme.HEADING, SEMIBOLD),
        text_width(picture.subtitle, theme.TEXT),
        *(text_width(line, theme.SMALL) for line in FOOTER),
    ]
    right = margin + max(plan.width, *texts)
    legend, footer = _legend(legend_of(picture), margin, right, top + plan.height + theme.PANEL_GAP)
    height = footer + len(FOOTER) * theme.LINE_HEIGHT + margin
    return Page(picture, sheets, tuple(legend), footer, right + margin, height)


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
