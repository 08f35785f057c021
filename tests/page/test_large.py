"""Large networks: what is out of view costs nothing."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import Show, probe

LONG = """
network Long(n = 2500)

[4x4x2] INPUT
for i in 1..n:
    CONV{i}: {2 + i%2} 1x1 filters -> BN{i} -> RELU
    POOL{i}: MAX POOL 3x3 filters at stride 1, pad 1
FC: 10 neurons
"""
DRAWN = "document.querySelectorAll('#stage .node').length"


def test_ten_thousand_layers_stay_usable(show: Show) -> None:
    page = show(LONG)
    assert page.evaluate("archdslPage.picture.sheet.boxes.length") > 5000
    assert page.evaluate(DRAWN) < 100
    assert page.locator("#table .table-body .row").count() < 100
    assert page.evaluate(probe("scrolling")) < 100
    page.fill("#search", "conv2499")
    page.keyboard.press("Enter")
    expect(page.locator("#stage .selected .shape")).to_be_in_viewport()
    expect(page.locator("#table .row.selected")).to_contain_text("conv2499")
    page.click("#fit")
    expect(page.locator("#stage path.crowd-frame, #stage .node").first).to_be_attached()


def test_a_thousand_blocks_are_one_box_until_it_opens(show: Show) -> None:
    page = show("resnet_cifar", n=200)
    assert page.evaluate(DRAWN) < 30
    page.locator('[data-path="layer3.1"]').click()
    expect(page.locator('[data-path="layer3.1"]')).to_contain_text("×199")
    expect(page.locator('[data-path="layer3.1.conv1"]')).to_be_visible()
    expect(page.locator("#details")).to_contain_text("layer3.1 to layer3.199")
