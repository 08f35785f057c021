"""`archdsl diff`: exit codes, two settings of one spec, text and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import archdsl

Run = Callable[..., Result]

pytestmark = pytest.mark.usefixtures("here")


def test_the_text_is_that_of_the_python_api(run: Run) -> None:
    result = run("diff", "resnet50", "torchvision/resnet50")
    pair = (archdsl.load(name) for name in ("resnet50", "torchvision/resnet50"))
    assert (result.exit_code, result.stdout, result.stderr) == (1, archdsl.diff(*pair).text(), "")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("small.arch", "small.arch"), 0),
        (("small.arch", "small.arch:classes=10"), 0),
        (("small.arch", ":classes=3"), 1),
        (("small.arch:classes=2", "small.arch", "--set", "classes=2"), 0),
        (("small.arch:classes=2", ":classes=3", "--set", "classes=2"), 1),
        (("small.arch", "wrong.arch"), 2),
        (("wrong.arch", "small.arch"), 2),
        (("small.arch", "missing.arch"), 2),
        (("small.arch", ":k=3"), 2),
        (("small.arch", ":classes=x"), 2),
        (("small.arch:classes=2,classes=3", "small.arch"), 2),
        (("small.arch",), 2),
        (("small.arch", "small.arch", "--format", "xml"), 2),
    ],
)
def test_the_exit_code_says_same_different_or_trouble(
    run: Run, arguments: tuple[str, ...], code: int
) -> None:
    result = run("diff", *arguments)
    assert result.exit_code == code
    assert bool(result.stdout) == (code < 2)


def test_a_colon_may_be_part_of_a_files_name(run: Run, here: Path) -> None:
    (here / "small.arch").rename(here / "small:a=b.arch")
    assert run("diff", "small:a=b.arch", "small:a=b.arch").exit_code == 0


def test_json(run: Run) -> None:
    result = run("diff", "small.arch", ":classes=3", "--format", "json")
    record = json.loads(result.stdout)
    assert record["after"]["parameters"] == {"classes": "3"}
    [finding] = record["findings"]
    assert finding["changes"][0]["fields"] == [{"name": "neurons", "before": "10", "after": "3"}]


def test_a_file_is_written_and_told_of(run: Run, here: Path) -> None:
    result = run("diff", "small.arch", ":classes=3", "-o", "out.txt")
    assert (result.exit_code, result.stdout) == (1, "wrote out.txt: what differs\n")
    assert "neurons 10 -> 3" in (here / "out.txt").read_text()
    assert run("diff", "small.arch", ":classes=3", "-o", "small.arch").exit_code == 2


def test_claims_for_other_parameters_are_no_doubt_here(run: Run) -> None:
    assert run("diff", "resnet_cifar:n=3", ":n=5").stderr == ""


# --- Pictures ---


def test_a_flag_or_a_suffix_draws(run: Run, here: Path) -> None:
    result = run("diff", "resnet50", "torchvision/resnet50", "--svg", "--png")
    said = "wrote difference.svg: what differs\nwrote difference.png: what differs\n"
    assert (result.exit_code, result.stdout) == (1, said)
    pair = (archdsl.load(name) for name in ("resnet50", "torchvision/resnet50"))
    assert (here / "difference.svg").read_bytes() == archdsl.draw(archdsl.diff(*pair))
    result = run("diff", "small.arch", "small.arch", "-o", "same.pdf")
    assert (result.exit_code, result.stdout) == (0, "wrote same.pdf: no difference\n")
    assert (here / "same.pdf").read_bytes().startswith(b"%PDF")
    result = run("diff", "small.arch", ":classes=3", "--tikz", "-o", "-")
    assert result.exit_code == 1
    assert r"\begin{tikzpicture}" in result.stdout
    assert result.stderr == "wrote standard output: what differs\n"


def test_a_theme_colours_the_picture(run: Run, here: Path) -> None:
    assert run("diff", "small.arch", ":classes=3", "--theme", "dark", "-o", "x.svg").exit_code == 1
    pair = archdsl.load("small.arch"), archdsl.load("small.arch", classes=3)
    dark = archdsl.draw(archdsl.diff(*pair), theme="dark")
    assert (here / "x.svg").read_bytes() == dark


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--theme", "dark"), "--theme dark needs a picture"),
        (("--svg", "--format", "json"), "--format json writes no picture, and one"),
        (("-o", "x.svg", "--format", "text"), "--format text writes no picture"),
        (("--png", "-o", "x.svg"), "x.svg is called .svg, and --png asks for another"),
        (("--svg", "--png", "-o", "-"), "standard output takes one picture only"),
        (("--svg", "-o", "small.arch"), "cannot write small.arch: the spec itself is there"),
    ],
)
def test_what_cannot_be_asked_for_is_an_error(
    run: Run, here: Path, arguments: tuple[str, ...], message: str
) -> None:
    before = sorted(here.iterdir())
    result = run("diff", "small.arch", ":classes=3", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert sorted(here.iterdir()) == before
