"""Loading emitted text, giving it known weights, and holding it against the graph."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from reference import run_graph, weight_shapes
from torch import Tensor, nn

from archdsl.network import Network

TOLERANCE = 1e-9


def module_of(network: Network, text: str | None = None, **parameters: Any) -> nn.Module:
    """The emitted class, constructed; float64 and in evaluation mode."""
    scope: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(text or network.to_torch(), "<emitted>", "exec"), scope)
    name, *_ = scope["__all__"]
    module: nn.Module = scope[name](**parameters)
    return module.double().eval()


def fill(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Tensor]:
    """Numbers that depend only on each key and its shape, as the recorded fingerprints use them."""
    return {key: torch.from_numpy(_values(key, tuple(shape))) for key, shape in shapes.items()}


def _values(key: str, shape: tuple[int, ...]) -> np.ndarray:
    rng = np.random.default_rng(zlib.crc32(key.encode()))
    if key.endswith("num_batches_tracked"):
        return np.zeros(shape)
    if key.endswith("running_var"):
        return 0.5 + rng.random(shape)
    if key.endswith("weight") and len(shape) == 1:
        return 0.5 + rng.random(shape)
    if len(shape) <= 1:
        return 0.1 * rng.standard_normal(shape)
    fan_in = int(np.prod(shape[1:]))
    return rng.standard_normal(shape) * (2.0 / fan_in) ** 0.5


def image(network: Network) -> Tensor:
    """The one input image, (1, C, H, W), float64."""
    shape = network.graph["input"].output
    sides = (1, shape.channels, shape.height, shape.width)
    return torch.from_numpy(np.random.default_rng(0).standard_normal(sides))


def loss_of(module: nn.Module, x: Tensor) -> Tensor:
    """The squares of all outputs, each output as often as the module says that its loss counts."""
    outputs = module(x)
    if isinstance(outputs, Tensor):
        return outputs.square().sum()
    weighted = zip(module.loss_weights, outputs, strict=True)
    return torch.stack([weight * output.square().sum() for weight, output in weighted]).sum()


def shapes_of(module: nn.Module) -> dict[str, tuple[int, ...]]:
    """The state dict's keys and shapes."""
    return {key: tuple(value.shape) for key, value in module.state_dict().items()}


def assert_is_the_graph(network: Network, module: nn.Module) -> None:
    """The module's keys, shapes, every named member's output and the result are the graph's."""
    expected = weight_shapes(network)
    assert shapes_of(module) == expected
    state = fill(expected)
    module.load_state_dict(state, strict=True)
    seen: dict[str, Tensor] = {}
    for path, member in module.named_modules():
        member.register_forward_hook(lambda _m, _i, out, path=path: seen.__setitem__(path, out))
    x = image(network)
    flat = network.facts.flat
    with torch.no_grad():
        # The flag of the network alone makes its heads compute; all else stays as it evaluates.
        module.training = bool(flat.heads)
        outputs = module(x) if flat.heads else [module(x)]
        module.training = False
        result = module(x)
        values = run_graph(network, state, x)
    for path, value in seen.items():
        if path in values:
            assert_close(value, values[path], path)
    for name, output in zip(flat.outputs, outputs, strict=True):
        assert_close(output, values[name], f"the output {name}")
    assert_close(result, values[flat.output], "the output")
    nameless = {node.name for node in flat}
    keyed = {key.rsplit(".", 1)[0] for key in expected.keys() - nameless}
    assert keyed <= set(seen), "a member with weights never ran"


def assert_close(value: Tensor, expected: Tensor, what: str) -> None:
    """Equal up to a relative 1e-9 of the largest value; what overflows must overflow in both."""
    assert value.shape == expected.shape, f"{what}: {value.shape} against {expected.shape}"
    finite = expected.isfinite()
    assert bool((value.isfinite() == finite).all()), f"{what}: overflows in one of both"
    value, expected = value[finite], expected[finite]
    if not len(expected):
        return
    scale = float(expected.abs().max()) or 1.0
    difference = float((value - expected).abs().max()) / scale
    assert difference <= TOLERANCE, f"{what}: relative difference {difference}"
