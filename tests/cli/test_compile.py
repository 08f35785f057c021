"""`archdsl compile`: what it writes, what it says, and what it leaves alone."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
Process = Callable[..., subprocess.CompletedProcess[str]]

GOOGLENET = "GoogLeNet, 6,998,552 parameters, 1,582,671,872 multiply-adds, 22 layers"
SMALL = "Small, 2,682 parameters, 9,472 multiply-adds, 2 layers"

pytestmark = pytest.mark.usefixtures("here", "backends")


def test_the_code_goes_into_the_current_folder(run: Run) -> None:
    result = run("compile", "googlenet")
    assert result.exit_code == 0
    assert result.stdout == f"wrote googlenet.py: {GOOGLENET}\n"
    assert Path("googlenet.py").read_text() == "GoogLeNet as py\n"


def test_a_name_with_a_folder_is_written_without_it(run: Run) -> None:
    assert run("compile", "torchvision/resnet50").stdout.startswith("wrote resnet50.py: ResNet50")


def test_a_file_is_named(run: Run, here: Path) -> None:
    (here / "build").mkdir()
    result = run("compile", "small.arch", "-o", "build/net.py")
    assert result.stdout == f"wrote build/net.py: {SMALL}\n"
    assert (here / "build" / "net.py").read_text() == "Small as py\n"


def test_standard_output_holds_the_code_and_nothing_else(run: Run, here: Path) -> None:
    result = run("compile", "small.arch", "-o", "-")
    assert result.stdout == "Small as py\n"
    assert result.stderr == f"wrote standard output: {SMALL}\n"
    assert not (here / "small.py").exists()


def test_parameters_are_set(run: Run) -> None:
    result = run("compile", "small.arch", "--set", "classes=5")
    assert "1,397 parameters" in result.stdout


def test_an_invalid_spec_writes_nothing(run: Run, here: Path) -> None:
    before = (here / "wrong.py", here / "other.py")
    for path in before:
        path.write_text("mine\n")
    for arguments in (["compile", "wrong.arch"], ["compile", "wrong.arch", "-o", "other.py"]):
        result = run(*arguments)
        assert result.exit_code == 1
        assert result.stdout == ""
        assert "error[E201]: CONV1 declares [54x54x96]" in result.stderr
    assert [path.read_text() for path in before] == ["mine\n", "mine\n"]
    assert len(list(here.iterdir())) == 4


def test_warnings_go_to_stderr_and_change_nothing(run: Run) -> None:
    Path("linear.arch").write_text("[8x8x3] INPUT\nCONV1: 4 1x1 filters\nCONV2: 4 1x1 filters\n")
    result = run("compile", "linear.arch", "-o", "-")
    assert result.exit_code == 0
    assert result.stdout == "Linear as py\n"
    assert "warning[W202]" in result.stderr


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("nowhere/x.py", "No such file or directory"),
        (".", "it is a folder"),
        ("", "it is a folder"),
    ],
)
def test_an_output_that_cannot_be_written(run: Run, output: str, reason: str) -> None:
    result = run("compile", "small.arch", "-o", output)
    assert result.exit_code == 2
    assert "cannot write" in result.stderr
    assert reason in result.stderr


def test_the_spec_is_never_written_over(run: Run, here: Path) -> None:
    spec = here / "small.arch"
    before = spec.read_text()
    (here / "link.arch").symlink_to(spec)
    for output in ("small.arch", "./small.arch", "link.arch"):
        result = run("compile", "small.arch", "-o", output)
        assert result.exit_code == 2
        assert "the spec itself is there" in result.stderr
    assert spec.read_text() == before


def test_a_link_stays_a_link(run: Run, here: Path) -> None:
    target, link = here / "target.py", here / "link.py"
    link.symlink_to(target)
    assert run("compile", "small.arch", "-o", "link.py").exit_code == 0
    assert link.is_symlink()
    assert target.read_text() == "Small as py\n"


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_permissions_are_those_of_any_file(run: Run, here: Path) -> None:
    run("compile", "small.arch")
    plain = here / "plain"
    plain.touch()
    written = here / "small.py"
    assert stat.S_IMODE(written.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
    written.chmod(0o755)
    run("compile", "small.arch")
    assert stat.S_IMODE(written.stat().st_mode) == 0o755


@pytest.mark.skipif(os.name == "nt", reason="a POSIX device")
def test_a_device_is_written_and_not_replaced(run: Run) -> None:
    assert run("compile", "small.arch", "-o", os.devnull).exit_code == 0
    assert not Path(os.devnull).is_file()


def test_an_unknown_backend(run: Run) -> None:
    result = run("compile", "small.arch", "--backend", "torhc")
    assert result.exit_code == 2
    assert "no backend is called torhc; did you mean torch?" in result.stderr


def test_another_backend_writes_its_own_format(run: Run, here: Path) -> None:
    assert run("compile", "small.arch", "--backend", "pictures").exit_code == 0
    assert (here / "small.svg").read_text() == "Small as svg\n"


def test_a_backend_that_cannot_be_loaded(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise ImportError("No module named 'graphviz'")

    monkeypatch.setattr("archdsl.backend.find", broken)
    result = run("compile", "small.arch")
    assert result.exit_code == 2
    assert "the backend torch cannot be loaded: No module named 'graphviz'" in result.stderr


def test_the_real_thing_never_imports_torch(environment: dict[str, str], tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from archdsl.cli import main\n"
        "try:\n"
        "    main(['compile', 'googlenet'])\n"
        "finally:\n"
        "    assert 'networkx' in sys.modules\n"
        "    assert 'torch' not in sys.modules\n"
        "    assert 'rich' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"wrote googlenet.py: {GOOGLENET}\n"
    assert "class GoogLeNet(nn.Module):" in (tmp_path / "googlenet.py").read_text()


def test_the_real_thing_twice_gives_the_same_bytes(process: Process) -> None:
    first, second = (process("compile", "alexnet", "-o", "-") for _ in range(2))
    assert first.returncode == 0
    assert first.stdout == second.stdout
    assert "class AlexNet(nn.Module):" in first.stdout
    assert first.stderr.startswith("wrote standard output: AlexNet, 62,378,344 parameters")


@pytest.mark.parametrize("name", ["torch", "random", "class"])
def test_a_module_is_not_called_like_one_that_it_imports(run: Run, here: Path, name: str) -> None:
    (here / "small.arch").rename(here / f"{name}.arch")
    result = run("compile", f"{name}.arch")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"wrote {name}_net.py")
    assert not (here / f"{name}.py").exists()


# --- Several devices ---


@pytest.fixture
def torch_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real one, in the place of the stub."""
    from archdsl_torch import BACKEND

    monkeypatch.setattr("archdsl.backend.find", lambda name: BACKEND)


@pytest.mark.usefixtures("torch_backend")
def test_a_split_network_is_written_as_towers_on_the_devices_that_are_named(run: Run) -> None:
    result = run("compile", "alexnet_two_gpus", "--devices", "cuda:2, cuda:3")
    assert result.exit_code == 0, result.stderr
    text = Path("alexnet_two_gpus.py").read_text()
    assert text.startswith(
        "# Written by archdsl from alexnet_two_gpus.arch with classes=1000 for cuda:2, cuda:3.\n"
    )
    assert 'devices: tuple[str, str] = ("cuda:2", "cuda:3")' in text
    run("compile", "alexnet_two_gpus", "-o", "one.py")
    assert "devices" not in Path("one.py").read_text()


@pytest.mark.usefixtures("torch_backend")
@pytest.mark.parametrize(
    ("spec", "devices", "said"),
    [
        ("alexnet", "cuda:0,cuda:1", "AlexNet runs on one device"),
        ("alexnet_two_gpus", "cuda:0", "is split over 2 gpus, and 1 named: cuda:0"),
        ("alexnet_two_gpus", "cuda:0,,cuda:1", "is split over 2 gpus, and 3 named"),
        ("alexnet_two_gpus", "cuda:0,", "no device is called ''"),
        ("alexnet_two_gpus", "", "is split over 2 gpus, and 1 named"),
    ],
)
def test_devices_that_do_not_fit_write_nothing(
    run: Run, here: Path, spec: str, devices: str, said: str
) -> None:
    before = sorted(here.iterdir())
    result = run("compile", spec, "--devices", devices)
    assert result.exit_code == 2
    assert said in result.stderr
    assert sorted(here.iterdir()) == before


def test_a_backend_without_devices_says_so(run: Run) -> None:
    result = run("compile", "alexnet_two_gpus", "--devices", "cuda:0,cuda:1")
    assert result.exit_code == 2
    assert "archdsl: the backend torch takes no --devices" in result.stderr
