"""The gallery shows every network of the zoo as it is drawn today."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

import archdsl
from archdsl import zoo

ROOT = Path(__file__).parents[2]
GALLERY = runpy.run_path(str(ROOT / "docs" / "gallery.py"))
STALE = "the gallery is old: make gallery"


def test_the_page_shows_every_network_and_no_other() -> None:
    assert GALLERY["PAGE"].read_text(encoding="utf-8") == GALLERY["page"](zoo.names()), STALE
    shown = set(GALLERY["PICTURES"].iterdir())
    assert shown == set(map(GALLERY["picture_path"], zoo.names())), STALE


@pytest.mark.parametrize("name", zoo.names())
def test_a_picture_is_what_is_drawn_today(name: str) -> None:
    drawn = GALLERY["picture"](archdsl.load(name))
    assert GALLERY["picture_path"](name).read_bytes() == drawn, STALE


def test_the_pictures_stay_small() -> None:
    sizes = {path.name: path.stat().st_size for path in GALLERY["PICTURES"].iterdir()}
    assert max(sizes.values()) < 100_000, sizes
    assert sum(sizes.values()) < 2_500_000
