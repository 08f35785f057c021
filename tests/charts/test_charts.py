"""The charts: true to their figures, safe, the same bytes every time, legible in every format."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Callable
from math import pi
from xml.etree import ElementTree

import pytest
from archdsl_charts import BACKEND
from archdsl_charts.operations import Chart
from archdsl_charts.scales import short, step_for, tick_text, ticks
from PIL import Image

import archdsl
from archdsl import BackendError, Comparison, compare, draw

SVG = "{http://www.w3.org/2000/svg}"
EVIL = '<script>alert("1")</script> & ]]> \\'
CROP = "ImageNet val, one centre crop"
CHARTS = [("papers", "operations"), ("papers", "density"), ("depths", "sweep")]

Parse = Callable[[bytes], ElementTree.Element]


@pytest.fixture
def comparison(request: pytest.FixtureRequest) -> Comparison:
    found: Comparison = request.getfixturevalue(request.param)
    return found


def texts(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def marks(root: ElementTree.Element) -> dict[str, ElementTree.Element]:
    """The network of each mark -> the mark."""
    found = [group for group in root.iter(f"{SVG}g") if group.get("class") == "mark"]
    return {group.attrib["data-network"]: group for group in found}


# --- Figures ---


def test_areas_are_proportional_to_parameters(papers: Comparison, parse: Parse) -> None:
    root = parse(draw(papers, "svg"))
    areas = {}
    for network, mark in marks(root).items():
        circle = mark.find(f"{SVG}circle")
        assert circle is not None
        areas[network] = pi * float(circle.attrib["r"]) ** 2
    totals = {entry.label: entry.totals.parameters for entry in papers.measured}
    assert areas.keys() == totals.keys()
    shares = [areas[network] / totals[network] for network in areas]
    assert max(shares) == pytest.approx(min(shares), rel=0.01)


def test_a_blob_stands_at_its_operations_and_its_accuracy(papers: Comparison) -> None:
    chart = Chart(papers)
    for entry, blob in zip(chart.entries, chart.blobs, strict=True):
        (x, y), scale_x, scale_y = blob.center, chart.x, chart.y
        macs = (x - scale_x.start) / (scale_x.end - scale_x.start) * scale_x.high * 1e9
        share = (y - scale_y.start) / (scale_y.end - scale_y.start)
        accuracy = scale_y.low + share * (scale_y.high - scale_y.low)
        assert macs == pytest.approx(entry.totals.macs)
        assert accuracy == pytest.approx(float(entry.accuracy(CROP) or 0))


def test_the_densest_network_comes_first(papers: Comparison, parse: Parse) -> None:
    names = list(marks(parse(draw(papers, "svg", "density"))))
    assert names[0] == "SqueezeNet"
    assert names[-1] == "VGG16"


def test_a_family_has_one_hue_and_every_family_another(papers: Comparison, parse: Parse) -> None:
    root = parse(draw(papers, "svg"))
    families = {entry.label: entry.network.family for entry in papers.entries}
    fills: dict[str, set[str]] = {}
    for network, mark in marks(root).items():
        circle = mark.find(f"{SVG}circle")
        assert circle is not None
        fills.setdefault(families[network], set()).add(circle.attrib["fill"])
    assert all(len(found) == 1 for found in fills.values())
    assert len(set.union(*fills.values())) == len(fills)
    assert set(fills) <= set(texts(root))


def test_what_has_no_figure_is_listed_and_not_drawn(papers: Comparison, parse: Parse) -> None:
    root = parse(draw(papers, "svg"))
    notes = " ".join(texts(root))
    for entry in papers.unmeasured:
        assert entry.label not in marks(root)
        assert entry.label in notes
    assert "AlexNet (ImageNet val, 10 crops: 40.7% error)" in notes


def test_a_sweep_draws_accuracy_only_where_it_is_published(
    depths: Comparison, parse: Parse
) -> None:
    shown = texts(parse(draw(depths, "svg")))
    assert {"91.25", "93.57", "92.07", "19.4M", "2.83G"} <= set(shown)
    widths = compare(
        *(archdsl.load("wide_resnet_cifar", widen=n) for n in (1, 10)), parameter="widen"
    )
    assert not any("accuracy" in text for text in texts(parse(draw(widths, "svg"))))


@pytest.mark.parametrize("chart", ["operations", "density"])
def test_without_a_figure_there_is_no_chart(chart: str) -> None:
    with pytest.raises(BackendError, match="no network here quotes a top-1 error"):
        draw(compare(archdsl.load("lenet5")), "svg", chart)


def test_without_a_sweep_there_is_no_sweep(papers: Comparison) -> None:
    with pytest.raises(BackendError, match="nothing is swept"):
        draw(papers, "svg", "sweep")


@pytest.mark.parametrize(("format", "chart"), [("gif", "operations"), ("svg", "pie")])
def test_unknown_charts_and_formats(papers: Comparison, format: str, chart: str) -> None:
    with pytest.raises(BackendError, match="there are"):
        draw(papers, format, chart)


# --- Files ---


@pytest.mark.parametrize(("comparison", "chart"), CHARTS, indirect=["comparison"])
def test_the_svg_is_accessible_and_repeats(
    comparison: Comparison, chart: str, parse: Parse
) -> None:
    svg = draw(comparison, "svg", chart)
    assert svg == draw(comparison, "svg", chart)
    root = parse(svg)
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    assert root.findtext(f"{SVG}title")
    assert root.findtext(f"{SVG}desc")
    for network, mark in marks(root).items():
        title = mark.findtext(f"{SVG}title") or ""
        assert title.startswith(network)
        assert re.search(r"[\d,]+ parameters; [\d,]+ multiply-adds", title)


@pytest.mark.parametrize(("comparison", "chart"), CHARTS, indirect=["comparison"])
def test_png_and_pdf_hold_all_words(comparison: Comparison, chart: str, parse: Parse) -> None:
    svg = draw(comparison, "svg", chart)
    root = parse(svg)
    image = Image.open(io.BytesIO(draw(comparison, "png", chart))).convert("L")
    scale = image.width / float(root.attrib["width"])
    for element in root.findall(f"{SVG}text"):
        x, y = (float(element.attrib[axis]) * scale for axis in ("x", "y"))
        size = float(element.attrib["font-size"]) * scale
        box = image.crop((int(x - 2 * size), int(y - size), int(x + 2 * size), int(y + 2)))
        darkest, _ = box.getextrema()
        assert isinstance(darkest, int)
        assert darkest < 140, element.text
    pdf = draw(comparison, "pdf", chart)
    assert pdf.startswith(b"%PDF")
    assert pdf == draw(comparison, "pdf", chart)


def test_every_text_lies_on_the_page(everything: Comparison, parse: Parse) -> None:
    from archdsl_svg.font import text_width

    for chart in ("operations", "density"):
        root = parse(draw(everything, "svg", chart))
        width, height = (float(root.attrib[side]) for side in ("width", "height"))
        for element in root.findall(f"{SVG}text"):
            size, x = float(element.attrib["font-size"]), float(element.attrib["x"])
            reach = text_width(element.text or "", size)
            share = {"middle": 0.5, "end": 1.0}.get(element.get("text-anchor", "start"), 0.0)
            assert x - share * reach >= 0, element.text
            assert x + (1 - share) * reach <= width, element.text
            assert 0 < float(element.attrib["y"]) < height


# --- The page ---


def evil() -> Comparison:
    text = (
        f"network Evil\nabout:\n    family: {EVIL}\n"
        f"    top-1 error: 30% ({CROP}; {EVIL})\n[8x8x3] INPUT\nFC: 10 neurons\n"
    )
    return compare(archdsl.loads(text, EVIL))


@pytest.mark.parametrize("chart", ["operations", "density"])
def test_texts_of_authors_stay_texts(chart: str, parse: Parse) -> None:
    root = parse(draw(evil(), "svg", chart))
    assert not list(root.iter(f"{SVG}script"))
    assert any(said.startswith('<script>alert("1"') for said in texts(root))
    html = draw(evil(), "html", chart).decode()
    assert html.count("<script") == 2
    assert "alert" in html
    assert "<script>alert" not in html


def test_the_page_needs_no_network_and_runs_its_own_script_only(papers: Comparison) -> None:
    html = draw(papers, "html").decode()
    assert not re.findall(r"(?:src|href|url)\s*[=(]", html)
    [script] = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in html
    [data] = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', html, re.DOTALL)
    facts = json.loads(data)
    assert facts.keys() == {entry.label for entry in papers.entries}
    assert "25,557,032 parameters" in facts["ResNet50"]


def test_long_names_are_cut_and_whole_in_their_titles(parse: Parse) -> None:
    name = "N" + 200 * "o"
    text = (
        f"network {name}\nabout:\n    top-1 error: 30% ({CROP}; p)\n[8x8x3] INPUT\nFC: 9 neurons\n"
    )
    for chart in ("operations", "density"):
        root = parse(draw(compare(archdsl.loads(text)), "svg", chart))
        assert any(said.endswith("o…") for said in texts(root))
        title = marks(root)[name].findtext(f"{SVG}title")
        assert title is not None
        assert title.startswith(name)


def test_a_network_without_weights_is_no_trouble(parse: Parse) -> None:
    text = f"network N\nabout:\n    top-1 error: 90% ({CROP}; p)\n[8x8x3] INPUT\nRELU\n"
    for chart in ("operations", "density"):
        assert "N" in marks(parse(draw(compare(archdsl.loads(text)), "svg", chart)))


def test_values_in_any_order_and_settings_beside_them(parse: Parse) -> None:
    networks = [
        archdsl.load("resnet_cifar", n=n, classes=count) for count in (10, 100) for n in (9, 3, 5)
    ]
    root = parse(draw(compare(*networks, parameter="n")))
    assert {"resnet_cifar", "resnet_cifar(classes=100)"} <= set(texts(root))
    for line in root.iter(f"{SVG}polyline"):
        along = [float(point.split(",")[0]) for point in line.attrib["points"].split()]
        assert along == sorted(along)
        assert len(along) == 3


# --- Axes ---


@pytest.mark.parametrize(
    ("span", "count", "step"), [(10, 5, 2), (16.3, 8, 5), (0.9, 6, 0.2), (47, 7, 10), (1e9, 4, 5e8)]
)
def test_steps_are_round(span: float, count: int, step: float) -> None:
    assert step_for(span, count) == pytest.approx(step)


def test_ticks_begin_and_end_inside() -> None:
    assert ticks(52.5, 82.5, 5) == [55, 60, 65, 70, 75, 80]
    assert ticks(0, 0.6, 0.2) == pytest.approx([0, 0.2, 0.4, 0.6])
    assert [tick_text(value, step) for value, step in ((5.0, 5.0), (0.6000000001, 0.2))] == [
        "5",
        "0.6",
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [(25_557_032, "25.6M"), (1_814_073_344, "1.81G"), (62, "62"), (999_960, "1M"), (100e6, "100M")],
)
def test_counts_have_three_digits(value: float, said: str) -> None:
    assert short(value) == said


def test_the_backend_says_what_it_draws() -> None:
    assert BACKEND.charts == ("operations", "density", "sweep")
    assert BACKEND.formats[0] == "svg"
