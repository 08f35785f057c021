"""The DOT text of a picture: for the layout one graph a panel, for the reader one graph in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import cast

import graphviz
from archdsl_svg import inks
from archdsl_svg.marks import identifier

from archdsl_graphviz import theme
from archdsl_graphviz.labels import Form
from archdsl_graphviz.model import Box, Edge, Frame, Panel, Picture, Style
from archdsl_graphviz.sizes import Size

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
_LINES = {Style.IDENTITY: "bold", Style.PROJECTION: "dashed"}


def layout_text(panel: Panel, sizes: Mapping[str, Size]) -> str:
    """The graph whose layout says where a panel's boxes lie from left to right, row by row.

    Sizes are fixed, so no text has to be measured. Frames are not in it: with clusters Graphviz
    forgets the order of paths, so frames are room beside boxes here and are drawn afterwards.
    """
    graph = _graph(identifier(panel.path) or "overview")
    graph.node_attr.update(shape="box", label="", fixedsize="true")
    for box in panel.boxes:
        size = sizes[box.path]
        width = _inches(size.width + 2 * size.room)
        graph.node(identifier(box.path), width=width, height=_inches(size.height))
    leaving = Counter(edge.source for edge in panel.edges)
    entering = Counter(edge.target for edge in panel.edges)
    for edge in _ordered(panel):
        # A chain is straight, then the middle of a block, and skips go around it; short paths
        # begin where the long ones do.
        forks = leaving[edge.source] > 1
        if not forks and entering[edge.target] == 1:
            weight = 40
        elif edge.style is Style.FLOW:
            weight = 9 if forks else 8
        else:
            weight = 2 if forks else 1
        graph.edge(identifier(edge.source), identifier(edge.target), weight=str(weight))
    return str(graph.source)


def dot_text(picture: Picture) -> str:
    """The whole picture as one graph, labels and colours included; its panels are clusters."""
    graph = _graph(identifier(picture.name))
    graph.graph_attr.update(
        label=_text(f"{picture.name}\n{picture.subtitle}"), labelloc="t", fontname=_FONT
    )
    graph.node_attr.update(
        fontname=_FONT, fontsize=f"{theme.TEXT:g}", style="filled", fontcolor=inks.INK
    )
    graph.edge_attr.update(fontname=_FONT, fontsize=f"{theme.SMALL:g}", color=inks.LINE)
    for panel in picture.all_panels:
        if panel is picture.overview:
            _write(graph, panel)
            continue
        with graph.subgraph(name=f"cluster_panel_{identifier(panel.path)}") as cluster:
            assert cluster is not None
            label = _text(f"{panel.heading}\n{panel.note}")
            cluster.attr(label=label, color=inks.FRAME, fontname=_FONT)
            _write(cluster, panel)
    return str(graph.source)


def _graph(name: str) -> graphviz.Digraph:
    attributes = {
        "ordering": "out",
        "nodesep": _inches(theme.COLUMN_GAP),
        "ranksep": _inches(theme.RANK_GAP),
        "rankdir": "TB",
    }
    return graphviz.Digraph(name, graph_attr=attributes)


def _ordered(panel: Panel) -> list[Edge]:
    """The edges so that those out of one box come in the spec's order."""
    order = {box.path: at for at, box in enumerate(panel.boxes)}
    return sorted(panel.edges, key=lambda edge: (order[edge.source], order[edge.target]))


def _write(graph: graphviz.Digraph, panel: Panel) -> None:
    boxes = {box.path: box for box in panel.boxes}
    framed = {path for frame in panel.all_frames() for path in frame.boxes}
    for box in panel.boxes:
        if box.path not in framed:
            graph.node(identifier(box.path), **_look(box))
    for frame in panel.frames:
        _write_frame(graph, frame, boxes)
    for edge in _ordered(panel):
        look = {}
        if shape := boxes[edge.source].shape:
            look["label"] = _text(f" {shape}")
        if edge.style is not Style.FLOW:
            look["style"] = _LINES[edge.style]
        graph.edge(identifier(edge.source), identifier(edge.target), **look)


def _write_frame(graph: graphviz.Digraph, frame: Frame, boxes: Mapping[str, Box]) -> None:
    with graph.subgraph(name=f"cluster_{identifier(frame.path)}") as cluster:
        assert cluster is not None
        cluster.attr(label=_text(frame.label), labeljust="l", color=inks.FRAME, fontname=_FONT)
        for path in frame.boxes:
            cluster.node(identifier(path), **_look(boxes[path]))
        for inner in frame.frames:
            _write_frame(cluster, inner, boxes)


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


def _text(text: str) -> str:
    """A text as itself: no escape of Graphviz's, no markup."""
    return cast(str, graphviz.nohtml(graphviz.escape(text).replace("\n", "\\n")))


def _inches(pixels: float) -> str:
    """Graphviz counts in inches of 72 points, and a pixel is a point here."""
    return f"{pixels / 72:.4f}"
