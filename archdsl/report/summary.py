"""The summary: what the compiler found, as a table for readers and as JSON for programs."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from archdsl.ir.evaluate import Value, show
from archdsl.ir.graph import Graph
from archdsl.passes import Facts, LayerFacts, Totals
from archdsl.report.devices import device_record, device_text
from archdsl.report.rows import Costs, Row, RowKind, table_rows
from archdsl.report.table import Line, lay_out
from archdsl.report.text import counted
from archdsl.syntax.source import Source

SCHEMA = 1
PROSE_WIDTHS = 20, 80
"""The least and the most columns of the footer."""

CONVENTIONS = (
    "For one image, at test time. Multiply-adds are those of convolutions and fully connected "
    "layers, biases not counted; layers are these on the longest path. Activations are the values "
    "of the input and of every output but those of activation functions, dropout, identity and "
    "flatten. Buffers are the state dict's other values, batch norm's counter not counted. "
    "A line with indented lines below it is their sum; one that is like another has the same "
    "layers inside."
)
"""What the figures count: the table's footer."""


# A list of numbers as `json` indents it. A string of the author's holds no line end.
_SHAPE = re.compile(r"\[\n([\s\d,]+)\]")


class Summarized(Protocol):
    """What a summary needs to know of a network."""

    @property
    def name(self) -> str:
        """What the zoo or the file calls it."""

    @property
    def class_name(self) -> str:
        """What the spec calls it."""

    @property
    def source(self) -> Source:
        """The spec's own text."""

    @property
    def graph(self) -> Graph:
        """The layers and blocks."""

    @property
    def facts(self) -> Facts:
        """What the passes found."""

    @property
    def changed(self) -> Mapping[str, Value]:
        """The parameters that differ from their defaults."""


def summary_text(network: Summarized, width: int | None = None) -> str:
    """The table as plain text, in at most `width` columns; None is as many as it takes."""
    lines = [text for _, text in table_lines(network, width)]
    return "\n".join([title(network), "", *lines, "", *footer(network, width), ""])


def summary_json(network: Summarized) -> str:
    """Everything for programs; `layers` are flat, in the order of execution. Ends in a newline."""
    record = {
        "schema": SCHEMA,
        "name": network.name,
        "class": network.class_name,
        "spec": network.source.name,
        "input": list(network.facts.flat.inputs[0].output.sides),
        "totals": {
            **_totals_record(network.facts.totals),
            "training": _totals_record(network.facts.training_totals),
        },
        "layers": [_layer_record(layer) for layer in network.facts.layers()],
    }
    if network.facts.flat.block.devices > 1:
        record["devices"] = device_record(network.facts)
    return _SHAPE.sub(_on_one_line, json.dumps(record, indent=2)) + "\n"


def title(network: Summarized) -> str:
    """`AlexNet (alexnet.arch) with classes = 10`."""
    changed = ", ".join(f"{name} = {show(value)}" for name, value in network.changed.items())
    return f"{network.class_name} ({network.source.name})" + (f" with {changed}" if changed else "")


def table_lines(network: Summarized, width: int | None) -> Iterator[Line]:
    """The table, line by line."""
    facts, totals = network.facts, network.facts.totals
    costs = Costs(totals.parameters, totals.buffers, totals.macs, totals.activations)
    total = Row(RowKind.TOTAL, "", "total", (), facts.flat.shape, costs)
    return lay_out(table_rows(network.graph, facts), total, width)


def footer(network: Summarized, width: int | None) -> list[str]:
    """The totals that have no column, and what all figures count."""
    totals = network.facts.totals
    figures = (
        f"{network.class_name}: {counted(totals.depth, 'layer')}, "
        f"{counted(totals.parameters, 'parameter')}, {counted(totals.buffers, 'buffer')}, "
        f"{counted(totals.macs, 'multiply-add')}, {counted(totals.activations, 'activation')}."
    )
    least, most = PROSE_WIDTHS
    columns = most if width is None else max(least, min(width, most))
    wrap = textwrap.TextWrapper(columns, break_on_hyphens=False).wrap
    notes = (figures, _with_heads(network.facts), device_text(network.facts), CONVENTIONS)
    return [line for note in notes for line in wrap(note)]


def _with_heads(facts: Facts) -> str:
    """What the side heads add in training; empty where there are none."""
    if not facts.training_only:
        return ""
    totals = facts.training_totals
    return (
        f"In training, with the side heads: {counted(totals.parameters, 'parameter')}, "
        f"{counted(totals.macs, 'multiply-add')}."
    )


def _on_one_line(shape: re.Match[str]) -> str:
    return f"[{' '.join(shape[1].split())}]"


def _totals_record(totals: Totals) -> dict[str, int]:
    return {
        "parameters": totals.parameters,
        "buffers": totals.buffers,
        "macs": totals.macs,
        "activations": totals.activations,
        "depth": totals.depth,
    }


def _layer_record(layer: LayerFacts) -> dict[str, Any]:
    return {
        "path": layer.path,
        "op": type(layer.node.op).__name__,
        "output": list(layer.output.sides),
        "parameters": layer.parameters,
        "macs": layer.macs,
        "line": layer.node.span.line,
        "training_only": layer.training_only,
    }
