"""The overview in characters: nothing is cut, lines lead from box to box."""

from __future__ import annotations

import re

import pytest
from archdsl_pictures.model import Box, Panel, Picture
from archdsl_pictures.outline import outline
from archdsl_pictures.picture import picture_of
from archdsl_pictures.structure import structure_of
from archdsl_pictures.text import text_of
from archdsl_units.labels import Form

import archdsl
from archdsl import Network
from archdsl.ops import Family
from archdsl.report.text import columns_of


def test_every_word_of_the_overview_is_there(every: Network) -> None:
    picture = picture_of(every)
    text = text_of(picture)
    for box in picture.overview.boxes:
        if box.text in ("+", "×"):
            continue
        assert "  ".join((box.text, *box.notes)) in text
        assert not box.shows_shape or box.shape in text
    for frame in picture.overview.all_frames():
        assert frame.label in text
    # Every edge arrives: two from one side share their head.
    heads = sum(map(text.count, "▼◀"))
    ears = sum(box.skip != "flow" for box in picture.overview.boxes)
    targets = {edge.target for edge in picture.overview.edges}
    assert len(targets) <= heads - ears <= len(picture.overview.edges)


def test_the_drawing() -> None:
    text = """
block Unit(n):
    add:
        path:
            CONV1: {n} 3x3 filters, pad 1 -> RELU
            CONV2: {n} 3x3 filters, pad 1
        identity

[8x8x4] INPUT
units: 2 x Unit(4)
concat:
    a: CONV 4 1x1 filters -> RELU
    b: MAX POOL 3x3 filters at stride 1, pad 1
"""
    drawn = text_of(picture_of(archdsl.loads(text, "drawn")))
    assert drawn.partition("\n\n")[2].rstrip() == DRAWN.strip("\n")


DRAWN = """
                        ╭──────────────╮
                        │  input 8x8x4 │
                        ╰──────────────╯
                                │
                                │
                   · units · · ·│· · · · · · · ·
                   ·            ▼              ·
                   · ╔════════════════════╗─╮  ·
                   · ║     Unit(4) ×2     ║ │  ·
                   · ╚════════════════════╝◀╯  ·
                   · · · · · · ·│· · · · · · · ·
                  ┌─────────────┴────────────┐
8x8               │                          │
     · a · · · · ·│· · · · · ··              │
     ·            ▼           ·              ▼
     · ┌────────────────────┐ ·   ┌────────────────────┐
     · │  1x1 conv, 4  ReLU │ ·   │    3x3 max pool    │
     · └────────────────────┘ ·   ╲────────────────────╱
     · · · · · · ·│· · · · · ··              │
                  │                          │
                  │                          │
                  ▼                          ▼
              ┌─────────────────────────────────┐
              │             concat              │
              └─────────────────────────────────┘
"""


def test_wide_characters_keep_their_columns() -> None:
    box = Box("a", Form.BOX, Family.CONVOLUTION, "합성곱 층", "title", size="8x8")
    picture = Picture("이름", "", "", Panel("", "", "", (box,), ()))
    *_, top, middle, bottom = text_of(picture).splitlines()
    assert "합성곱 층" in middle
    assert columns_of(top) == columns_of(middle) == columns_of(bottom)


@pytest.mark.parametrize("width", [80, 40, 7])
def test_a_terminal_gets_no_line_that_is_too_long(every: Network, width: int) -> None:
    picture = picture_of(every)
    lines = text_of(picture, width).splitlines()
    assert max(map(columns_of, lines)) <= width
    whole = text_of(picture).splitlines()
    if max(map(columns_of, whole)) <= width:
        assert lines == whole


def test_an_outline_has_every_word(every: Network) -> None:
    picture = picture_of(every)
    panel = picture.overview
    structure = structure_of(panel)
    text = " ".join(re.sub("[├└│─·]", " ", "\n".join(outline(panel, 60))).split())
    for box in panel.boxes:
        words = [*" ".join((box.text, *box.notes)).replace("·", " ").split()]
        words += [box.shape] if box.shows_shape else []
        assert " ".join(words) in text
    for edge in structure.loose:
        assert f"and from {edge.source}" in text


def test_the_outline() -> None:
    text = """
[8x8x4] INPUT
down: CONV1: 4 3x3 filters, pad 1 -> RELU
CONV2: 8 3x3 filters, pad 1
concat:
    identity
    branch:
        MAX POOL 3x3 filters at stride 1, pad 1
        CONV 4 1x1 filters -> RELU
    from down
CONV3: 4 1x1 filters
"""
    panel = picture_of(archdsl.loads(text, "drawn")).overview
    assert "\n".join(outline(panel, 24)) == OUTLINE.strip("\n")


OUTLINE = """
input 8x8x4
down
· 3x3 conv, 4  ReLU
├─ 3x3 conv, 8  8x8x8
│  ├─ branch
│  │  · 3x3 max pool
│  │  · 1x1 conv, 4
│  │  ·   ReLU  8x8x4
│  └─ as it is
└─ as it is
concat  8x8x16
1x1 conv, 4
"""
