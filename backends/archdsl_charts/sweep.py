"""What a parameter does: costs along its values and, where errors are published, accuracy too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from archdsl_svg.font import SEMIBOLD, text_width
from archdsl_svg.geometry import Point, Rect
from archdsl_svg.inks import FAINT_INK
from archdsl_svg.marks import DROP, number, pairs, text

from archdsl.backend import BackendError
from archdsl.ir.evaluate import show
from archdsl.report.comparison import Comparison, Entry
from archdsl_charts import theme
from archdsl_charts.placing import cuts
from archdsl_charts.scales import Scale, short, step_for, ticks
from archdsl_charts.sheet import HEADER, OPERATIONS, Sheet, accuracy_notes, blob, grid, mark

NAME = "sweep"
WIDTH = 760.0
LEFT, RIGHT = 84.0, 700.0
PANEL = 150.0
PANEL_GAP = 34.0
LEAST_GAP = 42.0
"""Between two values of the parameter, in pixels; closer ones hide each other's figures."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One quantity along the parameter; None where nobody has published it."""

    title: str
    value: Callable[[Entry], float | None]
    starts_at_zero: bool = True
    write: Callable[[float], str] = short


def draw(comparison: Comparison) -> Sheet:
    """The curves. Raises BackendError if nothing is swept."""
    parameter = comparison.parameter
    if not parameter:
        raise BackendError("nothing is swept: a parameter takes several values with --sweep")
    panels = _panels(comparison)
    notes = [OPERATIONS]
    if _has_accuracies(comparison):
        notes += accuracy_notes(comparison, "Without such a figure")
    classes = dict.fromkeys(entry.network.class_name for entry in comparison.entries)
    return Sheet(
        NAME,
        f"{', '.join(classes)} along {parameter}",
        f"{parameter} = {', '.join(_values(comparison))}",
        WIDTH,
        len(panels) * (PANEL + PANEL_GAP) + 24.0,
        tuple(_lines(comparison, panels)),
        tuple(notes),
    )


def _panels(comparison: Comparison) -> list[Panel]:
    """Costs; and the accuracy, where at least two networks have one."""

    def accuracy(entry: Entry) -> float | None:
        found = entry.accuracy(comparison.protocol)
        return None if found is None else float(found)

    panels = [
        Panel("Parameters", lambda entry: entry.totals.parameters),
        Panel("Multiply-adds for one image", lambda entry: entry.totals.macs),
    ]
    if _has_accuracies(comparison):
        title = f"Top-1 accuracy [%], {comparison.protocol}"
        panels.append(Panel(title, accuracy, False, lambda value: f"{value:.4g}"))
    return panels


def _has_accuracies(comparison: Comparison) -> bool:
    """Whether there is a line to draw: one point is none."""
    return len(comparison.measured) > 1


def _values(comparison: Comparison) -> list[str]:
    """The values of the parameter, each once, in order."""
    found = (show(entry.network.values[comparison.parameter]) for entry in comparison.entries)
    return list(dict.fromkeys(found))


def _positions(comparison: Comparison) -> tuple[dict[str, float], str]:
    """Where each value stands, and how the axis runs: evenly where numbers would lie too close."""
    names = _values(comparison)
    numbers = [entry.network.values[comparison.parameter] for entry in comparison.entries]
    is_number = all(not isinstance(n, bool | tuple) for n in numbers)
    if is_number and len(names) > 1:
        values = {show(n): float(n) for n in numbers}  # type: ignore[arg-type]
        for law, transform in (("", float), ("logarithmic", log)):
            if law and min(values.values()) <= 0:
                continue
            along = {name: transform(value) for name, value in values.items()}
            scale = Scale(min(along.values()), max(along.values()), LEFT + 30, RIGHT - 30)
            places = {name: scale(value) for name, value in along.items()}
            if all(b - a >= LEAST_GAP for a, b in pairwise(sorted(places.values()))):
                return places, law
    step = (RIGHT - LEFT - 60) / max(1, len(names) - 1)
    return {name: LEFT + 30 + step * at for at, name in enumerate(names)}, "evenly spaced"


def _hues(comparison: Comparison) -> Mapping[str, theme.Hue]:
    """A hue a curve."""
    return theme.hues(dict.fromkeys(_curve_of(entry, comparison) for entry in comparison.entries))


def _curve_of(entry: Entry, comparison: Comparison) -> str:
    """The spec, and the parameters that are set beside the one along the axis."""
    network = entry.network
    others = (k for k in network.changed if k != comparison.parameter)
    settings = ", ".join(f"{name}={show(network.values[name])}" for name in others)
    return f"{network.name}({settings})" if settings else network.name


def _legend(comparison: Comparison, y: float) -> Iterator[str]:
    """Which line is whose, from the right edge on; a single one needs no words."""
    x = RIGHT
    hues = _hues(comparison)
    for name in reversed(list(hues) if len(hues) > 1 else []):
        yield text(name, x, y, theme.LABEL, anchor="end")
        x -= text_width(name, theme.LABEL) + 10
        yield blob(x, y - 4, 4.0, hues[name])
        x -= 18


def _lines(comparison: Comparison, panels: Sequence[Panel]) -> Iterator[str]:
    places, law = _positions(comparison)
    top = theme.MARGIN + HEADER
    yield from _legend(comparison, top - 4)
    for at, panel in enumerate(panels):
        area = Rect(LEFT, top + 18, RIGHT, top + 18 + PANEL)
        yield from _panel(comparison, panel, area, places, at)
        top += PANEL + PANEL_GAP
    for name, x in places.items():
        yield text(name, x, top, theme.LABEL, ink=FAINT_INK)
    title = f"{comparison.parameter} ({law})" if law else comparison.parameter
    yield text(title, (LEFT + RIGHT) / 2, top + 20, theme.TEXT)


def _panel(
    comparison: Comparison, panel: Panel, area: Rect, places: dict[str, float], at: int
) -> Iterator[str]:
    """One quantity: its axis, and a line with its points for each spec."""
    known = [value for entry in comparison.entries if (value := panel.value(entry)) is not None]
    low = 0.0 if panel.starts_at_zero else min(known)
    span = (max(known) - low) or 1.0
    step = step_for(span, 3)
    bottom = 0.0 if panel.starts_at_zero else low - 0.2 * span
    scale = Scale(bottom, max(known) + 0.22 * span, area.bottom, area.top)
    yield f'<g id="{NAME}-axis-{at}">'
    yield text(panel.title, area.left, area.top - 6, theme.LABEL, SEMIBOLD, anchor="start")
    for value in ticks(scale.low, scale.high, step):
        y = scale(value)
        yield grid((area.left, y), (area.right, y))
        baseline = y + DROP * theme.LABEL
        yield text(
            panel.write(value), area.left - 8, baseline, theme.LABEL, ink=FAINT_INK, anchor="end"
        )
    yield "</g>"
    hues = _hues(comparison)
    for curve, hue in hues.items():
        entries = [e for e in comparison.entries if _curve_of(e, comparison) == curve]
        yield from _curve(comparison, panel, entries, scale, places, hue, at)


def _curve(
    comparison: Comparison,
    panel: Panel,
    entries: Sequence[Entry],
    scale: Scale,
    places: dict[str, float],
    hue: theme.Hue,
    at: int,
) -> Iterator[str]:
    points: list[tuple[Entry, Point, float]] = []
    for entry in entries:
        value = panel.value(entry)
        if value is not None:
            x = places[show(entry.network.values[comparison.parameter])]
            points.append((entry, (x, scale(value)), value))
    points.sort(key=lambda point: point[1])
    if len(points) > 1:
        line = pairs(point for _, point, _ in points)
        yield f'<polyline points="{line}" fill="none" stroke="{hue.line}" stroke-width="1.4"/>'
    segments = [(one, other) for (_, one, _), (_, other, _) in pairwise(points)]
    for entry, (x, y), value in points:
        content = [
            f'<circle cx="{number(x)}" cy="{number(y)}" r="3.5" fill="{hue.fill}" '
            f'stroke="{hue.line}"/>',
            _figure(panel.write(value), (x, y), segments),
        ]
        yield from mark(f"{NAME}-{at}", entry, comparison.protocol, content)


def _figure(said: str, point: Point, segments: Sequence[tuple[Point, Point]]) -> str:
    """A point's value: above it, or wherever else around it no line runs through."""
    (x, y), half, high = point, text_width(said, theme.SMALL) / 2, theme.SMALL
    places = [
        Rect(middle - half, bottom - high, middle + half, bottom)
        for bottom in (y - 7, y + 7 + high)
        for middle in (x, x - half - 2, x + half + 2)
    ]
    free = (rect for rect in places if not any(cuts(segment, rect) for segment in segments))
    rect = next(free, places[0])
    return text(said, rect.center[0], rect.bottom - 1, theme.SMALL)
