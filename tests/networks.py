"""The specs that tests run over: the zoo, and small networks that use every construct."""

from __future__ import annotations

from pathlib import Path
from typing import Any

CONSTRUCTS = Path(__file__).parent / "constructs"

SETTINGS: dict[str, list[dict[str, Any]]] = {
    "aspp": [{"branches": 1}, {"branches": 2, "pyramid": False}, {"branches": 5}],
    "branches": [{"kind": 2}, {"kind": 3}],
    "channels": [{"n": 0}, {"width": 12, "ratio": 1}, {"n": 1, "width": 6}],
    "carried": [{"n": 1}, {"n": 0}, {"n": 4}],
    "choices": [{"deep": False}, {"kind": 2}, {"deep": False, "kind": 3}],
    "clashes": [{"n": 0}, {"n": 1, "f": 0.5}],
    "depths": [{"n": 1, "p": 0.25}, {"n": 0}, {"n": 3}],
    "drop_paths": [{"columns": 2, "drop_path": False}, {"columns": 4, "rate": 0.5}, {"columns": 1}],
    "dense": [{"growth": 3}, {"bottleneck": False, "layers": 1}, {"layers": 5}],
    "fractal": [
        {"columns": 2},
        {"blocks": 3},
        {"classes": 3, "columns": 1},
        {"blocks": 1, "columns": 4},
    ],
    "groups": [{"n": 0}, {"n": 3, "se": False}, {"n": 1}],
    "guards": [{"bc": False}, {"depth": 14, "rate": 0.5}, {"depth": 4, "bc": False}],
    "heads": [{"classes": 4, "share": 1}, {"wide": True}],
    "ifs": [{"kind": 2}, {"kind": 3, "wide": True}, {"wide": True}],
    "joins": [{"columns": 1}, {"columns": 4, "deep": True}],
    "nameless": [{"n": 1}, {"n": 0}, {"n": 5, "tokens": False}],
    "optional": [],
    "reals": [{"alpha": 0.5}, {"beta": 0.3}, {"alpha": 2}],
    "refs": [{"w": 4}],
    "repeats": [{"n": 0}, {"n": 1}],
    "resize": [{"n": 8}, {"n": 4, "factor": 2.5}],
    "sizes": [{"k": (1, 1)}, {"depth": 20, "rate": 0.5}, {"depth": 8}],
    "split": [{"width": 6}, {"n": 0, "wide": True}, {"classes": 3, "n": 1}],
    "tokens": [{"n": 0}, {"heads": 2, "scaled": False}, {"patch": (3, 4), "n": 1, "drop": 0.0}],
    "tree": [],
}
"""Construct -> parameters to try besides the defaults."""


def construct(name: str) -> Path:
    """The file of a construct."""
    return CONSTRUCTS / f"{name}.arch"


FOUR = ["alexnet", "googlenet", "resnet50", "torchvision/resnet50"]
"""Networks of the zoo that the tests of single rooms use; `tests/zoo` proves all of them."""
