"""The command, run inside the test and as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archdsl.cli import main

WRONG = """\
[227x227x3] INPUT
[54x54x96] CONV1: 96 11x11 filters at stride 4, pad 0
"""
SMALL = """\
network Small(classes = 10)
[8x8x3] INPUT
CONV1: 4 3x3 filters, pad 1 -> RELU
FC: {classes} neurons (class scores)
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder with a wrong and a small right spec."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.arch").write_text(WRONG, encoding="utf-8")
    (tmp_path / "small.arch").write_text(SMALL, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run() -> Callable[..., Result]:
    """The command inside this process; what no `except` expected is raised."""

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments)

    return invoke


@pytest.fixture
def backends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Backends called as the built-in ones, which write a network's name and the format."""
    monkeypatch.setattr("archdsl.backend.entry_points", _stub_points)


@pytest.fixture
def process(
    environment: dict[str, str], tmp_path: Path
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`python -m archdsl` as a process of its own in an empty folder."""

    def start(*arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "archdsl", *arguments],
            cwd=tmp_path,
            env={**environment, **extra},
            capture_output=True,
            text=True,
            encoding="utf-8",
        )

    return start


class _StubBackend:
    def __init__(self, *formats: str) -> None:
        self.formats = formats

    def emit(self, network: object, format: str) -> bytes:
        return f"{getattr(network, 'class_name')} as {format}\n".encode()  # noqa: B009


class _StubDrawer(_StubBackend):
    def emit(self, network: object, format: str, **options: object) -> bytes:
        said = "".join(f", {name}={value}" for name, value in options.items())
        return super().emit(network, format + said)


class _StubPoint:
    def __init__(self, name: str, backend: _StubBackend) -> None:
        self.name = name
        self._backend = backend

    def load(self) -> _StubBackend:
        return self._backend


def _stub_points(group: str, name: str | None = None) -> list[_StubPoint]:
    points = [
        _StubPoint("pictures", _StubDrawer("svg", "png", "pdf", "dot", "tex", "txt")),
        _StubPoint("page", _StubBackend("html")),
        _StubPoint("torch", _StubBackend("py")),
    ]
    return [point for point in points if name in (None, point.name)]
