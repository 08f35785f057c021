"""How large a page is, and how long it lets its reader wait: until it shows, opens, scrolls, finds.

The page is driven in headless Chromium; each time is the median of several runs.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

import archdsl
from archdsl import Network

RUNS = 5
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]

CHAIN = """
network Chain(n = 2500)

[16x16x8] INPUT
for i in 1..n:
    CONV{i}: {8 + i%2} 3x3 filters, pad 1 -> BN{i} -> RELU
    POOL{i}: MAX POOL 3x3 filters at stride 1, pad 1
FC: 10 neurons (class scores)
"""
"""10,000 layers without a block, neighbours unlike each other, so that nothing folds."""

BLOCKS = """
network Blocks(n = 1250)

block Unit(width):
    add:
        path:
            CONV1: {width} 3x3 filters, pad 1 -> BN1 -> RELU
            CONV2: {width} 3x3 filters, pad 1 -> BN2
        identity
    RELU

block Step(width):
    CONV: {width} 1x1 filters -> RELU
    Unit(width)

[16x16x8] INPUT
for i in 1..n:
    step{i}: Step(8 + i%5)
FC: 10 neurons (class scores)
"""
"""10,000 layers in blocks that are used in turn."""

# Milliseconds until an action has been drawn: two frames later the screen has it.
ACT = """async (act) => {
  const start = performance.now();
  eval(act)();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - start;
}"""
ACTIONS = {
    "open a block": "() => { const { picture } = archdslPage;"
    " const block = archdslPage.network.all().find((node) => node.opens && !node.isGroup);"
    " if (block) picture.toggle(block); }",
    "open all": "() => archdslPage.picture.setAll(() => true)",
    "scroll": "() => { document.getElementById('stage').scrollTop += 3000; }",
    "find conv1": "() => { archdslPage.search.input.value = 'conv1'; archdslPage.search.run(); }",
    "show all of it": "() => archdslPage.picture.fit()",
}


def networks() -> Iterator[tuple[str, Network]]:
    """What is measured."""
    yield "ResNet-50", archdsl.load("resnet50")
    yield "ResNet-1202", archdsl.load("resnet_cifar", n=200)
    yield "10,000 layers in a chain", archdsl.loads(CHAIN)
    yield "10,000 layers in blocks", archdsl.loads(BLOCKS)


def times(browser: Browser, file: Path) -> dict[str, float]:
    """Milliseconds for each thing that a reader waits for."""
    page: Page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto(file.as_uri())
    page.wait_for_function("performance.getEntriesByName('picture').length")
    shown = page.evaluate("performance.getEntriesByName('picture')[0].startTime")
    found = {"first picture": float(shown)}
    for name, act in ACTIONS.items():
        found[name] = float(page.evaluate(ACT, act))
    page.close()
    return found


def main() -> None:
    """Print a table in Markdown."""
    path = shutil.which("chromium")
    if path is None:
        print("pages are measured in Chromium, which is not here")
        return
    names = ["first picture", *ACTIONS]
    print("| | size |", " | ".join(names), "|")
    print("| --- |", "--: |" * (len(names) + 1))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        for name, network in networks():
            file = Path(folder, "page.html")
            file.write_bytes(network.render("html"))
            runs = [times(browser, file) for _ in range(RUNS)]
            medians = [statistics.median(run[key] for run in runs) for key in names]
            size = f"{file.stat().st_size / 1e6:.1f} MB"
            print(f"| {name} | {size} |", " | ".join(f"{m:.0f} ms" for m in medians), "|")
        browser.close()


if __name__ == "__main__":
    main()
