"""A split network device by device: what each holds, and what crosses between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archdsl.ir.graph import Graph, LayerNode
from archdsl.passes.costs import count_activations
from archdsl.passes.weights import count_parameters

if TYPE_CHECKING:
    from archdsl.passes.facts import Facts


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
        """The values that cross between devices, all ways together."""
        return sum(self.received)


def device_rows(facts: Facts) -> list[DeviceRow]:
    """The input and every layer of the test-time network, in order; nothing without a split.

    What INPUT gives lies whole on every device; so does what is made of it without weights.
    """
    flat, devices, columns = facts.flat, facts.flat.block.devices, facts.columns
    if devices == 1:
        return []
    divided = divided_paths(flat)
    return [
        DeviceRow(
            path=node.name,
            is_divided=node.name in divided,
            parameters=columns["device_parameters"][node.name],
            buffers=columns["buffers"][node.name] // devices,
            activations=columns["device_activations"][node.name],
            received=_received(flat, node.name, divided),
        )
        for node in flat
        if node.name not in facts.training_only
    ]


def count_device_parameters(flat: Graph) -> dict[str, int]:
    """Path -> parameters on each device; all of them where the network is not split."""
    devices = flat.block.devices
    return {path: count // devices for path, count in count_parameters(flat).items()}


def count_device_activations(flat: Graph) -> dict[str, int]:
    """Path -> activations on each device; all of them where the network is not split."""
    devices, divided = flat.block.devices, divided_paths(flat)
    return {
        path: count // devices if path in divided else count
        for path, count in count_activations(flat).items()
    }


def count_crossing(flat: Graph) -> dict[str, int]:
    """Path -> values that devices get from each other for it; none where nothing is split."""
    divided = divided_paths(flat)
    return {node.name: sum(_received(flat, node.name, divided)) for node in flat}


def divided_paths(flat: Graph) -> frozenset[str]:
    """The layers whose maps lie in shares on the devices of a split network."""
    divided: set[str] = set()
    if flat.block.devices == 1:
        return frozenset()
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
