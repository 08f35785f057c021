"""docs/zoo.md is what the specs, the reference figures and the last run of the proofs say."""

from __future__ import annotations

import re

import proofs
import pytest
from zoo_page import PAGE, SOURCES, page
from zoo_table import SETTINGS


def test_the_page_is_what_is_known(request: pytest.FixtureRequest) -> None:
    """`make zoo` writes it: figures are counted here anew, differences are those recorded."""
    text = page()
    if request.config.getoption("--update-golden"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, "docs/zoo.md is old: make zoo"


def test_the_proofs_are_of_settings_and_sources_that_are_there() -> None:
    seen = proofs.recorded()
    assert seen.keys() <= {repr(setting) for setting in SETTINGS}
    assert {source for sources in seen.values() for source in sources} <= SOURCES.keys()


def test_no_difference_is_larger_than_the_page_says() -> None:
    found = [value for sources in proofs.recorded().values() for value in sources.values()]
    assert max(found) <= 1e-9


def test_every_setting_has_a_row_and_every_row_a_number_of_cells() -> None:
    rows = [line for line in page().splitlines() if line.startswith("| [")]
    assert len(rows) == len(SETTINGS)
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {8}
