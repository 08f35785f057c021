"""The memory of a run in words: what its peak holds, and how many images fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from archdsl.ir.graph import Graph
from archdsl.passes.memory import DTYPES, OPTIMIZERS, Memory, Moment, inference, training_step
from archdsl.report.columns import Setup, UnknownChoice, choose
from archdsl.report.text import counted

NOTE = (
    "Memory is the peak of what PyTorch's tensors take where every layer runs on its own: each "
    "from its making to its last use. Dropout keeps a factor for each value, the place of a "
    "maximum takes 8 bytes, and the optimizer goes from parameter to parameter (foreach=False). "
    "What libraries and allocators take beside it is not counted. An MB is a million bytes."
)
_PREFIXES = " kMGT"
_SIZE = re.compile(r"(\d+(?:\.\d+)?) *([kKMGT]?)(i?)B")


class Budget(NamedTuple):
    """What is asked of the memory: with which optimizer to train, if at all, and into what to fit.

    `room` is a size such as 5GiB.
    """

    optimizer: str | None = None
    room: str | None = None


def memory_of(flat: Graph, dtype: str, optimizer: str | None = None) -> Memory:
    """Of inference, or of a training step with an optimizer. Raises `UnknownChoice`."""
    value = choose("type", dtype, DTYPES)
    if optimizer is None:
        return inference(flat, value)
    return training_step(flat, value, choose("optimizer", optimizer, OPTIMIZERS))


def _runs(flat: Graph, setup: Setup, budget: Budget) -> Iterator[tuple[str, Memory]]:
    """What is asked for: inference, and training if there is an optimizer."""
    yield "inference", memory_of(flat, setup.dtype)
    if budget.optimizer is not None:
        yield "training", memory_of(flat, setup.dtype, budget.optimizer)


def memory_lines(flat: Graph, setup: Setup, budget: Budget | None) -> Iterator[str]:
    """What each run takes, what of it is what, and how many images fit; nothing without budget."""
    if budget is None:
        return
    for name, memory in _runs(flat, setup, budget):
        peak = memory.peak(setup.batch)
        parts = ", ".join(f"{part} {size(count)}" for part, count in _parts(peak, setup.batch))
        run = "Inference" if name == "inference" else f"A training step with {budget.optimizer}"
        run += " on one device" if flat.block.devices > 1 else ""
        text = f"{run}, {setup.images}: {size(peak.bytes(setup.batch))} ({parts})."
        if budget.room is not None:
            images = memory.images(parse_size(budget.room))
            verb = "fits" if images == 1 else "fit"
            text += f" {counted(images, 'image')} {verb} into {budget.room}."
        yield text
    yield NOTE


def memory_record(flat: Graph, setup: Setup, budget: Budget | None) -> dict[str, Any]:
    """The same for programs, in bytes; without a budget that of inference alone."""
    budget = budget or Budget()
    record: dict[str, Any] = {"batch": setup.batch, "dtype": setup.dtype}
    if budget.optimizer is not None:
        record["optimizer"] = budget.optimizer
    if budget.room is not None:
        record["room"] = parse_size(budget.room)
    for name, memory in _runs(flat, setup, budget):
        peak = memory.peak(setup.batch)
        record[name] = {
            "peak": peak.bytes(setup.batch),
            **{part.replace(" ", "_"): count for part, count in _parts(peak, setup.batch)},
        }
        if budget.room is not None:
            record[name]["fits"] = memory.images(parse_size(budget.room))
    return record


def _parts(peak: Moment, batch: int) -> Iterator[tuple[str, int]]:
    """What a moment holds, the parts that are not there left out."""
    parts = {
        "weights": peak.weights,
        "gradients": peak.gradients,
        "optimizer": peak.state + peak.working,
        "saved activations": peak.saved * batch,
        "transient": peak.transient * batch,
    }
    yield from ((part, count) for part, count in parts.items() if count)


def size(count: int) -> str:
    """`974 MB`, to three digits."""
    number, prefix = float(count), 0
    while number >= 999.5 and prefix < len(_PREFIXES) - 1:
        number, prefix = number / 1000, prefix + 1
    digits = max(0, 3 - len(str(int(number)))) if prefix else 0
    return f"{number:.{digits}f} {_PREFIXES[prefix]}B".replace("  ", " ")


def parse_size(text: str) -> int:
    """The bytes of `5GiB`, `800 MB` or `1.5 GB`. Raises `UnknownChoice`."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise UnknownChoice(f"{text!r} is no size such as 5GiB or 800MB")
    number, prefix, binary = match.groups()
    power = _PREFIXES.index(prefix.replace("K", "k") or " ")
    return int(float(number) * (1024 if binary else 1000) ** power)
