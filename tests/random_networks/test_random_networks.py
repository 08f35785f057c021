"""Random specs of the whole language: what the graph says is what torch computes.

The draws are hypothesis's, so that a failure is made small and shown as a spec. The share of draws
that use each op and each construct stands at the end of a run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
from emitted import assert_is_the_graph, module_of
from hypothesis import HealthCheck, given, note, seed, settings
from hypothesis import strategies as st
from meta_shapes import assert_holds_the_graphs_shapes, meta_module
from random_layers import AT_THE_END, ON_MAPS, undrawn
from random_specs import CONSTRUCTS, RandomSpec

import archdsl
from archdsl import BackendError, SpecError
from archdsl.ir.verify import verify

DRAWN = 2000
PROVED = 20_000
PARTS = 8
"""Tests that share the draws, so that they run side by side."""
OTHERS = 3
"""Each draw of so many is compiled with other parameters too."""
NUMBERS = 20
"""Each draw of so many also computes numbers, in float64."""
LARGEST = 300_000_000
"""Multiply-adds of what is worth running here."""
ALL = CONSTRUCTS | ON_MAPS.keys() | AT_THE_END.keys()

Record = Callable[[str, object], None]


class Draws:
    """What was drawn so far."""

    def __init__(self) -> None:
        self.count = 0
        self.refused: list[str] = []
        self.used: Counter[str] = Counter()

    def check(self, random: Random) -> None:
        """One spec more."""
        self.count += 1
        spec = RandomSpec(random)
        parameters = spec.parameters()
        note(spec.text)
        note(str(parameters))
        try:
            network = archdsl.loads(spec.text, "random")
            text = network.to_torch()
        except (SpecError, BackendError) as refusal:
            self.refused.append(str(refusal))
            return
        self.used.update(spec.used)
        verify(network.graph)
        assert_holds_the_graphs_shapes(network, meta_module(network, text))
        # With the flag that makes side heads compute, joins of the network drop paths too.
        is_cheap = network.totals.macs <= LARGEST and "side head" not in spec.used
        if random.randint(1, NUMBERS) == 1 and is_cheap:
            assert_is_the_graph(network, module_of(network, text))
        if random.randint(1, OTHERS) > 1:
            return
        try:
            other = archdsl.loads(spec.text, "random", **parameters)
        except SpecError:
            return
        assert_holds_the_graphs_shapes(other, meta_module(network, text, **parameters))


def run(part: int, count: int, record: Record) -> None:
    """Draw and check; the same draws each time, unless a proof draws anew."""
    draws = Draws()
    health = [HealthCheck.too_slow, HealthCheck.data_too_large]

    @settings(max_examples=count, deadline=None, suppress_health_check=health, database=None)
    @given(st.randoms(use_true_random=False))
    def draw(random: Random) -> None:
        draws.check(random)

    (seed(part)(draw) if settings.default.derandomize else draw)()
    record("random networks", {"draws": draws.count, **draws.used})
    assert len(draws.refused) <= draws.count / 5, draws.refused
    assert set(draws.used) == ALL


def test_every_op_can_be_drawn() -> None:
    assert undrawn() == set()


@pytest.mark.parametrize("part", range(PARTS))
def test_random_networks_are_their_graphs(part: int, record_property: Record) -> None:
    run(part, DRAWN // PARTS, record_property)


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS, 2 * PARTS))
def test_more_random_networks_are_their_graphs(part: int, record_property: Record) -> None:
    run(part, PROVED // PARTS, record_property)
