"""`archdsl check`: one line a spec, and a count."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]

pytestmark = pytest.mark.usefixtures("here")


def test_the_zoo_is_right(run: Run, repository: Path) -> None:
    result = run("check", str(repository / "specs"))
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert f"ok   {repository}/specs/alexnet.arch  AlexNet, 62,378,344 parameters" in lines
    assert lines[-1] == f"{len(lines) - 1} specs: all fine"


def test_block_files_are_no_networks(run: Run, here: Path) -> None:
    (here / "blocks").mkdir()
    (here / "blocks" / "a.arch").write_text("block A():\n    RELU\n\nblock B():\n    A()\n")
    result = run("check", "blocks/a.arch")
    assert result.stdout == "ok   blocks/a.arch  2 blocks\n1 spec: all fine\n"
    (here / "blocks" / "a.arch").write_text("block A():\n    RELUU\n")
    result = run("check", "blocks")
    assert result.exit_code == 1
    assert "help: did you mean" in result.stderr


def test_what_is_doubtful_in_a_block_file_is_said(run: Run, here: Path) -> None:
    (here / "blocks").mkdir()
    (here / "blocks" / "a.arch").write_text("block A(n):\n    RELU\n")
    result = run("check", "blocks/a.arch")
    assert result.exit_code == 0
    assert result.stdout.endswith("1 spec: all fine, 1 warning\n")
    assert "warning[W302]" in result.stderr


def test_a_block_file_elsewhere_is_taken_for_a_network(run: Run, here: Path) -> None:
    (here / "a.arch").write_text("block A():\n    RELU\n")
    assert run("check", "a.arch").exit_code == 1


def test_files_and_names_together(run: Run) -> None:
    result = run("check", "alexnet", "wrong.arch", "small.arch")
    assert result.exit_code == 1
    assert result.stdout == (
        "ok   alexnet  AlexNet, 62,378,344 parameters\n"
        "bad  wrong.arch  1 error\n"
        "ok   small.arch  Small, 2,682 parameters\n"
        "3 specs: 1 bad\n"
    )
    assert result.stderr.startswith("error[E201]: CONV1 declares [54x54x96]")


def test_conditional_expectations_are_checked(run: Run, here: Path) -> None:
    spec = (here / "small.arch").read_text()
    (here / "small.arch").write_text(f"{spec}\nexpect with classes = 5:\n    7 parameters\n")
    assert run("summary", "small.arch").exit_code == 0
    result = run("check", "small.arch")
    assert result.exit_code == 1
    assert "7 parameters are expected, but the network has 1,397" in result.stderr


def test_warnings_are_counted_and_harmless(run: Run, here: Path) -> None:
    (here / "w.arch").write_text("[8x8x3] INPUT\nCONV1: 4 1x1 filters\nCONV2: 4 1x1 filters\n")
    result = run("check", "w.arch")
    assert result.exit_code == 0
    assert result.stdout.endswith("1 spec: all fine, 1 warning\n")
    assert result.stderr.startswith("warning[W202]")


def test_json_has_standard_output_for_itself(run: Run) -> None:
    result = run("check", "--format", "json", "wrong.arch", "small.arch")
    assert result.exit_code == 1
    [diagnostic] = json.loads(result.stdout)["diagnostics"]
    assert (diagnostic["code"], diagnostic["file"], diagnostic["line"]) == ("E201", "wrong.arch", 2)
    assert result.stderr.splitlines()[-1] == "2 specs: 1 bad"


def test_what_is_missing_is_said_and_the_rest_is_checked(run: Run) -> None:
    result = run("check", "nothing.arch", "small.arch")
    assert result.exit_code == 2
    assert result.stdout.splitlines()[0].startswith("bad  nothing.arch  no file and no network")
    assert "ok   small.arch" in result.stdout


def test_folders_are_searched_but_hidden_ones(run: Run, here: Path) -> None:
    for folder in ("a", "a/b", ".hidden"):
        (here / folder).mkdir()
        (here / folder / "x.arch").write_text((here / "small.arch").read_text())
    (here / "wrong.arch").unlink()
    result = run("check", ".")
    assert [line.split()[1] for line in result.stdout.splitlines()[:-1]] == [
        "a/b/x.arch",
        "a/x.arch",
        "small.arch",
    ]


def test_a_folder_without_specs_is_a_wrong_command(run: Run, here: Path) -> None:
    (here / "empty").mkdir()
    result = run("check", "empty")
    assert result.exit_code == 2
    assert "no file in empty is called *.arch" in result.stderr


def test_nothing_to_check_is_a_wrong_command(run: Run) -> None:
    assert run("check").exit_code == 2


def test_parameters_are_set(run: Run) -> None:
    assert "Small, 1,397 parameters" in run("check", "small.arch", "--set", "classes=5").stdout
    assert run("check", "small.arch", "--set", "clases=5").exit_code == 2
