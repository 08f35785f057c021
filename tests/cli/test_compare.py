"""`archdsl compare`: tables, charts in files, sweeps, and what is wrong with a command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import archdsl
from archdsl import zoo

Run = Callable[..., Result]

pytestmark = pytest.mark.usefixtures("here")


def test_the_table_is_that_of_the_python_api(run: Run) -> None:
    result = run("compare", "alexnet", "vgg16")
    networks = [archdsl.load(name) for name in ("alexnet", "vgg16")]
    expected = archdsl.compare(*networks).written()
    assert (result.exit_code, result.stdout, result.stderr) == (0, expected, "")


def test_the_whole_zoo(run: Run) -> None:
    record = json.loads(run("compare", "--zoo", "--format", "json").stdout)
    assert [network["name"] for network in record["networks"]] == zoo.names()


def test_a_sweep_and_settings(run: Run) -> None:
    arguments = ("compare", "small.arch", "--sweep", "classes=3,5", "--format", "csv")
    rows = run(*arguments).stdout.splitlines()
    assert [row.split(",")[0] for row in rows] == [
        "network",
        "Small(classes=3)",
        "Small(classes=5)",
    ]
    result = run("compare", "small.arch:classes=3", "small.arch", "--set", "classes=4")
    assert [line.split()[0] for line in result.stdout.splitlines()[2:4]] == [
        "Small(classes=3)",
        "Small(classes=4)",
    ]


def test_charts_are_written_and_told_of(run: Run, here: Path) -> None:
    result = run("compare", "resnet18", "vgg16", "--svg", "--html")
    assert result.stdout == "wrote comparison.svg: 2 networks\nwrote comparison.html: 2 networks\n"
    networks = [archdsl.load(name) for name in ("resnet18", "vgg16")]
    assert (here / "comparison.svg").read_bytes() == archdsl.draw(archdsl.compare(*networks))
    result = run("compare", "resnet18", "--svg", "--png", "--chart", "density", "-o", "out.svg")
    assert result.stdout == "wrote out.svg: 1 network\nwrote out.png: 1 network\n"
    assert (here / "out.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "written"),
    [
        (["-o", "chart.svg"], ["chart.svg"]),
        (["-o", "chart.PDF"], ["chart.PDF"]),
        (["--png", "-o", "chart.image"], ["chart.image"]),
        (["--svg", "--png", "-o", "chart.v2"], ["chart.v2.svg", "chart.v2.png"]),
        (["--svg", "--png", "-o", "chart.png"], ["chart.svg", "chart.png"]),
    ],
)
def test_charts_go_where_pictures_of_networks_would(
    run: Run, here: Path, arguments: list[str], written: list[str]
) -> None:
    before = set(here.iterdir())
    result = run("compare", "resnet18", *arguments)
    assert result.stdout == "".join(f"wrote {name}: 1 network\n" for name in written)
    found = {path.name: path.read_bytes() for path in set(here.iterdir()) - before}
    assert found.keys() == set(written)
    beginnings = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "image": b"\x89PNG"}
    for name, data in found.items():
        assert data.startswith(beginnings[name.rpartition(".")[2].lower()])


def test_standard_output_takes_one_picture(run: Run) -> None:
    result = run("compare", "resnet18", "--svg", "-o", "-")
    assert result.stdout.startswith("<?xml")
    assert result.stderr == "wrote standard output: 1 network\n"
    assert run("compare", "resnet18", "--svg", "--png", "-o", "-").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name the networks to compare, or say --zoo"),
        (("vgg16", "--zoo"), "name the networks to compare, or say --zoo"),
        (("vgg16", "--chart", "density"), "--chart density needs a picture"),
        (("vgg16", "--png", "-o", "y.svg"), "y.svg is called .svg, and --png asks for another"),
        (("vgg16", "--svg", "--format", "csv"), "--format csv writes no picture, and one"),
        (("vgg16", "--format", "csv", "-o", "y.svg"), "--format csv writes no picture"),
        (("vgg16", "--protocol", "ImageNet"), "none of these networks has an error under"),
        (("vgg16", "vgg16"), "VGG16 is in the comparison 2 times"),
        (("small.arch", "--svg"), "no network here quotes a top-1 error"),
        (("vgg16", "--svg", "--chart", "sweep"), "nothing is swept"),
        (("small.arch", "--sweep", "classes"), "is not like --sweep widen=1,2,4"),
        (("small.arch", "--sweep", "classes=1,,2"), "is not like --sweep widen=1,2,4"),
        (("small.arch", "--sweep", "classes=1,1"), "has a value twice"),
        (("small.arch:classes", "vgg16"), "no file and no network of the zoo is called"),
    ],
)
def test_a_wrong_command_is_told_and_nothing_is_written(
    run: Run, here: Path, arguments: tuple[str, ...], message: str
) -> None:
    before = sorted(here.iterdir())
    result = run("compare", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert sorted(here.iterdir()) == before


def test_a_wrong_spec_is_shown(run: Run) -> None:
    result = run("compare", "small.arch", "wrong.arch")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "error[E201]" in result.stderr
