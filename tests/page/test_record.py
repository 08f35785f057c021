"""What the page is given: each graph once, every row in its place, nothing that ends a script."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import unescape
from typing import Any

import pytest
from archdsl_page import BACKEND
from archdsl_page.record import record_of
from archdsl_svg.html import json_text

import archdsl
from archdsl import BackendError
from archdsl.ir.graph import InputNode

NAMES = ["alexnet", "googlenet", "resnet50", "densenet121", "resnet_cifar", "torchvision/resnet50"]

CROSSED = """
network Crossed

[8x8x4] INPUT
a: CONV 4 3x3 filters, pad 1
split:
    first: CONV 4 3x3 filters, pad 1
    second: CONV 4 3x3 filters, pad 1
add:
    from first
    from second
whole:
    third: CONV 4 3x3 filters, pad 1
    fourth: CONV 4 3x3 filters, pad 1
FC: 2 neurons
"""


def record(name: str) -> dict[str, Any]:
    return record_of(archdsl.load(name))


def groups(members: list[Any]) -> dict[str, list[Any]]:
    found = {}
    for member in members:
        if isinstance(member, dict):
            found[member["name"]] = member["members"]
            found |= groups(member["members"])
    return found


def numbers(members: list[Any]) -> list[int]:
    nested = (numbers(m["members"]) if isinstance(m, dict) else [m] for m in members)
    return [number for some in nested for number in some]


@pytest.mark.parametrize("name", NAMES)
def test_every_item_has_its_place_among_the_members_once(name: str) -> None:
    for graph in record(name)["graphs"]:
        assert sorted(numbers(graph["members"])) == list(range(len(graph["items"])))


@pytest.mark.parametrize("name", NAMES)
def test_costs_add_up_to_the_totals(name: str) -> None:
    network = archdsl.load(name)
    graphs = record_of(network)["graphs"]

    def costs(graph: dict[str, Any]) -> list[int]:
        return [sum(item["costs"][at] for item in graph["items"]) for at in (0, 1)]

    for graph in graphs:
        for item in graph["items"]:
            if "graph" in item and item.get("count", 1) == 1:
                repeats = len(item.get("names", [0]))
                assert repeats > 1 or item["costs"][:2] == costs(graphs[item["graph"]])
            if "each" in item:
                assert item["costs"] == [item["count"] * cost for cost in item["each"]]
    totals = network.facts.training_totals
    assert costs(graphs[-1]) == [totals.parameters, totals.macs]


@pytest.mark.parametrize("name", NAMES)
def test_places_are_those_of_the_order_of_execution(name: str) -> None:
    network = archdsl.load(name)
    found = record_of(network)
    flat = [node.name for node in network.facts.flat]
    for row in found["rows"][:-1]:
        first = flat[row["at"]]
        assert (
            first == row["path"]
            or first.startswith(f"{row['path']}.")
            or (isinstance(network.facts.flat[first], InputNode))
        )
    for item in found["graphs"][-1]["items"]:
        assert flat[item["at"]].startswith(item["name"])


def test_a_round_of_units_is_a_group_that_repeats() -> None:
    graphs = record("densenet121")["graphs"]
    rounds = [
        member
        for graph in graphs
        for member in graph["members"]
        if isinstance(member, dict) and member["count"] > 1
    ]
    assert [(r["name"], r["label"]) for r in rounds] == [
        ("denselayer1", f"×{count}, each +32 channels") for count in (6, 12, 24, 16)
    ]


def test_a_block_that_wraps_a_layer_is_that_layer() -> None:
    items = {item["name"]: item for item in record("inception_v4")["graphs"][-1]["items"]}
    assert items["stem.0"]["text"] == "3x3 conv, 32, /2"
    assert items["stem.0"]["costs"][0] == 928


def test_a_name_that_lines_leave_from_two_places_is_no_group() -> None:
    graph = record_of(archdsl.loads(CROSSED))["graphs"][-1]
    found = groups(graph["members"])
    assert "whole" in found
    assert "split" not in found


def test_lines_of_the_spec_are_those_that_say_it() -> None:
    found = record("resnet50")
    for graph in found["graphs"]:
        for item in graph["items"]:
            source, line = item["line"]
            assert found["sources"][source]["lines"][line - 1].strip()
    [conv1] = [item for item in found["graphs"][-1]["items"] if item["name"] == "conv1"]
    source, line = conv1["line"]
    assert "CONV1: 64 7x7 filters" in found["sources"][source]["lines"][line - 1]


@pytest.mark.parametrize("text", ["</script>", "<!--", "<ScRiPt", "a\u2028b", '"\\', "{{SCRIPT}}"])
def test_no_text_ends_the_script_that_it_stands_in(text: str) -> None:
    written = json_text({"text": text})
    assert json.loads(written) == {"text": text}
    assert not re.search("[<\u2028\u2029]", written)


def test_the_policy_allows_this_script_and_this_style_and_no_other() -> None:
    page = BACKEND.emit(archdsl.load("alexnet"), "html").decode()
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    rules = dict(rule.strip().split(" ", 1) for rule in unescape(policy).split(";"))
    assert rules["default-src"] == rules["connect-src"] == rules["base-uri"] == "'none'"
    [script] = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    for text, rule in ((script, "script-src"), (style, "style-src")):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert not re.search(r"""(src|href)=["']?http|\son\w+=|style=["']""", page)


def test_braces_of_an_author_are_no_part_of_the_page() -> None:
    text = "network N\nabout:\n    paper: {{SCRIPT}} {{DATA}}\n[8x8x3] INPUT\nFC: 2 neurons\n"
    page = BACKEND.emit(archdsl.loads(text), "html").decode()
    assert page.count('"{{SCRIPT}} {{DATA}}"') == 1


def test_bytes_repeat() -> None:
    assert BACKEND.emit(archdsl.load("googlenet"), "html") == BACKEND.emit(
        archdsl.load("googlenet"), "html"
    )


def test_a_file_is_as_large_as_its_distinct_blocks() -> None:
    small, large = (len(BACKEND.emit(archdsl.load("resnet_cifar", n=n), "html")) for n in (18, 200))
    # A thousand layers more are a receptive field each.
    assert large - small < 40_000


def test_another_format_is_an_error() -> None:
    with pytest.raises(BackendError, match="page writes html, not svg"):
        BACKEND.emit(archdsl.load("alexnet"), "svg")
