"""Weights carried from one module to another: by name, else by order and shape, else refused."""

from __future__ import annotations

import doctest

import pytest
import torch
from emitted import fill, image, module_of
from torch import Tensor, nn

import archdsl
from archdsl import WeightsDoNotFit, carry_weights, weights


def test_the_docstrings_example_is_true() -> None:
    assert doctest.testmod(weights).failed == 0


def test_names_go_before_order() -> None:
    source = {"b.weight": torch.full((2, 2), 1.0), "a.weight": torch.full((2, 2), 2.0)}
    target = {"a.weight": torch.zeros(2, 2), "b.weight": torch.zeros(2, 2)}
    carried = carry_weights(source, target)
    assert {key: float(value[0, 0]) for key, value in carried.items()} == {
        "a.weight": 2.0,
        "b.weight": 1.0,
    }


def test_a_shape_that_differs_is_no_agreement_of_names() -> None:
    source = {"fc.weight": torch.ones(3, 2), "head.weight": torch.zeros(5, 2)}
    target = {"fc.weight": torch.empty(5, 2), "other.weight": torch.empty(3, 2)}
    carried = carry_weights(source, target)
    assert carried["fc.weight"].shape == (5, 2)
    assert bool((carried["other.weight"] == 1).all())


def test_a_checkpoint_under_other_names_computes_the_same() -> None:
    spec = """
[8x8x3] INPUT
CONV1: 4 3x3 filters, pad 1, no bias -> BN1 -> RELU
CONV2: 5 1x1 filters -> RELU
FC: 6 neurons
"""
    network = archdsl.loads(spec)
    module = module_of(network)

    class Theirs(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4))
            self.mid = nn.Linear(4, 5)
            self.head = nn.Linear(5 * 8 * 8, 6)

        def forward(self, x: Tensor) -> Tensor:
            x = torch.relu(self.stem(x)).movedim(1, -1)
            x = torch.relu(self.mid(x)).movedim(-1, 1)
            return self.head(x.flatten(1))

    theirs = Theirs().double().eval()
    theirs.load_state_dict(fill({k: tuple(v.shape) for k, v in theirs.state_dict().items()}))
    module.load_state_dict(carry_weights(theirs.state_dict(), module.state_dict()), strict=True)
    with torch.no_grad():
        x = image(network)
        assert torch.allclose(module(x), theirs(x), rtol=1e-12, atol=1e-12)


def test_counters_may_be_missing_on_either_side() -> None:
    bn = nn.BatchNorm2d(3).state_dict()
    bare = {key: value for key, value in bn.items() if "num_batches" not in key}
    assert carry_weights(bare, bn).keys() == bn.keys()
    assert carry_weights(bn, bare).keys() == bare.keys()


def test_what_does_not_fit_is_listed() -> None:
    source = {"a.weight": torch.empty(2, 3), "a.bias": torch.empty(2)}
    target = {"b.weight": torch.empty(4, 3), "b.bias": torch.empty(2)}
    with pytest.raises(WeightsDoNotFit) as refusal:
        carry_weights(source, target)
    assert str(refusal.value) == (
        "the weights do not fit\n  nothing for: b.weight (4, 3)\n  left over: a.weight (2, 3)"
    )
