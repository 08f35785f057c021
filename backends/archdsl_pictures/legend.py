"""The legend: the kinds of boxes and lines that a picture has, and no others."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl_svg.font import text_width
from archdsl_units import theme
from archdsl_units.folding import Style
from archdsl_units.labels import Form

from archdsl.ops import Family
from archdsl_pictures.heat import Heat
from archdsl_pictures.model import Picture, Sign
from archdsl_pictures.options import Options

SAMPLE = 24.0
"""The width of a sample."""

_LINES = {
    Style.IDENTITY: "skip: the values as they are",
    Style.PROJECTION: "skip through a projection",
    Style.TRAINING: "side head, in training only",
}

_SIGNS = {
    Sign.REMOVED: "only in the left network",
    Sign.ADDED: "only in the right network",
    Sign.CHANGED: "in both, and changed",
}

_MERGES = {"+": "sum", "×": "product", "concat": "concatenation"}
"""What the text of a merge's box means, where it is not the word itself."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the legend: a box of a kind and form, a line of a style, a tint, or a sign."""

    text: str
    kind: str = ""
    form: Form = Form.BOX
    style: Style = Style.FLOW
    tint: str = ""
    sign: Sign | None = None

    @property
    def width(self) -> float:
        """The width of sample and text."""
        return SAMPLE + 6 + text_width(self.text, theme.SMALL)


def legend_of(picture: Picture, options: Options) -> list[Entry]:
    """What the picture uses, in the order of the theme."""
    boxes = [box for panel in picture.all_panels for box in panel.boxes]
    forms: dict[str, set[Form]] = {}
    for box in boxes:
        forms.setdefault(box.kind, set()).add(box.form)
    several = any(box.count > 1 for box in boxes)
    signs = {box.sign for box in boxes}
    # Between two networks only those insides are drawn that differ.
    are_inside = bool(picture.panels) and signs == {None}
    merges = {
        form: [b.text for b in boxes if b.kind == Family.MERGE and b.form is form] for form in Form
    }
    entries = [
        Entry(_text(kind, merges[form], several, are_inside), kind, form)
        for kind in theme.PAINTS
        if kind != Family.INPUT
        for form in Form
        if form in forms.get(kind, ())
    ]
    styles = {edge.style for panel in picture.all_panels for edge in panel.edges}
    styles |= {box.skip for box in boxes}
    entries += [Entry(text, style=style) for style, text in _LINES.items() if style in styles]
    entries += [Entry(text, sign=sign) for sign, text in _SIGNS.items() if sign in signs]
    if options.highlight:
        heat = Heat.of(picture, options.highlight)
        entries += [Entry(text, tint=tint) for tint, text in heat.steps()]
    return entries


def _text(kind: str, merges: list[str], several: bool, are_inside: bool) -> str:
    if kind == theme.BLOCK:
        inside = ", its inside beside" if are_inside else ""
        return f"block{inside}" + ("; ×n: n in a row" if several else "")
    if kind == Family.MERGE:
        return " or ".join(_MERGES.get(text, text) for text in dict.fromkeys(merges))
    return kind
