"""What the tests of charts share: comparisons, and what an SVG holds."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

import pytest

import archdsl
from archdsl import Comparison, compare, zoo

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="session")
def papers() -> Comparison:
    """The networks of the papers, without their variants in torchvision."""
    return compare(*(archdsl.load(name) for name in zoo.names() if "/" not in name))


@pytest.fixture(scope="session")
def everything() -> Comparison:
    """The whole zoo."""
    return compare(*map(archdsl.load, zoo.names()))


@pytest.fixture(scope="session")
def depths() -> Comparison:
    """ResNets on CIFAR-10, all of them with a published error."""
    values = (3, 5, 7, 9, 18, 200)
    networks = (archdsl.load("resnet_cifar", n=n) for n in values)
    return compare(*networks, parameter="n")


@pytest.fixture(scope="session")
def parse() -> Callable[[bytes], ElementTree.Element]:
    """The root of an SVG."""
    return ElementTree.fromstring
