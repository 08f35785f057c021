"""Networks side by side: what they cost, and the errors that were measured alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from archdsl.diagnostics import suggest
from archdsl.ir.evaluate import Value, show
from archdsl.ir.published import PROTOCOLS, Published
from archdsl.passes import Totals
from archdsl.report.summary import Summarized


class CannotCompare(ValueError):
    """A network that is compared with itself, or a protocol that no network has."""


class Compared(Summarized, Protocol):
    """What a comparison needs to know of a network, besides what a summary does."""

    @property
    def family(self) -> str:
        """Its kin."""

    @property
    def values(self) -> Mapping[str, Value]:
        """Its parameters."""

    @property
    def errors(self) -> tuple[Published, ...]:
        """The published errors, for these parameters."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One network of a comparison; `label` is what it is called there, unlike all others."""

    network: Compared
    label: str

    @property
    def totals(self) -> Totals:
        """What it costs."""
        return self.network.facts.totals

    def error(self, top: int, protocol: str) -> Published | None:
        """The first error that the spec quotes of this kind."""
        found = (e for e in self.network.errors if (e.top, e.protocol) == (top, protocol))
        return next(found, None)

    def accuracy(self, protocol: str) -> Fraction | None:
        """The share of images whose first guess is right, in percent."""
        error = self.error(1, protocol)
        return None if error is None else 100 - error.percent


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Networks in the order in which they were given, and the one protocol of their errors.

    `parameter` is what a sweep varies, else an empty text. `protocol` is empty where no network
    has an error.
    """

    entries: tuple[Entry, ...]
    protocol: str = ""
    parameter: str = ""

    @property
    def measured(self) -> tuple[Entry, ...]:
        """Those with a top-1 error under the protocol."""
        return tuple(entry for entry in self.entries if entry.error(1, self.protocol))

    @property
    def unmeasured(self) -> tuple[Entry, ...]:
        """The others, in no chart of accuracies."""
        return tuple(entry for entry in self.entries if not entry.error(1, self.protocol))

    def written(self, format: str = "table", width: int | None = None) -> str:
        """As `table`, `json`, `csv`, `markdown` or `latex`; `width` bounds the table's lines."""
        from archdsl.report.comparison_text import written

        return written(self, format, width)


def compare(*networks: Compared, protocol: str = "", parameter: str = "") -> Comparison:
    """Networks side by side. The protocol is the one that most of them share, unless one is named.

    Raises `CannotCompare` for a protocol that none of them has, and for a network named twice.
    """
    entries = tuple(
        Entry(network, label)
        for network, label in zip(networks, _labels(networks, parameter), strict=True)
    )
    counts = Counter(
        known for known in PROTOCOLS for entry in entries if entry.error(1, known) is not None
    )
    if protocol and protocol not in counts:
        raise CannotCompare(_unknown(protocol, counts))
    (most, _), *_ = counts.most_common(1) or [("", 0)]
    return Comparison(entries, protocol or most, parameter)


def _labels(networks: Sequence[Compared], parameter: str) -> list[str]:
    """The class where it tells the networks apart, else the spec's name; then the parameters."""
    labels: list[str] = []
    for network in networks:
        others = [other for other in networks if other.source.name != network.source.name]
        head = network.class_name
        if any(head == other.class_name for other in others):
            head = network.name
        if any(head == other.name for other in others):
            head = network.source.name
        shown = {k: v for k, v in network.values.items() if k in network.changed or k == parameter}
        settings = ", ".join(f"{name}={show(value)}" for name, value in shown.items())
        labels.append(f"{head}({settings})" if settings else head)
    for label, count in Counter(labels).items():
        if count > 1:
            raise CannotCompare(f"{label} is in the comparison {count} times")
    return labels


def _unknown(protocol: str, counts: Mapping[str, int]) -> str:
    if not counts:
        return "none of these networks quotes an error"
    near = suggest(protocol, counts)
    hint = f"did you mean `{near}`?" if near else f"there are {'; '.join(counts)}"
    return f"none of these networks has an error under `{protocol}`: {hint}"
