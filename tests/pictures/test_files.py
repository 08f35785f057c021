"""The files: SVG that parses and is safe, PNG and PDF with all their words, errors that help."""

from __future__ import annotations

import base64
import io
import re
import sys
import zlib
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import pypdfium2
import pytest
from archdsl_pictures import BACKEND
from archdsl_pictures.blocks import scene_of
from archdsl_pictures.dot import dot_text
from archdsl_pictures.model import Box, Edge, Frame, Panel, Picture
from archdsl_pictures.page import Page, page_of
from archdsl_pictures.picture import picture_of
from archdsl_pictures.scene import Scene, Words
from archdsl_pictures.svg import svg_text
from archdsl_svg import raster
from archdsl_units.labels import Form
from graphviz_program import laid_out
from PIL import Image

import archdsl
from archdsl import BackendError, Network
from archdsl.ops import Family

SVG = "{http://www.w3.org/2000/svg}"
EVIL = '<script>alert("1")</script> & \\N ]]>'


def parse(text: str | bytes) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def titled(text: str) -> Picture:
    """A picture whose every text is the same."""
    boxes = (
        Box("a", Form.BOX, Family.CONVOLUTION, text, text, (text,), text),
        Box(text, Form.BAR, Family.MERGE, text, text),
    )
    frame = Frame("frame", text, text, ("a",))
    overview = Panel("", "", "", boxes, (Edge("a", text),), (frame,))
    inside = Panel("inside", text, text, (replace(boxes[0], path="b"),), ())
    return Picture(text, text, text, overview, (inside,))


def test_ids_are_unique(svg: str) -> None:
    ids = [e.get("id") for e in parse(svg).iter() if e.get("id")]
    assert len(ids) == len(set(ids))


def test_ids_come_from_paths(load: Callable[[str], Network]) -> None:
    ids = {e.get("id") for e in parse(BACKEND.emit(load("resnet50"), "svg")).iter()}
    assert {"ResNet50-node-layer1.0", "ResNet50-node-layer1.0.conv1"} <= ids
    assert {"ResNet50-frame-layer3", "ResNet50-panel-overview", "ResNet50-panel-layer1.1"} <= ids


def test_every_box_has_a_title(page: Page, svg: str) -> None:
    groups = [e for e in parse(svg).iter(f"{SVG}g") if e.get("class") == "node"]
    assert len(groups) == sum(len(sheet.placed.boxes) for sheet in page.sheets)
    assert all((group.findtext(f"{SVG}title") or "").strip() for group in groups)


def test_the_picture_has_a_title_and_a_description(network: Network, svg: str) -> None:
    root = parse(svg)
    assert root.findtext(f"{SVG}title") == network.class_name
    description = root.findtext(f"{SVG}desc") or ""
    assert f"{network.totals.parameters:,} parameters" in description
    assert f"{network.totals.macs:,} multiply-adds" in description
    assert all(str(node.output) in description for node in network.graph.inputs)
    referenced = (root.get("aria-labelledby") or "").split()
    assert set(referenced) <= {e.get("id") for e in root.iter()}


@pytest.mark.parametrize("format", BACKEND.formats)
def test_bytes_repeat(load: Callable[[str], Network], format: str) -> None:
    first = BACKEND.emit(load("alexnet"), format)
    assert BACKEND.emit(archdsl.load("alexnet"), format) == first


def test_no_comment_and_no_link_is_in_it(svg: str) -> None:
    assert "<!--" not in svg
    assert set(re.findall(r"https?://[^\s\"<]+", svg)) == {"http://www.w3.org/2000/svg"}


def test_markup_in_a_text_stays_text() -> None:
    root = parse(svg_text(scene_of(page_of(titled(EVIL)))))
    assert not list(root.iter(f"{SVG}script"))
    drawn = [element.text for element in root.iter(f"{SVG}text")]
    assert drawn.count(EVIL) >= 6
    titles = [element.text for element in root.iter(f"{SVG}title")]
    assert EVIL in titles
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[\w.-]+", name) for name in ids)


def test_markup_in_a_text_stays_text_in_dot() -> None:
    for text in (EVIL, "<b>bold</b>", 'a"b\\', "\\L"):
        document = laid_out(dot_text(titled(text)))
        labels = [item["label"] for item in document["objects"] if item["name"] == "a"]
        assert labels == ["\\n".join([text.replace("\\", "\\\\")] * 2)]


def test_control_characters_are_no_part_of_xml() -> None:
    parse(svg_text(scene_of(page_of(titled("a\x00b\x1fc\ud800d")))))


def test_the_papers_words_are_in_the_description() -> None:
    text = "[8x8x3] INPUT\nFC: 2 neurons\n"
    network = archdsl.loads(f"network N\nabout:\n    paper: 심층 학습 <b> & ∑\n{text}")
    svg = BACKEND.emit(network, "svg")
    assert "심층 학습 <b> & ∑" in (parse(svg).findtext(f"{SVG}desc") or "")
    BACKEND.emit(network, "png")
    BACKEND.emit(network, "pdf")


def dark(image: Image.Image, page: Page) -> dict[str, int]:
    """How many dark pixels lie in the middle of every box, its outline left out."""
    found = {}
    scale = image.width / page.width
    for sheet in page.sheets:
        for placed in sheet.placed.boxes:
            r = placed.rect
            area = (r.left + 4, r.top + 2, r.right - 4, r.bottom - 2)
            if placed.box.form is Form.TRAPEZOID:
                area = (r.left + 16, r.top + 2, r.right - 16, r.bottom - 2)
            part = image.crop(tuple(round(side * scale) for side in area))
            found[placed.box.path] = sum(part.point(lambda v: v < 110).histogram()[1:])
    return found


def png_pixels(svg: str) -> Image.Image:
    return Image.open(io.BytesIO(raster.png(svg))).convert("L")


def pdf_pixels(svg: str) -> Image.Image:
    """The page as a program shows it that shares no code with what wrote it."""
    with pypdfium2.PdfDocument(raster.pdf(svg)) as document:
        assert len(document) == 1
        return document[0].render(scale=raster.SCALE / raster.PIXEL).to_pil().convert("L")


PIXELS = pytest.mark.parametrize("pixels", [png_pixels, pdf_pixels])


@PIXELS
def test_every_label_is_seen(page: Page, svg: str, pixels: Callable[[str], Image.Image]) -> None:
    for path, count in dark(pixels(svg), page).items():
        assert count > 40, path


@PIXELS
@pytest.mark.parametrize("text", ["합성곱 층", "αβ ∑ ½ ≤ →", "Größe Ñ"])
def test_every_script_of_the_font_is_seen(text: str, pixels: Callable[[str], Image.Image]) -> None:
    page = page_of(titled(text))
    svg = svg_text(scene_of(page))
    with_text = dark(pixels(svg), page)
    without = dark(pixels(re.sub(r">[^<]*</text>", "></text>", svg)), page)
    assert all(with_text[path] > without[path] + 40 for path in with_text)
    assert len(words(raster.pdf(svg))) == len(list(parse(svg).iter(f"{SVG}text")))


@pytest.mark.parametrize("text", ["합성곱 층", "αβ ∑ ½ ≤ →"])
def test_every_character_of_a_pdf_has_its_own_shape(text: str) -> None:
    # A font that lacks characters draws the same box for each of them.
    found = set()
    for char in text.replace(" ", ""):
        svg = svg_text(Scene(char, "", 40, 40, (Words(char, (20, 30), 20.0),)))
        found.add(pdf_pixels(svg).tobytes())
    assert len(found) == len(set(text.replace(" ", "")))


@pytest.mark.parametrize("format", ["png", "pdf"])
def test_what_the_font_lacks_is_an_error_and_never_blank(format: str) -> None:
    svg = svg_text(scene_of(page_of(titled("漢字 and 🙂"))))
    with pytest.raises(BackendError, match=r"漢 \(U\+6F22\).*write an SVG"):
        getattr(raster, format)(svg)


def words(pdf: bytes) -> list[bytes]:
    """Every text that a page of a PDF shows."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            content = zlib.decompress(base64.a85decode(b"<~" + stream.strip(), adobe=True))
        except (ValueError, zlib.error):
            continue
        found += re.findall(rb"BT.*?\((.*?)(?<!\\)\) Tj.*?ET", content, re.DOTALL)
    return found


def test_every_label_is_in_the_pdf(page: Page, svg: str) -> None:
    pdf = raster.pdf(svg)
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/FontFile2") >= 2
    assert len(words(pdf)) == len(list(parse(svg).iter(f"{SVG}text")))


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, write in (("resvg_py", raster.png), ("svglib.svglib", raster.pdf)):
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(BackendError, match=r"pip install 'archdsl\[pictures\]'"):
            write("<svg/>")


def test_another_format_is_an_error(load: Callable[[str], Network]) -> None:
    with pytest.raises(BackendError, match="svg, png, pdf, dot, tex, txt, not gif"):
        BACKEND.emit(load("alexnet"), "gif")


def test_the_legend_has_just_what_is_drawn(load: Callable[[str], Network]) -> None:
    page = page_of(picture_of(load("alexnet")))
    texts = [entry.text for entry, _, _ in page.legend]
    assert texts == ["convolution", "pooling", "normalization", "fully connected"]
    page = page_of(picture_of(load("resnet50")))
    texts = [entry.text for entry, _, _ in page.legend]
    assert "sum" in texts
    assert texts[-2:] == ["skip: the values as they are", "skip through a projection"]
