"""Every op has a label, in the words of the papers and with nothing that is a default."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from archdsl_svg.inks import FAINT_INK, INK, PAPER
from archdsl_units.labels import RULES, Form, label_of
from archdsl_units.theme import HEAT, PAINTS

import archdsl
from archdsl.ops import (
    OPS,
    Add,
    AvgPool2d,
    Concat,
    Conv2d,
    Dropout,
    Family,
    Linear,
    MaxPool2d,
    Op,
    ReLU,
    Shape,
)


def test_no_op_is_without_a_rule() -> None:
    assert RULES.missing(OPS) == []


def test_no_kind_is_without_a_colour() -> None:
    assert set(Family) <= set(PAINTS)


@pytest.mark.parametrize(
    ("op", "text", "form"),
    [
        (Conv2d(filters=64, kernel=7, stride=2, pad=3), "7x7 conv, 64, /2", Form.BOX),
        (Conv2d(filters=64, kernel=3, pad=1, bias=False), "3x3 conv, 64", Form.BOX),
        (Conv2d(filters=64, kernel=(1, 7), pad=(0, 3)), "1x7 conv, 64", Form.BOX),
        (Conv2d(filters=64, kernel=11, stride=4, pad=2), "11x11 conv, 64, /4, pad 2", Form.BOX),
        (Conv2d(filters=64, kernel=3, pad=2, dilation=2), "3x3 conv, 64, dilation 2", Form.BOX),
        (Conv2d(filters=64, kernel=3, stride=(2, 1)), "3x3 conv, 64, /2x1", Form.BOX),
        (Conv2d(filters=64, kernel=3, groups=4), "3x3 conv, 64, 4 groups", Form.BOX),
        (Conv2d(filters=32, kernel=3, groups=32), "3x3 depthwise conv, 32", Form.BOX),
        (
            Conv2d(filters=8, kernel=3, pad=0, pad_after=1),
            "3x3 conv, 8, pad 0 and 1",
            Form.BOX,
        ),
        (MaxPool2d(kernel=3, stride=2, rounding="ceil"), "3x3 max pool, /2", Form.TRAPEZOID),
        (AvgPool2d(kernel=7), "7x7 avg pool", Form.TRAPEZOID),
        (Linear(neurons=1000), "fc 1000", Form.BOX),
        (ReLU(ceiling=6), "ReLU6", Form.BOX),
        (Dropout(rate=0.5), "dropout 50%", Form.BOX),
        (Add(), "+", Form.ROUND),
        (Concat(), "concat", Form.BAR),
    ],
)
def test_labels_are_those_of_the_papers(op: Op, text: str, form: Form) -> None:
    label = label_of(op, (Shape(56, 56, 32), Shape(56, 56, 32)))
    assert (label.text, label.form) == (text, form)


@pytest.mark.parametrize(("ink", "least"), [(INK, 7.0), (FAINT_INK, 4.5)])
def test_texts_stand_out_from_every_fill(ink: str, least: float) -> None:
    fills = {paint.fill for paint in PAINTS.values()} | {PAPER}
    assert {fill for fill in fills if contrast(ink, fill) < least} == set()


def test_texts_stand_out_from_every_heat() -> None:
    """Boxes in the tint of their cost have all their words in the ink."""
    assert {fill for fill in HEAT if contrast(INK, fill) < 4.5} == set()
    svg = ElementTree.fromstring(archdsl.load("alexnet").render("svg", highlight="memory"))
    nodes = [group for group in svg.iter() if group.get("class") == "node"]
    inks = {text.get("fill") for node in nodes for text in node.iter() if "text" in text.tag}
    assert inks == {INK}


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
