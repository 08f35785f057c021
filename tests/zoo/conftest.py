"""What the proofs of the zoo share: their differences are noted."""

from __future__ import annotations

from collections.abc import Callable

import proofs
import pytest
from torch import Tensor
from zoo_table import Is, NoteDifference


@pytest.fixture
def note_difference(
    request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> NoteDifference:
    """Note the largest difference of two results, relative to the largest value, for docs/zoo.md.

    With `--record-proofs` the run keeps it; without, the page must know of the comparison.
    """

    def note(setting: Is, source: str, value: Tensor, expected: Tensor) -> None:
        found = float((value - expected).abs().max() / expected.abs().max())
        record_property(proofs.PROOF, [repr(setting), source, found])
        if not request.config.getoption("--record-proofs"):
            known = source in proofs.recorded().get(repr(setting), {})
            assert known, f"docs/zoo.md does not have {setting} against {source}: make zoo"

    return note
