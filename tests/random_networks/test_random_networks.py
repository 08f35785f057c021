"""Random specs: the emitted module is the graph, for the defaults and for other parameters.

Draws are numbered; a failure names its number, and `RandomSpec(number).text` is the spec.
"""

from __future__ import annotations

from collections import Counter

import pytest
from emitted import assert_is_the_graph, module_of
from random_specs import RandomSpec

import archdsl
from archdsl import BackendError, SpecError
from archdsl.ir.verify import verify

EACH = 40
DRAWN = 120
PROVED = 2000
LARGEST = 300_000_000
"""Multiply-adds of what is worth running here."""


def starts(first: int, last: int) -> list[int]:
    return list(range(first, last, EACH))


def check(seeds: range) -> None:
    used: Counter[str] = Counter()
    refused: list[str] = []
    for seed in seeds:
        spec = RandomSpec(seed)
        try:
            network = archdsl.loads(spec.text, f"random {seed}")
            text = network.to_torch()
        except (SpecError, BackendError) as refusal:
            refused.append(str(refusal))
            continue
        used.update(spec.used)
        verify(network.graph)
        if network.totals.macs <= LARGEST:
            assert_is_the_graph(network, module_of(network, text))
        parameters = spec.parameters()
        try:
            other = archdsl.loads(spec.text, f"random {seed}", **parameters)
        except SpecError:
            continue
        if other.totals.macs <= LARGEST:
            assert_is_the_graph(other, module_of(network, text, **parameters))
    print({name: f"{count / len(seeds):.0%}" for name, count in used.most_common()})
    assert len(refused) <= len(seeds) / 5, refused


@pytest.mark.parametrize("first", starts(0, DRAWN))
def test_random_networks_are_their_graphs(first: int) -> None:
    check(range(first, first + EACH))


@pytest.mark.prove
@pytest.mark.parametrize("first", starts(DRAWN, PROVED))
def test_more_random_networks_are_their_graphs(first: int) -> None:
    check(range(first, first + EACH))
