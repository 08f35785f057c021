"""Section 4 of the language: use."""

from __future__ import annotations

from pathlib import Path

import pytest
from compiling import complaints

import archdsl
from archdsl.diagnostics import Diagnostic, SpecError

BLOCK = "block Unit(n):\n    CONV {n} 3x3 filters\n"


def load(folder: Path, **files: str) -> archdsl.Network:
    """Compile `main` of the files, which lie in one folder."""
    for name, text in files.items():
        file = folder / f"{name}.arch"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    return archdsl.load(folder / "main.arch")


def wrong(folder: Path, **files: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(SpecError) as caught:
        load(folder, **files)
    return caught.value.diagnostics


MAIN = 'use Unit from "other.arch"\n[8x8x3] INPUT\nUnit(4)\n'


def test_use_looks_beside_the_file(tmp_path: Path) -> None:
    assert load(tmp_path, main=MAIN, other=BLOCK).totals.depth == 1
    main = MAIN.replace("other", "blocks/other")
    (tmp_path / "blocks").mkdir()
    (tmp_path / "blocks" / "other.arch").write_text(BLOCK)
    assert load(tmp_path, main=main).totals.depth == 1


def test_then_in_the_zoo(tmp_path: Path) -> None:
    main = 'use Bottleneck from "blocks/residual.arch"\n[8x8x3] INPUT\nBottleneck(4)\n'
    assert load(tmp_path, main=main).totals.depth == 3
    assert archdsl.loads(main).totals.depth == 3


def test_the_file_beside_comes_first(tmp_path: Path) -> None:
    main = 'use Bottleneck from "blocks/residual.arch"\n[8x8x3] INPUT\nBottleneck(4)\n'
    (tmp_path / "blocks").mkdir()
    (tmp_path / "blocks" / "residual.arch").write_text(BLOCK.replace("Unit", "Bottleneck"))
    assert load(tmp_path, main=main).totals.depth == 1


def test_used_files_may_use_others(tmp_path: Path) -> None:
    other = 'use Inner from "inner.arch"\nblock Unit(n):\n    Inner(n)\n'
    net = load(tmp_path, main=MAIN, other=other, inner=BLOCK.replace("Unit", "Inner"))
    assert [layer.path for layer in net.facts.layers()] == ["unit.inner.conv"]
    assert [Path(source.name).name for source in net.program.sources] == [
        "main.arch",
        "other.arch",
        "inner.arch",
    ]


def test_what_a_file_uses_is_not_what_it_defines(tmp_path: Path) -> None:
    other = 'use Unit from "inner.arch"\nblock Other(n):\n    Unit(n)\n'
    (diagnostic,) = wrong(tmp_path, main=MAIN, other=other, inner=BLOCK)
    assert (diagnostic.code, diagnostic.help) == ("E614", "it defines `Other`")


def test_a_block_inside_a_block_cannot_be_used(tmp_path: Path) -> None:
    other = "block Outer(n):\n    block Unit(n):\n        RELU\n    Unit(n)\n"
    assert [d.code for d in wrong(tmp_path, main=MAIN, other=other)][-1:] == ["E614"]


def test_circles_are_an_error(tmp_path: Path) -> None:
    other = 'use Main from "main.arch"\nblock Unit(n):\n    CONV {n} 1x1 filters\n'
    (diagnostic,) = wrong(tmp_path, main=MAIN, other=other)
    assert diagnostic.code == "E613"
    own = 'use Unit from "main.arch"\n[8x8x3] INPUT\nUnit(4)\n'
    assert [d.code for d in wrong(tmp_path, main=own)] == ["E613"]


def test_a_missing_file_and_what_hangs_on_it(tmp_path: Path) -> None:
    (diagnostic,) = wrong(tmp_path, main=MAIN)
    assert diagnostic.code == "E612"
    (tmp_path / "othr.arch").write_text(BLOCK)
    (diagnostic,) = wrong(tmp_path, main=MAIN)
    assert diagnostic.help == "did you mean `othr.arch`?"


def test_neither_the_file_itself_nor_a_name_unlike_is_suggested(tmp_path: Path) -> None:
    (tmp_path / "ex.arch").write_text(BLOCK)
    for path in ("nope.arch", "mains.arch"):
        (diagnostic,) = wrong(tmp_path, main=MAIN.replace("other.arch", path))
        assert diagnostic.help == f"put it beside {tmp_path / 'main.arch'}"


@pytest.mark.parametrize("path", ["", ".", "..", "a" * 5000, "a\0b", "/", "x/y/z.arch"])
def test_odd_paths_are_missing_files(path: str, tmp_path: Path) -> None:
    (diagnostic,) = wrong(tmp_path, main=MAIN.replace("other.arch", path))
    assert diagnostic.code in ("E612", "E101")


@pytest.mark.parametrize("path", ["/etc/passwd", "C:/other.arch", "\\\\host\\share\\x.arch"])
def test_a_path_from_the_root_is_refused(path: str, tmp_path: Path) -> None:
    main = MAIN.replace("other.arch", path)
    for (diagnostic,) in (wrong(tmp_path, main=main), complaints(main)):
        assert diagnostic.code == "E612"
        assert diagnostic.message.startswith("`use` takes no path from the root")


def test_an_absolute_path_is_refused_even_where_the_file_is_good(tmp_path: Path) -> None:
    main = MAIN.replace("other.arch", (tmp_path / "other.arch").as_posix())
    assert [d.code for d in wrong(tmp_path, main=main, other=BLOCK)] == ["E612"]


def test_a_path_may_climb_as_far_as_there_are_folders(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "other.arch").write_text(BLOCK)
    main = MAIN.replace("other.arch", "../other.arch")
    assert load(tmp_path / "inner", main=main).totals.depth == 1
    (diagnostic,) = wrong(tmp_path, main=MAIN.replace("other", f"{100 * '../'}etc/passwd"))
    assert diagnostic.code == "E612"
    assert "climbs out" in diagnostic.message


def test_a_text_without_a_file_has_nothing_beside_it() -> None:
    (diagnostic,) = complaints(MAIN)
    assert diagnostic.code == "E612"
    assert diagnostic.help == "a text that is no file can use the zoo's files only"


def test_nothing_is_said_of_what_a_missing_file_would_have_defined(tmp_path: Path) -> None:
    main = """network X(n = 3, m = 4)
use Unit, Gone from "nowhere.arch"
block Own(k, line):
    Unit(k, line)
[8x8x3] INPUT
CONV1: 3 3x3 filters -> RELU
Own(n, conv1)
unit2: Gone(m, conv1) -> Gone(conv1)
"""
    assert [d.code for d in wrong(tmp_path, main=main)] == ["E612"]
    main = MAIN.replace("Unit(4)", "CONV1: 3 3x3 filters\nUnit(conv1)")
    other = 'use Inner from "nowhere.arch"\nblock Unit(line):\n    Inner(line)\n'
    assert [d.code for d in wrong(tmp_path, main=main, other=other)] == ["E612"]


def test_a_missing_block(tmp_path: Path) -> None:
    (diagnostic,) = wrong(tmp_path, main=MAIN, other=BLOCK.replace("Unit", "Unti"))
    assert (diagnostic.code, diagnostic.help) == ("E614", "did you mean `Unti`?")


def test_errors_inside_a_used_file_show_that_files_name_and_line(tmp_path: Path) -> None:
    other = BLOCK.replace("filters", "filtres").replace("CONV", "CONV1:")
    (diagnostic,) = wrong(tmp_path, main=MAIN, other=other)
    assert diagnostic.span is not None
    assert Path(diagnostic.span.source.name).name == "other.arch"
    assert (diagnostic.code, diagnostic.span.line) == ("E402", 2)
    (diagnostic,) = wrong(tmp_path, main=MAIN, other="block Unit(n):\n    CONV {n} 9x9 filters\n")
    assert diagnostic.span is not None
    assert Path(diagnostic.span.source.name).name == "other.arch"
    assert [Path(f.span.source.name).name for f in diagnostic.trail] == ["main.arch"]


def test_a_used_file_that_cannot_be_read_hides_nothing_else(tmp_path: Path) -> None:
    main = MAIN + "RELUU\n"
    found = wrong(tmp_path, main=main, other="block Unit(n:\n    RELU\n")
    assert sorted(d.code for d in found) == ["E101", "E401"]
    (tmp_path / "other.arch").write_bytes(b"\xff")
    assert sorted(d.code for d in wrong(tmp_path, main=main)) == ["E112", "E401"]


def test_a_block_that_is_used_and_defined_is_an_error(tmp_path: Path) -> None:
    found = wrong(tmp_path, main=MAIN + BLOCK, other=BLOCK)
    assert [d.code for d in found] == ["E308"]
    twice = 'use Unit from "other.arch"\n' + MAIN
    assert [d.code for d in wrong(tmp_path, main=twice, other=BLOCK)] == ["E308"]


def test_after_does_not_reach_into_used_blocks(tmp_path: Path) -> None:
    net = load(tmp_path, main="after CONV: RELU\n" + MAIN, other=BLOCK)
    assert [layer.path for layer in net.facts.layers()] == ["unit.conv"]
