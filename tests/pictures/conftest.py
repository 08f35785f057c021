"""Networks to draw: three of the zoo, and two small ones with what these lack."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from archdsl_pictures.blocks import scene_of
from archdsl_pictures.options import Options
from archdsl_pictures.page import Page, page_of
from archdsl_pictures.picture import picture_of
from archdsl_pictures.spread import spread_of
from archdsl_pictures.svg import svg_text
from networks import SETTINGS

import archdsl
from archdsl import Difference, Network, zoo

ROOT = Path(__file__).parents[2]

FRACTAL = """
network FractalNet(columns = 4)

block ConvBlock(filters):
    CONV: {filters} 3x3 filters, pad 1 -> BN -> RELU

block Fractal(columns, filters):
    if columns == 1:
        ConvBlock(filters)
    else:
        join:
            short: ConvBlock(filters)
            long: Fractal(columns - 1, filters) -> Fractal(columns - 1, filters)

[32x32x3] INPUT
block1: Fractal(columns, 64)
MAX POOL1: 2x2 filters at stride 2
block2: Fractal(columns, 128)
GLOBAL AVG POOL
FC: 10 neurons (class scores)
"""

NESTED = """
network Nested

block Unit(n):
    add:
        path:
            CONV1: {n} 3x3 filters, pad 1, no bias -> BN1 -> RELU
            CONV2: {n} 3x3 filters, pad 1, no bias -> BN2
        identity
    RELU

block Gate(n):
    multiply:
        identity
        gate:
            GLOBAL AVG POOL
            CONV1: {n // 4} 1x1 filters -> RELU
            CONV2: {n} 1x1 filters -> SIGMOID

block Stage(n, depth):
    CONV: {n} 3x3 filters at stride 2, pad 1 -> BN -> RELU
    units: {depth} x Unit(n)
    Gate(n)

block Dense(k):
    concat:
        identity
        path:
            BN -> RELU -> CONV: {k} 3x3 filters, pad 1

[64x64x3] INPUT
stem:
    CONV1: 16 3x3 filters, pad 1 -> BN1 -> RELU
    convs: 3 x CONV 16 3x3 filters, pad 1
stage1: 2 x Unit(16)
stage2: Stage(32, 4)
stage3: Stage(64, 6)
dense1: Dense(12)
dense2: Dense(12)
add:
    a: CONV 88 1x1 filters
    concat:
        left: CONV 44 3x3 filters, pad 1 -> BN -> RELU
        right:
            CONV 44 5x5 filters, pad 2
            RELU
            CONV 44 1x1 filters
    c: from stage3 -> CONV 88 1x1 filters
GLOBAL AVG POOL
FC: 10 neurons (class scores)
"""

TEXTS = {"fractal": FRACTAL, "nested": NESTED}
NAMES = ("alexnet", "googlenet", "resnet50", "torchvision/resnet50", "fractal", "nested")
EVERY = [*zoo.names(), *(f"tests/constructs/{name}.arch" for name in SETTINGS), *TEXTS]
"""Every spec that there is."""
STYLES: dict[str, dict[str, Any]] = {
    "layers": {"style": "layers"},
    "right": {"direction": "right"},
    "right layers": {"style": "layers", "direction": "right"},
    "open": {"depth": 1, "costs": True, "shapes": True},
    "three columns": {"columns": 3},
    "paper": {"page": "a4"},
}
"""Ways to draw that are tried on NAMES and on what is hard to lay out."""
BESIDE = "beside"
HARD = (*NAMES, "densenet_cifar", "inception_v4", "tests/constructs/refs.arch")


PAIRS = (
    "resnet50 torchvision/resnet50",
    "googlenet torchvision/googlenet",
    "resnet18 resnet34",
    "resnet34 plain34",
    "resnet50 wide_resnet50_2",
    "vgg16 vgg19",
    "vgg16 torchvision/vgg16_bn",
    "resnet_cifar:n=3 resnet_cifar:n=5",
    "alexnet alexnet_two_gpus",
    "alexnet vgg16",
    "densenet121 densenet169",
    "inception_v3 inception_v4",
    "beyond/unet beyond/unet",
    "googlenet googlenet",
)
"""Networks side by side: settings of one, the paper's and torchvision's, and unlike ones."""


@cache
def _load(name: str) -> Network:
    if name in TEXTS:
        return archdsl.loads(TEXTS[name])
    return archdsl.load(ROOT / name if name.endswith(".arch") else name)


@cache
def _page(name: str, style: str = "") -> Page:
    options = Options(**STYLES.get(style, {}))
    return page_of(picture_of(_load(name), options), options)


@cache
def _drawn(pair: str) -> tuple[Difference, Page]:
    networks = []
    for text in pair.split():
        name, _, settings = text.partition(":")
        parameters = dict(setting.split("=") for setting in settings.split(",") if setting)
        networks.append(archdsl.load(name, **parameters) if parameters else _load(name))
    difference = archdsl.diff(*networks)
    return difference, spread_of(difference, Options())


@pytest.fixture
def drawn() -> Callable[[str], tuple[Difference, Page]]:
    """The difference of a pair, and both side by side, computed once."""
    return _drawn


@pytest.fixture(params=PAIRS)
def spread(request: pytest.FixtureRequest) -> tuple[Difference, Page]:
    """Every pair in turn."""
    difference, page = _drawn(str(request.param))
    return difference, page


@pytest.fixture
def load() -> Callable[[str], Network]:
    """A network by name, compiled once."""
    return _load


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    """A few networks in turn."""
    return str(request.param)


@pytest.fixture(params=EVERY)
def every(request: pytest.FixtureRequest) -> Network:
    """Every network there is."""
    network = _load(str(request.param))
    assert isinstance(network, Network)
    return network


@pytest.fixture
def network(name: str) -> Network:
    return _load(name)


@pytest.fixture
def page(name: str) -> Page:
    return _page(name)


@pytest.fixture
def svg(page: Page) -> str:
    return svg_text(scene_of(page))


@pytest.fixture(
    params=[(name, "") for name in EVERY]
    + [(name, style) for name in HARD for style in STYLES]
    + [(pair, BESIDE) for pair in PAIRS],
    ids=" ".join,
)
def placed(request: pytest.FixtureRequest) -> Page:
    """Every network, the hard ones drawn in every way, and pairs side by side."""
    name, style = request.param
    page = _drawn(name)[1] if style == BESIDE else _page(name, style)
    assert isinstance(page, Page)
    return page
