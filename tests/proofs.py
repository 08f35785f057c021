"""The largest differences that the proofs of the zoo saw, kept between runs for docs/zoo.md."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

FILE = Path(__file__).parent / "data" / "proofs.json"
PROOF = "proof"
"""The name that a test gives a difference as a property of its own."""


def recorded() -> dict[str, dict[str, float]]:
    """Setting -> against what -> largest difference."""
    found: dict[str, dict[str, float]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def record(seen: Iterable[tuple[str, str, float]]) -> None:
    """Keep the differences of a run, and what earlier runs kept of other comparisons."""
    known = recorded() if FILE.exists() else {}
    for setting, source, difference in seen:
        known.setdefault(setting, {})[source] = float(f"{difference:.1e}")
    FILE.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
