"""In a notebook a network is its picture, and a summary a table; elsewhere both are short texts."""

from __future__ import annotations

from xml.etree import ElementTree

import archdsl

HOSTILE = """
network Small
about:
    paper: a
[8x8x3] INPUT
CONV1: 4 3x3 filters, pad 1
FC: 2 neurons
"""


def test_a_network_is_its_picture() -> None:
    network = archdsl.load("alexnet")
    assert network._repr_svg_().encode() == network.render("svg")


def test_a_network_is_named_in_one_line() -> None:
    assert repr(archdsl.load("alexnet")) == "<Network alexnet: 62,378,344 parameters>"


def test_a_summary_is_a_text_everywhere() -> None:
    summary = archdsl.load("alexnet").summary()
    assert summary.startswith("AlexNet (alexnet.arch)\n")
    assert repr(summary) == str(summary)


def test_a_summary_is_a_table_in_a_notebook() -> None:
    network = archdsl.load("resnet50")
    html = network.summary()._repr_html_()
    table = ElementTree.fromstring(f"<div>{html}</div>").find("table")
    assert table is not None
    assert table.findtext("caption") == "ResNet50 (resnet50.arch)"
    rows = [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]
    assert rows[0] == ["output", "layer", "parameters", "multiply-adds"]
    conv1 = "conv1: 64 7x7 filters at stride 2, pad 3, no bias"
    assert rows[2] == ["[112x112x64]", conv1, "9,408", "118,013,952"]
    assert rows[-1] == ["", "total", "25,557,032", "3,857,973,248"]
    assert {len(row) for row in rows} == {4}


def test_markup_in_a_name_stays_text() -> None:
    html = archdsl.loads(HOSTILE, "<b>name</b> & co.arch").summary()._repr_html_()
    assert "&lt;b&gt;name&lt;/b&gt; &amp; co.arch" in html
    assert "<b>" not in html
