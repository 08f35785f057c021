"""Emitted modules learn: LeNet-5 reads digits, and every parameter of every spec gets gradients."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import Tensor, nn
from zoo_table import ROWS, TABLE, WITHOUT_ROW, load

from archdsl import zoo
from archdsl.network import Network

LIGHT = 900_000_000
"""Multiply-adds of an image that a training step in CI is worth; the others are for proofs."""
MOST_STEPS = 60


# --- Digits ---

EPOCHS = 4
TRAINING = 1437
"""Of the 1,797 digits of scikit-learn, 80 %; the others test."""
LEAST = 0.94
"""Six seeds gave 96.1 % to 97.5 % of the 360; this is two standard errors lower."""


def digits() -> tuple[Tensor, Tensor]:
    """Images (1797, 1, 32, 32) of mean 0 and deviation 1, and which digit each is."""
    data = load_digits()
    images = torch.tensor(data.images, dtype=torch.float32)[:, None]
    images = F.interpolate(images, size=(32, 32), mode="bilinear")
    return (images - images.mean()) / images.std(), torch.tensor(data.target)


def test_lenet5_learns_digits() -> None:
    torch.manual_seed(0)
    images, labels = digits()
    order = torch.randperm(len(images))
    training, test = order[:TRAINING], order[TRAINING:]
    module = load("lenet5").module()

    def accuracy() -> float:
        module.eval()
        with torch.no_grad():
            right = module(images[test]).argmax(dim=1) == labels[test]
        module.train()
        return float(right.float().mean())

    assert accuracy() < 0.3
    optimizer = torch.optim.Adam(module.parameters(), lr=3e-3)
    for _ in range(EPOCHS):
        for batch in training[torch.randperm(TRAINING)].split(32):
            optimizer.zero_grad()
            F.cross_entropy(module(images[batch]), labels[batch]).backward()
            optimizer.step()
    assert accuracy() > LEAST


# --- Gradients ---


def costs() -> dict[str, float]:
    """Spec -> multiply-adds with its defaults, as far as a row says them."""
    found: dict[str, float] = {}
    for setting in TABLE:
        found.setdefault(setting.spec, ROWS[setting.row].get("macs", math.inf))
    return found | dict.fromkeys(WITHOUT_ROW, math.inf)


def specs() -> list[Any]:
    """Every spec; the large ones, and those that are like one of the papers', are for proofs."""
    found = costs()
    slow = {name for name in found if found[name] > LIGHT or name.startswith("torchvision/")}
    return [
        pytest.param(name, marks=[pytest.mark.prove] if name in slow else [])
        for name in zoo.names()
    ]


@pytest.mark.parametrize("name", specs())
def test_every_parameter_gets_a_finite_gradient(name: str) -> None:
    """In steps with other draws each, until every path was alive."""
    network = load(name)
    torch.manual_seed(0)
    module = network.module()
    optimizer = torch.optim.SGD(module.parameters(), lr=1e-4)
    waiting = dict(module.named_parameters())
    for _ in range(MOST_STEPS):
        optimizer.zero_grad()
        loss_of(module, network).backward()
        for path, parameter in module.named_parameters():
            if parameter.grad is not None:
                assert parameter.grad.isfinite().all(), path
                if parameter.grad.any():
                    waiting.pop(path, None)
        optimizer.step()
        if not waiting:
            break
    assert not waiting, "without a gradient: " + ", ".join(waiting)


def loss_of(module: nn.Module, network: Network) -> Tensor:
    """The cross-entropy of two random images, that of side heads with their weights."""
    shape = network.graph["input"].output
    outputs = module(torch.randn(2, shape.channels, shape.height, shape.width))
    if isinstance(outputs, Tensor):
        outputs = (outputs,)
    weights = getattr(module, "loss_weights", (1.0,))
    losses = [
        weight * F.cross_entropy(scores, torch.randint(scores.shape[1], (2, *scores.shape[2:])))
        for weight, scores in zip(weights, outputs, strict=True)
    ]
    return torch.stack(losses).sum()
