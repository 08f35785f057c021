"""Volumes in their rows, pictures on paper, and TikZ that is all escaped and balanced."""

from __future__ import annotations

import re
import shutil
import subprocess
import warnings
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from archdsl_pictures import BACKEND
from archdsl_pictures.files import SmallText, drawn
from archdsl_pictures.options import Options
from archdsl_pictures.picture import picture_of
from archdsl_pictures.scene import Group, Line, Scene, Words
from archdsl_pictures.tikz import escaped, tikz_text
from archdsl_svg.font import text_width
from archdsl_svg.geometry import Rect

import archdsl
from archdsl import BackendError, Network

VOLUMES = Options(style="volumes")
EVIL = r"100% of {it} \foo & #1 $x$ _a ~ ^ \"q\" <b>"


def volumes(network: Network) -> Scene:
    return drawn(picture_of(network, VOLUMES), VOLUMES)


def solids(scene: Scene) -> dict[str, Rect]:
    """Box -> the extent of its three faces."""
    found = {}
    for mark in scene.marks:
        if isinstance(mark, Group) and mark.is_node:
            points = [p for face in mark.marks[:3] for p in face.points]  # type: ignore[union-attr]
            xs, ys = [x for x, _ in points], [y for _, y in points]
            found[mark.path] = Rect(min(xs), min(ys), max(xs), max(ys))
    return found


def test_a_volume_for_every_shape_of_alexnet(load: Callable[[str], Network]) -> None:
    scene = volumes(load("alexnet"))
    captions = [
        mark.marks[3].text  # type: ignore[union-attr]
        for mark in scene.marks
        if isinstance(mark, Group)
    ]
    assert captions == [
        "227x227x3", "55x55x96", "27x27x96", "27x27x256", "13x13x256", "13x13x384", "13x13x384",
        "13x13x256", "6x6x256", "4096", "4096", "1000",
    ]  # fmt: skip
    rects = list(solids(scene).values())
    assert all(one.height >= other.height for one, other in pairwise(rects[:9]))


def test_volumes_and_words_do_not_overlap(every: Network) -> None:
    scene = volumes(every)
    taken = list(solids(scene).values())
    for mark in scene.walk():
        if isinstance(mark, Words):
            width = text_width(mark.text, mark.size, mark.weight)
            left = mark.at[0] - (width / 2 if mark.anchor == "middle" else 0.0)
            taken.append(Rect(left, mark.at[1] - 0.7 * mark.size, left + width, mark.at[1]))
    for at, one in enumerate(taken):
        assert not any(one.overlaps(other) for other in taken[at + 1 :])
    paper = Rect(0, 0, scene.width, scene.height)
    for rect in taken:
        assert paper.left <= rect.left < rect.right <= paper.right
        assert paper.top <= rect.top < rect.bottom <= paper.bottom


def test_no_skip_is_lost_between_volumes(load: Callable[[str], Network]) -> None:
    scene = volumes(load("resnet50"))
    arcs = [m for m in scene.marks if isinstance(m, Line) and len(m.points) == 4]
    assert len(arcs) == 8
    assert sum(arc.dash is not None for arc in arcs) == 4


def test_volumes_are_no_graph_and_no_text(load: Callable[[str], Network]) -> None:
    for format in ("dot", "txt"):
        with pytest.raises(BackendError, match=f"svg, png, pdf and tex, not as {format}"):
            BACKEND.emit(load("alexnet"), format, style="volumes")


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
