"""What tests of every room share: golden files, and the texts that lie beside the tests."""

from __future__ import annotations

import os
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import proofs
import pytest
from hypothesis import settings

TESTS = Path(__file__).parent
REWROTE = "rewrote golden file"
DRAWN = "random networks"

# Side by side, each worker's torch would start a thread a core. Set before anything imports torch.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")


# The same draws every time, so that a change is judged by what it does; `make prove` draws anew.
settings.register_profile("fixed", derandomize=True)
settings.register_profile("drawn", print_blob=True)
settings.load_profile("fixed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--record-proofs",
        action="store_true",
        help="keep the differences that the proofs of the zoo saw in tests/data/proofs.json",
    )
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the golden files anew instead of comparing with them",
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which golden files were written, and what random networks were made of; keep proofs.

    User properties come home from xdist's workers too.
    """
    reports = terminalreporter.stats.get("passed", [])
    properties = [pair for report in reports for pair in report.user_properties]
    if terminalreporter.config.getoption("--record-proofs"):
        proofs.record(value for name, value in properties if name == proofs.PROOF)
    drawn: Counter[str] = Counter()
    for name, counts in properties:
        if name == DRAWN:
            drawn.update(counts)
    if drawn:
        draws = drawn.pop("draws")
        terminalreporter.section(f"{draws:,} random networks, and the share that has each")
        shares = ", ".join(f"{name} {count / draws:.0%}" for name, count in drawn.most_common())
        terminalreporter.write_line(shares)
    rewritten = sorted({path for name, path in properties if name == REWROTE})
    if rewritten:
        terminalreporter.section("golden files rewritten")
        for path in rewritten:
            terminalreporter.write_line(path)


@pytest.fixture
def repository() -> Path:
    """The root of the checkout."""
    return TESTS.parent


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A process's environment where this checkout is installed, its backends included."""
    root = TESTS.parent
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    folder = tmp_path_factory.mktemp("installed")
    information = folder / f"archdsl-{project['version']}.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: archdsl\nVersion: {project['version']}\n"
    )
    groups = project["entry-points"].items()
    (information / "entry_points.txt").write_text(
        "".join(
            f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in points.items())
            for group, points in groups
        )
    )
    path = os.pathsep.join(map(str, (root, root / "backends", folder)))
    removed = {"NO_COLOR", "FORCE_COLOR", "ARCHDSL_TRACEBACK", "COLUMNS"}
    return {**{k: v for k, v in os.environ.items() if k not in removed}, "PYTHONPATH": path}


@pytest.fixture
def read_data() -> Callable[[str], str]:
    """A text beside the tests, by its path from `tests/`."""
    return lambda path: (TESTS / path).read_text(encoding="utf-8")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the file at a path from `tests/golden`, to the byte.

    With `--update-golden` write the file instead, and say so at the end of the run.
    """

    def compare(path: str, text: str) -> None:
        file = TESTS / "golden" / path
        expected = file.read_bytes().decode() if file.exists() else None
        if text == expected:
            return
        if request.config.getoption("--update-golden"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
            request.node.user_properties.append((REWROTE, f"tests/golden/{path}"))
            return
        assert expected is not None, f"tests/golden/{path} is missing: make golden"
        assert text == expected, f"tests/golden/{path} differs: review, then make golden"

    return compare
