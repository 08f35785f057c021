"""How fields declare the words that set them."""

from __future__ import annotations

import pytest

from archdsl.ops import OPS, Op, ops_by_merge, ops_by_word
from archdsl.ops.phrases import Says, Slot, phrases_of


def test_a_pattern_has_a_slot_for_its_field() -> None:
    (phrase,) = phrases_of("stride", Says("at stride {}"))
    assert phrase.parts == ("at", "stride", Slot("stride"))
    assert phrase.sets == {}


def test_a_pattern_may_fill_another_field_too() -> None:
    (phrase,) = phrases_of("kernel", Says("{filters} {} filters"))
    assert phrase.parts == (Slot("filters"), Slot("kernel"), "filters")


def test_a_pattern_without_a_slot_sets_a_value() -> None:
    (phrase,) = phrases_of("bias", Says("no bias", value=False, also={"groups": 2}))
    assert phrase.sets == {"groups": 2, "bias": False}


@pytest.mark.parametrize("op", OPS)
def test_every_required_field_can_be_said(op: type[Op]) -> None:
    said = {
        part.field for phrase in op.phrases() for part in phrase.parts if isinstance(part, Slot)
    }
    said |= {name for phrase in op.phrases() for name in phrase.sets}
    required = {name for name, field in op.model_fields.items() if field.is_required()}
    assert required <= said


@pytest.mark.parametrize("op", OPS)
def test_no_two_phrases_of_an_op_read_the_same(op: type[Op]) -> None:
    shapes = [
        tuple("{}" if isinstance(part, Slot) else part for part in phrase.parts)
        for phrase in op.phrases()
    ]
    assert len(shapes) == len(set(shapes))


@pytest.mark.parametrize("op", OPS)
def test_help_lines_have_no_empty_slots(op: type[Op]) -> None:
    for text in op.readable():
        assert "{" not in text
        assert text == text.strip()


@pytest.mark.parametrize("op", OPS)
def test_every_op_has_a_docstring_and_a_family(op: type[Op]) -> None:
    assert op.__doc__
    assert op.family


def test_words_are_capitals_and_merges_small() -> None:
    assert all(word == word.upper() for word in ops_by_word())
    assert set(ops_by_merge()) == {"add", "concat", "multiply", "join"}
