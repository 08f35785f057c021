"""A chart on its page: words above, the drawing, notes below; and what all charts say alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from archdsl_svg.font import SEMIBOLD, text_width
from archdsl_svg.geometry import Point
from archdsl_svg.inks import FAINT_INK
from archdsl_svg.marks import document, escaped, identifier, pair, text

from archdsl.ir.published import PROTOCOLS
from archdsl.passes.costs import COUNTED
from archdsl.report.comparison import Comparison, Entry
from archdsl.report.text import CUT, counted
from archdsl_charts import theme

OPERATIONS = (
    f"Multiply-adds: those of {COUNTED} for one image, biases not counted. One is two "
    "floating-point operations."
)
HEADER = 52.0
"""From the top to the drawing."""
LEGEND_LINE = 16.0
FAMILY_ROOM = 126.0
LABEL_ROOM = 220.0
"""The longest label; longer names are cut, and whole in their titles."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A finished chart. The drawing begins below the words, at the left margin."""

    name: str
    title: str
    subtitle: str
    width: float
    height: float
    drawing: tuple[str, ...]
    notes: tuple[str, ...]

    def svg(self) -> str:
        """The whole file."""
        description = " ".join([self.subtitle, *self.notes])
        lines = self._lines()
        size = self.width, theme.MARGIN + HEADER + self.height + self._notes_height()
        return "\n".join([*document(self.name, self.title, description, size, lines), ""])

    def _notes_height(self) -> float:
        return theme.LINE_HEIGHT * (len(self._wrapped()) + 1) + theme.MARGIN

    def _wrapped(self) -> list[str]:
        room = self.width - 2 * theme.MARGIN
        return [line for note in self.notes for line in wrap(note, theme.SMALL, room)]

    def _lines(self) -> Iterator[str]:
        x, y = theme.MARGIN, theme.MARGIN
        yield text(self.title, x, y + 15, theme.TITLE, SEMIBOLD, anchor="start")
        yield text(self.subtitle, x, y + 34, theme.TEXT, ink=FAINT_INK, anchor="start")
        yield from self.drawing
        y += HEADER + self.height + theme.LINE_HEIGHT
        for line in self._wrapped():
            yield text(line, x, y, theme.SMALL, ink=FAINT_INK, anchor="start")
            y += theme.LINE_HEIGHT


def wrap(text: str, size: float, room: float) -> Iterator[str]:
    """A text in lines that fit, broken at blanks."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}".lstrip()
        if line and text_width(longer, size) > room:
            yield line
            line = word
        else:
            line = longer
    yield line


def shortened(text: str, size: float, room: float) -> str:
    """A text that fits, with an ellipsis where something is missing."""
    if text_width(text, size) <= room:
        return text
    while text and text_width(f"{text}{CUT}", size) > room:
        text = text[:-1]
    return f"{text}{CUT}"


def mark(chart: str, entry: Entry, protocol: str, content: Iterable[str]) -> Iterator[str]:
    """A network's part of a drawing, with an id and a title that says all about it."""
    name = f"data-network={quoteattr(entry.label)}"
    yield f'<g id="{chart}-{identifier(entry.label)}" class="mark" {name} role="graphics-symbol">'
    yield f"<title>{escaped('; '.join(facts(entry, protocol)))}</title>"
    yield from content
    yield "</g>"


def facts(entry: Entry, protocol: str) -> Sequence[str]:
    """What there is to say of a network: its costs, then its errors with their sources."""
    totals = entry.totals
    found = [
        f"{entry.label} ({entry.network.source.name})",
        f"family {entry.network.family}",
        counted(totals.parameters, "parameter"),
        counted(totals.macs, "multiply-add"),
        counted(totals.depth, "layer"),
    ]
    for top in (1, 5):
        if error := entry.error(top, protocol):
            found.append(f"top-{top} error {float(error.percent):g}% ({error.source})")
    return found


def accuracy_notes(
    comparison: Comparison, without: str = "Without such a figure, and so not drawn"
) -> list[str]:
    """Under which protocol accuracies were measured, and which networks have none under it."""
    protocol = comparison.protocol
    notes = [
        f"Accuracy: 100% less the published top-1 error; {protocol} ({PROTOCOLS[protocol]}). "
        "The specs name the sources."
    ]
    if comparison.unmeasured:
        listed = ", ".join(map(_without_figure, comparison.unmeasured))
        notes.append(f"{without}: {listed}.")
    return notes


def _without_figure(entry: Entry) -> str:
    """`AlexNet (ImageNet val, 10 crops: 40.7%)`: an error that was measured in another way."""
    other = next((error for error in entry.network.errors if error.top == 1), None)
    if other is None:
        return entry.label
    return f"{entry.label} ({other.protocol}: {float(other.percent):g}% error)"


def hues_of(comparison: Comparison) -> Mapping[str, theme.Hue]:
    """A hue for each family with a figure, in the order of the comparison."""
    return theme.hues(dict.fromkeys(entry.network.family for entry in comparison.measured))


def family_legend(comparison: Comparison, x: float, y: float) -> Iterator[str]:
    """A line a family that is drawn, from (x, y) down."""
    yield text("Family", x, y, theme.LABEL, SEMIBOLD, anchor="start")
    for family, hue in hues_of(comparison).items():
        y += LEGEND_LINE
        yield blob(x + 6, y - 4, 5.0, hue)
        said = shortened(family, theme.LABEL, FAMILY_ROOM)
        yield text(said, x + 18, y, theme.LABEL, anchor="start")


def blob(x: float, y: float, radius: float, hue: theme.Hue) -> str:
    """A circle in a family's colour."""
    dashes = ' stroke-dasharray="3 2"' if hue.is_dashed else ""
    return (
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius:.2f}" fill="{hue.fill}" '
        f'fill-opacity="{theme.OPACITY}" stroke="{hue.line}"{dashes}/>'
    )


def grid(start: Point, end: Point) -> str:
    """A line behind the drawing, at a value of an axis."""
    return f'<path d="M{pair(start)}L{pair(end)}" fill="none" stroke="{theme.GRID}"/>'
