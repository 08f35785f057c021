"""`archdsl list` and `archdsl explain`: what needs no compilation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from archdsl import zoo
from archdsl.cli.list import _entry, _table
from archdsl.diagnostics.codes import CODES

Run = Callable[..., Result]


def test_the_zoo_a_spec_a_line_its_name_first(run: Run) -> None:
    result = run("list")
    assert result.exit_code == 0
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert [row[0] for row in rows] == zoo.names()
    assert all(len(row) == 3 for row in rows)
    assert rows[0][:2] == ["alexnet", "AlexNet"]
    assert rows[0][2].startswith("Krizhevsky, Sutskever, Hinton")
    assert not any(row[0].startswith("blocks/") for row in rows)


def test_every_spec_of_the_zoo_names_its_class_and_its_paper() -> None:
    for name in zoo.names():
        assert all(_entry(name)), name


def test_the_table_fits_the_terminal() -> None:
    entries = [_entry(name) for name in zoo.names()]
    longest = max(len(name) for name in zoo.names())
    for width in (1, 20, longest, 40, 60, 100):
        lines = _table(entries, width)
        assert all(len(line) <= width for line in lines)
        if width >= longest:
            assert [line.split()[0] for line in lines] == zoo.names()


@pytest.mark.parametrize(
    ("text", "class_name", "paper"),
    [
        ("[8x8x3] INPUT\nRELU\n", "", ""),
        ("network N\nabout:\n    paper: A,\n        B\n    x: y\n", "N", "A, B"),
        ("network N(a = 1)\nabout:\n    x: paper: no\n\n    paper:  yes\t!\n", "N", "yes !"),
        ("about:\n    x: y\n[8x8x3] INPUT\n    paper: no\n", "", ""),
    ],
)
def test_a_text_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, class_name: str, paper: str
) -> None:
    (tmp_path / "x.arch").write_text(text)
    monkeypatch.setattr(zoo, "folder", lambda: tmp_path)
    assert _entry("x") == ("x", class_name, paper)


def test_an_explanation(run: Run) -> None:
    result = run("explain", "e101")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"E101: {CODES['E101'].title}\n\n")
    assert all(len(line) <= 80 for line in result.stdout.splitlines())


def test_an_explanation_ends_with_a_wrong_and_a_right_text(run: Run) -> None:
    result = run("explain", "E103")
    assert result.stdout.endswith(
        "\n\nWrong:\n\n    add:\n        RELU\n      BN\n"
        "\nRight:\n\n    add:\n        RELU\n        BN\n"
    )
    assert "Wrong" not in run("explain", "E102").stdout


def test_all_codes(run: Run) -> None:
    lines = run("explain").stdout.splitlines()
    assert [line.split()[0] for line in lines] == sorted(CODES)


def test_an_unknown_code(run: Run) -> None:
    result = run("explain", "E1010")
    assert result.exit_code == 2
    assert "did you mean E1" in result.stderr
