"""The wheel holds what a user needs and nothing else, and the project's own tools agree."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

BACKENDS = [
    "archdsl_charts",
    "archdsl_page",
    "archdsl_pictures",
    "archdsl_svg",
    "archdsl_torch",
    "archdsl_units",
]
"""The packages in backends/: the backends, and what they share."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZipFile]:
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--wheel", "--no-isolation", "--outdir", str(folder)]
    command = [sys.executable, "-m", "build", *options, str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    [path] = folder.glob("*.whl")
    with ZipFile(path) as archive:
        yield archive


def test_the_wheel_has_the_packages_and_no_backends_folder(wheel: ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    packages = {"archdsl", *BACKENDS}
    assert tops == packages | {f"archdsl-{PROJECT['version']}.dist-info"}


def test_the_wheel_has_every_file_of_the_packages(wheel: ZipFile) -> None:
    packages = {ROOT: ["archdsl"], ROOT / "backends": BACKENDS}
    expected = {
        path.relative_to(home).as_posix()
        for home, names in packages.items()
        for package in names
        for path in (home / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    expected |= {
        f"archdsl/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / "specs").rglob("*")
        if path.is_file()
    }
    names = set(wheel.namelist())
    assert expected <= names
    assert {name for name in names if ".dist-info/" not in name} <= expected


@pytest.mark.parametrize(
    "name",
    ["archdsl/specs/googlenet.arch", "archdsl/syntax/arch.lark", "archdsl/syntax/tables.json"],
)
def test_the_wheel_has_what_is_not_python(wheel: ZipFile, name: str) -> None:
    assert wheel.getinfo(name).file_size > 0


def test_the_wheel_declares_the_command_and_the_backends(wheel: ZipFile) -> None:
    [name] = [name for name in wheel.namelist() if name.endswith("/entry_points.txt")]
    assert wheel.read(name).decode().split() == [
        "[console_scripts]",
        "archdsl", "=", "archdsl.cli:main",
        "[archdsl.backends]",
        "page", "=", "archdsl_page:BACKEND",
        "pictures", "=", "archdsl_pictures:BACKEND",
        "torch", "=", "archdsl_torch:BACKEND",
        "[archdsl.charts]",
        "charts", "=", "archdsl_charts:BACKEND",
    ]  # fmt: skip


def test_torch_is_an_extra(wheel: ZipFile) -> None:
    [name] = [name for name in wheel.namelist() if name.endswith("/METADATA")]
    listed = message_from_bytes(wheel.read(name)).get_all("Requires-Dist")
    assert listed is not None
    requirements = [Requirement(line) for line in listed]
    needed = {r.name for r in requirements if r.marker is None or r.marker.evaluate({"extra": ""})}
    assert "lark" in needed
    assert "torch" not in needed
    assert "torch" in {requirement.name for requirement in requirements}


def test_the_constraints_pin_what_tests_install() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"==[\w.]+", str(pin.specifier)) for pin in pins)
    pinned = {canonicalize_name(pin.name): pin for pin in pins}
    extras = PROJECT["optional-dependencies"]
    wanted = [
        Requirement(line)
        for line in [
            *PROJECT["dependencies"],
            *extras["torch"],
            *extras["pictures"],
            *extras["test"],
        ]
    ]
    for requirement in wanted:
        if requirement.name == "archdsl":
            assert requirement.extras == {"pictures", "torch"}
            continue
        [pin] = pinned[canonicalize_name(requirement.name)].specifier
        assert requirement.specifier.contains(pin.version), requirement


def test_make_alone_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [phony] = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    text = subprocess.run(
        ["make", "-C", ROOT, "--no-print-directory"], capture_output=True, text=True
    )
    listed = re.findall(r"^make (\w+) +\S", text.stdout, re.MULTILINE)
    assert listed == phony.split()


def test_the_ci_script_runs_the_readmes_test_command() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert "make test" in script.read_text(encoding="utf-8").splitlines()
