"""How much memory a run takes: every tensor from its making to its last use, at every moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from archdsl.ir.graph import Graph, InputNode, LayerNode, Node
from archdsl.ops import Extra, Kept
from archdsl.passes.lifetimes import releases
from archdsl.passes.weights import layer_weights

DTYPES: Mapping[str, int] = {"float64": 8, "float32": 4, "bfloat16": 2, "float16": 2}
"""What a value takes, in bytes."""
INDEX = 8
"""What a whole number takes, in bytes: the place of a maximum, a counter of batches."""


class Optimizer(NamedTuple):
    """Copies of a parameter: those that are held for it, and those that a step makes and drops."""

    state: int
    working: int


OPTIMIZERS: Mapping[str, Optimizer] = {
    "sgd": Optimizer(state=0, working=0),
    "momentum": Optimizer(state=1, working=0),
    "rmsprop": Optimizer(state=1, working=1),
    "adam": Optimizer(state=2, working=2),
    "adamw": Optimizer(state=2, working=2),
}
"""As `torch.optim` does it from one parameter to the next, with `foreach=False`."""


class Moment(NamedTuple):
    """What is held at one moment, in bytes; `saved` and `transient` for each image of the batch.

    `weights` are parameters and buffers, `state` and `working` the optimizer's. The backward pass
    waits for what is `saved`; the rest of what layers compute is `transient`.
    """

    weights: int
    gradients: int = 0
    state: int = 0
    working: int = 0
    saved: int = 0
    transient: int = 0

    @property
    def fixed(self) -> int:
        """What does not depend on the batch."""
        return self.weights + self.gradients + self.state + self.working

    @property
    def per_image(self) -> int:
        """What each image adds."""
        return self.saved + self.transient

    def bytes(self, batch: int) -> int:
        """All of it."""
        return self.fixed + self.per_image * batch


class Memory(NamedTuple):
    """Every moment of a run; which of them is the fullest depends on the batch."""

    moments: tuple[Moment, ...]

    def peak(self, batch: int) -> Moment:
        """The moment at which most is held."""
        return max(self.moments, key=lambda moment: moment.bytes(batch))

    def images(self, limit: int) -> int:
        """The largest batch whose peak is at most so many bytes, 0 where not one image fits."""
        if any(moment.fixed > limit for moment in self.moments):
            return 0
        return min((limit - m.fixed) // m.per_image for m in self.moments if m.per_image)


def inference(flat: Graph, value: int) -> Memory:
    """A forward pass in evaluation, without gradients; a value takes so many bytes."""
    run = _Run(flat, value, flat.training_only())
    for node in flat:
        run.forward(node)
    return Memory(tuple(run.moments))


def training_step(flat: Graph, value: int, optimizer: Optimizer) -> Memory:
    """Forward, backward and the optimizer's step, not the first one: its state is there."""
    run = _Training(flat, value, optimizer)
    for node in flat:
        run.forward(node)
    for node in reversed(list(flat)):
        if isinstance(node, LayerNode) and node.name in run.learning:
            run.backward(node)
    run.step()
    return Memory(tuple(run.moments))


class _Tensors:
    """The tensors of one image. Each is alive while something holds it."""

    def __init__(self) -> None:
        self.alive = 0
        self.saved = 0
        self._tensors: dict[str, str] = {}  # What goes by several names is one tensor.
        self._sizes: dict[str, int] = {}
        self._holders: Counter[str] = Counter()
        self._savers: Counter[str] = Counter()

    def __contains__(self, name: str) -> bool:
        return name in self._tensors

    def make(self, name: str, size: int) -> None:
        """A new tensor of so many bytes, which nothing holds yet."""
        self._tensors[name] = name
        self._sizes[name] = size
        self.alive += size

    def alias(self, name: str, other: str) -> None:
        """Another name for what is there."""
        self._tensors[name] = self._tensors[other]

    def is_shared(self, name: str) -> bool:
        """Whether more than one thing holds it."""
        return self._holders[self._tensors[name]] > 1

    def hold(self, name: str, times: int = 1) -> None:
        """Something, or several things, hold the tensor."""
        self._holders[self._tensors[name]] += times

    def release(self, name: str) -> None:
        """Something lets go of it."""
        tensor = self._tensors[name]
        self._holders[tensor] -= 1
        self.drop_unheld(name)

    def drop_unheld(self, name: str) -> None:
        """Free the tensor if nothing holds it."""
        tensor = self._tensors[name]
        if not self._holders[tensor]:
            self.alive -= self._sizes.pop(tensor, 0)

    def save(self, name: str) -> None:
        """The backward pass holds it."""
        tensor = self._tensors[name]
        self.saved += 0 if self._savers[tensor] else self._sizes[tensor]
        self._savers[tensor] += 1
        self.hold(name)

    def unsave(self, name: str) -> None:
        """The backward pass lets go of it."""
        tensor = self._tensors[name]
        self._savers[tensor] -= 1
        self.saved -= 0 if self._savers[tensor] else self._sizes[tensor]
        self.release(name)


class _Run:
    """A forward pass, without some of the layers."""

    in_training = False

    def __init__(self, flat: Graph, value: int, without: frozenset[str] = frozenset()) -> None:
        self.flat, self.value, self._without = flat, value, without
        self.tensors = _Tensors()
        self.moments: list[Moment] = []
        self._releases = releases(flat)
        self._weights = sum(
            weight.values * (INDEX if weight.counter else value)
            for _, _, weight in layer_weights(flat)
        )

    def forward(self, node: Node) -> None:
        """Compute what leaves a node, then let go of what no line holds any longer."""
        if node.name in self._without:
            return
        name, tensors = node.name, self.tensors
        scratch = 0
        if isinstance(node, LayerNode):
            scratch = self._compute(node)
        else:
            tensors.make(name, self._bytes_of(node))
        # Whoever calls the module holds the images and the results.
        is_callers = isinstance(node, InputNode) or name in self.flat.outputs
        tensors.hold(name, len({*self.flat.users(name)} - self._without) + is_callers)
        self._record(scratch)
        for operand in self._releases.get(name, ()):
            tensors.release(operand)
        tensors.drop_unheld(name)

    def _compute(self, node: LayerNode) -> int:
        """Make a layer's output; the bytes that come and go meanwhile."""
        if node.op.is_view(self.in_training):
            self.tensors.alias(node.name, self.flat.operands(node.name)[0])
            return 0
        self.tensors.make(node.name, self._bytes_of(node))
        return self._bytes(node.op.scratch(self.flat.operand_shapes(node.name)))

    def _bytes_of(self, node: Node) -> int:
        return node.output.values * self.value

    def _bytes(self, extra: Extra) -> int:
        return extra.values * self.value + extra.indices * INDEX

    def _record(self, scratch: int = 0) -> None:
        self.moments.append(Moment(self._weights, transient=self.tensors.alive + scratch))


class _Training(_Run):
    """A training step."""

    in_training = True

    def __init__(self, flat: Graph, value: int, optimizer: Optimizer) -> None:
        super().__init__(flat, value)
        self._optimizer = optimizer
        self._gradients = 0
        self._parameters: dict[str, list[int]] = {node.name: [] for node in flat}
        for path, _, weight in layer_weights(flat):
            if weight.trainable:
                self._parameters[path].append(weight.values * value)
        self._trainable = sum(map(sum, self._parameters.values()))
        self.learning: set[str] = set()
        """The nodes that gradients reach: those with parameters, and all behind them."""
        for node in flat:
            if self._parameters[node.name] or not self.learning.isdisjoint(
                flat.operands(node.name)
            ):
                self.learning.add(node.name)

    def _compute(self, node: LayerNode) -> int:
        scratch = super()._compute(node)
        if node.name not in self.learning:
            return scratch
        extra = self._bytes(self._kept(node).extra)
        if extra:
            self.tensors.make(_extra(node), extra)
        for name in self._saved(node):
            self.tensors.save(name)
        return max(0, scratch - extra)

    def backward(self, node: LayerNode) -> None:
        """The gradients of a node's operands and parameters; what it kept goes."""
        gradient = _gradient(node.name)
        if node.name in self.flat.outputs:
            self._add_gradient(node.name, self._bytes_of(node))
        for operand in self.flat.operands(node.name):
            if operand in self.learning:
                source = gradient if node.op.shares_gradient else None
                self._add_gradient(operand, self._bytes_of(self.flat[operand]), source)
        self._gradients += sum(self._parameters[node.name])
        self._record(self._bytes(node.op.scratch(self.flat.operand_shapes(node.name))))
        self.tensors.release(gradient)
        for name in self._saved(node):
            self.tensors.unsave(name)

    def step(self) -> None:
        """The optimizer changes one parameter after the other."""
        sizes = [size for sizes in self._parameters.values() for size in sizes]
        self._record(working=self._optimizer.working * max(sizes, default=0))

    def _add_gradient(self, name: str, size: int, source: str | None = None) -> None:
        """A gradient, or one more term of it: the tensor of `source`, or one of its own."""
        gradient = _gradient(name)
        if gradient in self.tensors:
            if not self.tensors.is_shared(gradient):
                return  # The term is added in place.
            self.tensors.release(gradient)
            source = None
        if source is None:
            self.tensors.make(gradient, size)
        else:
            self.tensors.alias(gradient, source)
        self.tensors.hold(gradient)

    def _kept(self, node: LayerNode) -> Kept:
        return node.op.kept(self.flat.operand_shapes(node.name))

    def _saved(self, node: LayerNode) -> Iterator[str]:
        """The tensors that the backward pass of a node waits for."""
        kept = self._kept(node)
        if kept.input:
            yield from self.flat.operands(node.name)
        if kept.output:
            yield node.name
        if self._bytes(kept.extra):
            yield _extra(node)

    def _record(self, scratch: int = 0, working: int = 0) -> None:
        saved, state = self.tensors.saved, self._optimizer.state * self._trainable
        transient = self.tensors.alive - saved + scratch
        self.moments.append(
            Moment(self._weights, self._gradients, state, working, saved, transient)
        )


def _extra(node: LayerNode) -> str:
    return f"{node.name}, extra"


def _gradient(name: str) -> str:
    return f"{name}, gradient"
