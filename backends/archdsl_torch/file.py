"""What the classes of one file know of each other, until nothing new is learned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from archdsl.ir.evaluate import Value
from archdsl.ir.graph import LayerNode
from archdsl.ir.program import Block, LineStep
from archdsl.network import Network
from archdsl.ops import Shape
from archdsl.symbolic import Symbolic
from archdsl_torch.class_text import class_text
from archdsl_torch.closed_forms import substitute
from archdsl_torch.code import drop_unread, variables_of
from archdsl_torch.emitter import Emitter
from archdsl_torch.flow import UNKNOWN, Flow, names_used
from archdsl_torch.helper_text import helper_names
from archdsl_torch.signatures import (
    TAKEN,
    Signature,
    Unwritable,
    kind_of,
    kind_of_default,
    python_name,
    widest,
)

LONGEST = 600
"""Characters of a side that no code would hold: a recursion whose shape grows with every look."""
ROUNDS = 50
"""More than any chain of blocks that learn from each other's uses needs."""


class Followed(NamedTuple):
    """A block that was followed from its input's shape to what it returns."""

    emitter: Emitter
    start: Shape
    end: Flow


class File:
    """One emitted file while it is being written."""

    emitter_class = Emitter

    def __init__(self, network: Network) -> None:
        self.network = network
        self.helpers: set[str] = set()
        self.signatures: dict[Block, Signature] = {}
        self._kinds = _compiled_kinds(network)
        self._constants = dict(_constants(network))
        self.output_class = ""
        self.main = self.signature(network.program.main)
        if network.program.main.heads:
            self.output_class = f"{self.main.class_name}Output"

    def signature(self, block: Block) -> Signature:
        """What is known of a block; a block seen for the first time gets a class name."""
        if block not in self.signatures:
            taken = {signature.class_name for signature in self.signatures.values()}
            taken.add(self.output_class)
            kinds = dict(self._kinds.get(block, {}))
            for parameter in block.parameters:
                written = kind_of_default(parameter.default)
                if written is not None:
                    kinds[parameter.name] = widest(kinds.get(parameter.name), written)
            name = free_class_name(block.name, taken)
            self.signatures[block] = Signature(block, name, block in self._kinds, kinds)
        return self.signatures[block]

    @property
    def gives_scores(self) -> bool:
        """Whether the network's output is said to be the class scores."""
        output = self.network.graph[self.network.graph.output]
        return isinstance(output, LayerNode) and output.is_scores

    def comment(self, shape: Shape) -> str:
        """A shape as the compiled network has it, in torch's order; empty where it is not known."""
        known = substitute(shape, self._constants)  # type: ignore[arg-type]
        sides = (known.channels,) if known.flat else (known.channels, known.height, known.width)
        if any(isinstance(side, Symbolic) for side in sides):
            return ""
        return f"(N, {', '.join(map(str, sides))})"

    def classes(self) -> list[str]:
        """The text of every class, those that are used before those that use them."""
        self._settle()
        # While outputs were not known yet, uses may have been seen with shapes that none has.
        for signature in self.signatures.values():
            signature.incoming.clear()
        return [self.text_of(each) for each in self._settle()]

    def _settle(self) -> list[Followed]:
        """Follow the blocks until nothing new is learned."""
        state: object = None
        for _ in range(ROUNDS):
            self.helpers.clear()
            followed = self._follow_reached()
            before, state = state, [signature.state() for signature in self.signatures.values()]
            if state == before:
                return followed
        raise Unwritable("the shapes of blocks depend on each other without an end")

    def text_of(self, followed: Followed) -> str:
        """The class of a block."""
        return class_text(*followed)

    def _follow_reached(self) -> list[Followed]:
        """Every block that the network reaches, followed with what is known so far."""
        found: dict[Signature, Followed] = {}
        queue = [self.main]
        for signature in queue:
            found[signature] = self._follow(signature)
            used = found[signature].emitter.used
            queue.extend(inner for inner in used if inner not in queue)
        users = {signature: followed.emitter.used for signature, followed in found.items()}
        return [found[signature] for signature in _used_first(self.main, users)]

    def _follow(self, signature: Signature) -> Followed:
        emitter = self.emitter_class(self, signature, is_main=signature is self.main)
        start = self._claimed(emitter) if emitter.is_main else signature.shape_of("input")
        end = emitter.run(start)
        end = Flow(end.code, emitter.spell_out(end.shape))
        if any(len(str(side)) > LONGEST for side in end.shape.sides):
            raise Unwritable(
                f"`{signature.block.name}` needs a shape that only its own recursion knows"
            )
        signature.output = end.shape
        drop_unread(emitter.init)
        names = names_used(emitter.init) | names_used(emitter.forward)
        names.update(variables_of(end.code))
        signature.is_unknown = any(name.startswith(UNKNOWN) for name in names)
        signature.needs |= {name for name in names if not name.startswith(UNKNOWN)}
        return Followed(emitter, start, end)

    def _claimed(self, emitter: Emitter) -> Shape:
        """The claim of INPUT, which elaboration has checked."""
        line = emitter.signature.block.body[0]
        assert isinstance(line, LineStep)
        assert line.claim is not None
        height, width, channels = map(emitter.count, line.claim.sides)
        return Shape(height, width, channels)  # type: ignore[arg-type]

    def refuse_unknown(self) -> None:
        """Raise `Unwritable` for a shape that has no form that code could use."""
        for signature in self.signatures.values():
            if signature is not self.main and signature.has_inner_shape:
                raise Unwritable(
                    f"`{signature.block.name}` gives a shape that only its own loop knows"
                )
            if signature.is_unknown:
                raise Unwritable(
                    f"`{signature.block.name}` needs a shape that only its own recursion knows"
                )


def _constants(network: Network) -> Iterator[tuple[str, Value]]:
    """What the network's parameters are, under the names that its class has for them."""
    for name, value in network.values.items():
        if isinstance(value, tuple):
            yield from ((f"{python_name(name)}[{at}]", side) for at, side in enumerate(value))
        else:
            yield python_name(name), value


def _compiled_kinds(network: Network) -> dict[Block, dict[str, str]]:
    """The kinds of the arguments that blocks have in the compiled network."""
    kinds: dict[Block, dict[str, str]] = {}
    for graph in network.graph.distinct():
        own = kinds.setdefault(graph.block, {})
        for name, value in graph.arguments.items():
            own[name] = widest(own.get(name), kind_of(value))
    return kinds


def free_class_name(name: str, taken: set[str]) -> str:
    """The block's name, made another where the file has that name already."""
    taken = taken | TAKEN | helper_names()
    candidate = name if name not in taken else f"{name}Block"
    number = 2
    while candidate in taken:
        candidate, number = f"{name}{number}", number + 1
    return candidate


def _used_first(main: Signature, users: dict[Signature, set[Signature]]) -> list[Signature]:
    """An order in which a class stands behind all that it uses, but for recursion."""
    order: list[Signature] = []
    seen: set[Signature] = set()

    def visit(signature: Signature) -> None:
        seen.add(signature)
        for inner in sorted(users[signature], key=lambda s: s.class_name):
            if inner not in seen:
                visit(inner)
        order.append(signature)

    visit(main)
    return order
