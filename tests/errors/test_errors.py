"""One bad spec for each code, and what is said of it, as a snapshot."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import archdsl
from archdsl.diagnostics import Diagnostic, Severity, SpecError
from archdsl.diagnostics.codes import CODES
from archdsl.diagnostics.render import render_text
from archdsl.ir.load import read
from archdsl.network import compile_source

HERE = Path(__file__).parent
CODE = re.compile(r'"([EW]\d{3})"')


def spec_of(code: str) -> Path:
    """The bad spec of a code: a file, or `main.arch` in a folder where `use` needs several."""
    file = HERE / f"{code}.arch"
    return file if file.exists() else HERE / code / "main.arch"


def complaints(code: str) -> tuple[Diagnostic, ...]:
    """All that is said of the bad spec. Its first line may say `# --set n=9`."""
    file = spec_of(code)
    try:
        source = read(file, file.relative_to(HERE).as_posix())
        settings = re.match(r"# --set (.*)\n", source.text)
        pairs = (pair.split("=") for pair in settings[1].split()) if settings else ()
        return compile_source(source, dict(pairs)).warnings
    except SpecError as failure:
        return failure.diagnostics


@pytest.mark.parametrize("code", sorted(CODES))
def test_what_is_said(code: str, golden: Callable[[str, str], None]) -> None:
    found = complaints(code)
    golden(f"errors/{code}.txt", "\n\n".join(map(render_text, found)) + "\n")
    assert code in {diagnostic.code for diagnostic in found}


@pytest.mark.parametrize("code", sorted(CODES))
def test_nothing_else_is_said(code: str) -> None:
    """No complaint is only the consequence of another."""
    errors = {d.code for d in complaints(code) if d.severity is Severity.ERROR}
    assert errors <= {code}


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_complaint_says_where_and_what_to_write(code: str) -> None:
    for diagnostic in complaints(code):
        assert diagnostic.help or diagnostic.code == "E508"
        assert diagnostic.span is not None or diagnostic.code == "E112"
        assert not diagnostic.message.endswith(".")


def test_every_code_that_is_used_is_explained_and_every_other_is_gone() -> None:
    source = Path(archdsl.__file__).parent
    explained = source / "diagnostics" / "codes.py"
    used = {
        code
        for file in source.rglob("*.py")
        if file != explained
        for code in CODE.findall(file.read_text(encoding="utf-8"))
    }
    assert used == set(CODES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_a_bad_spec(code: str) -> None:
    assert spec_of(code).is_file()


def test_every_bad_spec_has_a_code() -> None:
    names = {path.stem if path.is_file() else path.name for path in HERE.iterdir()}
    assert {name for name in names if name[1:].isdigit()} == set(CODES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_an_explanation_is_sentences(code: str) -> None:
    explanation = CODES[code]
    assert explanation.title[0].islower() or explanation.title[0] in "`I"
    assert not explanation.title.endswith(".")
    assert explanation.meaning.endswith(".") or explanation.meaning.endswith(".)")
    assert explanation.text.startswith(explanation.meaning)
