"""A module on the meta device, against the graph: what it holds, every shape that it computes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any
from unittest.mock import patch

import torch
from emitted import module_of, shapes_of
from reference import weight_shapes
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.flop_counter import FlopCounterMode

from archdsl.ir.graph import Graph, LayerNode
from archdsl.network import Network
from archdsl.ops import Identity, Shape
from archdsl.ops.base import NAMELESS

Sides = tuple[int, ...]


def sides_of(shape: Shape) -> Sides:
    """A shape as torch orders it, without the images' dimension."""
    return (shape.channels,) if shape.flat else (shape.channels, shape.height, shape.width)


class Watch(TorchFunctionMode):
    """Shapes that a module computes: by path those of its layers, in `between` all others.

    A layer is what the graph calls so, and what has nothing inside.
    """

    def __init__(self, module: nn.Module, graph: Graph) -> None:
        super().__init__()
        self.layers: dict[str, Sides] = {}
        self.between: Counter[Sides] = Counter()
        self._inside = 0
        for path, member in module.named_modules():
            if path in graph or not any(True for _ in member.children()):
                member.register_forward_pre_hook(self._enter)
                member.register_forward_hook(self._leaver(path))

    def _enter(self, member: nn.Module, inputs: Any) -> None:
        self._inside += 1

    def _leaver(self, path: str) -> Callable[[nn.Module, Any, Tensor], None]:
        def leave(member: nn.Module, inputs: Any, output: Tensor) -> None:
            self._inside -= 1
            self.layers[path] = tuple(output.shape[1:])

        return leave

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if not self._inside and isinstance(result, Tensor):
            self.between[tuple(result.shape[1:])] += 1
        return result


def assert_holds_the_graphs_shapes(network: Network, module: nn.Module) -> None:
    """State dict, parameters, multiply-adds and every intermediate shape are the graph's.

    A layer with weights is a member of its own path. The others are members or functions between
    members: as many have each shape as there are such layers in the graph, or more, for flattening
    is one too.
    """
    assert shapes_of(module) == weight_shapes(network)
    flat, totals = network.facts.flat, network.facts.training_totals
    assert sum(parameter.numel() for parameter in module.parameters()) == totals.parameters
    x = torch.empty(1, *sides_of(flat["input"].output), dtype=torch.float64, device="meta")
    watch = Watch(module, flat)
    # The flag of the network alone makes its side heads compute; all else stays as it evaluates.
    # Its own joins would drop paths then, of which a draw of 1 drops none.
    module.training = bool(flat.heads)
    with (
        patch.object(torch, "rand", torch.ones),
        FlopCounterMode(display=False) as counter,
        watch,
    ):
        outputs = module(x) if flat.heads else [module(x)]
    module.training = False
    for name, output in zip(flat.outputs, outputs, strict=True):
        assert tuple(output.shape[1:]) == sides_of(flat[name].output), name
    assert counter.get_total_flops() == 2 * totals.macs
    weighted: dict[str, Sides] = {}
    others: Counter[Sides] = Counter()
    for node in flat:
        if isinstance(node, LayerNode):
            # A parameter without a name of its own is the module's that adds it, and no member.
            if set(node.op.weights(flat.operand_shapes(node.name))) - {NAMELESS}:
                weighted[node.name] = sides_of(node.output)
            elif not _does_nothing(node, flat):
                others[sides_of(node.output)] += 1
    assert {path: watch.layers.get(path) for path in weighted} == weighted
    rest = Counter(sides for path, sides in watch.layers.items() if path not in weighted)
    assert others <= rest + watch.between, others - rest - watch.between


def _does_nothing(node: LayerNode, flat: Graph) -> bool:
    """Whether code may leave a layer out: IDENTITY, and what merges a single path."""
    is_single = node.op.merge is not None and len(flat.operands(node.name)) == 1
    return is_single or isinstance(node.op, Identity)


def meta_module(network: Network, text: str | None = None, **parameters: Any) -> nn.Module:
    """The emitted class, constructed without values."""
    with torch.device("meta"):
        return module_of(network, text, **parameters)
