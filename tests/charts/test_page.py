"""The interactive page in headless Chromium: what a blob is, said on hover and on focus."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archdsl import Comparison, draw

sync = pytest.importorskip("playwright.sync_api")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium here: `apt-get install chromium` lets these tests run")
    with sync.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def tab(browser: Any, papers: Comparison, tmp_path: Path) -> Iterator[Any]:
    """The page of the papers' networks. An error of its script or its policy fails the test."""
    file = tmp_path / "comparison.html"
    file.write_bytes(draw(papers, "html"))
    opened = browser.new_page(viewport={"width": 1100, "height": 900})
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    opened.goto(file.as_uri())
    yield opened
    opened.close()
    assert wrong == []


def mark(tab: Any, network: str) -> Any:
    return tab.locator(f'.mark[data-network="{network}"]')


def test_hovering_says_what_a_blob_is(tab: Any) -> None:
    card = tab.locator("#card")
    assert card.is_hidden()
    mark(tab, "ResNet50").hover()
    said = card.inner_text()
    assert "ResNet50 (resnet50.arch)" in said
    assert "25,557,032 parameters" in said
    assert "top-1 error 24.7% (KaimingHe/deep-residual-networks README)" in said
    tab.mouse.move(1, 1)
    assert card.is_hidden()


def test_the_keyboard_reaches_every_blob(tab: Any, papers: Comparison) -> None:
    assert tab.locator(".mark[tabindex='0'][aria-label]").count() == len(papers.measured)
    mark(tab, "VGG16").focus()
    assert "138,357,544 parameters" in tab.locator("#card").inner_text()
    tab.keyboard.press("Escape")
    assert tab.locator("#card").is_hidden()


def test_the_card_stays_in_the_window(tab: Any, papers: Comparison) -> None:
    for entry in papers.measured:
        mark(tab, entry.label).focus()
        box = tab.locator("#card").bounding_box()
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= 1100
        assert box["y"] + box["height"] <= 900


def test_a_row_of_the_table_shows_its_blob(tab: Any) -> None:
    row = tab.locator('tr[data-network="GoogLeNet"]')
    row.hover()
    assert "chosen" in mark(tab, "GoogLeNet").get_attribute("class")
    assert "chosen" not in mark(tab, "VGG16").get_attribute("class")
