"""The language's reference lists every word with all its options, and no others."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import pytest

from archdsl.ir.evaluate import CALLABLE
from archdsl.ops import OPS, Op, ops_by_merge, ops_by_word
from archdsl.ops.phrases import Phrase, Slot
from archdsl.passes.expectations import UNITS

PAGE = (Path(__file__).parents[2] / "docs" / "language.md").read_text(encoding="utf-8")
LINEAR = "linear"
ACROSS = "across gpus"

_NUMBER = r"\d+(?:\.\d+)?(?:x\d+)?%?"


class Row(NamedTuple):
    """One line of a word's table: how its option is written, and the default."""

    spans: list[str]
    default: str


def section(heading: str, level: int = 2) -> str:
    """The text under a heading, up to the next of its level or above."""
    mark = "#" * level
    match = re.search(
        rf"^{mark} {re.escape(heading)}\n(.*?)(?=^#{{1,{level}}} |\Z)", PAGE, re.M | re.S
    )
    assert match is not None, f"no heading `{mark} {heading}`"
    return match[1]


def table(text: str) -> list[list[str]]:
    """The cells of a table's rows, its head left out."""
    rows = [line.strip("| ") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r" *\| *", row)] for row in rows[2:]]


def spans(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def rows(word: str) -> list[Row]:
    cells = table(section(f"`{word}`", 3))
    return [Row(spans(first), default) for first, default, *_ in cells]


def matches(phrase: Phrase, span: str) -> bool:
    """Whether a text says a phrase, with numbers in its slots; `0, 1, 2` and `0..63` fill one."""
    words = re.sub(r"(\d+)(?:, \d+|\.\.\d+)+", r"\1", span).split()
    return len(words) == len(phrase.parts) and all(
        bool(re.fullmatch(_NUMBER, word)) if isinstance(part, Slot) else word == part
        for part, word in zip(phrase.parts, words, strict=True)
    )


def fields(phrase: Phrase) -> set[str]:
    return {part.field for part in phrase.parts if isinstance(part, Slot)} | set(phrase.sets)


WORDS = ops_by_word()
PHRASES = [
    pytest.param(word, op, phrase, id=f"{word}-{phrase.text}")
    for word, ops in WORDS.items()
    for op in ops
    for phrase in op.phrases()
]


def test_every_word_has_a_section_and_every_section_is_a_word() -> None:
    headings = re.findall(r"^### `(.+)`$", section("Words"), re.MULTILINE)
    assert sorted(headings) == sorted(WORDS)


@pytest.mark.parametrize(("word", "op", "phrase"), PHRASES)
def test_every_option_is_in_its_words_table(word: str, op: type[Op], phrase: Phrase) -> None:
    written = [span for row in rows(word) for span in row.spans]
    assert any(matches(phrase, span) for span in written), f"{word} lacks `{phrase.text}`"


@pytest.mark.parametrize("word", WORDS)
def test_every_option_in_a_table_is_one(word: str) -> None:
    phrases = [phrase for op in WORDS[word] for phrase in op.phrases()]
    can_be_linear = any(op.is_weighted for op in WORDS[word])
    written = [span for row in rows(word) for span in row.spans]
    assert (LINEAR in written) == can_be_linear
    assert (ACROSS in written) == any(op.makes for op in WORDS[word])
    unknown = [
        span
        for span in written
        if span not in (LINEAR, ACROSS) and not any(matches(phrase, span) for phrase in phrases)
    ]
    assert unknown == []


@pytest.mark.parametrize("word", WORDS)
def test_a_number_in_the_default_column_is_the_default(word: str) -> None:
    for row in rows(word):
        if not re.fullmatch(r"[\d.]+%?", row.default):
            continue
        [(op, field)] = [
            (op, field)
            for op in WORDS[word]
            for phrase in op.phrases()
            if matches(phrase, row.spans[0])
            for field in fields(phrase)
        ]
        default = op.model_fields[field].default
        said = Fraction(row.default.rstrip("%")) / (100 if row.default.endswith("%") else 1)
        sides = default if isinstance(default, tuple) else (default,)
        assert {Fraction(str(side)) for side in sides} == {said}, row


def test_the_merges_are_all_there() -> None:
    listed = [spans(first)[0] for first, _ in table(section("Side by side"))]
    assert sorted(listed) == sorted(f"{word}:" for word in ops_by_merge())


def test_the_options_of_merges_are_all_there() -> None:
    listed = [spans(first)[0] for first, *_ in table(section("Drop-path", 3))]
    phrases = [phrase for op in OPS if op.merge for phrase in op.phrases()]
    assert all(any(matches(phrase, span) for span in listed) for phrase in phrases)
    assert all(any(matches(phrase, span) for phrase in phrases) for span in listed)


def test_the_functions_are_all_there() -> None:
    rows_ = table(section("Braces compute"))
    [functions] = [spans(first) for first, what in rows_ if what == "functions"]
    assert sorted(text.partition("(")[0] for text in functions) == sorted(CALLABLE)


def test_what_an_expectation_can_count_is_all_there() -> None:
    listed = [spans(first)[0] for first, _ in table(section("expect"))]
    assert sorted(listed) == sorted(UNITS)


def test_what_the_page_says_is_not_there_is_not_there() -> None:
    text = " ".join(section("What the language does not have").split())
    assert "none for group normalization" in text
    assert "GROUP NORM" not in WORDS, "reword what the language does not have"


def test_the_guide_to_ops_lists_every_rule_of_an_op() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "adding-an-op.md").read_text(encoding="utf-8")
    [rules] = [part for part in guide.split("\n\n") if part.startswith("| Member | Says")]
    listed = [spans(first)[0] for first, *_ in table(rules)]
    own = {name for name, member in vars(Op).items() if not isinstance(member, classmethod)}
    own |= {"notation", *Op.__annotations__}
    rules_ = {name for name in own if not name.startswith(("_", "model_"))}
    assert sorted(listed) == sorted(rules_)
