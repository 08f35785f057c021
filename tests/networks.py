"""The specs that tests run over: the zoo, and small networks that use every construct."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from archdsl import zoo

CONSTRUCTS = Path(__file__).parent / "constructs"

SETTINGS: dict[str, list[dict[str, Any]]] = {
    "aspp": [{"branches": 1}, {"branches": 2, "pyramid": False}, {"branches": 5}],
    "carried": [{"n": 1}, {"n": 0}, {"n": 4}],
    "dense": [{"growth": 3}, {"bottleneck": False, "layers": 1}, {"layers": 5}],
    "fractal": [
        {"columns": 2},
        {"blocks": 3},
        {"classes": 3, "columns": 1},
        {"blocks": 1, "columns": 4},
    ],
    "groups": [{"n": 0}, {"n": 3, "se": False}, {"n": 1}],
    "ifs": [{"kind": 2}, {"kind": 3, "wide": True}, {"wide": True}],
    "refs": [{"w": 4}],
    "sizes": [{"k": (1, 1)}, {"depth": 20, "rate": 0.5}, {"depth": 8}],
}
"""Construct -> parameters to try besides the defaults."""


def construct(name: str) -> Path:
    """The file of a construct."""
    return CONSTRUCTS / f"{name}.arch"


ZOO = zoo.names()
