"""The lecture's chart: accuracy against operations, the area of a blob its parameters.

After Canziani, Paszke, Culurciello, "An Analysis of Deep Neural Network Models for Practical
Applications", 2016, figure 2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor, sqrt

from archdsl_svg.font import SEMIBOLD
from archdsl_svg.geometry import Rect
from archdsl_svg.inks import FAINT_INK, FRAME, PAPER
from archdsl_svg.marks import DROP, number, pair, rectangle, text

from archdsl.backend import BackendError
from archdsl.report.comparison import Comparison, Entry
from archdsl_charts import theme
from archdsl_charts.placing import Blob, Label, place
from archdsl_charts.scales import Scale, short, step_for, tick_text, ticks
from archdsl_charts.sheet import (
    HEADER,
    LABEL_ROOM,
    LEGEND_LINE,
    OPERATIONS,
    Sheet,
    accuracy_notes,
    blob,
    family_legend,
    grid,
    hues_of,
    mark,
    shortened,
)

NAME = "operations"
LEFT, TOP = 72.0, theme.MARGIN + HEADER
PLOT_SIZE = 720.0, 540.0
ROOMY = 22
"""So many networks have room for their labels; a plot of more is larger."""
LEGEND_GAP, LEGEND_WIDTH = 16.0, 152.0
LARGEST = 44.0
"""The radius of the network with most parameters."""
_GIGA = 1e9


def draw(comparison: Comparison) -> Sheet:
    """The chart of the networks that have a figure. Raises BackendError if none has."""
    if not comparison.measured:
        raise BackendError("no network here quotes a top-1 error: there is nothing to draw")
    chart = Chart(comparison)
    return Sheet(
        NAME,
        "Top-1 accuracy against operations",
        f"{comparison.protocol}; the area of a blob is proportional to the number of parameters",
        chart.plot.right + LEGEND_GAP + LEGEND_WIDTH,
        chart.plot.height + 44.0,
        tuple(chart.lines()),
        (*accuracy_notes(comparison), OPERATIONS),
    )


class Chart:
    """The plot: `entries` and their `blobs`, the largest first, and the two scales."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison
        # The large ones first, so that the small ones lie on top.
        entries = sorted(comparison.measured, key=lambda entry: -entry.totals.parameters)
        self.entries: Sequence[Entry] = entries
        growth = sqrt(max(1.0, len(entries) / ROOMY))
        width, height = PLOT_SIZE
        self.plot = Rect(LEFT, TOP, LEFT + width * growth, TOP + height * growth)
        self._unit = LARGEST / sqrt(max(entry.totals.parameters for entry in entries) or 1)
        self.x, self._x_step = self._horizontal()
        self.y, self._y_step = self._vertical()
        self._hues = hues_of(comparison)
        self.blobs = [
            Blob(
                shortened(entry.label, theme.LABEL, LABEL_ROOM),
                (self.x(self._macs(entry)), self.y(self._accuracy(entry))),
                self._radius(entry.totals.parameters),
            )
            for entry in entries
        ]

    def lines(self) -> Iterator[str]:
        """The axes, the blobs, their labels, the legends."""
        yield from self._axes()
        for entry, circle in zip(self.entries, self.blobs, strict=True):
            x, y = circle.center
            hue = self._hues[entry.network.family]
            dot = f'<circle cx="{number(x)}" cy="{number(y)}" r="1.2" fill="{hue.line}"/>'
            content = [blob(x, y, circle.radius, hue), dot]
            yield from mark(NAME, entry, self._comparison.protocol, content)
        labels = place(self.blobs, self.plot, theme.LABEL)
        for circle, label in zip(self.blobs, labels, strict=True):
            yield from self._label(circle.text, label)
        top = self.plot.top + 10
        left = self.plot.right + LEGEND_GAP
        yield from family_legend(self._comparison, left, top)
        yield from self._sizes(left, top + (len(self._hues) + 2) * LEGEND_LINE)

    @staticmethod
    def _macs(entry: Entry) -> float:
        return entry.totals.macs / _GIGA

    def _accuracy(self, entry: Entry) -> float:
        return float(entry.accuracy(self._comparison.protocol) or 0)

    def _radius(self, parameters: float) -> float:
        return max(1.5, self._unit * sqrt(parameters))

    def _horizontal(self) -> tuple[Scale, float]:
        """From nothing on; a blob at the left has room before it, one at the right behind it."""
        values = [self._macs(entry) for entry in self.entries]
        radii = [self._radius(entry.totals.parameters) for entry in self.entries]
        highest = max(values) or 1.0
        for _ in range(4):
            scale = self.plot.width / (highest * 1.02)
            before = max(0.0, *(r - v * scale for v, r in zip(values, radii, strict=True)))
            room = self.plot.width - before - 8
            behind = [v + (r + 8) / room * highest for v, r in zip(values, radii, strict=True)]
            highest = max(behind)
        start = self.plot.left + before + (8 if before else 0)
        step = step_for(highest, 8)
        return Scale(0.0, highest, start, self.plot.right), step

    def _vertical(self) -> tuple[Scale, float]:
        """Whole steps around all blobs."""
        values = [self._accuracy(entry) for entry in self.entries]
        radii = [self._radius(entry.totals.parameters) for entry in self.entries]
        span = max(max(values) - min(values), 4.0)
        step = step_for(span, 6)
        pixel = span * 1.25 / self.plot.height
        low = min(v - (r + 6) * pixel for v, r in zip(values, radii, strict=True))
        high = max(v + (r + 6) * pixel for v, r in zip(values, radii, strict=True))
        half = step / 2
        bounds = floor(low / half) * half, ceil(high / half) * half
        return Scale(*bounds, self.plot.bottom, self.plot.top), step

    def _axes(self) -> Iterator[str]:
        yield f'<g id="{NAME}-axes">'
        for value in ticks(0, self.x.high, self._x_step):
            x = self.x(value)
            yield grid((x, self.plot.top), (x, self.plot.bottom))
            said = tick_text(value, self._x_step)
            yield text(said, x, self.plot.bottom + 16, theme.LABEL, ink=FAINT_INK)
        for value in ticks(self.y.low, self.y.high, self._y_step):
            y = self.y(value)
            yield grid((self.plot.left, y), (self.plot.right, y))
            said = tick_text(value, self._y_step)
            baseline = y + DROP * theme.LABEL
            yield text(said, self.plot.left - 8, baseline, theme.LABEL, ink=FAINT_INK, anchor="end")
        yield rectangle(self.plot, "none", FRAME, radius=0)
        middle, _ = self.plot.center
        yield text(
            "Operations for one image [G multiply-adds]", middle, self.plot.bottom + 36, theme.TEXT
        )
        x, y = self.plot.left - 44, self.plot.center[1]
        turned = text("Top-1 accuracy [%]", 0, 0, theme.TEXT)
        yield f'<g transform="translate({number(x)} {number(y)}) rotate(-90)">{turned}</g>'
        yield "</g>"

    @staticmethod
    def _label(words: str, label: Label) -> Iterator[str]:
        if label.line is not None:
            start, end = label.line
            yield (
                f'<path d="M{pair(start)}L{pair(end)}" fill="none" stroke="{FAINT_INK}" '
                'stroke-width="0.7"/>'
            )
        # Over a blob, the words stand out on a little paper.
        yield rectangle(label.rect, PAPER, "none", radius=2, extra=' fill-opacity="0.55"')
        x, y = label.rect.center
        yield text(words, x, y + DROP * theme.LABEL, theme.LABEL)

    def _sizes(self, x: float, y: float) -> Iterator[str]:
        """Circles in each other that say how many parameters an area is."""
        most = max(1, *(entry.totals.parameters for entry in self.entries))
        power = 10 ** (len(str(most)) - 1)
        first = max(factor * power for factor in (1, 2, 5) if factor * power <= most)
        yield text("Parameters", x, y, theme.LABEL, SEMIBOLD, anchor="start")
        bottom = y + 14 + 2 * self._radius(first)
        middle = x + self._radius(first) + 2
        for count in (first, first / 4, first / 20):
            radius = self._radius(count)
            top = bottom - 2 * radius
            yield (
                f'<circle cx="{number(middle)}" cy="{number(bottom - radius)}" '
                f'r="{number(radius)}" fill="none" stroke="{FAINT_INK}"/>'
            )
            end = x + 2 * self._radius(first) + 14
            yield (
                f'<path d="M{pair((middle, top))}L{pair((end, top))}" fill="none" '
                f'stroke="{FAINT_INK}" stroke-width="0.7" stroke-dasharray="2 2"/>'
            )
            yield text(short(count), end + 4, top + DROP * theme.SMALL, theme.SMALL, anchor="start")
