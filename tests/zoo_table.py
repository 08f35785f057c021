"""The networks of the zoo, the reference figures that each must have, and how proofs are noted."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pytest
from torch import Tensor

import archdsl
from archdsl.network import Network

DATA = Path(__file__).parent / "data"
ROWS = {row["id"]: row for row in json.loads((DATA / "networks.json").read_text())["networks"]}
FINGERPRINTS = sorted(path.stem for path in (DATA / "torchvision").glob("*.json"))

Parameters = dict[str, Any]


class Is:
    """A spec with its parameters, and the row of `networks.json` that it is."""

    def __init__(self, spec: str, row: str, **parameters: Any) -> None:
        self.spec, self.row, self.parameters = spec, row, parameters

    def __repr__(self) -> str:
        values = ",".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"{self.spec}({values})" if values else self.spec


TABLE = (
    Is("lenet5", "lenet5-simple"),
    Is("lenet5_1998", "lenet5-1998"),
    Is("alexnet", "alexnet-cs231n"),
    Is("alexnet_two_gpus", "alexnet-2012-grouped"),
    Is("bn_alexnet", "bn-alexnet"),
    Is("zfnet", "zfnet"),
    Is("zfnet_512", "zfnet-512"),
    Is("vgg16", "vgg16"),
    Is("vgg19", "vgg19"),
    Is("nin", "nin-imagenet"),
    Is("nin_cifar10", "nin-cifar10"),
    Is("nin_cifar10", "nin-cifar100", classes=100),
    Is("bn_nin", "bn-nin"),
    Is("googlenet", "googlenet"),
    Is("inception_naive", "inception-naive"),
    Is("inception_bottleneck", "inception-bottleneck"),
    Is("inception_v3", "inception-v3"),
    Is("inception_v4", "inception-v4"),
    Is("enet", "enet-imagenet"),
    Is("squeezenet", "squeezenet-1.0"),
    Is("resnet18", "resnet18"),
    Is("resnet34", "resnet34"),
    Is("plain34", "plain34"),
    Is("resnet50", "resnet50"),
    Is("resnet101", "resnet101"),
    Is("resnet152", "resnet152"),
    Is("resnet_cifar", "resnet20-cifar", n=3),
    Is("resnet_cifar", "resnet32-cifar", n=5),
    Is("resnet_cifar", "resnet44-cifar", n=7),
    Is("resnet_cifar", "resnet56-cifar", n=9),
    Is("resnet_cifar", "resnet110-cifar"),
    Is("resnet_cifar", "resnet1202-cifar", n=200),
    Is("stochastic_depth", "stochdepth110"),
    Is("stochastic_depth", "stochdepth1202", n=200),
    Is("fractalnet", "fractalnet20-cifar10"),
    Is("fractalnet", "fractalnet20-cifar100", classes=100),
    Is("fractalnet", "fractalnet40-cifar10", columns=4),
    *(
        Is("fractalnet", f"fractalnet-thin-c{n}", columns=n, filters=16, classes=100)
        for n in range(1, 7)
    ),
    Is("preact_resnet_cifar", "preresnet110-cifar"),
    Is("preact_resnet_cifar", "preresnet164-cifar", depth=164),
    Is("preact_resnet_cifar", "preresnet164-cifar100", depth=164, classes=100),
    Is("preact_resnet_cifar", "preresnet1001-cifar", depth=1001),
    Is("preact_resnet_cifar", "preresnet1001-cifar100", depth=1001, classes=100),
    Is("preact_resnet200", "preresnet200"),
    Is("wide_resnet_cifar", "wrn28-10-cifar10"),
    Is("wide_resnet_cifar", "wrn28-10-cifar100", classes=100),
    Is("wide_resnet_cifar", "wrn16-8-cifar10", depth=16, widen=8),
    Is("wide_resnet_cifar", "wrn16-8-cifar100", depth=16, widen=8, classes=100),
    Is("wide_resnet_cifar", "wrn40-4-cifar10", depth=40, widen=4),
    Is("wide_resnet_cifar", "wrn40-4-cifar100", depth=40, widen=4, classes=100),
    Is("wide_resnet50_2", "wrn50-2"),
    Is("resnext29_8x64d", "resnext29-8x64d-cifar10"),
    Is("resnext29_8x64d", "resnext29-8x64d-cifar100", classes=100),
    Is("resnext50_32x4d", "resnext50-32x4d"),
    Is("resnext101_32x4d", "resnext101-32x4d"),
    Is("resnext101_64x4d", "resnext101-64x4d"),
    Is("densenet121", "densenet121"),
    Is("densenet169", "densenet169"),
    Is("densenet201", "densenet201"),
    Is("densenet161", "densenet161"),
    Is("densenet_cifar", "densenet-bc-100-12-cifar10"),
    Is("densenet_cifar", "densenet-bc-100-12-cifar100", classes=100),
    Is("densenet_cifar", "densenet-bc-190-40-cifar10", depth=190, growth=40),
    Is("densenet_cifar", "densenet-bc-190-40-cifar100", depth=190, growth=40, classes=100),
    Is("densenet_cifar", "densenet-bc-250-24-cifar10", depth=250, growth=24),
    Is("densenet_cifar", "densenet-bc-250-24-cifar100", depth=250, growth=24, classes=100),
    Is("densenet_cifar", "densenet-40-12-cifar10", depth=40, bc=False),
    Is("densenet_cifar", "densenet-40-12-cifar100", depth=40, bc=False, classes=100),
    Is("densenet_cifar", "densenet-100-12-cifar10", bc=False),
    Is("densenet_cifar", "densenet-100-12-cifar100", bc=False, classes=100),
    Is("densenet_cifar", "densenet-100-24-cifar10", growth=24, bc=False),
    Is("densenet_cifar", "densenet-100-24-cifar100", growth=24, bc=False, classes=100),
    Is("torchvision/alexnet", "alexnet-owt"),
    *(Is(f"torchvision/vgg{n}", f"vgg{n}") for n in (11, 13, 16, 19)),
    *(Is(f"torchvision/vgg{n}_bn", f"vgg{n}-bn") for n in (11, 13, 16, 19)),
    Is("torchvision/googlenet", "googlenet-tv"),
    Is("torchvision/inception_v3", "inception-v3"),
    *(Is(f"torchvision/resnet{n}", f"resnet{n}") for n in (18, 34)),
    *(Is(f"torchvision/resnet{n}", f"resnet{n}-v1.5") for n in (50, 101, 152)),
    Is("torchvision/resnext50_32x4d", "resnext50-32x4d"),
    Is("torchvision/resnext101_64x4d", "resnext101-64x4d"),
    Is("torchvision/wide_resnet50_2", "wrn50-2"),
    *(Is(f"torchvision/densenet{n}", f"densenet{n}") for n in (121, 161, 169, 201)),
    Is("torchvision/squeezenet1_0", "squeezenet-1.0"),
    Is("torchvision/squeezenet1_1", "squeezenet-1.1"),
)
IN_TRAINING = {
    "googlenet": "googlenet-aux",
    "torchvision/googlenet": "googlenet-tv-aux",
    "inception_v3": "inception-v3-aux",
    "torchvision/inception_v3": "inception-v3-aux",
}
"""Specs with side heads, and the rows that count these too."""
WITHOUT_ROW = {
    "beyond/se_resnet50",
    "beyond/unet",
    "beyond/vit_tiny",
    "torchvision/resnext101_32x8d",
    "torchvision/wide_resnet101_2",
}
"""Not among the reference figures; their keys, shapes and numbers are proven all the same."""

MORE = (
    Is("stochastic_depth", "", n=3),
    Is("beyond/vit_tiny", "", width=768, attention_heads=12),
)
"""Settings that no row is of either, but other implementations are."""

SETTINGS = [*TABLE, *(Is(name, "") for name in sorted(WITHOUT_ROW)), *MORE]
DEEP = {1001, 250, 190, 200}


@functools.cache
def _load(spec: str, values: tuple[tuple[str, Any], ...]) -> Network:
    return archdsl.load(spec, **dict(values))


def load(spec: str, **parameters: Any) -> Network:
    """A compiled network; one that was compiled before is not compiled again."""
    return _load(spec, tuple(parameters.items()))


def is_slow(setting: Is) -> bool:
    """Whether a setting of a family is its largest, or another number of classes."""
    return bool(DEEP & set(setting.parameters.values())) or "classes" in setting.parameters


def params(settings: Collection[Is]) -> list[Any]:
    """The settings for `parametrize`, the slow ones marked."""
    marks = {True: [pytest.mark.prove], False: []}
    return [pytest.param(each, id=repr(each), marks=marks[is_slow(each)]) for each in settings]


NoteDifference = Callable[[Is, str, Tensor, Tensor], None]
"""What `note_difference` in `tests/zoo/conftest.py` is: setting, against what, result, expected."""
