"""Emitted modules are their graphs: keys, shapes, numbers, for every parameter."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from emitted import assert_close, assert_is_the_graph, fill, image, module_of, shapes_of
from networks import FOUR, SETTINGS, construct
from reference import weight_shapes

import archdsl
from archdsl.ir.graph import LayerNode


@pytest.mark.parametrize("name", FOUR)
def test_a_zoo_module_computes_what_its_graph_says(name: str) -> None:
    network = archdsl.load(name)
    assert_is_the_graph(network, module_of(network))


@pytest.mark.parametrize("name", SETTINGS)
def test_a_construct_computes_what_its_graph_says(name: str) -> None:
    network = archdsl.load(construct(name))
    assert_is_the_graph(network, module_of(network))


@pytest.mark.parametrize(
    ("name", "parameters"), [(name, each) for name, all in SETTINGS.items() for each in all]
)
def test_the_class_honours_every_parameter(name: str, parameters: dict[str, Any]) -> None:
    """Built with a parameter, the class is the network that `--set` compiles."""
    default = archdsl.load(construct(name))
    compiled = archdsl.load(construct(name), **parameters)
    assert_is_the_graph(compiled, module_of(default, **parameters))
    assert_is_the_graph(compiled, module_of(compiled))


@pytest.mark.parametrize("depth", [11, 15])
def test_the_class_refuses_what_the_compiler_refuses(depth: int) -> None:
    network = archdsl.load(construct("guards"))
    with pytest.raises(archdsl.SpecError):
        archdsl.load(construct("guards"), depth=depth)
    with pytest.raises(ValueError, match="must be whole"):
        module_of(network, depth=depth)


@pytest.mark.parametrize("name", FOUR)
@pytest.mark.parametrize("classes", [1, 7])
def test_every_zoo_class_takes_its_classes(name: str, classes: int) -> None:
    default = archdsl.load(name)
    compiled = archdsl.load(name, classes=classes)
    with torch.device("meta"):
        module = module_of(default, classes=classes)
    assert shapes_of(module) == weight_shapes(compiled)


@pytest.mark.parametrize("name", FOUR)
def test_every_intermediate_shape_equals_the_graphs_on_the_meta_device(name: str) -> None:
    network = archdsl.load(name)
    with torch.device("meta"):
        module = module_of(network)
    shapes: dict[str, tuple[int, ...]] = {}
    for path, member in module.named_modules():
        member.register_forward_hook(
            lambda _m, _i, out, path=path: shapes.__setitem__(path, tuple(out.shape))
        )
    module(torch.empty(image(network).shape, device="meta", dtype=torch.float64))
    compared = 0
    for path, node, _ in network.graph.walk():
        if path in shapes:
            side = node.output
            expected = (side.channels,) if side.flat else (side.channels, side.height, side.width)
            assert shapes[path] == (1, *expected), path
            compared += 1
    weighted = [n for n in network.facts.flat if isinstance(n, LayerNode) and n.op.has_weights()]
    assert compared >= len(weighted)


@pytest.mark.parametrize("name", ["alexnet", "torchvision/resnet50"])
def test_forward_and_backward_run_on_the_meta_device(name: str) -> None:
    network = archdsl.load(name)
    with torch.device("meta"):
        module = module_of(network).train()
    x = torch.empty((2, *image(network).shape[1:]), device="meta", dtype=torch.float64)
    logits = module(x)
    logits.sum().backward()
    assert logits.shape == (2, 1000)
    assert all(p.grad is not None and p.grad.shape == p.shape for p in module.parameters())


def test_a_spec_for_torchvision_loads_its_checkpoint_and_gives_its_logits(
    fingerprint: Any,
) -> None:
    network = archdsl.load("torchvision/resnet50")
    module = module_of(network)
    assert shapes_of(module) == fingerprint["state_dict"]
    module.load_state_dict(fill(fingerprint["state_dict"]), strict=True)
    with torch.no_grad():
        logits = module(image(network))[0]
    first = torch.tensor(fingerprint["logits"]["first"], dtype=torch.float64)
    assert_close(logits[: len(first)], first, "logits")


@pytest.fixture
def fingerprint(read_data: Any) -> dict[str, Any]:
    import json

    recorded = json.loads(read_data("data/torchvision/resnet50.json"))
    recorded["state_dict"] = {k: tuple(v) for k, v in recorded["state_dict"].items()}
    return dict(recorded)
