"""The page: the overview, the insides of blocks beside or below it, words above and below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf, log, log2

from archdsl_svg.font import SEMIBOLD, text_width
from archdsl_svg.geometry import Rect
from archdsl_units import theme

from archdsl_pictures.layout import GUTTER, Layout, PlacedPanel
from archdsl_pictures.legend import Entry, legend_of
from archdsl_pictures.model import MACS, Picture
from archdsl_pictures.options import Options


@dataclass(frozen=True, slots=True)
class Sheet:
    """A panel on the page; one with a heading has an outline."""

    placed: PlacedPanel
    outline: Rect | None


@dataclass(frozen=True, slots=True)
class Page:
    """Everything in its place. `points` are the points of paper for a pixel of the picture."""

    picture: Picture
    options: Options
    sheets: tuple[Sheet, ...]
    legend: tuple[tuple[Entry, float, float], ...]
    footer: tuple[str, ...]
    footer_at: float
    width: float
    height: float
    points: float = 1.0


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sheets from (0, 0) on, how far they reach, and the columns of the overview."""

    sheets: list[Sheet]
    width: float
    height: float
    columns: int


ASPECT = 1.45
"""The width of a page that looks well, in heights."""
WORTH = 0.85
"""How long more columns may still be, in parts of what fewer are, to be worth it."""
COLUMN_COST = 0.12
"""How much twice the columns of the overview count against a page."""
HEADER = 58.0
PANEL_HEADER = 46.0
LEGEND_LINE = 20.0
SHAPES = "Beside an edge: height x width x channels, where they change."
EVERY_SHAPE = "Beside an edge: height x width x channels."
COSTS = (
    "In a box: parameters · multiply-adds of all its layers (k: thousand, M: million, G: billion)."
)


def page_of(picture: Picture, options: Options | None = None) -> Page:
    """Lay a picture out on the paper that was asked for, else on a page that looks well."""
    options = options or Options()
    is_turned = options.direction == "right"
    overview = Layout(picture.overview, is_turned)
    others = [Layout(panel, is_turned).placed() for panel in picture.panels]
    return _best(picture, list(_plans(overview, others, options)), options)


def page_with(
    picture: Picture, overview: PlacedPanel, others: Sequence[PlacedPanel], options: Options
) -> Page:
    """The same for panels that have been laid out already."""
    return _best(picture, list(_around(overview, others, 1)), options)


def _best(picture: Picture, plans: Sequence[_Plan], options: Options) -> Page:
    if options.paper is None:
        return _written(picture, options, min(plans, key=_cost))
    pages = [_written(picture, options, plan) for plan in plans]
    return _on_paper(max(pages, key=lambda page: _scale(page, options.paper)), options.paper)


def _plans(overview: Layout, others: Sequence[PlacedPanel], options: Options) -> Iterator[_Plan]:
    """Ways to place the panels: the overview in few or many columns, the others beside or below."""
    single = overview.placed()
    is_turned = single.is_turned
    counts = [options.columns] if options.columns else _counts(single, options)
    lowest = inf
    for count in counts:
        main = overview.placed(count)
        if (main.width if is_turned else main.height) > WORTH * lowest:
            continue
        lowest = main.width if is_turned else main.height
        yield from _around(main, others, count)


def _around(main: PlacedPanel, others: Sequence[PlacedPanel], count: int) -> Iterator[_Plan]:
    """Ways to place the others around the overview, which has so many columns."""
    for limit in _heights(main, others):
        yield _beside(main, others, limit, count)
    for limit in _widths(main, others) if others else ():
        yield _below(main, others, limit, count)


def _counts(single: PlacedPanel, options: Options) -> list[int]:
    """Numbers of columns that are worth trying."""
    # About so many columns would give the overview alone the best page.
    long, broad = single.height, single.width + GUTTER
    if single.is_turned:
        long, broad = single.width / ASPECT**2, single.height + GUTTER
    best = round((ASPECT * long / broad) ** 0.5)
    return sorted({1, 2, 3, 4, max(1, best), best + 1})


def _cost(plan: _Plan) -> float:
    """How far a plan is from a page that looks well."""
    away = abs(log(plan.width / plan.height / ASPECT))
    used = sum(
        (sheet.outline.width * sheet.outline.height)
        if sheet.outline
        else sheet.placed.width * sheet.placed.height
        for sheet in plan.sheets
    )
    return away + 1 - used / (plan.width * plan.height) + COLUMN_COST * log2(plan.columns)


def _heights(main: PlacedPanel, others: Sequence[PlacedPanel]) -> list[float]:
    """Heights that are worth trying for the columns of panels: those that some panels fill."""
    heights = [_outer(panel)[1] for panel in others]
    return _fillings(heights, max([main.height, *heights]))


def _widths(main: PlacedPanel, others: Sequence[PlacedPanel]) -> list[float]:
    """Widths that are worth trying for the rows of panels."""
    widths = [_outer(panel)[0] for panel in others]
    return _fillings(widths, max([main.width, *widths]))


def _fillings(lengths: Sequence[float], least: float) -> list[float]:
    sums = {sum(lengths[:n]) + theme.PANEL_GAP * (n - 1) for n in range(1, len(lengths) + 1)}
    return sorted({least, *(length for length in sums if least < length <= 3 * least)})[:12]


def _beside(main: PlacedPanel, others: Sequence[PlacedPanel], limit: float, columns: int) -> _Plan:
    """The overview at the left, the others in columns of at most `limit` beside it."""
    sheets = [Sheet(main, None)]
    x, y, column = main.width + 2 * theme.PANEL_GAP, 0.0, 0.0
    right, bottom = main.width, main.height
    for panel in others:
        width, height = _outer(panel)
        if y > 0 and y + height > limit + 0.01:
            x, y, column = x + column + theme.PANEL_GAP, 0.0, 0.0
        sheets.append(_outlined(panel, x, y))
        column = max(column, width)
        y += height + theme.PANEL_GAP
        right, bottom = max(right, x + width), max(bottom, y - theme.PANEL_GAP)
    return _Plan(sheets, right, bottom, columns)


def _below(main: PlacedPanel, others: Sequence[PlacedPanel], limit: float, columns: int) -> _Plan:
    """The overview at the top, the others in rows of at most `limit` below it."""
    sheets = [Sheet(main, None)]
    x, y, row = 0.0, main.height + 1.5 * theme.PANEL_GAP, 0.0
    right, bottom = main.width, main.height
    for panel in others:
        width, height = _outer(panel)
        if x > 0 and x + width > limit + 0.01:
            x, y, row = 0.0, y + row + theme.PANEL_GAP, 0.0
        sheets.append(_outlined(panel, x, y))
        row = max(row, height)
        x += width + theme.PANEL_GAP
        right, bottom = max(right, x - theme.PANEL_GAP), max(bottom, y + height)
    return _Plan(sheets, right, bottom, columns)


def _outlined(panel: PlacedPanel, x: float, y: float) -> Sheet:
    width, height = _outer(panel)
    inside = (width - panel.width) / 2
    return Sheet(panel.moved(x + inside, y + PANEL_HEADER), Rect(x, y, x + width, y + height))


def _outer(panel: PlacedPanel) -> tuple[float, float]:
    """The size of a panel with its heading and its padding."""
    words = max(
        text_width(panel.panel.heading, theme.PANEL_HEADING, SEMIBOLD),
        text_width(panel.panel.note, theme.SMALL),
    )
    width = max(panel.width, words) + 2 * theme.PANEL_PADDING
    return width, panel.height + PANEL_HEADER + theme.PANEL_PADDING


def _written(picture: Picture, options: Options, plan: _Plan) -> Page:
    """The plan with the words around it."""
    margin = theme.PAGE_MARGIN
    top = margin + HEADER
    sheets = tuple(
        Sheet(sheet.placed.moved(margin, top), sheet.outline and sheet.outline.moved(margin, top))
        for sheet in plan.sheets
    )
    shapes = EVERY_SHAPE if options.shapes else SHAPES
    footer = (*picture.notes, MACS, *([COSTS] if options.costs else []), shapes)
    texts = [
        text_width(picture.name, theme.HEADING, SEMIBOLD),
        text_width(picture.subtitle, theme.TEXT),
        *(text_width(line, theme.SMALL) for line in footer),
    ]
    right = margin + max(plan.width, *texts)
    entries = legend_of(picture, options)
    legend, below = _legend(entries, margin, right, top + plan.height + theme.PANEL_GAP)
    height = below + len(footer) * theme.LINE_HEIGHT + margin
    return Page(picture, options, sheets, tuple(legend), footer, below, right + margin, height)


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


def _scale(page: Page, paper: tuple[float, float] | None) -> float:
    """Points of paper for a pixel, so that the page fits; a small picture is not blown up."""
    assert paper is not None
    return min(1.0, paper[0] / page.width, paper[1] / page.height)


def _on_paper(page: Page, paper: tuple[float, float]) -> Page:
    """The page with the extent of the paper, the picture at its upper left."""
    points = _scale(page, paper)
    width, height = paper[0] / points, paper[1] / points
    return replace(page, width=width, height=height, points=points)
