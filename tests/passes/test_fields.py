"""Receptive fields, against the literature's figures and against gradients of the real modules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil, floor
from pathlib import Path
from typing import Any
from unittest.mock import patch

import networkx as nx
import pytest
import torch
import torch.nn.functional as F
from networks import SETTINGS, construct
from torch import Tensor, nn

import archdsl
from archdsl.ir.graph import LayerNode
from archdsl.network import Network
from archdsl.passes.fields import Field

DATA = Path(__file__).parent.parent / "data" / "networks.json"
FACTS = json.loads(DATA.read_text(encoding="utf-8"))["facts"]["receptive_field"]

FAST = ["lenet5", "alexnet", "squeezenet", "resnet_cifar", "nin_cifar10", "resnet18", "googlenet"]
FAST += ["zfnet", "densenet_cifar", "nin", "resnet50"]
SLOW = ["preact_resnet_cifar", "torchvision/resnet50", "resnext50_32x4d", "densenet121"]
SLOW += ["inception_v3", "vgg16", "wide_resnet_cifar"]

UNSEEN = {"nin": 1}
"""Network -> rows at the image's end that its first layer leaves out: (224 - 11)/4 is not whole."""


def field_of(net: Network, path: str) -> tuple[Field, Field]:
    found: tuple[Field, Field] = net.facts.columns["fields"][path]
    return found


def last_conv_of(name: str) -> str:
    layers = archdsl.load(name).facts.layers()
    return [layer.path for layer in layers if type(layer.node.op).__name__ == "Conv2d"][-1]


@pytest.mark.parametrize(
    ("spec", "path", "fact"),
    [
        ("vgg16", "features.28", "vgg16_conv5_3"),
        ("vgg16", "features.30", "vgg16_pool5"),
        ("alexnet", "conv5", "alexnet_conv5"),
        ("alexnet", "pool3", "alexnet_pool5"),
        ("resnet18", None, "resnet18_last"),
        ("resnet50", None, "resnet50_v1_last"),
        ("torchvision/resnet50", None, "resnet50_v15_last"),
    ],
)
def test_the_figures_of_the_literature(spec: str, path: str | None, fact: str) -> None:
    vertical, horizontal = field_of(archdsl.load(spec), path or last_conv_of(spec))
    assert vertical == horizontal
    assert vertical.size == FACTS[fact]


@pytest.mark.parametrize(("count", "fact"), [(2, "two_3x3"), (3, "three_3x3")])
def test_three_small_filters_see_what_one_large_one_sees(count: int, fact: str) -> None:
    net = archdsl.loads(f"[32x32x4] INPUT\nstack: {count} x CONV3-4")
    field = field_of(net, net.facts.flat.output)[0]
    assert (field.size, field.jump, field.centre) == (FACTS[fact], 1, 0)


def test_padding_moves_the_centre() -> None:
    def centre(line: str) -> object:
        net = archdsl.loads(f"[33x33x4] INPUT\n{line}")
        return field_of(net, net.facts.flat.output)[0].centre

    assert centre("CONV: 4 3x3 filters") == 1
    assert centre("CONV: 4 3x3 filters, pad 1") == 0
    assert centre("CONV: 4 2x2 filters at stride 2, floor") == 0.5
    assert centre("CONV: 4 2x2 filters, pad 0 before and 1 after") == 0.5


def test_one_value_for_all_places_makes_every_place_see_everything() -> None:
    net = archdsl.loads(
        "[8x8x4] INPUT\nCONV1: 4 3x3 filters, pad 1\nmultiply:\n    identity\n"
        "    GLOBAL AVG POOL -> CONV2: 4 1x1 filters\nCONV3: 4 3x3 filters, pad 1\n"
    )
    assert field_of(net, net.facts.flat.output) == (Field(-1, 8, 0), Field(-1, 8, 0))


# --- Against gradients ---


@pytest.mark.parametrize("weights", ["ones", "random"])
@pytest.mark.parametrize("name", [*FAST, *(pytest.param(n, marks=pytest.mark.prove) for n in SLOW)])
def test_the_gradient_of_a_position_reaches_its_field_and_no_further(
    name: str, weights: str
) -> None:
    net = archdsl.load(name)
    shapes = net.facts.columns["shapes"]
    with _positive(net, weights) as (image, outputs):
        maps = [path for path in outputs if path in shapes and shapes[path].height > 1]
        assert maps
        for path in (maps[len(maps) // 2], maps[-1]):
            _assert_seen(net, path, outputs[path], image)


# All that is a module in `nameless` follows a class token, which is learned and sees nothing.
@pytest.mark.parametrize("name", sorted(SETTINGS.keys() - {"nameless"}))
def test_every_construct(name: str) -> None:
    net = archdsl.load(construct(name))
    with _positive(net) as (image, outputs):
        paths = [path for path in outputs if path in net.facts.columns["shapes"]]
        assert paths
        for path in paths:
            _assert_seen(net, path, outputs[path], image)


def _assert_seen(net: Network, path: str, output: Tensor, image: Tensor) -> None:
    """The pixels that the middle position's gradient reaches are those of the field."""
    shape = net.facts.columns["shapes"][path]
    row, column = shape.height // 2, shape.width // 2
    value = output.reshape(shape.channels, shape.height, shape.width)[:, row, column]
    # A softmax over equal weights would have no gradient.
    weights = torch.linspace(1, 2, len(value), dtype=value.dtype)
    (gradient,) = torch.autograd.grad((value * weights).sum(), image, retain_graph=True)
    reached = gradient[0].abs().sum(dim=0) > 0
    for axis, (field, position) in enumerate(zip(field_of(net, path), (row, column), strict=True)):
        seen = torch.nonzero(reached.any(dim=1 - axis)).flatten()
        assert len(seen), f"{path}: nothing reaches it"
        first = max(0, ceil(field.low + position * field.jump))
        last = min(reached.shape[axis] - 1, floor(field.high + position * field.jump))
        if _has_steps_below_one(net, path):  # Then neighbours differ in how much they see.
            assert first <= int(seen[0]) <= int(seen[-1]) <= last, path
        else:
            # Where a stride leaves a rest, the image's last rows are seen by nobody.
            unseen = UNSEEN.get(net.name, 0) if last == reached.shape[axis] - 1 else 0
            assert (int(seen[0]), int(seen[-1])) == (first, last - unseen), path


def _has_steps_below_one(net: Network, path: str) -> bool:
    """Whether something on the way to a layer puts positions between positions."""
    flat = net.facts.flat
    nodes = (flat[name] for name in {path, *nx.ancestors(flat.network, path)})
    windows = (
        node.op.window(flat.operand_shapes(node.name))
        for node in nodes
        if isinstance(node, LayerNode)
    )
    numbers = (number for pair in windows if pair for window in pair for number in window)
    return any(number != int(number) for number in numbers)


@contextmanager
def _positive(net: Network, weights: str = "random") -> Iterator[tuple[Tensor, dict[str, Tensor]]]:
    """The image and every named member's output; nothing is negative, so nothing cancels out.

    Weights and biases are ones, or random around one. Those of a filter are divided by their
    number, for sums of sums through a hundred layers are more than a number can be.
    """
    torch.manual_seed(0)
    module = net.module().double().eval()
    for member in module.modules():
        for key, parameter in member.named_parameters(recurse=False):
            is_filter = key == "weight" and parameter.dim() > 1
            share = parameter[0].numel() if is_filter else 1
            spread = 0.5 if weights == "random" else 0.0
            nn.init.uniform_(parameter, (1 - spread) / share, (1 + spread) / share)
    shape = net.graph["input"].output
    image = torch.rand(1, shape.channels, shape.height, shape.width, dtype=torch.float64) + 0.5
    image.requires_grad_()
    outputs: dict[str, Tensor] = {}
    for path, member in module.named_modules():
        member.register_forward_hook(lambda _m, _i, out, path=path: outputs.update({path: out}))
    with (
        patch.object(F, "max_pool2d", _summed),
        # Below zero a ReLU has no gradient, and far from it a tanh.
        patch.object(F, "relu", lambda x, inplace=False: F.leaky_relu(x, 0.5)),
        patch.object(torch, "tanh", F.softsign),
        patch.object(F, "adaptive_max_pool2d", lambda x, size, *_: F.adaptive_avg_pool2d(x, size)),
    ):
        module(image)
    yield image, outputs


_max_pool2d = F.max_pool2d


def _summed(
    x: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor:
    """A max pooling as a mean, so that the gradient reaches all that a window sees."""
    assert not return_indices
    kernel, step, pad, gaps = (
        (value, value) if isinstance(value, int) else tuple(value)
        for value in (kernel_size, stride or kernel_size, padding, dilation)
    )
    sides = _max_pool2d(x, kernel_size, stride, padding, dilation, ceil_mode).shape[2:]
    behind = [
        max(0, (side - 1) * s + d * (k - 1) + 1 - size - p)
        for side, s, d, k, size, p in zip(sides, step, gaps, kernel, x.shape[2:], pad, strict=True)
    ]
    padded = F.pad(x, (pad[1], behind[1], pad[0], behind[0]))
    ones = torch.ones(x.shape[1], 1, *kernel, dtype=x.dtype)
    summed = F.conv2d(padded, ones, stride=step, dilation=gaps, groups=x.shape[1])
    return summed[:, :, : sides[0], : sides[1]] / (kernel[0] * kernel[1])
