"""A comparison as a table for readers, as JSON for programs, and as a table for a paper."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from archdsl.ir.evaluate import show
from archdsl.ir.published import PROTOCOLS, Published
from archdsl.report.columns import BY_KEY
from archdsl.report.comparison import Comparison, Entry
from archdsl.report.grid import Grid, Head, aligned, csv_text, latex_text, markdown_text
from archdsl.report.text import wrapped

SCHEMA = 1
FORMATS: Mapping[str, Callable[[Grid], str]] = {
    "csv": csv_text,
    "markdown": markdown_text,
    "latex": latex_text,
}
"""The forms that are the table and nothing else."""

CONVENTIONS = " ".join(
    ["For one image, at test time.", *(BY_KEY[key].note for key in ("macs", "activations"))]
)


def written(comparison: Comparison, format: str, width: int | None = None) -> str:
    """The comparison as `table`, `json`, `csv`, `markdown` or `latex`; ends in a newline."""
    if format == "json":
        return comparison_json(comparison)
    grid = grid_of(comparison)
    if format in FORMATS:
        return FORMATS[format](grid)
    return "\n".join([*aligned(grid, width), "", *footer(comparison, width), ""])


def grid_of(comparison: Comparison) -> Grid:
    """A row a network. An error that was measured in another way is no cell here."""
    heads = (
        Head("network", "network", is_figure=False),
        Head("family", "family", is_figure=False, rank=7),
        Head("input", "input", is_figure=False, rank=6),
        Head("parameters", "parameters", rank=1),
        Head("multiply-adds", "macs", rank=2),
        Head("layers", "depth", rank=5),
        Head("activations", "activations", rank=8),
        Head("top-1 error", "top1_error", rank=3),
        Head("top-5 error", "top5_error", rank=4),
    )
    return Grid(heads, tuple(tuple(_cells(entry, comparison)) for entry in comparison.entries))


def _cells(entry: Entry, comparison: Comparison) -> Iterator[tuple[str, object]]:
    totals = entry.totals
    yield entry.label, entry.label
    yield entry.network.family, entry.network.family
    size = "x".join(map(str, _input(entry)))
    yield size, size
    for count in (totals.parameters, totals.macs, totals.depth, totals.activations):
        yield f"{count:,}", count
    for top in (1, 5):
        error = entry.error(top, comparison.protocol)
        yield (f"{float(error.percent):g}%", float(error.percent)) if error else ("", "")


def _input(entry: Entry) -> tuple[int, ...]:
    return tuple(entry.network.facts.flat.inputs[0].output.sides)


def footer(comparison: Comparison, width: int | None) -> list[str]:
    """The protocol of the errors, who has others, and what all figures count."""
    notes = []
    if comparison.protocol:
        meaning = PROTOCOLS[comparison.protocol]
        notes.append(f"Errors: {comparison.protocol} ({meaning}); the specs name the sources.")
    others = [
        f"{entry.label} {float(error.percent):g}% top-{error.top} ({error.protocol})"
        for entry in comparison.unmeasured
        for error in entry.network.errors[:1]
    ]
    if others:
        notes.append(f"Measured in other ways: {', '.join(others)}.")
    return wrapped((*notes, CONVENTIONS), width)


def comparison_json(comparison: Comparison) -> str:
    """Everything for programs, all errors with their protocols and sources. Ends in a newline."""
    record = {
        "schema": SCHEMA,
        "protocol": comparison.protocol,
        "parameter": comparison.parameter,
        "networks": [_record(entry) for entry in comparison.entries],
    }
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def _record(entry: Entry) -> dict[str, Any]:
    network, totals = entry.network, entry.totals
    return {
        "label": entry.label,
        "name": network.name,
        "class": network.class_name,
        "family": network.family,
        "spec": network.source.name,
        "settings": {name: show(value) for name, value in network.values.items()},
        "input": list(_input(entry)),
        "parameters": totals.parameters,
        "macs": totals.macs,
        "depth": totals.depth,
        "activations": totals.activations,
        "errors": [_error_record(error) for error in network.errors],
    }


def _error_record(error: Published) -> dict[str, Any]:
    return {
        "percent": float(error.percent),
        "top": error.top,
        "protocol": error.protocol,
        "source": error.source,
    }
