"""Pictures on paper, and TikZ that is all escaped and balanced."""

from __future__ import annotations

import re
import shutil
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from archdsl_pictures import BACKEND
from archdsl_pictures.files import SmallText, drawn
from archdsl_pictures.options import Options
from archdsl_pictures.picture import picture_of
from archdsl_pictures.scene import Scene, Words
from archdsl_pictures.tikz import escaped, tikz_text

import archdsl
from archdsl import Network

EVIL = r"100% of {it} \foo & #1 $x$ _a ~ ^ \"q\" <b>"


# --- Paper ---


@pytest.mark.parametrize("style", ["blocks", "volumes"])
@pytest.mark.parametrize(
    ("page", "size"), [("a4", (595.28, 841.89)), ("letter-landscape", (792, 612))]
)
def test_a_picture_fits_on_paper(
    load: Callable[[str], Network], style: str, page: str, size: tuple[float, float]
) -> None:
    network = load("googlenet")
    pdf = BACKEND.emit(network, "pdf", page=page, style=style)
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", pdf)
    assert box
    assert [float(side) for side in box.groups()] == pytest.approx(size, abs=0.05)
    svg = ElementTree.fromstring(BACKEND.emit(network, "svg", page=page, style=style))
    ratio = float(svg.get("width", 0)) / float(svg.get("height", 0))
    assert ratio == pytest.approx(size[0] / size[1], abs=0.001)


def test_letters_that_are_too_small_for_the_paper_are_told(
    load: Callable[[str], Network],
) -> None:
    with pytest.warns(SmallText, match=r"letters are \d\.\d pt on a4, less than 7"):
        BACKEND.emit(load("resnet50"), "svg", page="a4", style="layers")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        BACKEND.emit(load("alexnet"), "svg", page="a4")


# --- TikZ ---


@pytest.mark.parametrize("style", ["blocks", "volumes"])
def test_tikz_needs_no_library_and_is_balanced(network: Network, style: str) -> None:
    text = BACKEND.emit(network, "tex", style=style).decode()
    assert re.findall(r"\\usepackage(?:\[.*?\])?\{(\w+)\}", text) == ["fontenc", "helvet"]
    assert "\\usetikzlibrary" not in text
    body = [line for line in text.splitlines() if not line.startswith("%")]
    assert sum(line.count("{") - line.count("}") for line in body) == 0
    assert body[0] == r"\documentclass[tikz,border=0pt]{standalone}"
    assert body[-2:] == [r"\end{tikzpicture}", r"\end{document}"]
    drawing = body[body.index(r"\begin{document}") + 2 : -2]
    assert all(line.startswith((r"\path", r"\node")) and line.endswith(";") for line in drawing)
    defined = set(re.findall(r"\\definecolor\{(\w+)\}", text))
    assert set(re.findall(r"(?:fill|draw|text)=(c\w+)", text)) == defined


def test_tikz_has_every_word(network: Network) -> None:
    options = Options()
    scene = drawn(picture_of(network), options)
    text = tikz_text(scene)
    for mark in scene.walk():
        if isinstance(mark, Words):
            assert f"{{{escaped(mark.text)}}};" in text


def test_what_latex_would_run_is_text() -> None:
    for char in "\\{}$&#%_~^":
        assert escaped(char) != char
    assert escaped("a_b\nc") == r"a\_bc"


def test_other_scripts_ask_for_a_font_that_has_them() -> None:
    network = archdsl.loads(f"network N\nabout:\n    paper: {EVIL}\n[8x8x3] INPUT\nFC: 2 neurons\n")
    scene = drawn(picture_of(network), Options())
    assert "fontspec" not in tikz_text(scene)
    korean = Scene("n", "", 9, 9, (Words("합성곱", (1, 1), 9.0),))
    assert r"\usepackage{fontspec}" in tikz_text(korean)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX is installed")
def test_latex_takes_it(load: Callable[[str], Network], tmp_path: Path) -> None:
    (tmp_path / "it.tex").write_bytes(BACKEND.emit(load("resnet50"), "tex"))
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "it.tex"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=120, capture_output=True)
    assert (tmp_path / "it.pdf").exists()
