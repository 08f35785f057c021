"""Published errors in `about:`: figures with a protocol of the list and a source."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest
from compiling import complaint, said
from zoo_table import ROWS, WITHOUT_ROW

import archdsl
from archdsl import zoo
from archdsl.ir.published import PROTOCOLS

ROOT = Path(__file__).parents[2]
CROP = "ImageNet val, one centre crop"


def spec(*lines: str) -> str:
    about = "\n".join(f"    {line}" for line in lines)
    return f"network Net(n = 2)\nabout:\n{about}\n[8x8x3] INPUT\nFC: {{n}} neurons\n"


def errors(text: str, **values: int) -> list[tuple[Fraction, int, str, str]]:
    return [figure[:4] for figure in archdsl.loads(text, **values).errors]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("top-1 error: 30.2% ({}; paper)", [(Fraction("30.2"), 1)]),
        ("top-5 error: 6.67% ({}; paper)", [(Fraction("6.67"), 5)]),
        ("error: 9% top-5 ({}; paper)", [(9, 5)]),
        (
            "error: 25.02% top-1, 7.71% top-5 ({}; paper)",
            [(Fraction("25.02"), 1), (Fraction("7.71"), 5)],
        ),
    ],
)
def test_a_figure_has_a_protocol_and_a_source(line: str, found: list[tuple[Fraction, int]]) -> None:
    assert errors(spec(line.format(CROP))) == [(*figure, CROP, "paper") for figure in found]


def test_a_source_is_free_text_over_lines() -> None:
    text = spec(f"top-1 error: 30% ({CROP}; A (2012), table 2;", "    row 3)")
    assert [source for *_, source in errors(text)] == ["A (2012), table 2; row 3"]


def test_figures_are_those_of_the_parameters() -> None:
    text = spec(f"top-1 error: 30% ({CROP}; paper)", f"error with n = 1 + 2: 20% top-1 ({CROP}; p)")
    assert [percent for percent, *_ in errors(text)] == [30]
    assert [percent for percent, *_ in errors(text, n=3)] == [20]
    assert errors(text, n=4) == []


def test_a_parameter_without_a_default_leaves_open_which_network_was_measured() -> None:
    lines = (
        f"about:\n    top-1 error: 30% ({CROP}; p)\n    error with k = 2: 20% top-1 ({CROP}; p)\n"
    )
    text = f"network Net(n, k = 1)\n{lines}[8x8x3] INPUT\nFC: {{n*k}} neurons\n"
    assert errors(text, n=3) == errors(text, n=3, k=2) == []


def test_other_keys_are_free() -> None:
    assert errors(spec("paper: 30% (x)", "errors in the paper: table 2", "results: 3%")) == []


@pytest.mark.parametrize(
    ("line", "code", "marked"),
    [
        ("top-1 error: 30.2", "E113", "30.2"),
        ("top-1 error:", "E113", "top-1 error:"),
        (f"top-1 error: 30.2% ({CROP})", "E113", f"30.2% ({CROP})"),
        (f"top-1 error: 30.2% ({CROP};)", "E113", f"30.2% ({CROP};)"),
        (f"top-1 error: 30.2% top-1 ({CROP}; p)", "E113", f"30.2% top-1 ({CROP}; p)"),
        (f"top-1 error: 30.2%, 4% ({CROP}; p)", "E113", f"30.2%, 4% ({CROP}; p)"),
        (f"error: 30.2% ({CROP}; p)", "E113", f"30.2% ({CROP}; p)"),
        (f"error: 1% top-1, 2% top-1 ({CROP}; p)", "E113", f"1% top-1, 2% top-1 ({CROP}; p)"),
        (f"error: 100.1% top-1 ({CROP}; p)", "E113", f"100.1% top-1 ({CROP}; p)"),
        (f"Top-1 Error: 30.2% ({CROP}; p)", "E113", "Top-1 Error"),
        (f"top 5 error: 30.2% ({CROP}; p)", "E113", "top 5 error"),
        (f"accuracy: 30.2% ({CROP}; p)", "E113", "accuracy"),
        (f"error with n: 30.2% top-1 ({CROP}; p)", "E113", "n"),
        ("top-1 error: 30.2% (ImageNet; p)", "E114", "ImageNet"),
        (f"error with m = 3: 30.2% top-1 ({CROP}; p)", "E509", "m"),
        (f"error with n = 3, n = 4: 30.2% top-1 ({CROP}; p)", "E509", "n"),
        (f"error with n = yes: 30.2% top-1 ({CROP}; p)", "E509", "yes"),
        (f"error with n = k: 30.2% top-1 ({CROP}; p)", "E501", "k"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(line: str, code: str, marked: str) -> None:
    assert said(spec(line)) == [(code, marked)]


def test_a_protocol_is_suggested() -> None:
    text = spec("top-1 error: 30.2% (ImageNet val, one center crop; p)")
    assert complaint(text).help == f"did you mean `{CROP}`?"


# --- The list, and the zoo ---


def test_the_reference_lists_the_protocols_and_no_others() -> None:
    page = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    section = page.partition("### Published errors\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", section, re.MULTILINE)
    assert dict(rows) == PROTOCOLS


def known(pair: tuple[str, float]) -> bool:
    """Whether a row of `networks.json` has this error."""
    top, percent = pair
    return any(
        percent == figure
        for row in ROWS.values()
        for figure in [
            (row.get(f"{top}_error") or {}).get("value"),
            *(other[top] for other in row["other_errors"]),
        ]
    )


@pytest.mark.parametrize("name", zoo.names())
def test_the_zoo_quotes_what_is_on_record(name: str) -> None:
    """Every figure of a spec, under any parameters, is a reference figure, where it has any."""
    program = archdsl.load(name).program
    text = " ".join(f"{entry.key}: {entry.text}" for entry in program.about if "error" in entry.key)
    quoted = re.findall(r"top-([15]) error: ([\d.]+)%", text)
    quoted += [(top, percent) for percent, top in re.findall(r"([\d.]+)% top-([15])", text)]
    pairs = [(f"top{top}", float(percent)) for top, percent in quoted]
    assert [pair for pair in pairs if not known(pair) and name not in WITHOUT_ROW] == []


def test_the_family_is_said_or_read_off_the_name() -> None:
    families = {name: archdsl.load(name).family for name in ("resnet50", "inception_v3", "nin")}
    assert families == {"resnet50": "ResNet", "inception_v3": "Inception", "nin": "NIN"}
