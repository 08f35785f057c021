"""The saved tables are those of the grammar, to the byte, and a foreign lark does without them."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import lark
import pytest

from archdsl.syntax import tables
from archdsl.syntax.parser import parse
from archdsl.syntax.source import Source

TEXT = "[8x8x3] INPUT\nadd:\n    identity\n    stem: CONV {2 * n} 3x3 filters -> 3 x Unit(a = 1)\n"


@pytest.fixture
def fresh_parser() -> Iterator[None]:
    tables.parser.cache_clear()
    yield
    tables.parser.cache_clear()


def test_saved_tables_are_those_of_the_grammar() -> None:
    saved = tables.TABLES.read_text(encoding="utf-8")
    if json.loads(saved)["lark"] != lark.__version__:
        pytest.skip("the tables were saved by another version of lark")
    assert saved == tables.saved_tables(), "the grammar has changed: make tables"


@pytest.mark.parametrize("seed", ["1", "2"])
def test_tables_do_not_depend_on_the_order_of_sets(seed: str) -> None:
    script = "from archdsl.syntax import tables; print(tables.saved_tables(), end='')"
    printed = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
    ).stdout
    assert printed == tables.saved_tables()


def test_grammar_has_no_conflicts(caplog: pytest.LogCaptureFixture) -> None:
    """Lark settles a shift-reduce conflict in silence, unless it is asked to speak."""
    caplog.set_level(logging.DEBUG, logger="lark")
    grammar = tables.GRAMMAR.read_text(encoding="utf-8")
    lark.Lark(grammar, parser="lalr", start=["start", "expression"], debug=True)
    assert caplog.messages == []


@pytest.mark.usefixtures("fresh_parser")
def test_loaded_and_built_parsers_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source("a.arch", TEXT)
    loaded = parse(source)
    monkeypatch.setattr(tables, "parser", tables.build)
    assert parse(source) == loaded


@pytest.mark.usefixtures("fresh_parser")
def test_another_version_of_lark_builds_from_the_grammar(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    foreign = tmp_path / "tables.json"
    foreign.write_text('{"lark": "0.0.0", "data": "not for this lark"}', encoding="utf-8")
    monkeypatch.setattr(tables, "TABLES", foreign)
    assert len(parse(Source("a.arch", TEXT)).body) == 2


@pytest.mark.usefixtures("fresh_parser")
def test_loading_reads_no_grammar(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if json.loads(tables.TABLES.read_text(encoding="utf-8"))["lark"] != lark.__version__:
        pytest.skip("the tables were saved by another version of lark")
    monkeypatch.setattr(tables, "GRAMMAR", tmp_path / "missing.lark")
    assert len(parse(Source("a.arch", TEXT)).body) == 2
