"""The emitted text: reviewed as golden files, clean by the field's tools, the same every time."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from archdsl_torch.lower import missing_rules
from networks import FOUR, SETTINGS, construct

import archdsl
from archdsl import BackendError
from archdsl.ops import OPS

TEXTS = {name: name for name in FOUR} | {name: str(construct(name)) for name in SETTINGS}


@pytest.mark.parametrize("name", TEXTS)
def test_the_code_is_the_golden_file(name: str, golden: Callable[[str, str], None]) -> None:
    text = archdsl.load(TEXTS[name]).to_torch()
    kind = "zoo" if name in FOUR else "constructs"
    golden(f"torch/{kind}/{name.replace('/', '_')}.py", text)


def test_ruff_and_mypy_have_nothing_to_say(tmp_path: Path) -> None:
    """By ruff's defaults and mypy's strictest; in one run, since mypy reads torch once."""
    for name, spec in TEXTS.items():
        path = tmp_path / f"emitted_{name.replace('/', '_')}.py"
        path.write_text(archdsl.load(spec).to_torch(), encoding="utf-8")
    for tool in (
        ["ruff", "format", "--isolated", "--check", "."],
        ["ruff", "check", "--isolated", "."],
        ["mypy", "--strict", "."],
    ):
        run = subprocess.run(
            [sys.executable, "-m", *tool], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("name", ["googlenet", "resnet50"])
def test_the_text_repeats_to_the_byte_in_another_process(name: str) -> None:
    program = f"import archdsl; print(archdsl.load({name!r}).to_torch(), end='')"
    runs = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert runs == {archdsl.load(name).to_torch().encode()}


def test_the_header_tells_spec_options_and_a_hash_that_shows_a_hand_edit() -> None:
    text = archdsl.load("googlenet", classes=10).to_torch()
    first, second, body = text.split("\n", 2)
    assert first == "# Written by archdsl from googlenet.arch with classes=10."
    recorded = re.search(r"code ([0-9a-f]{16})", second)
    assert recorded is not None
    assert hashlib.sha256(body.encode()).hexdigest()[:16] == recorded[1]


def test_another_spec_another_hash_and_a_used_file_counts(tmp_path: Path) -> None:
    prints = {archdsl.load(name).fingerprint for name in ("resnet50", "torchvision/resnet50")}
    prints.add(archdsl.load("resnet50", classes=3).fingerprint)
    assert len(prints) == 3

    spec, used = tmp_path / "net.arch", tmp_path / "unit.arch"
    spec.write_text('use Unit from "unit.arch"\n[8x8x3] INPUT\nUnit(4)\n', encoding="utf-8")
    block = "block Unit(width):\n    CONV: {width} 1x1 filters -> RELU\n"
    used.write_text(block, encoding="utf-8")
    before = archdsl.load(spec).fingerprint
    assert archdsl.load(spec).fingerprint == before
    used.write_text(block.replace("1x1", "3x3"), encoding="utf-8")
    assert archdsl.load(spec).fingerprint != before


def test_all_exports_the_networks_class_and_what_it_returns_in_training() -> None:
    assert '__all__ = ["AlexNet"]' in archdsl.load("alexnet").to_torch()
    assert '__all__ = ["GoogLeNet", "GoogLeNetOutput"]' in archdsl.load("googlenet").to_torch()


def test_emitted_code_imports_torch_and_nothing_else() -> None:
    for spec in TEXTS.values():
        network = archdsl.load(spec)
        text = network.to_torch()
        imported = set(re.findall(r"^(?:from|import) (\w+)", text, re.MULTILINE))
        # What side heads return is a named tuple with types.
        assert imported == ({"torch", "typing"} if network.graph.heads else {"torch"})
        assert "cuda" not in text
        assert "device" not in text


def test_a_comment_cannot_become_code() -> None:
    spec = '# """\n# import os; os.abort() \\\nblock A():\n    CONV: 2 1x1 filters\n'
    text = archdsl.loads(f'{spec}[4x4x2] INPUT\na: A()\n# tail """').to_torch()
    scope: dict[str, object] = {}
    exec(compile(text, "<emitted>", "exec"), scope)
    assert "import os" in str(scope["A"].__doc__)


@pytest.mark.parametrize(
    ("comment", "paper", "said"),
    [
        ("# Small but complete", "Somebody, 2024", "Small but complete.\n\n    Somebody, 2024."),
        ("", "Somebody, 2024", "Somebody, 2024."),
        ("# Small but complete", "", "Small but complete."),
        ("", "", "N, as its spec says."),
    ],
)
def test_a_docstring_has_the_comment_and_the_paper(comment: str, paper: str, said: str) -> None:
    text = f"{comment}\nnetwork N\nabout:\n    paper: {paper}\n[4x4x2] INPUT\nFC: 3 neurons\n"
    scope: dict[str, object] = {}
    exec(compile(archdsl.loads(text).to_torch(), "<emitted>", "exec"), scope)
    assert scope["N"].__doc__ == f"{said}\n\n    (N, 2, 4, 4) -> (N, 3)\n    "


def test_every_op_has_a_rule() -> None:
    assert len(OPS) > 20
    assert missing_rules() == []


def test_a_spec_that_no_class_can_say_is_refused_in_words() -> None:
    spec = """
network Odd(n = 2)
[8x8x4] INPUT
for i in 1..n:
    a{i}: CONV 4 1x1 filters -> RELU
add:
    identity
    b: from a{n} -> CONV 4 1x1 filters
"""
    with pytest.raises(BackendError, match="depends on a parameter"):
        archdsl.loads(spec).to_torch()


def test_a_recursion_that_widens_with_every_level_is_refused_and_ends() -> None:
    spec = """
block R(n, w):
    if n == 0:
        RELU
    else:
        CONV {w} 1x1 filters -> RELU
        r: R(n - 1, 2*w)
[8x8x3] INPUT
a: R(3, 4)
CONV: 3 1x1 filters
"""
    with pytest.raises(BackendError, match="only its own recursion knows"):
        archdsl.loads(spec).to_torch()
