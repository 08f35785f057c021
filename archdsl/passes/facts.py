"""What the passes found, a column each, and the passes in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from archdsl.ir.graph import Graph, LayerNode
from archdsl.ops import Shape
from archdsl.passes.costs import (
    count_activations,
    count_connections,
    count_flops,
    count_macs,
    count_moved,
    count_neurons,
)
from archdsl.passes.depth import longest_path
from archdsl.passes.devices import (
    count_crossing,
    count_device_activations,
    count_device_parameters,
)
from archdsl.passes.fields import receptive_fields
from archdsl.passes.shapes import infer_shapes
from archdsl.passes.weights import count_buffers, count_parameters

Column = Mapping[str, Any]


class Columns(Mapping[str, Column]):
    """Pass -> what it found, by full path. A pass runs when its column is first asked for."""

    def __init__(self, flat: Graph) -> None:
        self._flat = flat
        self._found: dict[str, Column] = {}

    def __getitem__(self, name: str) -> Column:
        if name not in self._found:
            self._found[name] = _RUN[name](self._flat)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_RUN)

    def __len__(self) -> int:
        return len(_RUN)


@dataclass
class Facts:
    """A flat graph, and what the passes find in it."""

    flat: Graph
    columns: Columns = field(init=False)

    def __post_init__(self) -> None:
        self.columns = Columns(self.flat)

    @cached_property
    def training_only(self) -> frozenset[str]:
        """The layers of side heads, which nothing computes at test time."""
        return self.flat.training_only()

    @cached_property
    def totals(self) -> Totals:
        """The figures of the whole test-time network, for one image."""
        return self._totals((self.flat.output,), self.training_only)

    @cached_property
    def training_totals(self) -> Totals:
        """The figures of the network with its side heads, for one image."""
        return self._totals(self.flat.outputs, frozenset())

    def total(self, column: str) -> int:
        """The sum of a column over the whole test-time network."""
        return self._sum(column, self.training_only)

    def _sum(self, column: str, without: frozenset[str]) -> int:
        return sum(value for path, value in self.columns[column].items() if path not in without)

    def _totals(self, outputs: tuple[str, ...], without: frozenset[str]) -> Totals:
        sums = {name: self._sum(name, without) for name in Totals._fields if name != "depth"}
        return Totals(**sums, depth=max(self.columns["depth"][output] for output in outputs))

    def layers(self) -> list[LayerFacts]:
        """One row a layer, in the order of execution; the input is no layer."""
        return [
            LayerFacts(
                path=node.name,
                node=node,
                output=self.columns["shapes"][node.name],
                parameters=self.columns["parameters"][node.name],
                buffers=self.columns["buffers"][node.name],
                macs=self.columns["macs"][node.name],
                activations=self.columns["activations"][node.name],
                training_only=node.name in self.training_only,
            )
            for node in self.flat
            if isinstance(node, LayerNode)
        ]


class LayerFacts(NamedTuple):
    """One layer's row. Counts are for one image; buffers leave batch norm's counter out."""

    path: str
    node: LayerNode
    output: Shape
    parameters: int
    buffers: int
    macs: int
    activations: int
    training_only: bool


class Totals(NamedTuple):
    """The sums; `depth` is the number of weighted layers on the longest path."""

    parameters: int
    buffers: int
    macs: int
    activations: int
    depth: int
    connections: int
    neurons: int


Pass = Callable[[Graph], Column]

PASSES: tuple[tuple[str, Pass], ...] = (
    ("shapes", infer_shapes),
    ("parameters", count_parameters),
    ("buffers", count_buffers),
    ("macs", count_macs),
    ("flops", count_flops),
    ("connections", count_connections),
    ("neurons", count_neurons),
    ("activations", count_activations),
    ("moved", count_moved),
    ("device_parameters", count_device_parameters),
    ("device_activations", count_device_activations),
    ("crossing", count_crossing),
    ("depth", longest_path),
    ("fields", receptive_fields),
)
"""Every pass, in order: each takes the flat graph and gives a value for each path."""

_RUN = dict(PASSES)


def analyze(graph: Graph) -> Facts:
    """What passes find in a network's graph. Raises ValueError if its shapes are not its ops'."""
    facts = Facts(graph.flatten())
    facts.columns["shapes"]
    return facts
