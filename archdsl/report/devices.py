"""What the devices of a split network hold and exchange, as a sentence and as data."""

from __future__ import annotations

from typing import Any

from archdsl.passes import Facts
from archdsl.passes.devices import DeviceRow, device_rows
from archdsl.report.columns import Setup
from archdsl.report.text import counted

MOST = 8
"""Layers that the sentence names one by one."""


def device_text(facts: Facts, setup: Setup) -> str:
    """One device's figures and the bytes that cross, layer by layer; empty without a split."""
    rows = device_rows(facts)
    if not rows:
        return ""
    each = (
        counted(sum(row.parameters for row in rows), "parameter"),
        counted(sum(row.activations for row in rows), "activation"),
    )
    crossing = [row for row in rows if row.crossing]
    value = setup.value * setup.batch
    named = [f"{row.path} {value * row.crossing:,}" for row in crossing[:MOST]]
    if crossing[MOST:]:
        named.append(f"{counted(len(crossing) - MOST, 'more layer')}")
    total = value * sum(row.crossing for row in crossing)
    return (
        f"On each of {facts.flat.block.devices} gpus: {', '.join(each)}. For {setup.images} "
        f"{counted(total, 'byte')} cross between them: {', '.join(named)}."
    )


def device_record(facts: Facts, setup: Setup) -> dict[str, Any]:
    """The same layer by layer; `received` is a number of values of one image for each device."""
    rows = device_rows(facts)
    value = setup.value * setup.batch
    received = [sum(counts) for counts in zip(*(row.received for row in rows), strict=True)]
    return {
        "count": facts.flat.block.devices,
        "parameters": sum(row.parameters for row in rows),
        "buffers": sum(row.buffers for row in rows),
        "activations": sum(row.activations for row in rows),
        "received": received,
        "crossing_bytes": value * sum(received),
        "layers": [_layer_record(row, value) for row in rows],
    }


def _layer_record(row: DeviceRow, value: int) -> dict[str, Any]:
    return {
        "path": row.path,
        "divided": row.is_divided,
        "parameters": row.parameters,
        "buffers": row.buffers,
        "activations": row.activations,
        "received": list(row.received),
        "crossing_bytes": value * row.crossing,
    }
