"""Pages in headless Chromium. Where no browser is installed these tests are skipped, and say so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

import archdsl

REQUIRED = "ARCHDSL_REQUIRE_CHROMIUM"
"""Set to 1 in the environment, it makes a missing browser a failure."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

Show = Callable[..., Page]


def probe(name: str) -> str:
    """A function of JavaScript that looks into a page; each file says at what."""
    return (Path(__file__).parent / "probes" / f"{name}.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a process."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        missing = "no Chromium here: `apt-get install chromium` lets the page's tests run"
        (pytest.fail if os.environ.get(REQUIRED) == "1" else pytest.skip)(missing)
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A window of 1300 by 850 pixels that prefers light colours."""
    opened = browser.new_context(
        viewport={"width": 1300, "height": 850}, color_scheme="light", reduced_motion="reduce"
    )
    opened.set_default_timeout(10_000)
    yield opened
    opened.close()


@pytest.fixture
def tab(context: BrowserContext) -> Iterator[Page]:
    """An empty tab. What goes wrong in a page's script, or breaks its policy, fails the test."""
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    yield opened
    assert wrong == []


@pytest.fixture
def show(tab: Page, tmp_path: Path) -> Show:
    """A function that shows the page of a network of the zoo, or of a text."""

    def opened(spec: str, **parameters: object) -> Page:
        is_text = "\n" in spec
        network = (archdsl.loads if is_text else archdsl.load)(spec, **parameters)
        file = tmp_path / "page.html"
        file.write_bytes(network.render("html"))
        tab.goto(file.as_uri())
        tab.wait_for_selector(".node")
        return tab

    return opened
