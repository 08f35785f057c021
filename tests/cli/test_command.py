"""What all commands share: exit codes, `--set`, streams, colours, imports, and no traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import archdsl
from archdsl.cli.group import COMMANDS

Run = Callable[..., Result]
Process = Callable[..., subprocess.CompletedProcess[str]]

HEAVY = ("lark", "networkx", "pydantic", "rich", "torch")
needs_posix = pytest.mark.skipif(os.name == "nt", reason="POSIX only")


# --- Help ---


def test_help_names_every_command(run: Run) -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert all(f"\n  {name} " in result.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(run: Run, name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage:")


def test_the_version(run: Run) -> None:
    assert run("--version").stdout == f"archdsl, version {archdsl.__version__}\n"


@pytest.mark.parametrize("name", ["compile", "render", "summary", "check"])
def test_every_command_that_takes_a_file_takes_set(run: Run, name: str) -> None:
    assert "--set NAME=VALUE" in run(name, "--help").stdout


# --- Wrong commands ---


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Usage"),
        (["compil"], "did you mean compile?"),
        (["qwertz"], "there are compile, render"),
        (["compile"], "Missing argument 'FILE'"),
        (["compile", "alexnet", "--frob"], "No such option"),
        (["compile", "alexnte"], "did you mean alexnet?"),
        (["summary", "nothing/at/all.arch"], "`archdsl list` shows the zoo"),
        (["summary", ""], "no file and no network"),
        (["summary", "."], ". is a folder"),
        (["summary", "x" * 5000], "cannot read"),
        (["summary", "alexnet", "--set", "classes"], "not like classes=10"),
        (["summary", "alexnet", "--set", "=10"], "not like classes=10"),
        (["summary", "alexnet", "--set", "classes="], "not like classes=10"),
        (["summary", "alexnet", "--set", "2=10"], "not like classes=10"),
        (["summary", "alexnet", "--set", "classes=1", "--set", "classes=2"], "set twice"),
        (["summary", "alexnet", "--set", "clases=10"], "help: did you mean"),
        (["summary", "alexnet", "--set", "classes=yes"], "error[E509]"),
        (["summary", "alexnet", "--set", "classes=1/0"], "error[E504]"),
        (["summary", "alexnet", "--set", "classes=1 +"], "--set classes:1:"),
        (["summary", "alexnet", "--set", "classes=other"], "--set classes:1:"),
    ],
)
@pytest.mark.usefixtures("here")
def test_a_wrong_command_exits_with_2(run: Run, arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_values_of_every_kind_can_be_set(run: Run, here: Path) -> None:
    (here / "x.arch").write_text(
        "network X(size = 3x3, bias = yes, width = 4, rate = 0.5)\n"
        "[8x8x3] INPUT\n"
        "CONV1: {width} {size} filters -> RELU -> DROPOUT {rate}\n"
        "if bias:\n    FC: 2 neurons (class scores)\n"
        "else:\n    FC: 2 neurons, no bias (class scores)\n"
    )
    settings = ("--set", "size=7x1", "--set", "bias=no", "--set", "width=2*3", "--set", "rate=0.25")
    result = run("summary", "x.arch", *settings)
    assert result.exit_code == 0, result.stderr
    assert "with size = 7x1, bias = no, width = 6, rate = 0.25" in result.stdout
    assert "conv1: 6 7x1 filters -> RELU -> DROPOUT 25%" in result.stdout
    assert "no bias (class scores)" in result.stdout


# --- Wrong specs ---


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[8x8x3] INPUT",
        b"[8x8x3] INPUT\nCONV1: 4 9x9 filters\n",
        b"\x00\x01\x02",
        b"block A():\n    A()\n[8x8x3] INPUT\nA()\n",
        b"[8x8x3] INPUT\n\tRELU\n",
        b"network N(a)\n[8x8x3] INPUT\nCONV {a} 1x1 filters\n",
        b'use A from "nothing.arch"\n[8x8x3] INPUT\nA()\n',
        "[8x8x3] INPUT\n합성곱\n".encode(),
    ],
)
@pytest.mark.parametrize("name", ["compile", "render", "summary", "check"])
def test_a_wrong_spec_exits_with_1(run: Run, here: Path, name: str, data: bytes) -> None:
    (here / "x.arch").write_bytes(data)
    before = set(here.iterdir())
    result = run(name, "x.arch")
    assert result.exit_code == 1
    assert result.stderr.startswith("error[E")
    assert "Traceback" not in result.stderr
    assert set(here.iterdir()) == before


# --- Trouble of the machine ---


def test_a_file_that_cannot_be_read(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    for name in ("summary", "check"):
        result = run(name, "small.arch")
        assert result.exit_code == 2
        assert "cannot read small.arch: Permission denied" in result.output


def test_an_internal_error_shows_no_traceback_unless_asked(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> list[str]:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("archdsl.zoo.names", fail)
    result = run("list")
    assert result.exit_code == 70
    assert result.stderr.startswith("archdsl: internal error: ZeroDivisionError: oh\n")
    assert "please report" in result.stderr
    assert "Traceback" not in result.stderr
    monkeypatch.setenv("ARCHDSL_TRACEBACK", "1")
    assert "Traceback" in run("list").stderr


@pytest.mark.parametrize("trouble", [RecursionError("deep"), MemoryError()])
def test_even_python_running_out_of_something_is_said_in_a_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def fail() -> list[str]:
        raise trouble

    monkeypatch.setattr("archdsl.zoo.names", fail)
    result = run("list")
    assert result.exit_code == 70
    assert f"internal error: {type(trouble).__name__}" in result.stderr


@needs_posix
def test_a_reader_that_has_enough_is_no_trouble(environment: dict[str, str]) -> None:
    for arguments in ("list", "summary googlenet", "check alexnet", "compile --help"):
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as closed:
            done = subprocess.run(
                [sys.executable, "-m", "archdsl", *arguments.split()],
                env=environment,
                stdout=closed,
                stderr=subprocess.PIPE,
                text=True,
            )
        assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", ["list", "summary alexnet", "summary alexnet -o -"])
def test_a_full_disk_is_said_in_a_line(environment: dict[str, str], arguments: str) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "archdsl", *arguments.split()],
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 2
    assert done.stderr == "archdsl: [Errno 28] No space left on device\n"


@needs_posix
def test_control_c_ends_it_quietly(environment: dict[str, str], tmp_path: Path) -> None:
    # The pipe that the spec would come from stays empty, so the command waits for the signal.
    pipe = tmp_path / "waiting"
    os.mkfifo(pipe)
    script = (
        "from pathlib import Path\n"
        "from archdsl import zoo\n"
        "from archdsl.cli import main\n"
        f"zoo.names = lambda: [print('ready', flush=True), open({str(pipe)!r}).read()]\n"
        "main(['list'])\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in stderr


# --- Streams and colours ---


def test_a_pipe_gets_no_colours(process: Process, repository: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong.arch").write_text("[8x8x3] INPUT\nCONV1: 4 9x9 filters\n")
    for arguments in (["list"], ["summary", "alexnet"], ["check", "wrong.arch"], ["explain"]):
        done = process(*arguments)
        assert "\x1b" not in done.stdout + done.stderr


def test_the_module_runs_as_the_command_does(process: Process) -> None:
    done = process("--help")
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: archdsl ")


def test_a_terminal_of_ascii_is_no_trouble(process: Process, tmp_path: Path) -> None:
    (tmp_path / "x.arch").write_text("[8x8x3] INPUT\n합성곱\n", encoding="utf-8")
    done = process("check", "x.arch", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 1
    assert "error[E" in done.stderr


@needs_posix
def test_a_terminal_gets_colours_unless_its_user_says_no(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "wrong.arch").write_text("[8x8x3] INPUT\nCONV1: 4 9x9 filters\n")
    for arguments in (["list"], ["summary", "alexnet"], ["check", "wrong.arch"]):
        assert "\x1b[" in on_terminal(arguments, environment, tmp_path)
        text = on_terminal(arguments, {**environment, "NO_COLOR": "1"}, tmp_path)
        assert not any(f"\x1b[{colour}m" in text for colour in (31, 32, 33, 34, 36))


@needs_posix
def test_the_table_fits_the_terminal(environment: dict[str, str], tmp_path: Path) -> None:
    plain = {**environment, "NO_COLOR": "1", "TERM": "dumb"}
    for width in (1, 20, 40, 60, 80):
        text = on_terminal(["summary", "resnet50"], plain, tmp_path, width)
        lines = [line.split("\x1b[0m")[0] for line in text.splitlines()]
        assert "Traceback" not in text
        assert max(map(len, lines[1:-12])) <= width or width < 20


def on_terminal(
    arguments: list[str], environment: dict[str, str], folder: Path, width: int = 100
) -> str:
    """What the command prints on a terminal."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "archdsl", *arguments],
        cwd=folder,
        env={"TERM": "xterm", **environment},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    pieces = []
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux says so when the other end is closed.
            break
        if not piece:
            break
        pieces.append(piece)
    process.wait()
    os.close(ours)
    return b"".join(pieces).decode()


# --- Imports ---


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["list"], ["explain", "E101"], ["compile", "--help"]]
)
def test_what_compiles_nothing_imports_nothing_heavy(
    environment: dict[str, str], arguments: list[str]
) -> None:
    script = (
        "import sys\n"
        "from archdsl.cli import main\n"
        "try:\n"
        f"    main({arguments!r})\n"
        "finally:\n"
        f"    print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "[]\n")
