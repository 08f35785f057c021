"""`archdsl render`: the formats and where they go."""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from archdsl.report.text import columns_of

Run = Callable[..., Result]
Process = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.usefixtures("here", "backends")


@pytest.mark.parametrize(
    ("arguments", "written"),
    [
        ([], {"small.svg": "svg"}),
        (["--svg"], {"small.svg": "svg"}),
        (["--png"], {"small.png": "png"}),
        (["--pdf"], {"small.pdf": "pdf"}),
        (["--dot"], {"small.dot": "dot"}),
        (["--tikz"], {"small.tex": "tex"}),
        (["-o", "x.tex"], {"x.tex": "tex"}),
        (["--text", "-o", "x.txt"], {"x.txt": "txt"}),
        (["--html"], {"small.html": "html"}),
        (["-o", "x.html"], {"x.html": "html"}),
        (["--dot", "--svg"], {"small.svg": "svg", "small.dot": "dot"}),
        (["-o", "x.pdf"], {"x.pdf": "pdf"}),
        (["-o", "x.PNG"], {"x.PNG": "png"}),
        (["-o", "x"], {"x": "svg"}),
        (["--png", "-o", "x.image"], {"x.image": "png"}),
        (["--png", "--pdf", "-o", "x.png"], {"x.png": "png", "x.pdf": "pdf"}),
        (["--png", "--pdf", "-o", "v1.2"], {"v1.2.png": "png", "v1.2.pdf": "pdf"}),
    ],
)
def test_flags_and_suffixes_say_what_is_drawn(
    run: Run, here: Path, arguments: list[str], written: dict[str, str]
) -> None:
    before = set(here.iterdir())
    result = run("render", *arguments, "small.arch")
    assert result.exit_code == 0
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == [
        f"wrote {name}" for name in written
    ]
    found = {path.name: path.read_text() for path in set(here.iterdir()) - before}
    assert found == {name: f"Small as {format}\n" for name, format in written.items()}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["-o", "x.jpg"],
            "x.jpg: no picture is written as .jpg; "
            "there are .svg, .png, .pdf, .dot, .tex, .txt, .html",
        ),
        (["-o", "out.pngg"], "no picture is written as .pngg"),
        (["--png", "-o", "y.svg"], "y.svg is called .svg, and --png asks for another"),
        (["--png", "--pdf", "-o", "y.svg"], "y.svg is called .svg"),
    ],
)
def test_a_suffix_that_says_something_else_is_a_wrong_command(
    run: Run, here: Path, arguments: list[str], said: str
) -> None:
    before = set(here.iterdir())
    result = run("render", *arguments, "small.arch")
    assert result.exit_code == 2
    assert said in result.stderr
    assert set(here.iterdir()) == before


def test_standard_output_takes_one_picture(run: Run) -> None:
    result = run("render", "small.arch", "--dot", "-o", "-")
    assert result.stdout == "Small as dot\n"
    assert result.stderr.startswith("wrote standard output: Small")
    assert run("render", "small.arch", "--dot", "--svg", "-o", "-").exit_code == 2


def test_an_invalid_spec_writes_nothing(run: Run, here: Path) -> None:
    before = set(here.iterdir())
    assert run("render", "wrong.arch", "--svg", "--png").exit_code == 1
    assert set(here.iterdir()) == before


def test_trouble_with_one_picture_writes_none(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archdsl.backend import BackendError
    from archdsl.network import Network

    def emit(network: Network, backend: str, format: str) -> bytes:
        if format == "png":
            raise BackendError("PNG needs resvg: pip install archdsl[pictures]")
        return b""

    monkeypatch.setattr(Network, "emit", emit)
    before = set(here.iterdir())
    result = run("render", "small.arch", "--svg", "--png")
    assert result.exit_code == 2
    assert "pip install archdsl[pictures]" in result.stderr
    assert set(here.iterdir()) == before


def test_the_real_thing(process: Process) -> None:
    done = process("render", "--svg", "alexnet", "-o", "-")
    assert done.returncode == 0
    assert "<svg" in done.stdout
    assert done.stderr.startswith("wrote standard output: AlexNet")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--html", "--style", "layers"], "the backend page takes no --style"),
        (["--html", "--depth", "1"], "the backend page takes no --depth"),
        (["--text", "--theme", "dark"], "a picture as txt takes no --theme"),
        (["--style", "volumes", "--costs"], "the style volumes takes no --costs"),
    ],
)
def test_an_option_that_changes_nothing_is_refused_by_its_flag(
    process: Process, arguments: list[str], said: str
) -> None:
    done = process("render", "alexnet", *arguments)
    assert (done.returncode, done.stderr) == (2, f"archdsl: {said}\n")


def test_text_is_for_the_terminal(run: Run, here: Path) -> None:
    before = set(here.iterdir())
    result = run("render", "--text", "small.arch")
    assert (result.exit_code, result.stdout) == (0, "Small as txt\n")
    assert set(here.iterdir()) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
@pytest.mark.parametrize("columns", [40, 90])
def test_text_fits_the_terminal(columns: int) -> None:
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    command = [sys.executable, "-m", "archdsl", "render", "--text", "inception_naive"]
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.PIPE, env=environment) as it:
        os.close(theirs)
        shown = b""
        # A terminal whose other end is closed is an error to read from.
        with contextlib.suppress(OSError):
            while part := os.read(ours, 4096):
                shown += part
        assert it.wait(timeout=60) == 0
    os.close(ours)
    lines = shown.decode().splitlines()
    assert max(map(columns_of, lines)) <= columns
    assert any("3x3 conv, 192" in line for line in lines)
    assert any(line.startswith("├─ ") for line in lines)


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ([], ""),
        (["--style", "layers"], ", style=layers"),
        (["--depth", "0"], ", depth=0"),
        (["--expand", "A", "--expand", "b.1"], ", expand=('A', 'b.1')"),
        (["--direction", "right", "--columns", "3"], ", columns=3, direction=right"),
        (["--page", "a4-landscape", "--theme", "dark"], ", page=a4-landscape, theme=dark"),
        (["--shapes", "--costs"], ", shapes=True, costs=True"),
        (["--highlight", "macs"], ", highlight=macs"),
    ],
)
def test_options_are_handed_to_the_backend(
    run: Run, here: Path, arguments: list[str], options: str
) -> None:
    result = run("render", *arguments, "small.arch", "-o", "-")
    assert result.exit_code == 0
    said, _, given = result.stdout.strip().partition(", ")
    assert said == "Small as svg"
    assert sorted(given.split(", ")) == sorted(options.removeprefix(", ").split(", "))


@pytest.mark.parametrize(
    "arguments",
    [["--style", "cubes"], ["--depth", "-1"], ["--columns", "0"], ["--page", "a0"]],
)
def test_what_no_picture_has_is_a_wrong_command(run: Run, arguments: list[str]) -> None:
    assert run("render", *arguments, "small.arch").exit_code == 2
