"""docs/zoo.md: what is known of each network, and what it was proven against."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import proofs
from zoo_table import SETTINGS, Is, load

from archdsl import zoo
from archdsl.ir.published import PROTOCOLS, Published

PAGE = Path(__file__).parent.parent / "docs" / "zoo.md"

SOURCES = {
    "torchvision": "what torchvision itself computed, recorded",
    "pytorchcv": "pytorchcv 0.0.67, adapted where its networks differ from the papers'",
    "onnx": "the graph that the onnx package brings, run by its own evaluator",
    "plain torch": "the network in plain torch, written for these tests from the paper",
}
Seen = dict[str, dict[str, float]]
INDEPENDENT = {"torchvision", "pytorchcv", "onnx"}
"""Implementations by other hands."""


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

FOLDERS = {
    "": "Papers",
    "torchvision": "Checkpoints of torchvision",
    "beyond": "Beyond the survey",
}

TABLE_HEAD = """\
| Network | | Parameters | Multiply-adds | Depth | Published error | Largest difference |
| --- | --- | ---: | ---: | ---: | --- | --- |
"""


def page() -> str:
    """The whole page."""
    seen = proofs.recorded()
    parts = [HEAD, *(f"- **{source}**: {text}\n" for source, text in SOURCES.items())]
    for folder, title in FOLDERS.items():
        settings = [each for each in SETTINGS if each.spec.rpartition("/")[0] == folder]
        parts += [f"\n## {title}\n\n", TABLE_HEAD, *_rows(settings, seen)]
    parts += ["\n## Without an independent reference\n\n", *_without(seen)]
    parts += ["\n## Protocols\n\n| Protocol | How it is measured |\n| --- | --- |\n"]
    parts += [f"| {name} | {meaning} |\n" for name, meaning in PROTOCOLS.items()]
    return "".join(parts)


def _rows(settings: list[Is], seen: Seen) -> Iterator[str]:
    """A row a setting; the defaults of a spec come first and have the picture."""
    specs = list(dict.fromkeys(setting.spec for setting in settings))
    settings = sorted(settings, key=lambda each: (specs.index(each.spec), bool(each.parameters)))
    for setting in settings:
        network = load(setting.spec, **setting.parameters)
        cells = [
            _name(setting),
            "" if setting.parameters else _picture(setting.spec),
            f"{network.totals.parameters:,}",
            f"{network.totals.macs:,}",
            str(network.totals.depth),
            "<br>".join(_error(error) for error in network.errors) or "–",
            _differences(seen.get(repr(setting), {})),
        ]
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
    return "<br>".join(f"{source}: {found[source]:.2g}" for source in ordered) or "–"


# --- What has no reference ---

STAND_IN = """\
No implementation by other hands could be installed for these networks as their papers say. What
stands in for it: the reference figures, where they name the network; the shape of everything that
the emitted module computes; and the network in plain torch, written for these tests from the paper.
That finds what the compiler does wrong, but not what its authors read wrong.

"""


def _without(seen: Seen) -> Iterator[str]:
    yield STAND_IN
    yield "| Network | Reference figures | Plain torch |\n| --- | --- | --- |\n"
    for name in zoo.names():
        settings = [setting for setting in SETTINGS if setting.spec == name]
        found = {source for setting in settings for source in seen.get(repr(setting), {})}
        if not found & INDEPENDENT:
            rows = [setting.row for setting in settings if setting.row]
            plain = "yes" if "plain torch" in found else "–"
            yield f"| {name} | {', '.join(rows) or '–'} | {plain} |\n"
