"""No line through a box or a word, no two boxes on each other, in every style and direction."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Any

import pytest
from archdsl_pictures.options import Options
from archdsl_pictures.page import page_of
from archdsl_pictures.picture import picture_of
from archdsl_pictures.structure import structure_of
from placed_pages import faults, panels
from random_specs import RandomSpec, tangled

import archdsl
from archdsl import Network, SpecError

LOOKS: list[dict[str, Any]] = [{}, {"depth": 0}, {"depth": 2}, {"style": "layers"}]
RANDOM = range(0, 40, 10)
TANGLED = range(0, 24, 6)


def assert_nothing_is_wrong(network: Network, looks: list[dict[str, Any]]) -> None:
    for look, direction in product(looks, ("down", "right")):
        options = Options(direction=direction, **look)
        found = faults(page_of(picture_of(network, options), options))
        assert found == [], (look, direction, found[:5])


def test_every_network_in_every_style(every: Network) -> None:
    assert_nothing_is_wrong(every, LOOKS)


@pytest.mark.parametrize("first", RANDOM)
def test_random_networks(first: int) -> None:
    for number in range(first, first + RANDOM.step):
        try:
            network = archdsl.loads(RandomSpec(Random(number)).text, "random")
        except SpecError:
            continue
        assert_nothing_is_wrong(network, LOOKS)


@pytest.mark.parametrize("first", TANGLED)
def test_tangled_networks(first: int) -> None:
    for number in range(first, first + TANGLED.step):
        network = archdsl.loads(tangled(Random(number)), "tangled")
        assert_nothing_is_wrong(network, [{}, {"columns": 2}])


def test_tangled_networks_have_loose_edges_that_cross() -> None:
    pages = [
        page_of(picture_of(archdsl.loads(tangled(Random(number)), "tangled")))
        for number in range(TANGLED.stop)
    ]
    placed = [panel for page in pages for panel in panels(page)]
    assert sum(len(structure_of(panel.panel).loose) for panel in placed) > 10
    assert sum(len(edge.over) for panel in placed for edge in panel.edges) > 10
