"""A difference as text for readers and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from archdsl.ir.evaluate import show
from archdsl.report.difference import NETWORK, Change, Difference, Field, Finding, Kind, Place
from archdsl.report.summary import Summarized, title
from archdsl.report.text import padded

SCHEMA = 1
INDENT = 4 * " "
TOTALS = {
    "parameters": "parameters",
    "macs": "multiply-adds",
    "activations": "activations",
    "depth": "layers",
}
"""The totals that are compared -> what the text calls them."""


def difference_text(difference: Difference) -> str:
    """What differs, then the totals of both. Ends in a newline."""
    lines = [f"{title(difference.before)} -> {title(difference.after)}", ""]
    for finding in difference.findings:
        lines += [_heading(finding.places), *(f"{INDENT}{_said(c)}" for c in finding.changes), ""]
    if difference.is_same:
        lines += ["the same layers of the same names, fed alike", ""]
    return "\n".join([*lines, *_totals(difference), ""])


def difference_json(difference: Difference) -> str:
    """Everything for programs. Ends in a newline."""
    before, after = difference.totals
    record = {
        "schema": SCHEMA,
        "same": difference.is_same,
        "before": _network_record(difference.before),
        "after": _network_record(difference.after),
        "totals": {
            name: {
                "before": getattr(before, name),
                "after": getattr(after, name),
                "difference": getattr(after, name) - getattr(before, name),
            }
            for name in TOTALS
        },
        "findings": [_finding_record(finding) for finding in difference.findings],
    }
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def _heading(places: Sequence[Place]) -> str:
    """`in 3 blocks (layer2.0, layer3.0, layer4.0):`; with the call, where all have the same."""
    if places[0].path == NETWORK:
        return "in the network itself:"
    listed = ", ".join(path_runs([place.path for place in places]))
    calls = {(place.before, place.after) for place in places}
    ((before, after), *others) = calls
    said = "" if others or before == after else f", {before} -> {after}"
    where = f"{len(places)} blocks ({listed})" if len(places) > 1 else listed
    return f"in {where}{said}:"


def path_runs(paths: Sequence[str]) -> Iterator[str]:
    """Paths with neighbours joined: `layer1.1..2`."""
    first = last = paths[0]
    for path in [*paths[1:], ""]:
        stem, number = _split(last)
        if path and _split(path) == (stem, number + 1):
            last = path
            continue
        yield first if first == last else f"{first}..{number}"
        first = last = path


def _split(path: str) -> tuple[str, int]:
    """The stem and the number of `unit.2`; -2 where there is none, which no number follows."""
    stem = path.rstrip("0123456789")
    return stem, int(path[len(stem) :] or -2)


def _said(change: Change) -> str:
    match change.kind:
        case Kind.ADDED:
            return f"+ {_part(change.path, change.after)}"
        case Kind.REMOVED:
            return f"- {_part(change.path, change.before)}"
        case Kind.MOVED:
            [field] = change.fields
            source, target = f"{change.path} ({change.before})", f"{change.to} ({change.after})"
            return f"~ {field.name} {field.before} moved from {source} to {target}"
        case Kind.RENAMED:
            return f"~ {change.path} is called {change.to}"
        case Kind.WRAPPED:
            return f"~ {change.path} {_verb(change.path)} inside {change.to} ({change.after})"
        case Kind.UNWRAPPED:
            return (
                f"~ {change.to} {_verb(change.to)} no longer inside {change.path} ({change.before})"
            )
    if change.kind is Kind.REWIRED:
        [field] = change.fields
        return f"~ {change.path} is fed by {field.after} instead of {field.before}"
    if change.fields:
        return f"~ {change.path}: {', '.join(map(_field, change.fields))}"
    return f"~ {change.path}: {change.before} -> {change.after}"


def _verb(parts: str) -> str:
    return "are" if ".." in parts else "is"


def _part(path: str, what: str) -> str:
    """`conv1: CONV 64 3x3 filters`; `add_2` where that says it all."""
    is_said = what.lower() == path.rpartition(".")[2].partition("_")[0]
    return path if is_said else f"{path}: {what}"


def _field(field: Field) -> str:
    return f"{field.name.replace('_', ' ')} {field.before} -> {field.after}"


def _totals(difference: Difference) -> Iterator[str]:
    """A line a total, the figures aligned."""
    rows = [
        (word, *(getattr(totals, name) for totals in difference.totals))
        for name, word in TOTALS.items()
    ]
    widths = [max(len(f"{row[at]:,}") for row in rows) for at in (1, 2)]
    for word, before, after in rows:
        figures = (
            padded(f"{figure:,}", width, is_right=True)
            for figure, width in zip((before, after), widths, strict=True)
        )
        change = f"{after - before:+,}" if after != before else "the same"
        yield f"{padded(word, max(map(len, TOTALS.values())))}  {' -> '.join(figures)}  {change}"


def _network_record(network: Summarized) -> dict[str, Any]:
    return {
        "name": network.name,
        "class": network.class_name,
        "spec": network.source.name,
        "parameters": {name: show(value) for name, value in network.changed.items()},
    }


def _finding_record(finding: Finding) -> Mapping[str, Any]:
    return {
        "places": [place._asdict() for place in finding.places],
        "changes": [_change_record(change) for change in finding.changes],
    }


def _change_record(change: Change) -> Mapping[str, Any]:
    record = {
        "kind": change.kind.value,
        "path": change.path,
        "to": change.to,
        "before": change.before,
        "after": change.after,
        "fields": [field._asdict() for field in change.fields],
    }
    return {key: value for key, value in record.items() if value}
