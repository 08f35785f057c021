"""A split network device by device: what each holds, and what crosses between them."""

from __future__ import annotations

from typing import NamedTuple

from archdsl.ir.graph import Graph, LayerNode
from archdsl.passes.facts import Facts

BYTES = 4
"""A value's, as float32."""


class DeviceRow(NamedTuple):
    """One layer, or the input, of a split network: values for one image.

    Every device holds the same number of `parameters`, `buffers` and `activations`. `received` is
    how many values each device gets from the others before it can compute the layer or, at the
    network's output, after all have computed it.
    """

    path: str
    is_divided: bool
    parameters: int
    buffers: int
    activations: int
    received: tuple[int, ...]

    @property
    def crossing(self) -> int:
        """The bytes that cross between devices, all ways together."""
        return BYTES * sum(self.received)


def device_rows(facts: Facts) -> list[DeviceRow]:
    """The input and every layer of the test-time network, in order; nothing without a split.

    What INPUT gives lies whole on every device; so does what is made of it without weights.
    """
    flat, devices = facts.flat, facts.flat.block.devices
    if devices == 1:
        return []
    divided = divided_paths(flat)
    return [
        DeviceRow(
            path=node.name,
            is_divided=node.name in divided,
            parameters=facts.columns["parameters"][node.name] // devices,
            buffers=facts.columns["buffers"][node.name] // devices,
            activations=facts.columns["activations"][node.name]
            // (devices if node.name in divided else 1),
            received=_received(flat, node.name, divided),
        )
        for node in flat
        if node.name not in facts.training_only
    ]


def divided_paths(flat: Graph) -> frozenset[str]:
    """The layers whose maps lie in shares on the devices of a split network."""
    divided: set[str] = set()
    for node in flat:
        if isinstance(node, LayerNode) and (
            node.op.makes or any(operand in divided for operand in flat.operands(node.name))
        ):
            divided.add(node.name)
    return frozenset(divided)


def _received(flat: Graph, path: str, divided: frozenset[str]) -> tuple[int, ...]:
    """A layer across devices gets all others' maps on each; the output is gathered on the first."""
    devices = flat.block.devices
    node = flat[path]
    received = [0] * devices
    if isinstance(node, LayerNode) and node.is_across:
        (operand,) = flat.operands(path)
        if operand in divided:
            received = [_others(flat, operand)] * devices
    if path == flat.output and path in divided:
        received[0] += _others(flat, path)
    return tuple(received)


def _others(flat: Graph, path: str) -> int:
    """The values of one output that one device does not hold."""
    devices = flat.block.devices
    return flat[path].output.values // devices * (devices - 1)
