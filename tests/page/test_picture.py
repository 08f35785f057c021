"""The page in a browser: what opens, what is pointed at, what the keyboard and the search do."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Show, probe

HOSTILE = """
network Deep(classes = 10)

about:
    paper: 심층 학습 & ∑ αβ ≤ <!-- <script>document.title = "taken"</script>
    title: </script><script>document.title = "taken"</script><img src=x onerror=alert(1)>

[8x8x3] INPUT
CONV1: 4 3x3 filters, pad 1 # 합성곱 </script><script>document.title = "taken"</script>
FC: {classes} neurons (class scores)
"""

TANGLED = """
network Tangled

block Gate(n):
    multiply:
        identity
        GLOBAL AVG POOL -> CONV {n} 1x1 filters -> SIGMOID

[8x8x4] INPUT
a: CONV 4 3x3 filters, pad 1
b: CONV 4 3x3 filters, pad 1
c:
    add:
        from a
        from b
d: CONV 4 3x3 filters, pad 1
e:
    add:
        from b
        from d
gate: Gate(4)
f:
    concat:
        from a
        from e
        from gate
stage: 3 x CONV 12 3x3 filters, pad 1
FC: 10 neurons (class scores)
"""


def node(page: Page, path: str) -> Locator:
    return page.locator(f'#stage [data-path="{path}"]')


def paths(page: Page) -> list[str]:
    shown = "all => all.map((one) => one.dataset.path)"
    return list(page.eval_on_selector_all("#stage [data-path]", shown))


def rect(page: Page, path: str, shape: str = ".shape, .outline") -> dict[str, float]:
    box = node(page, path).locator(shape).last.bounding_box()
    assert box is not None
    return dict(box)


def test_blocks_open_and_close(show: Show) -> None:
    page = show("resnet50")
    assert "layer1.0.conv1" not in paths(page)
    block = node(page, "layer1.0")
    expect(block).to_have_attribute("aria-expanded", "false")
    block.click()
    expect(node(page, "layer1.0")).to_have_attribute("aria-expanded", "true")
    inside = {path for path in paths(page) if path.startswith("layer1.0.")}
    assert {"layer1.0.conv1", "layer1.0.conv2", "layer1.0.conv3", "layer1.0.add"} <= inside
    node(page, "layer1.0").locator(".band").click()
    expect(node(page, "layer1.0")).to_have_attribute("aria-expanded", "false")
    assert "layer1.0.conv1" not in paths(page)


def test_groups_close_to_one_box(show: Show) -> None:
    page = show("resnet50")
    node(page, "layer2").locator(".band").click()
    expect(node(page, "layer2")).to_contain_text("4 blocks")
    assert "layer2.0" not in paths(page)


def test_all_blocks_open_and_close_at_once(show: Show) -> None:
    page = show("googlenet")
    page.click("#open-all")
    page.click("#fit")
    assert {"inception3a.branch1", "inception5b.branch4.1"} <= set(paths(page))
    page.click("#close-all")
    assert not [path for path in paths(page) if "branch" in path]


def test_what_is_clicked_stays_under_the_pointer(show: Show) -> None:
    page = show("resnet50")
    page.click("#scale")
    node(page, "layer3.0").scroll_into_view_if_needed()
    before = rect(page, "layer3.0")
    node(page, "layer3.0").click()
    after = rect(page, "layer3.0")
    assert abs(after["y"] - before["y"]) < 2


@pytest.mark.parametrize(
    "spec", ["googlenet", "densenet121", "inception_v4", "resnet_cifar", TANGLED]
)
def test_boxes_keep_apart_and_lines_keep_out_of_them(show: Show, spec: str) -> None:
    page = show(spec)
    page.click("#open-all")
    assert page.evaluate(probe("overlaps")) == []


def test_every_line_begins_and_ends_at_something(show: Show) -> None:
    page = show(TANGLED)
    page.click("#open-all")
    assert page.evaluate(probe("loose_ends")) == []
    # a, b and e are used further down: their values go on in lanes beside the boxes.
    assert (
        page.evaluate("archdslPage.picture.sheet.lines.filter(l => l.points.length > 3).length")
        >= 4
    )


def test_pointing_at_a_box_tells_all_of_it(show: Show) -> None:
    page = show("alexnet")
    node(page, "conv1").hover()
    details = page.locator("#details")
    for said in ("conv1", "[55x55x96]", "34,944", "105,415,200", "1.1 MiB", "receptive field11"):
        expect(details).to_contain_text(said)
    expect(details).to_contain_text("alexnet.arch:")
    expect(details.locator("pre")).to_contain_text("CONV1: 96 11x11 filters at stride 4, pad 0")


def test_a_row_of_equal_blocks_tells_their_sum_and_each(show: Show) -> None:
    page = show("resnet50")
    node(page, "layer1.1").hover()
    details = page.locator("#details")
    expect(details).to_contain_text("layer1.1 to layer1.2")
    expect(details).to_contain_text("140,800, 70,400 each")


def test_a_block_that_wraps_a_layer_tells_its_name_and_its_use(show: Show) -> None:
    page = show("inception_v4")
    node(page, "stem.0").hover()
    details = page.locator("#details")
    expect(details).to_contain_text("BasicConv(32, 3, stride=2, pad=0); conv: 32 3x3 filters")
    expect(details.locator("pre")).to_have_count(2)


def test_side_heads_stand_beside_and_are_dashed(show: Show) -> None:
    page = show("googlenet")
    node(page, "aux1").scroll_into_view_if_needed()
    head, way = rect(page, "aux1"), rect(page, "inception4b")
    assert head["x"] > way["x"] + way["width"]
    dashes = "one => getComputedStyle(one.querySelector('.shape')).strokeDasharray"
    assert node(page, "aux1").evaluate(dashes) != "none"
    assert node(page, "inception4b").evaluate(dashes) == "none"
    expect(page.locator("#legend")).to_contain_text("side head, in training only")


def test_the_table_and_the_picture_know_of_each_other(show: Show) -> None:
    page = show("resnet50")
    rows = page.locator("#table .table-body .row")
    rows.filter(has_text="conv2: 64 3x3 filters").first.click()
    expect(node(page, "layer1.0.conv2")).to_have_class(re.compile("selected"))
    rows.filter(has_text="layer2").first.hover()
    expect(node(page, "layer2")).to_have_class(re.compile("lit"))
    node(page, "layer1.0.conv3").click()
    expect(page.locator("#table .row.selected")).to_contain_text("conv3: 256 1x1 filters")
    node(page, "conv1").hover()
    expect(page.locator("#table .row.lit")).to_contain_text("conv1: 64 7x7 filters")


def test_the_table_is_the_summary(show: Show) -> None:
    page = show("alexnet")
    table = page.locator("#table")
    expect(table.locator(".table-foot")).to_contain_text("62,378,344")
    expect(table.locator(".table-head")).to_contain_text("multiply-adds")
    assert table.locator(".table-body .row").count() == 16


def test_search_finds_what_is_folded_away(show: Show) -> None:
    page = show("googlenet")
    page.keyboard.press("/")
    page.keyboard.type("5x5 4d")
    options = page.locator("#results [role=option]")
    expect(options.first).to_contain_text("inception4d.branch3")
    page.keyboard.press("Enter")
    expect(page.locator(".selected .shape")).to_be_in_viewport()
    assert any(path.startswith("inception4d.branch3.") for path in paths(page))
    page.fill("#search", "nothing like it")
    expect(page.locator("#results")).to_contain_text("Nothing here is called nothing like it")
    page.keyboard.press("Escape")
    expect(page.locator("#results")).to_be_hidden()


def test_the_legend_has_just_what_is_there(show: Show) -> None:
    legend = show("alexnet").locator("#legend li")
    assert legend.all_inner_texts() == [
        "convolution", "pooling", "normalization", "fully connected",
    ]  # fmt: skip
    texts = " ".join(show("resnet50").locator("#legend li").all_inner_texts())
    for said in ("sum", "block", "skip: the values as they are", "skip through a projection"):
        assert said in texts
    texts = " ".join(show("fractalnet").locator("#legend li").all_inner_texts())
    assert "mean" in texts
    assert "concatenation" not in texts


def test_dark_follows_the_system_and_the_reader(show: Show) -> None:
    page = show("alexnet")
    paper = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(paper) == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark")
    page.wait_for_selector("[data-theme=dark]")
    dark = page.evaluate(paper)
    assert sum(map(int, re.findall(r"\d+", dark))) < 120
    page.click("#theme")
    assert page.evaluate(paper) == "rgb(255, 255, 255)"
    page.keyboard.press("d")
    assert page.evaluate(paper) == dark


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_their_boxes(show: Show, scheme: str) -> None:
    page = show("googlenet")
    page.emulate_media(color_scheme=scheme)
    page.wait_for_selector(f"[data-theme={scheme}]")
    page.click("#open-all")
    found = page.evaluate(probe("contrast"))
    assert len(found) > 10
    assert min(found) >= 4.5


def test_the_keyboard_reaches_everything(show: Show) -> None:
    page = show("resnet50")
    page.locator("#stage [tabindex='0']").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    focused = "document.activeElement.dataset.path"
    assert page.evaluate(focused) == "layer1.0"
    page.keyboard.press("Enter")
    expect(node(page, "layer1.0")).to_have_attribute("aria-expanded", "true")
    assert page.evaluate(focused) == "layer1.0"
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) == "layer1.0.conv1"
    expect(page.locator("#details")).to_contain_text("4,224")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(node(page, "layer1.0")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("End")
    assert page.evaluate(focused) == "fc"
    page.keyboard.press("Escape")
    expect(page.locator("#stage .selected")).to_have_count(0)
    scale = page.inner_text("#scale")
    page.keyboard.press("+")
    assert page.inner_text("#scale") != scale
    page.keyboard.press("t")
    expect(page.locator("#table")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_rows_of_the_table_are_reached_by_keys(show: Show) -> None:
    page = show("resnet50")
    page.locator("#table .row[tabindex='0']").focus()
    for key in ("ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    expect(page.locator("#table .row.selected")).to_contain_text("conv1")
    expect(node(page, "conv1")).to_have_class(re.compile("selected"))
    page.keyboard.press("End")
    expect(node(page, "fc")).to_have_class(re.compile("selected"))


def test_a_reader_moves_and_zooms(show: Show) -> None:
    page = show("resnet50")
    page.click("#scale")
    scroll = "document.getElementById('stage').scrollTop"
    start = page.evaluate(scroll)
    page.mouse.move(300, 500)
    page.mouse.down()
    page.mouse.move(300, 400, steps=4)
    page.mouse.up()
    assert page.evaluate(scroll) == start + 100
    before = rect(page, "layer1.0")
    center = before["x"] + before["width"] / 2, before["y"] + before["height"] / 2
    page.mouse.move(*center)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -40)
    page.keyboard.up("Control")
    after = rect(page, "layer1.0")
    assert after["width"] > 1.3 * before["width"]
    assert abs(after["y"] + after["height"] / 2 - center[1]) < 3


def test_names_and_roles_are_there_for_a_screen_reader(show: Show) -> None:
    page = show("resnet50")
    tree = page.get_by_role("tree", name="The network's picture")
    item = tree.get_by_role("treeitem", name=re.compile("^conv1 to relu, 7x7 conv, 64"))
    expect(item).to_have_attribute("aria-level", "1")
    assert "9,536 parameters" in (item.get_attribute("aria-label") or "")
    expect(page.get_by_role("grid", name="Summary")).to_have_attribute("aria-rowcount", "100")
    expect(page.get_by_role("combobox", name="Find a layer")).to_be_visible()


def test_markup_of_an_author_stays_text(show: Show) -> None:
    page = show(HOSTILE)
    assert page.title() == "Deep"
    details = page.locator("#details")
    expect(details).to_contain_text("심층 학습 & ∑ αβ ≤ <!-- <script>document.title")
    expect(details).to_contain_text("</script><script>document.title")
    assert page.locator("script").count() == 2
    assert page.locator("img").count() == 0
    node(page, "conv1").hover()
    expect(details.locator("pre")).to_contain_text("# 합성곱 </script><script>")


def test_korean_and_mathematical_letters_are_drawn(show: Show) -> None:
    page = show(HOSTILE)
    assert page.evaluate(probe("letters")) == 6


def test_nothing_is_asked_of_a_network(show: Show, tab: Page) -> None:
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    page = show("alexnet")
    page.click("#open-all")
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"}


def test_a_small_window_still_shows_both(show: Show) -> None:
    page = show("resnet50")
    page.set_viewport_size({"width": 420, "height": 760})
    page.click("#scale")
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    expect(page.locator("#table .row").first).to_be_in_viewport()
    expect(node(page, "conv1")).to_be_in_viewport()


@pytest.mark.parametrize("width", [1300, 700])
def test_long_names_are_cut_and_told_in_full(show: Show, width: int) -> None:
    name = "a_name_that_goes_on_and_on_" * 4
    page = show(
        f"block {name}(n):\n    CONV1: {{n}} 3x3 filters, pad 1 -> RELU\n"
        "    CONV2: {n} 1x1 filters\n\n"
        f"[8x8x3] INPUT\nx: {name}(4)\nFC: 2 neurons\n"
    )
    page.set_viewport_size({"width": width, "height": 800})
    box = rect(page, "x")
    assert box["width"] <= 345
    node(page, "x").hover()
    expect(page.locator("#details")).to_contain_text(name)
    expect(node(page, "x")).to_contain_text("…")
