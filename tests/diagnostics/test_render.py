"""The terminal's form of a diagnostic to the byte, and the JSON form read back."""

from __future__ import annotations

import json
import textwrap

import pytest
from click import unstyle

from archdsl.diagnostics import Diagnostic, Frame, SpecError
from archdsl.diagnostics.render import LINE_WIDTH, render_json, render_text
from archdsl.syntax.source import Source, Span

ALEXNET = Source(
    "alexnet.arch",
    "[227x227x3] INPUT\n\n[54x54x96] CONV1: 96 11x11 filters at stride 4, pad 0\n",
)


def place(source: Source, wanted: str) -> Span:
    start = source.text.index(wanted)
    return Span(source, start, start + len(wanted))


def complaint(text: str, wanted: str, note: str = "") -> Diagnostic:
    return Diagnostic("E101", "wrong", place(Source("a.arch", text), wanted), note)


def block(text: str) -> str:
    return textwrap.dedent(text).strip("\n")


WRONG_CLAIM = Diagnostic(
    "E201",
    "CONV1 declares [54x54x96], but its output is [55x55x96]",
    span=place(ALEXNET, "[54x54x96]"),
    mark=place(ALEXNET, "54x54"),
    note="height: (227 + 2*0 - 11)/4 + 1 = 55",
    help="write [55x55x96]",
)


def test_the_sample_of_the_language_reference() -> None:
    assert render_text(WRONG_CLAIM) == block(
        """
        error[E201]: CONV1 declares [54x54x96], but its output is [55x55x96]
          --> alexnet.arch:3:1
          3 | [54x54x96] CONV1: 96 11x11 filters at stride 4, pad 0
            |  ^^^^^        height: (227 + 2*0 - 11)/4 + 1 = 55
          help: write [55x55x96]
        """
    )


def test_further_lines_of_a_note_and_of_a_help_stand_under_the_first() -> None:
    diagnostic = Diagnostic(
        "W301",
        "two lines",
        span=place(ALEXNET, "CONV1"),
        note="height: 55\nwidth: 55",
        help="write `floor`\nor `ceil`",
    )
    assert render_text(diagnostic) == block(
        """
        warning[W301]: two lines
          --> alexnet.arch:3:12
          3 | [54x54x96] CONV1: 96 11x11 filters at stride 4, pad 0
            |            ^^^^^        height: 55
            |                         width: 55
          help: write `floor`
                or `ceil`
        """
    )


def test_the_block_instances_follow_the_excerpt_innermost_last() -> None:
    text = "\n" * 29 + "[28x28x512]     layer2: Bottleneck(128, stride=2)\n"
    spec = Source("resnet50.arch", text)
    inner = Frame("conv2: Unit(128)", place(ALEXNET, "CONV1"))
    outer = Frame(
        "layer2.0: Bottleneck(128, stride=2)", place(spec, "layer2: Bottleneck(128, stride=2)")
    )
    diagnostic = Diagnostic("E201", "wrong", place(ALEXNET, "96 11x11"), trail=(inner,), help="x")
    assert render_text(diagnostic.through((outer,))).splitlines()[-3:] == [
        "  in layer2.0: Bottleneck(128, stride=2)  (resnet50.arch:30:17)",
        "  in conv2: Unit(128)  (alexnet.arch:3:12)",
        "  help: x",
    ]


def test_the_gutter_is_as_wide_as_the_line_number() -> None:
    assert render_text(complaint("\n" * 99 + "CONV", "CONV")).splitlines()[2:] == [
        "  100 | CONV",
        "      | ^^^^",
    ]


@pytest.mark.parametrize(
    ("text", "wanted", "shown", "carets"),
    [
        ("합성곱 층: CONV", "CONV", "합성곱 층: CONV", "           ^^^^"),
        ("합성곱 층: CONV", "성곱", "합성곱 층: CONV", "  ^^^^"),
        ("\u1112\u1161\u11ab CONV", "CONV", "\u1112\u1161\u11ab CONV", "   ^^^^"),
        ("e\u0301 CONV", "CONV", "e\u0301 CONV", "  ^^^^"),
        ("\tCONV", "CONV", "    CONV", "    ^^^^"),
        ("\tCONV", "\t", "    CONV", "^^^^"),
        ("CONV\r\nFC\r\n", "CONV", "CONV", "^^^^"),
        ("# \x1b[31m CONV", "CONV", "# ␛[31m CONV", "        ^^^^"),
        ("# \x9b31m\u202e CONV", "CONV", "# �31m� CONV", "        ^^^^"),
        ("# \x7f\0 CONV", "CONV", "# ␡␀ CONV", "     ^^^^"),
    ],
    ids=[
        "wide characters before",
        "wide characters marked",
        "decomposed Hangul",
        "combining accent",
        "tab before",
        "tab marked",
        "carriage return",
        "escape sequence",
        "C1 control and right-to-left override",
        "delete and null",
    ],
)
def test_carets_lie_under_their_characters(text: str, wanted: str, shown: str, carets: str) -> None:
    assert render_text(complaint(text, wanted)).splitlines()[2:] == [
        f"  1 | {shown}",
        f"    | {carets}",
    ]


def test_nothing_of_the_authors_reaches_the_terminal_as_a_command() -> None:
    nasty = "a\x1b]0;title\x07\x9b2J\u202e\u2066\x00\ud800\u2028"
    source = Source(nasty, nasty)
    span = Span(source, 0, 1)
    diagnostic = Diagnostic("E101", nasty, span, nasty, nasty, trail=(Frame(nasty, span),))
    text = render_text(diagnostic)
    assert text.replace("\n", "").isprintable()
    text.encode()


@pytest.mark.parametrize(("filler", "columns"), [("a", 1), ("가", 2)])
@pytest.mark.parametrize("before", [0, 5, 300])
@pytest.mark.parametrize("after", [0, 5, 300])
def test_a_long_line_is_cut_around_the_mark(
    filler: str, columns: int, before: int, after: int
) -> None:
    text = filler * before + "MARK" + filler * after
    *_, line, carets = render_text(complaint(text, "MARK")).splitlines()
    cells = "".join(char * columns if char == filler else char for char in line)
    assert len(cells) <= len("  1 | ") + LINE_WIDTH
    assert cells[carets.index("^") :].startswith("MARK")
    assert line.startswith("  1 | …") == (before == 300)
    assert line.endswith("…") == (after == 300)


def test_a_mark_longer_than_a_line_is_cut_too() -> None:
    *_, line, carets = render_text(complaint("a" * 5000, "a" * 5000)).splitlines()
    assert line == "  1 | " + "a" * (LINE_WIDTH - 2) + "…"
    assert carets == "    | " + "^" * (LINE_WIDTH - 2)


def test_a_mark_over_a_line_end_shows_the_first_line() -> None:
    assert render_text(complaint("add:\n    path:\n", "dd:\n    pa")).splitlines()[2:] == [
        "  1 | add:",
        "    |  ^^^",
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "excerpt"),
    [
        ("", 1, 1, ["  1 |", "    | ^        end"]),
        ("FC", 1, 3, ["  1 | FC", "    |   ^        end"]),
        ("FC\n", 2, 1, ["  2 |", "    | ^        end"]),
    ],
)
def test_an_empty_mark_at_the_end_of_the_text(
    text: str, line: int, column: int, excerpt: list[str]
) -> None:
    source = Source("a.arch", text)
    diagnostic = Diagnostic("E101", "m", Span(source, len(text), len(text)), "end")
    assert render_text(diagnostic).splitlines()[1:] == [f"  --> a.arch:{line}:{column}", *excerpt]


def test_a_mark_on_another_line_shows_that_line() -> None:
    diagnostic = Diagnostic("E101", "m", span=place(ALEXNET, "INPUT"), mark=place(ALEXNET, "pad 0"))
    lines = render_text(diagnostic).splitlines()
    assert lines[1] == "  --> alexnet.arch:1:13"
    assert lines[2].startswith("  3 | ")


def test_a_mark_in_another_text_gives_way_to_the_span() -> None:
    elsewhere = place(Source("blocks/residual.arch", "FC"), "FC")
    diagnostic = Diagnostic("E101", "m", span=place(ALEXNET, "INPUT"), mark=elsewhere)
    assert "  1 | [227x227x3] INPUT" in render_text(diagnostic)


def test_without_a_place_there_are_only_message_and_help() -> None:
    diagnostic = Diagnostic("E401", "no network of this name", note="unseen", help="archdsl list")
    assert render_text(diagnostic) == "error[E401]: no network of this name\n  help: archdsl list"
    assert render_text(Diagnostic("W401", "odd")) == "warning[W401]: odd"


def test_colour_changes_no_character() -> None:
    coloured = render_text(WRONG_CLAIM, colour=True)
    assert "\x1b[31m" in coloured
    assert unstyle(coloured) == render_text(WRONG_CLAIM)


def test_json_says_everything_and_reads_back() -> None:
    source = Source("한글.arch", "block A():\n    CONV 합\x9b\n")
    diagnostic = Diagnostic(
        "W301",
        "경고",
        span=Span(source, 15, len(source.text)),
        note="a\nb",
        help="write `floor`",
        trail=(Frame("a: A()", Span(source, 0, 5)),),
    )
    text = render_json([diagnostic, Diagnostic("E401", "nowhere")])
    assert text.isascii()
    assert json.loads(text) == {
        "schema": 1,
        "diagnostics": [
            {
                "code": "W301",
                "severity": "warning",
                "message": "경고",
                "file": "한글.arch",
                "line": 2,
                "column": 5,
                "end_line": 3,
                "end_column": 1,
                "note": "a\nb",
                "help": "write `floor`",
                "trail": [
                    {
                        "text": "a: A()",
                        "file": "한글.arch",
                        "line": 1,
                        "column": 1,
                        "end_line": 1,
                        "end_column": 6,
                    }
                ],
            },
            {
                "code": "E401",
                "severity": "error",
                "message": "nowhere",
                "file": None,
                "line": None,
                "column": None,
                "end_line": None,
                "end_column": None,
                "note": "",
                "help": "",
                "trail": [],
            },
        ],
    }


def test_a_spec_error_reads_as_its_diagnostics() -> None:
    nowhere = Diagnostic("E401", "nowhere")
    assert str(SpecError([WRONG_CLAIM, nowhere])) == "\n".join(
        [render_text(WRONG_CLAIM), render_text(nowhere)]
    )
