"""White paper, a dark screen, or what the reader's screen asks for; the tints of costs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from archdsl_pictures import BACKEND
from archdsl_svg import inks
from archdsl_units import theme

from archdsl import BackendError, Network

DARK = {**inks.DARK, **theme.DARK}


def colours(svg: str) -> set[str]:
    return set(re.findall(r'(?:fill|stroke)="(#[^"]+)"', svg))


def drawn(network: Network, **options: object) -> str:
    return BACKEND.emit(network, "svg", **options).decode()


def test_every_colour_has_a_dark_counterpart(network: Network) -> None:
    for options in ({}, {"highlight": "memory"}, {"style": "volumes"}):
        assert colours(drawn(network, theme="light", **options)) <= DARK.keys()


def test_no_two_colours_of_one_tint_part_in_the_dark() -> None:
    assert len(DARK) == len(inks.DARK) + len(theme.DARK)
    assert len(set(DARK.values())) == len(DARK)


def test_a_dark_picture_is_the_light_one_in_other_colours(network: Network) -> None:
    light, dark = drawn(network, theme="light"), drawn(network, theme="dark")
    assert colours(dark) == {DARK[colour] for colour in colours(light)}
    bare = re.compile(r'"#[0-9A-F]{6}"')
    assert bare.sub("", light) == bare.sub("", dark)


def test_auto_is_the_light_picture_with_rules_for_dark_screens(network: Network) -> None:
    light, auto = drawn(network, theme="light"), drawn(network)
    style = re.search(r"<style>(.*)</style>\n", auto)
    assert style
    assert auto.replace(style[0], "") == light
    assert style[1].startswith("@media (prefers-color-scheme:dark){")
    rules = re.findall(r'\[(fill|stroke)="(#\w+)"\]\{(fill|stroke):(#\w+)\}', style[1])
    assert all(a == b and DARK[light] == dark for a, light, b, dark in rules)
    assert {(a, light) for a, light, _, _ in rules} == set(
        re.findall(r'(fill|stroke)="(#[^"]+)"', light)
    )


def test_a_colour_in_a_text_stays_a_text() -> None:
    svg = '<text fill="#FFFFFF">"#FFFFFF"</text>'
    assert inks.themed(svg, "dark", {}) == '<text fill="#15181A">"#FFFFFF"</text>'


def tints(svg: str, paths: Iterator[str] | list[str]) -> list[int]:
    """For each box, how far its tint is on the scale."""
    found = []
    for path in paths:
        group = re.search(rf'-node-{re.escape(path)}" .*?</g>', svg, re.DOTALL)
        assert group
        fill = re.search(r'(?<!<text)[^>]* fill="(#\w+)" stroke', group[0])
        assert fill
        found.append(theme.HEAT.index(fill[1]))
    return found


@pytest.mark.parametrize(
    ("highlight", "hottest", "coldest"),
    [("parameters", "fc6", "conv1"), ("macs", "conv2", "fc8"), ("memory", "conv1", "fc8")],
)
def test_tints_show_where_a_cost_is(
    load: Callable[[str], Network], highlight: str, hottest: str, coldest: str
) -> None:
    svg = drawn(load("alexnet"), highlight=highlight)
    boxes = ["conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"]
    found = dict(zip(boxes, tints(svg, boxes), strict=True))
    assert found[hottest] == max(found.values()) == len(theme.HEAT) - 1
    assert found[coldest] == min(found.values()) == 0


@pytest.mark.parametrize(
    ("option", "value"),
    [("theme", "sepia"), ("depth", -1), ("columns", 0), ("expand", 3), ("page", "a0")],
)
def test_an_unknown_value_is_an_error(
    load: Callable[[str], Network], option: str, value: object
) -> None:
    with pytest.raises(BackendError, match=f"no picture has {option}"):
        BACKEND.emit(load("alexnet"), "svg", **{option: value})
