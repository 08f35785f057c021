"""docs/zoo.md: what is known of each network, and what it was proven against."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from zoo_table import SETTINGS, Is, load

from archdsl import zoo
from archdsl.ir.published import PROTOCOLS, Published

PAGE = Path(__file__).parent.parent / "docs" / "zoo.md"
PROOFS = Path(__file__).parent / "data" / "proofs.json"
"""What the last run of the proofs saw: setting -> against what -> largest difference."""

SOURCES = {
    "torchvision": "what torchvision itself computed, recorded",
    "pytorchcv": "pytorchcv 0.0.67, adapted where its networks differ from the papers'",
    "onnx": "the graph that the onnx package brings, run by its own evaluator",
    "plain torch": "the network in plain torch, written for these tests from the paper",
}
INDEPENDENT = {"torchvision", "pytorchcv", "onnx"}
"""Implementations by other hands."""


class Proofs(NamedTuple):
    """Setting -> source -> the largest difference that was seen."""

    seen: dict[str, dict[str, float]]

    @classmethod
    def recorded(cls) -> Proofs:
        """Those of the last run."""
        return cls(json.loads(PROOFS.read_text(encoding="utf-8")))

    def of(self, setting: Is) -> dict[str, float]:
        """The sources that this setting of a spec was held against."""
        return self.seen.get(repr(setting), {})


HEAD = """\
# The zoo

`make zoo` writes this page. A spec is compiled by its name, as in `archdsl compile resnet50`, and
another setting of it with `--set n=3`.

Parameters, multiply-adds and the depth, which is the number of weighted layers on the longest path,
are those of the test-time network for one image. They equal the reference figures in
`tests/data/networks.json` to the digit wherever these name the network. Errors are those that the
spec quotes. They compare only under one protocol; what each means stands [below](#protocols).

The numbers of an emitted module are proven in float64 and evaluation mode, with equal weights: the
largest difference of an output, relative to the largest output, is at most 1e-9. What the last run
of the proofs saw stands in the last column. The networks were held against:

"""

TABLE_HEAD = """\
| Network | | Parameters | Multiply-adds | Depth | Published error | Largest difference |
| --- | --- | ---: | ---: | ---: | --- | --- |
"""


def page() -> str:
    """The whole page."""
    proofs = Proofs.recorded()
    parts = [HEAD, *(f"- **{source}**: {text}\n" for source, text in SOURCES.items())]
    groups: dict[str, list[Is]] = defaultdict(list)
    for setting in SETTINGS:
        groups[setting.spec.rpartition("/")[0]].append(setting)
    for folder, title in (
        ("", "Papers"),
        ("torchvision", "Checkpoints of torchvision"),
        ("beyond", "Beyond the survey"),
    ):
        if groups[folder]:
            rows = _rows(groups[folder], proofs)
            parts += [f"\n## {title}\n\n", TABLE_HEAD, *rows]
    parts += ["\n## Without an independent reference\n\n", *_without(proofs)]
    parts += ["\n## Protocols\n\n| Protocol | How it is measured |\n| --- | --- |\n"]
    parts += [f"| {name} | {meaning} |\n" for name, meaning in PROTOCOLS.items()]
    return "".join(parts)


def _rows(settings: list[Is], proofs: Proofs) -> Iterator[str]:
    """A row a setting; a spec's first one, its defaults, has the picture."""
    drawn: set[str] = set()
    for setting in settings:
        network = load(setting.spec, **setting.parameters)
        cells = [
            _name(setting),
            "" if setting.spec in drawn else _picture(setting.spec),
            f"{network.totals.parameters:,}",
            f"{network.totals.macs:,}",
            str(network.totals.depth),
            "<br>".join(_error(error) for error in network.errors) or "–",
            _differences(proofs.of(setting)),
        ]
        drawn.add(setting.spec)
        yield f"| {' | '.join(cells)} |\n"


def _name(setting: Is) -> str:
    values = ", ".join(f"{name}={_value(value)}" for name, value in setting.parameters.items())
    link = f"[{setting.spec}](../specs/{setting.spec}.arch)"
    return f"{link} {values}" if values else link


def _value(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _picture(spec: str) -> str:
    """The picture of the gallery, small; it leads to itself in full size."""
    file = f"gallery/{spec.replace('/', '-')}.svg"
    return f'<a href="{file}"><img src="{file}" alt="{spec}" height="96"></a>'


def _error(error: Published) -> str:
    return f"{float(error.percent):g}% top-{error.top} ({error.protocol}; {error.source})"


def _differences(found: dict[str, float]) -> str:
    ordered = [source for source in SOURCES if source in found]
    return "<br>".join(f"{source}: {found[source]:.1e}" for source in ordered) or "–"


# --- What has no reference ---

STAND_IN = """\
No implementation by other hands could be installed for these networks as their papers say. What
stands in for it: the reference figures, where they name the network; every shape that the emitted
module computes; and the module's numbers against the graph run op by op in `tests/reference.py`,
which shares no code with the compiler's backend. A network in plain torch, where there is one, was
written for these tests from the paper: it finds what the compiler does wrong, but not what its
authors read wrong.

"""


def _without(proofs: Proofs) -> Iterator[str]:
    yield STAND_IN
    yield "| Network | Reference figures | Plain torch |\n| --- | --- | --- |\n"
    for name in zoo.names():
        settings = [setting for setting in SETTINGS if setting.spec == name]
        found = {source for setting in settings for source in proofs.of(setting)}
        if not found & INDEPENDENT:
            rows = [setting.row for setting in settings if setting.row]
            plain = "yes" if "plain torch" in found else "–"
            yield f"| {name} | {', '.join(rows) or '–'} | {plain} |\n"
