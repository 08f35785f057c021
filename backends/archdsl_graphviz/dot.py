"""The DOT text of a picture: for the layout one graph a panel, for the reader one graph in all."""

from __future__ import annotations

import re
from collections.abc import Mapping

import graphviz

from archdsl_graphviz import theme
from archdsl_graphviz.font import FAMILY, text_width
from archdsl_graphviz.labels import Form
from archdsl_graphviz.model import Box, Frame, Panel, Picture, Style
from archdsl_graphviz.sizes import Size, panel_sizes

_SHAPES = {
    Form.BOX: "box",
    Form.BLOCK: "box3d",
    Form.TRAPEZOID: "trapezium",
    Form.ROUND: "circle",
    Form.BAR: "box",
    Form.PILL: "box",
    Form.PORT: "plaintext",
}
_LINES = {Style.FLOW: "solid", Style.IDENTITY: "bold", Style.PROJECTION: "dashed"}


def identifier(path: str) -> str:
    """A path as a node's name and an XML id: anything but `[\\w.-]` is written as its code."""
    return re.sub(r"[^A-Za-z0-9_.-]", lambda match: f"-u{ord(match[0]):x}-", path)


def layout_text(panel: Panel) -> str:
    """The graph whose layout is the panel's: sizes are fixed, and no text has to be measured."""
    graph = _graph(identifier(panel.path) or "overview")
    graph.node_attr.update(shape="box", label="", fixedsize="true")
    graph.edge_attr.update(arrowhead="none")
    sizes = panel_sizes(panel)
    _write(graph, panel, {path: _fixed(size) for path, size in sizes.items()}, sizes, plain=True)
    return str(graph.source)


def dot_text(picture: Picture) -> str:
    """The whole picture as one graph, labels and colours included; its panels are clusters."""
    graph = _graph(identifier(picture.name))
    graph.graph_attr.update(
        label=_text(f"{picture.name}\n{picture.subtitle}"), labelloc="t", fontname=FAMILY
    )
    graph.node_attr.update(
        fontname=FAMILY, fontsize=f"{theme.TEXT:g}", style="filled", fontcolor=theme.INK
    )
    graph.edge_attr.update(fontname=FAMILY, fontsize=f"{theme.SMALL:g}", color=theme.LINE)
    for panel in picture.all_panels:
        attributes = {box.path: _look(box) for box in panel.boxes}
        sizes = panel_sizes(panel)
        if panel is picture.overview:
            _write(graph, panel, attributes, sizes)
            continue
        with graph.subgraph(name=f"cluster_panel_{identifier(panel.path)}") as cluster:
            assert cluster is not None
            label = _text(f"{panel.heading}\n{panel.note}")
            cluster.attr(label=label, color=theme.FRAME, fontname=FAMILY)
            _write(cluster, panel, attributes, sizes)
    return str(graph.source)


def _graph(name: str) -> graphviz.Digraph:
    attributes = {
        "ordering": "out",
        "nodesep": _inches(theme.COLUMN_GAP),
        "ranksep": _inches(theme.RANK_GAP),
        "rankdir": "TB",
    }
    return graphviz.Digraph(name, graph_attr=attributes)


def _write(
    graph: graphviz.Digraph,
    panel: Panel,
    attributes: Mapping[str, Mapping[str, str]],
    sizes: Mapping[str, Size],
    *,
    plain: bool = False,
) -> None:
    framed = {path for frame in panel.all_frames() for path in frame.boxes}
    for box in panel.boxes:
        if box.path not in framed:
            graph.node(identifier(box.path), **attributes[box.path])
    for frame in panel.frames:
        _write_frame(graph, frame, attributes, plain=plain)
    shapes = {box.path: box.shape for box in panel.boxes}
    order = {box.path: at for at, box in enumerate(panel.boxes)}
    for edge in sorted(panel.edges, key=lambda edge: (order[edge.source], order[edge.target])):
        look: dict[str, str] = {}
        if not plain:
            look = {"label": _text(shapes[edge.source]), "style": _LINES[edge.style]}
            look = {key: value for key, value in look.items() if value not in ("", "solid")}
        # A path down the middle is straight, a skip goes around it.
        elif edge.style is Style.FLOW:
            look = {"weight": "4"}
        graph.edge(identifier(edge.source), identifier(edge.target), **look)


def _write_frame(
    graph: graphviz.Digraph,
    frame: Frame,
    attributes: Mapping[str, Mapping[str, str]],
    *,
    plain: bool,
) -> None:
    with graph.subgraph(name=f"cluster_{identifier(frame.path)}") as cluster:
        assert cluster is not None
        if plain:
            # Twice as wide as the label, so that the edge into the middle passes beside it.
            width = 2 * (frame_label_width(frame) + theme.FRAME_MARGIN)
            label = (
                f'<<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="{width:.0f}" '
                f'HEIGHT="{theme.FRAME_LABEL:g}"><TR><TD></TD></TR></TABLE>>'
            )
            cluster.attr(label=label, margin=f"{theme.FRAME_MARGIN:g}")
        else:
            cluster.attr(
                label=_text(frame.label), labeljust="l", color=theme.FRAME, fontname=FAMILY
            )
        for path in frame.boxes:
            cluster.node(identifier(path), **attributes[path])
        for inner in frame.frames:
            _write_frame(cluster, inner, attributes, plain=plain)


def frame_label_width(frame: Frame) -> float:
    """The width of a frame's label in pixels."""
    return text_width(frame.label, theme.SMALL)


def _look(box: Box) -> dict[str, str]:
    paint = theme.PAINTS[box.kind]
    look = {
        "label": _text("\n".join((box.text, *box.notes))),
        "shape": _SHAPES[box.form],
        "color": paint.line,
        "fillcolor": paint.fill,
        "tooltip": _text(box.title),
    }
    if box.form is Form.PILL:
        look["style"] = "filled,rounded"
    if box.form is Form.PORT:
        look["style"] = "solid"
    return look


def _fixed(size: Size) -> dict[str, str]:
    return {"width": _inches(size.width + 2 * size.room), "height": _inches(size.height)}


def _text(text: str) -> str:
    """A text as itself: no escape of Graphviz's, no markup."""
    return str(graphviz.nohtml(graphviz.escape(text).replace("\n", "\\n")))


def _inches(pixels: float) -> str:
    """Graphviz counts in inches of 72 points, and a pixel is a point here."""
    return f"{pixels / 72:.4f}"
