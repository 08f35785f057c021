"""Networks that no library has as their papers say: the specs against plain torch."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from emitted import assert_close, fill, image, module_of
from plain_networks import (
    ENet,
    InceptionModule,
    LeNet5,
    UNet,
    VisionTransformer,
    alexnet,
    bn_alexnet,
    bn_nin,
    lectures_lenet,
    nin,
)
from reference import weight_shapes
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode
from zoo_table import Is, NoteDifference

import archdsl
from archdsl.network import Network

FACTS = json.loads((Path(__file__).parent.parent / "data" / "networks.json").read_text())["facts"]


class Plain:
    """A spec with its parameters, the same network in plain torch, and how weights get there."""

    def __init__(
        self,
        spec: str,
        make: Callable[[], nn.Module],
        carry: Callable[[Mapping[str, Tensor], nn.Module], Mapping[str, Tensor]],
        **parameters: Any,
    ) -> None:
        self.spec, self.make, self.carry, self.parameters = spec, make, carry, parameters

    def load(self) -> Network:
        """The compiled network."""
        return archdsl.load(self.spec, **self.parameters)

    def build(self) -> nn.Module:
        """The plain network, without values."""
        with torch.device("meta"):
            return self.make().double().eval()


def by_name(state: Mapping[str, Tensor], theirs: nn.Module) -> Mapping[str, Tensor]:
    """Their keys are ours."""
    return state


def by_order(state: Mapping[str, Tensor], theirs: nn.Module) -> Mapping[str, Tensor]:
    """Their keys come in the same order."""
    return archdsl.carry_weights(state, theirs.state_dict())


def lenet5(state: Mapping[str, Tensor], theirs: nn.Module) -> Mapping[str, Tensor]:
    """Their C3 has the weights of all maps in one tensor, (16, 6, 5, 5)."""
    table = [
        *(("three", i, (i, i + 1, i + 2)) for i in range(6)),
        *(("four", i, (i, i + 1, i + 2, i + 3)) for i in range(6)),
        *(("pairs", i, (i, i + 1, i + 3, i + 4)) for i in range(3)),
    ]
    weight = torch.zeros(16, 6, 5, 5, dtype=torch.float64)
    bias = torch.zeros(16, dtype=torch.float64)
    for at, (name, number, seen) in enumerate(table):
        weight[at, [channel % 6 for channel in seen]] = state[f"{name}{number}.1.weight"][0]
        bias[at] = state[f"{name}{number}.1.bias"][0]
    weight[15], bias[15] = state["six.weight"][0], state["six.bias"][0]
    pooled = {
        f"s{n}.{i}": state[f"S{n}.{w}"] for n in (2, 4) for i, w in ((0, "weight"), (1, "bias"))
    }
    dense = {
        f"{name.lower()}.{kind}": state[f"{name}.{kind}"]
        for name in ("C1", "C5", "F6")
        for kind in ("weight", "bias")
    }
    patterns = {"patterns": state["output.centres"]}
    return {**dense, **pooled, **patterns, "c3.weight": weight, "c3.bias": bias}


PLAIN = {
    "lenet5_1998": Plain("lenet5_1998", LeNet5, lenet5),
    "vit_tiny": Plain("beyond/vit_tiny", lambda: VisionTransformer(192, 3, 12), by_name),
    "vit_b_16": Plain(
        "beyond/vit_tiny",
        lambda: VisionTransformer(768, 12, 12),
        by_name,
        width=768,
        attention_heads=12,
    ),
    "unet": Plain("beyond/unet", UNet, by_order),
    "enet": Plain("enet", ENet, by_order),
    "lenet5": Plain("lenet5", lectures_lenet, by_order),
    "alexnet": Plain("alexnet", alexnet, by_order),
    "bn_alexnet": Plain("bn_alexnet", bn_alexnet, by_order),
    "nin": Plain("nin", nin, by_order),
    "bn_nin": Plain("bn_nin", bn_nin, by_order),
    "inception_naive": Plain("inception_naive", lambda: InceptionModule(True), by_order),
    "inception_bottleneck": Plain("inception_bottleneck", lambda: InceptionModule(False), by_order),
}
HEAVY = {"unet", "vit_b_16"}


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[pytest.mark.prove] if n in HEAVY else []) for n in PLAIN],
)
def test_plain_torch_computes_the_same(name: str, note_difference: NoteDifference) -> None:
    plain = PLAIN[name]
    network, theirs = plain.load(), plain.build()
    state = fill(weight_shapes(network))
    with torch.device("meta"):
        ours = module_of(network)
    ours.load_state_dict(state, strict=True, assign=True)
    theirs.load_state_dict(plain.carry(state, theirs), strict=True, assign=True)
    x = image(network)
    with torch.no_grad():
        result, expected = ours(x), theirs(x)
    setting = Is(plain.spec, "", **plain.parameters)
    note_difference(setting, "plain torch", result, expected)
    assert_close(result, expected, name)


@pytest.mark.parametrize("name", [name for name in PLAIN if name != "lenet5_1998"])
def test_plain_torch_has_as_many_parameters_and_multiply_adds(name: str) -> None:
    """C3 of the plain LeNet-5 has weights that its table forbids."""
    network, theirs = PLAIN[name].load(), PLAIN[name].build()
    assert network.totals.parameters == sum(p.numel() for p in theirs.parameters())
    with FlopCounterMode(display=False) as counter, torch.device("meta"):
        theirs(image(network).to("meta"))
    assert counter.get_total_flops() == 2 * network.totals.macs


def test_the_vision_transformer_has_torchvisions_keys() -> None:
    shapes = weight_shapes(PLAIN["vit_b_16"].load())
    layer = "encoder.layers.encoder_layer_11"
    assert {key: shapes[key] for key in shapes if key.startswith(layer)} == {
        f"{layer}.ln_1.weight": (768,),
        f"{layer}.ln_1.bias": (768,),
        f"{layer}.self_attention.in_proj_weight": (2304, 768),
        f"{layer}.self_attention.in_proj_bias": (2304,),
        f"{layer}.self_attention.out_proj.weight": (768, 768),
        f"{layer}.self_attention.out_proj.bias": (768,),
        f"{layer}.ln_2.weight": (768,),
        f"{layer}.ln_2.bias": (768,),
        f"{layer}.mlp.0.weight": (3072, 768),
        f"{layer}.mlp.0.bias": (3072,),
        f"{layer}.mlp.3.weight": (768, 3072),
        f"{layer}.mlp.3.bias": (768,),
    }
    assert {key: shapes[key] for key in shapes if not key.startswith("encoder.layers.")} == {
        "class_token": (1, 1, 768),
        "conv_proj.weight": (768, 3, 16, 16),
        "conv_proj.bias": (768,),
        "encoder.pos_embedding": (1, 197, 768),
        "encoder.ln.weight": (768,),
        "encoder.ln.bias": (768,),
        "heads.head.weight": (1000, 768),
        "heads.head.bias": (1000,),
    }


def test_lenet5s_layers_have_the_papers_parameters_and_connections() -> None:
    facts = archdsl.load("lenet5_1998").facts
    counted: dict[str, Counter[str]] = {"trainable": Counter(), "connections": Counter()}
    for layer in facts.layers():
        name = layer.path.partition(".")[0]
        name = "C3" if name.startswith(("three", "four", "pairs", "six")) else name
        counted["trainable"][name] += layer.parameters
        counted["connections"][name] += facts.columns["connections"][layer.path]
    for row in FACTS["lenet5_1998"]["per_layer"]:
        name = "output" if row["layer"].startswith("OUTPUT") else row["layer"]
        assert counted["trainable"][name] == row["trainable"], name
        assert counted["connections"][name] == row["connections"], name


def test_lenet5s_third_layer_sees_what_the_papers_table_says() -> None:
    network = archdsl.load("lenet5_1998")
    flat = network.facts.flat
    seen = [
        {c for first, last in node.op.channels for c in range(first, last + 1)}
        for node in flat
        if type(getattr(node, "op", None)).__name__ == "ChannelSelect"
    ]
    table = [set(row.nonzero().flatten().tolist()) for row in LeNet5.seen()]
    assert [*seen, set(range(6))] == table
