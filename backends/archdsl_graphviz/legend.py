"""The legend: the kinds of boxes and lines that a picture has, and no others."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl_svg.font import text_width

from archdsl.ops import Family
from archdsl_graphviz import theme
from archdsl_graphviz.labels import Form
from archdsl_graphviz.model import Picture, Style

SAMPLE = 24.0
"""The width of a sample."""

_LINES = {
    Style.IDENTITY: "skip: the values as they are",
    Style.PROJECTION: "skip through a projection",
}

_SIGNS = {"+": "sum", "×": "product"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the legend: a box of a kind and form, or a line of a style."""

    text: str
    kind: str = ""
    form: Form = Form.BOX
    style: Style = Style.FLOW

    @property
    def width(self) -> float:
        """The width of sample and text."""
        return SAMPLE + 6 + text_width(self.text, theme.SMALL)


def legend_of(picture: Picture) -> list[Entry]:
    """What the picture uses, in the order of the theme."""
    boxes = [box for panel in picture.all_panels for box in panel.boxes]
    forms: dict[str, set[Form]] = {}
    for box in boxes:
        forms.setdefault(box.kind, set()).add(box.form)
    several = any(box.count > 1 for box in boxes)
    signs = {box.text for box in boxes if box.form is Form.ROUND}
    entries = [
        Entry(_text(kind, form, signs, several), kind, form)
        for kind in theme.PAINTS
        if kind != Family.INPUT
        for form in Form
        if form in forms.get(kind, ())
    ]
    styles = {edge.style for panel in picture.all_panels for edge in panel.edges}
    styles |= {box.skip for box in boxes}
    return entries + [Entry(text, style=style) for style, text in _LINES.items() if style in styles]


def _text(kind: str, form: Form, signs: set[str], several: bool) -> str:
    if kind == theme.BLOCK:
        return "block, its inside beside" + ("; ×n: n in a row" if several else "")
    if kind == Family.MERGE:
        operations = " or ".join(text for sign, text in _SIGNS.items() if sign in signs)
        return {Form.ROUND: operations, Form.BAR: "concatenation"}.get(form, "mean")
    return kind
