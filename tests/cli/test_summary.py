"""`archdsl summary`: a table or JSON, on standard output or in a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import archdsl
from archdsl.cli.summary import VAIN
from archdsl.passes.memory import DTYPES, OPTIMIZERS
from archdsl.report.columns import COLUMNS

Run = Callable[..., Result]

pytestmark = pytest.mark.usefixtures("here")


def test_the_table_is_that_of_the_python_api(run: Run) -> None:
    result = run("summary", "alexnet")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == archdsl.load("alexnet").summary()


def test_json(run: Run) -> None:
    result = run("summary", "small.arch", "--format", "json", "--set", "classes=3")
    record = json.loads(result.stdout)
    assert record["spec"] == "small.arch"
    assert record["layers"][-1]["output"] == [3]


def test_a_file_is_written_and_told_of(run: Run, here: Path) -> None:
    result = run("summary", "small.arch", "--format", "json", "-o", "small.json")
    assert result.stdout.startswith("wrote small.json: Small, 2,682 parameters")
    assert json.loads((here / "small.json").read_text())["class"] == "Small"


def test_standard_output_by_name_tells_on_stderr(run: Run) -> None:
    result = run("summary", "small.arch", "-o", "-")
    assert result.stdout == archdsl.load("small.arch").summary()
    assert result.stderr.startswith("wrote standard output: Small")


def test_an_invalid_spec_prints_no_table(run: Run) -> None:
    result = run("summary", "wrong.arch")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "(227 + 2*0 - 11)/4 + 1 = 55" in result.stderr


def test_an_unknown_format(run: Run) -> None:
    assert run("summary", "alexnet", "--format", "xml").exit_code == 2


def test_the_options_are_those_of_the_python_api(run: Run) -> None:
    result = run(
        *("summary", "alexnet", "--columns", "macs, field", "--sort", "macs", "--depth", "1"),
        *("--batch", "32", "--dtype", "float16", "--optimizer", "adam", "--fits", "5GiB"),
    )
    options = {"batch": 32, "dtype": "float16", "optimizer": "adam", "fits": "5GiB"}
    net = archdsl.load("alexnet")
    table = net.summary(columns=["macs", "field"], sort="macs", depth=1, **options)
    assert (result.exit_code, result.stdout) == (0, table)


@pytest.mark.parametrize("format", ["csv", "markdown", "latex"])
def test_other_formats(run: Run, format: str) -> None:
    assert run("summary", "alexnet", "--format", format).stdout == archdsl.load("alexnet").summary(
        format
    )


def test_the_lectures_style(run: Run) -> None:
    result = run("summary", "vgg16", "--style", "lecture")
    assert result.stdout == archdsl.load("vgg16").summary("lecture")
    assert run("summary", "vgg16", "--style", "lecture", "--format", "csv").exit_code == 2


OPTIONS = {
    "columns": "macs",
    "sort": "macs",
    "depth": "0",
    "batch": "64",
    "optimizer": "adam",
    "fits": "5GiB",
}


@pytest.mark.parametrize(
    ("form", "name"), [(form, name) for form, names in VAIN.items() for name in names]
)
def test_what_a_form_cannot_show_is_not_asked_of_it(run: Run, form: str, name: str) -> None:
    asked = ("--style", form) if form == "lecture" else ("--format", form)
    result = run("summary", "vgg16", *asked, f"--{name}", OPTIONS[name])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"archdsl: --{name} changes nothing where the form is {form}\n"


@pytest.mark.parametrize("form", ["csv", "json", "markdown", "latex", "lecture"])
def test_all_other_options_change_something(run: Run, form: str) -> None:
    asked = ("--style", form) if form == "lecture" else ("--format", form)
    plain = run("summary", "vgg16", *asked).stdout
    for name, value in {**OPTIONS, "dtype": "float64"}.items():
        if name not in VAIN.get(form, ()):
            assert run("summary", "vgg16", *asked, f"--{name}", value).stdout != plain


def test_the_lectures_style_minds_the_type(run: Run) -> None:
    text = run("summary", "vgg16", "--style", "lecture", "--dtype", "float16").stdout
    assert "TOTAL memory: 15,237,608 * 2 bytes = 30.5 MB / image" in text


def test_columns_without_a_name_are_a_wrong_command(run: Run) -> None:
    result = run("summary", "small.arch", "--columns", "macs,,field")
    assert result.exit_code == 2
    assert "--columns macs,,field is not like --columns output,macs" in result.stderr


@pytest.mark.parametrize(
    "option",
    [
        ("--columns", "mac"),
        ("--sort", "x"),
        ("--dtype", "f"),
        ("--optimizer", "x"),
        ("--fits", "x"),
        ("--batch", "0"),
        ("--depth", "-1"),
    ],
)
def test_what_there_is_not_ends_with_2(run: Run, option: tuple[str, str]) -> None:
    result = run("summary", "small.arch", *option)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr


def test_help_names_every_column_type_and_optimizer(run: Run) -> None:
    words = set(run("summary", "--help").stdout.replace(",", " ").replace(".", " ").split())
    assert words >= {column.key for column in COLUMNS}
    assert words >= {*DTYPES, *OPTIMIZERS}
