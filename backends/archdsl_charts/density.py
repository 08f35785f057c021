"""Accuracy per parameter: a bar a network, the densest first (Canziani et al. 2016, figure 10)."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl_svg.font import text_width
from archdsl_svg.inks import FAINT_INK
from archdsl_svg.marks import DROP, number, text

from archdsl.backend import BackendError
from archdsl.report.comparison import Comparison, Entry
from archdsl_charts import theme
from archdsl_charts.scales import Scale, step_for, tick_text, ticks
from archdsl_charts.sheet import (
    HEADER,
    LABEL_ROOM,
    LEGEND_LINE,
    Sheet,
    accuracy_notes,
    family_legend,
    grid,
    hues_of,
    mark,
    shortened,
)

NAME = "density"
WIDTH = 960.0
LEGEND = 808.0
ROW = 20.0
BAR = 13.0
_MILLION = 1_000_000


def draw(comparison: Comparison) -> Sheet:
    """The bars of the networks that have a figure. Raises BackendError if none has."""
    if not comparison.measured:
        raise BackendError("no network here quotes a top-1 error: there is nothing to draw")
    entries = sorted(comparison.measured, key=lambda entry: -_density(comparison, entry))
    height = max(ROW * len(entries) + 44.0, (len(hues_of(comparison)) + 2) * LEGEND_LINE)
    return Sheet(
        NAME,
        "Top-1 accuracy per parameter",
        f"{comparison.protocol}; in percent per million parameters",
        WIDTH,
        height,
        tuple(_lines(comparison, entries)),
        tuple(accuracy_notes(comparison)),
    )


def _density(comparison: Comparison, entry: Entry) -> float:
    """Percent a million parameters."""
    accuracy = entry.accuracy(comparison.protocol)
    return float(accuracy or 0) / (max(entry.totals.parameters, 1) / _MILLION)


def _lines(comparison: Comparison, entries: list[Entry]) -> Iterator[str]:
    labels = [shortened(entry.label, theme.LABEL, LABEL_ROOM) for entry in entries]
    names = max(text_width(label, theme.LABEL) for label in labels)
    top = theme.MARGIN + HEADER
    bottom = top + ROW * len(entries) + 6
    most = _density(comparison, entries[0])
    step = step_for(most, 7)
    scale = Scale(0.0, most * 1.12, theme.MARGIN + names + 8, LEGEND - 24)
    yield f'<g id="{NAME}-axes">'
    for value in ticks(0, scale.high, step):
        yield grid((scale(value), top), (scale(value), bottom))
        said = tick_text(value, step)
        yield text(said, scale(value), bottom + 16, theme.LABEL, ink=FAINT_INK)
    middle = (scale.start + scale.end) / 2
    title = "Top-1 accuracy per parameter [% / million]"
    yield text(title, middle, bottom + 36, theme.TEXT)
    yield "</g>"
    hues = hues_of(comparison)
    for at, entry in enumerate(entries):
        y = top + ROW * at + 4
        value = _density(comparison, entry)
        content = _bar(labels[at], value, scale, y, hues[entry.network.family])
        yield from mark(NAME, entry, comparison.protocol, content)
    yield from family_legend(comparison, LEGEND, top + 10)


def _bar(label: str, value: float, scale: Scale, y: float, hue: theme.Hue) -> Iterator[str]:
    baseline = y + BAR / 2 + DROP * theme.LABEL
    yield text(label, scale.start - 8, baseline, theme.LABEL, anchor="end")
    dashes = ' stroke-dasharray="3 2"' if hue.is_dashed else ""
    yield (
        f'<rect x="{number(scale.start)}" y="{number(y)}" '
        f'width="{number(max(scale(value) - scale.start, 0.5))}" height="{number(BAR)}" '
        f'fill="{hue.fill}" fill-opacity="{theme.OPACITY}" stroke="{hue.line}"{dashes}/>'
    )
    said = f"{value:.3g}"
    yield text(said, scale(value) + 6, baseline, theme.LABEL, ink=FAINT_INK, anchor="start")
