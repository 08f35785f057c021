"""The picture in Graphviz's language, for readers who lay it out themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archdsl_svg import inks
from archdsl_svg.marks import identifier
from archdsl_units import theme
from archdsl_units.folding import Style
from archdsl_units.labels import Form

from archdsl_pictures.model import Box, Frame, Panel, Picture

_SHAPES = {
    Form.BOX: "box",
    Form.BLOCK: "box3d",
    Form.TRAPEZOID: "invtrapezium",
    Form.ROUND: "circle",
    Form.BAR: "box",
    Form.PILL: "box",
    Form.PORT: "plaintext",
}
# Graphviz knows the widths of this one without looking for a file.
_FONT = "Helvetica"
_LINES = {Style.IDENTITY: "bold", Style.PROJECTION: "dashed", Style.TRAINING: "dotted"}


def dot_text(picture: Picture, is_turned: bool = False) -> str:
    """The whole picture as one graph, labels and colours included; its panels are clusters."""
    return "\n".join(_lines(picture, is_turned)) + "\n"


def _lines(picture: Picture, is_turned: bool) -> Iterator[str]:
    title = f"{picture.name}\n{picture.subtitle}"
    yield f"digraph {_quoted(picture.name)} {{"
    # Out of a box, paths stand in the order of the spec.
    whole = {"ordering": "out", "rankdir": "LR" if is_turned else "TB", "labelloc": "t"}
    yield f"  graph {_attributes(whole | {'label': title, 'fontname': _FONT})}"
    node = {"fontname": _FONT, "fontsize": f"{theme.TEXT:g}", "style": "filled"}
    yield f"  node {_attributes(node | {'fontcolor': inks.INK})}"
    edge = {"fontname": _FONT, "fontsize": f"{theme.SMALL:g}", "color": inks.LINE}
    yield f"  edge {_attributes(edge)}"
    yield from _panel(picture.overview, "  ")
    for panel in picture.panels:
        label = {"label": f"{panel.heading}\n{panel.note}", "color": inks.FRAME, "fontname": _FONT}
        yield f"  subgraph {_quoted(f'cluster_panel_{identifier(panel.path)}')} {{"
        yield f"    graph {_attributes(label)}"
        yield from _panel(panel, "    ")
        yield "  }"
    yield "}"


def _panel(panel: Panel, indent: str) -> Iterator[str]:
    boxes = {box.path: box for box in panel.boxes}
    framed = {path for frame in panel.all_frames() for path in frame.boxes}
    for box in panel.boxes:
        if box.path not in framed:
            yield f"{indent}{_node(box)}"
    for frame in panel.frames:
        yield from _frame(frame, boxes, indent)
    order = {box.path: at for at, box in enumerate(panel.boxes)}
    for edge in sorted(panel.edges, key=lambda e: (order[e.source], order[e.target])):
        source = boxes[edge.source]
        look = {"label": f" {source.shape}"} if source.shows_shape else {}
        if edge.style is not Style.FLOW:
            look["style"] = _LINES[edge.style]
        ends = f"{_quoted(identifier(edge.source))} -> {_quoted(identifier(edge.target))}"
        yield f"{indent}{ends} {_attributes(look)}".rstrip()


def _frame(frame: Frame, boxes: Mapping[str, Box], indent: str) -> Iterator[str]:
    yield f"{indent}subgraph {_quoted(f'cluster_{identifier(frame.path)}')} {{"
    inside = f"{indent}  "
    look = {"label": frame.label, "labeljust": "l", "color": inks.FRAME, "fontname": _FONT}
    yield f"{inside}graph {_attributes(look)}"
    for path in frame.boxes:
        yield f"{inside}{_node(boxes[path])}"
    for inner in frame.frames:
        yield from _frame(inner, boxes, inside)
    yield f"{indent}}}"


def _node(box: Box) -> str:
    paint = theme.PAINTS[box.kind]
    look = {
        "label": "\n".join((box.text, *box.notes)),
        "shape": _SHAPES[box.form],
        "color": paint.line,
        "fillcolor": paint.fill,
        "tooltip": box.title,
    }
    if box.form is Form.PILL:
        look["style"] = "filled,rounded"
    if box.form is Form.PORT:
        look["style"] = "solid"
    if box.is_training_only:
        look["style"] = "filled,dashed"
    return f"{_quoted(identifier(box.path))} {_attributes(look)}"


def _attributes(look: Mapping[str, str]) -> str:
    if not look:
        return ""
    return f"[{' '.join(f'{name}={_quoted(value)}' for name, value in look.items())}]"


def _quoted(text: str) -> str:
    """A text as itself, in quotes: no escape of Graphviz's, no markup."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
