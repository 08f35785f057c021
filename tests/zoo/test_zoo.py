"""Every network of the zoo is the network of its paper: figures, keys, shapes and numbers.

`tests/data/networks.json` holds the figures, counted on reference implementations;
`tests/data/torchvision` what torchvision computes; pytorchcv is an implementation by other hands.
What is slow or like a neighbour is marked `prove`.
"""

from __future__ import annotations

import functools
import importlib
import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from emitted import assert_close, fill, image, module_of, shapes_of
from reference import weight_shapes
from torch import Tensor, nn
from twins import (
    activated_input,
    column_by_column,
    first_1x1_strides,
    no_shortcuts,
    norm_after_pool,
    on_two_gpus,
    option_a,
    pools_without_padding,
    scaled_by_survival,
)

import archdsl
from archdsl import zoo
from archdsl.network import Network
from archdsl.ops import Shape

DATA = Path(__file__).parent.parent / "data"
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

SETTINGS = [*TABLE, *(Is(name, "") for name in sorted(WITHOUT_ROW))]
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


def test_every_spec_stands_in_the_table() -> None:
    listed = {each.spec for each in SETTINGS}
    assert listed == set(zoo.names())
    assert {each.row for each in TABLE} <= set(ROWS)


# --- Figures ---


@pytest.mark.parametrize("setting", params(TABLE))
def test_the_totals_are_the_references(setting: Is) -> None:
    totals, row = load(setting.spec, **setting.parameters).totals, ROWS[setting.row]
    assert totals.parameters == row["parameters"]
    if "macs" in row:
        assert totals.macs == row["macs"]
    if row["longest_path"] is not None:
        assert totals.depth == row["longest_path"]


@pytest.mark.parametrize("name", IN_TRAINING)
def test_the_totals_in_training_count_the_side_heads(name: str) -> None:
    totals, row = load(name).facts.training_totals, ROWS[IN_TRAINING[name]]
    assert totals.parameters == row["parameters"]
    assert totals.macs == row.get("macs", totals.macs)


def test_every_spec_with_side_heads_is_counted_in_training() -> None:
    assert set(IN_TRAINING) == {name for name in zoo.names() if load(name).graph.heads}


@pytest.mark.parametrize("setting", params(TABLE))
def test_the_stages_have_the_references_shapes_in_their_order(setting: Is) -> None:
    stages = ROWS[setting.row].get("stage_shapes_chw")
    if not stages:
        pytest.skip("the reference gives no shapes")
    outputs = _outputs(load(setting.spec, **setting.parameters))
    remaining = iter(outputs)
    previous: tuple[int, ...] = ()
    for name, sides in stages:
        wanted = _without_ones(tuple(sides))
        if wanted != previous:
            assert any(_without_ones(each) == wanted for each in remaining), f"no {name} {sides}"
        previous = wanted


def _outputs(network: Network) -> list[tuple[int, ...]]:
    """Every output as torch orders it, the input first."""
    facts = network.facts
    return [_chw(facts.columns["shapes"][node.name]) for node in facts.flat]


def _chw(shape: Shape) -> tuple[int, ...]:
    return (shape.channels,) if shape.flat else (shape.channels, shape.height, shape.width)


def _without_ones(sides: tuple[int, ...]) -> tuple[int, ...]:
    """`[1x1xC]` and `[C]` are the same stage."""
    return sides[:1] if sides[1:] == (1, 1) else sides


@pytest.mark.parametrize("name", zoo.names())
def test_a_spec_compiles_without_a_warning_and_with_all_its_claims(name: str) -> None:
    from archdsl.network import check_conditions

    network = load(name)
    assert network.warnings == ()
    assert check_conditions(network) == []


# --- Keys and shapes ---


@pytest.mark.parametrize("setting", params(SETTINGS))
def test_the_module_has_the_graphs_keys_and_shapes(setting: Is) -> None:
    """On the meta device: what `--set` compiles, and what the class takes, are one network."""
    network = load(setting.spec, **setting.parameters)
    expected = weight_shapes(network)
    x = torch.empty(image(network).shape, dtype=torch.float64, device="meta")
    modules = [(network, {})]
    if setting.parameters:
        modules.append((load(setting.spec), setting.parameters))
    for source, parameters in modules:
        with torch.device("meta"):
            module = module_of(source, **parameters)
        assert shapes_of(module) == expected
        assert tuple(module(x).shape) == (1, *_chw(network.graph.shape))


# --- Numbers: torchvision ---


@pytest.mark.parametrize("name", FINGERPRINTS)
def test_a_spec_loads_torchvisions_checkpoint_and_gives_its_logits(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    recorded = json.loads((DATA / "torchvision" / f"{name}.json").read_text())
    shapes = {key: tuple(shape) for key, shape in recorded["state_dict"].items()}
    network = load(f"torchvision/{name}")
    logits = _run(_loaded(network, fill(shapes)), image(network))[0]
    first = torch.tensor(recorded["logits"]["first"], dtype=torch.float64)
    record_property("difference", difference(logits[: len(first)], first))
    assert_close(logits[: len(first)], first, "logits")
    assert int(logits.argmax()) == recorded["logits"]["argmax"]
    scale = float(logits.abs().max())
    assert float(logits.mean()) == pytest.approx(recorded["logits"]["mean"], abs=1e-9 * scale)
    assert float(logits.std()) == pytest.approx(recorded["logits"]["std"], rel=1e-9)


def _loaded(network: Network, state: Mapping[str, Tensor], **parameters: Any) -> nn.Module:
    """The emitted module with these values; nothing is initialised first."""
    with torch.device("meta"):
        module = module_of(network, **parameters)
    module.load_state_dict(state, strict=True, assign=True)
    return module


def _run(module: nn.Module, x: Tensor) -> Tensor:
    with torch.no_grad():
        result: Tensor = module(x)
    return result


# --- Numbers: pytorchcv ---


class Twin:
    """A network of pytorchcv: how to make it, and what to change in it before it is the same."""

    def __init__(
        self,
        setting: Is,
        make: str,
        adapt: Callable[[Any], set[str]] = lambda net: set(),
        heavy: bool = True,
        rename: Callable[[str], str] = str,
        **arguments: Any,
    ) -> None:
        self.setting, self.make, self.adapt = setting, make, adapt
        self.heavy, self.rename, self.arguments = heavy, rename, arguments

    def __repr__(self) -> str:
        return repr(self.setting)

    def build(self) -> nn.Module:
        """The network, without values."""
        module, name = self.make.split(".")
        with torch.device("meta"):
            make = getattr(importlib.import_module(f"pytorchcv.models.{module}"), name)
            net: nn.Module = make(**self.arguments)
        return net.double().eval()


TWINS = (
    Twin(Is("alexnet_two_gpus", ""), "alexnet.alexnet", on_two_gpus, heavy=False),
    Twin(Is("zfnet", "zfnet"), "zfnet.zfnet", norm_after_pool),
    Twin(Is("zfnet_512", "zfnet-512"), "zfnet.zfnetb", norm_after_pool),
    *(Twin(Is(f"vgg{n}", ""), f"vgg.vgg{n}") for n in (16, 19)),
    Twin(Is("nin_cifar10", ""), "nin_cifar.nin_cifar10", pools_without_padding, heavy=False),
    Twin(Is("inception_v3", ""), "inceptionv3.inceptionv3"),
    Twin(Is("inception_v4", ""), "inceptionv4.inceptionv4", heavy=False),
    Twin(Is("squeezenet", ""), "squeezenet.squeezenet_v1_0", heavy=False),
    Twin(Is("resnet18", ""), "resnet.resnet18", heavy=False),
    Twin(Is("resnet34", ""), "resnet.resnet34"),
    Twin(Is("plain34", ""), "resnet.resnet34", no_shortcuts, heavy=False),
    *(Twin(Is(f"resnet{n}", ""), f"resnet.resnet{n}", heavy=n > 50) for n in (50, 101, 152)),
    Twin(Is("resnet_cifar", "", n=3), "resnet_cifar.resnet20_cifar10", option_a, heavy=False),
    Twin(Is("resnet_cifar", ""), "resnet_cifar.resnet110_cifar10", option_a),
    Twin(Is("resnet_cifar", "", n=200), "resnet_cifar.resnet1202_cifar10", option_a),
    Twin(
        Is("stochastic_depth", "", n=3),
        "resnet_cifar.resnet20_cifar10",
        scaled_by_survival,
        heavy=False,
    ),
    Twin(
        Is("fractalnet", ""),
        "fractalnet_cifar.fractalnet_cifar10",
        heavy=False,
        rename=column_by_column,
    ),
    Twin(
        Is("preact_resnet_cifar", ""),
        "preresnet_cifar.preresnet110_cifar10",
        option_a,
        heavy=False,
    ),
    Twin(
        Is("preact_resnet_cifar", "", depth=164),
        "preresnet_cifar.preresnet164bn_cifar10",
        first_1x1_strides,
        heavy=False,
    ),
    Twin(
        Is("preact_resnet_cifar", "", depth=1001),
        "preresnet_cifar.preresnet1001_cifar10",
        first_1x1_strides,
    ),
    Twin(Is("preact_resnet200", ""), "preresnet.preresnet200b", activated_input),
    Twin(
        Is("wide_resnet_cifar", "", depth=16, widen=8),
        "wrn_cifar.get_wrn_cifar",
        heavy=False,
        num_classes=10,
        blocks=16,
        width_factor=8,
    ),
    Twin(Is("wide_resnet_cifar", ""), "wrn_cifar.wrn28_10_cifar10"),
    Twin(
        Is("wide_resnet50_2", ""),
        "resnext.get_resnext",
        blocks=50,
        cardinality=1,
        bottleneck_width=128,
    ),
    Twin(
        Is("resnext29_8x64d", ""),
        "resnext_cifar.get_resnext_cifar",
        num_classes=10,
        blocks=29,
        cardinality=8,
        bottleneck_width=64,
    ),
    Twin(Is("resnext50_32x4d", ""), "resnext.resnext50_32x4d"),
    Twin(Is("resnext101_32x4d", ""), "resnext.resnext101_32x4d"),
    Twin(Is("resnext101_64x4d", ""), "resnext.resnext101_64x4d"),
    *(
        Twin(Is(f"densenet{n}", ""), f"densenet.densenet{n}", heavy=n != 121)
        for n in (121, 161, 169, 201)
    ),
    Twin(
        Is("densenet_cifar", ""),
        "densenet_cifar.densenet100_k12_bc_cifar10",
        heavy=False,
    ),
    Twin(
        Is("densenet_cifar", "", depth=250, growth=24),
        "densenet_cifar.densenet250_k24_bc_cifar10",
    ),
    Twin(Is("beyond/se_resnet50", ""), "seresnet.seresnet50", heavy=False),
    Twin(Is("torchvision/alexnet", ""), "alexnet.alexnetb", heavy=False),
    *(Twin(Is(f"torchvision/vgg{n}", ""), f"vgg.vgg{n}") for n in (11, 13, 19)),
    *(Twin(Is(f"torchvision/vgg{n}_bn", ""), f"vgg.bn_vgg{n}b") for n in (11, 13, 19)),
    Twin(Is("torchvision/inception_v3", ""), "inceptionv3.inceptionv3", heavy=False),
    Twin(Is("torchvision/resnet34", ""), "resnet.resnet34"),
    *(Twin(Is(f"torchvision/resnet{n}", ""), f"resnet.resnet{n}b") for n in (101, 152)),
    Twin(
        Is("torchvision/resnext101_32x8d", ""),
        "resnext.get_resnext",
        blocks=101,
        cardinality=32,
        bottleneck_width=8,
    ),
    Twin(Is("torchvision/resnext101_64x4d", ""), "resnext.resnext101_64x4d"),
    *(
        Twin(
            Is(f"torchvision/wide_resnet{n}_2", ""),
            "resnext.get_resnext",
            blocks=n,
            cardinality=1,
            bottleneck_width=128,
        )
        for n in (50, 101)
    ),
    *(Twin(Is(f"torchvision/densenet{n}", ""), f"densenet.densenet{n}") for n in (161, 169, 201)),
    Twin(Is("torchvision/squeezenet1_0", ""), "squeezenet.squeezenet_v1_0"),
    Twin(Is("torchvision/squeezenet1_1", ""), "squeezenet.squeezenet_v1_1", heavy=False),
)


@pytest.mark.parametrize(
    "twin",
    [
        pytest.param(twin, id=repr(twin), marks=[pytest.mark.prove] if twin.heavy else [])
        for twin in TWINS
    ],
)
def test_another_implementation_computes_the_same(
    twin: Twin, record_property: Callable[[str, object], None]
) -> None:
    pytest.importorskip("pytorchcv", reason="pytorchcv is not installed")
    theirs = twin.build()
    theirs.load_state_dict(fill(shapes_of(theirs)), strict=True, assign=True)
    own = twin.adapt(theirs)
    state = theirs.state_dict()
    values = {twin.rename(key): value for key, value in state.items() if key not in own}
    network = load(twin.setting.spec, **twin.setting.parameters)
    # Side heads compute in training only; the other implementations have none.
    wanted = fill(weight_shapes(network))
    heads = {k: v for k, v in wanted.items() if k.split(".")[0] in network.graph.heads}
    wanted = {key: value for key, value in wanted.items() if key not in heads}
    ours = _loaded(network, archdsl.carry_weights(values, wanted) | heads)
    x = image(network)
    result, expected = _run(ours, x).flatten(1), _run(theirs, x)
    record_property("difference", difference(result, expected))
    assert_close(result, expected, "logits")


def difference(value: Tensor, expected: Tensor) -> float:
    """The largest difference, relative to the largest value: what `docs/zoo.md` reports."""
    return float((value - expected).abs().max() / expected.abs().max())
