"""The parts of two networks, layers in blocks and groups, and how much two parts have in common."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from archdsl.ir.graph import Graph, LayerNode
from archdsl.ops import Op


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A layer, or a block or group with its own parts; `name` is its whole path.

    Two parts of one `form` are the same inside, whatever feeds them and whatever they are called.
    Two of one `outline` have layers of the same kinds, perhaps with other options and otherwise
    nested. `kinds` are those of its layers, in order.
    """

    name: str
    form: int
    outline: int
    kinds: tuple[type[Op], ...]
    node: LayerNode | None = None
    parts: tuple[Part, ...] = ()

    @property
    def label(self) -> str:
        """The last word of its path."""
        return self.name.rpartition(".")[2]

    @property
    def size(self) -> int:
        """The number of its layers."""
        return len(self.kinds)

    @property
    def is_layer(self) -> bool:
        """Whether it has no parts."""
        return self.node is not None

    @property
    def is_unnamed(self) -> bool:
        """Whether the compiler made the name up: the position, or a weightless layer's word."""
        if self.label.isdigit():
            return True
        if self.node is None or self.node.op.has_weights():
            return False
        word = self.node.op.merge or self.node.op.words[0].split()[-1].lower()
        return bool(re.fullmatch(rf"{re.escape(word)}(_\d+)?", self.label))


def parts_of(*flats: Graph) -> Iterator[tuple[Part, ...]]:
    """For each flat graph its parts in its order, those of blocks and groups inside them."""
    nester = _Nester()
    for flat in flats:
        nodes = [node for node in flat if isinstance(node, LayerNode)]
        yield tuple(nester.parts(flat, nodes, ""))


class _Nester:
    """Numbers forms and outlines, so that those of large parts are compared at once."""

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}

    def parts(self, flat: Graph, nodes: Sequence[LayerNode], prefix: str) -> Iterator[Part]:
        """The parts below a prefix."""
        members: dict[str, list[LayerNode]] = {}
        for node in nodes:
            head = f"{prefix}{node.name.removeprefix(prefix).partition('.')[0]}"
            members.setdefault(head if head in flat.namespaces else node.name, []).append(node)
        for name, inside in members.items():
            if name in flat.namespaces:
                yield self._group(name, tuple(self.parts(flat, inside, f"{name}.")))
            else:
                op, kinds = inside[0].op, (type(inside[0].op),)
                yield Part(name, self._number(op), self._number(kinds), kinds, inside[0])

    def _group(self, name: str, parts: tuple[Part, ...]) -> Part:
        form = tuple(("" if part.is_unnamed else part.label, part.form) for part in parts)
        kinds = tuple(kind for part in parts for kind in part.kinds)
        return Part(name, self._number(form), self._number(kinds), kinds, None, parts)

    def _number(self, of: object) -> int:
        return self._numbers.setdefault(of, len(self._numbers))


Alike = tuple[Part, Part, int]
"""A part, its like in another network, and how much they are alike: 2, or 1 but for options."""


def are_alike(one: Part, other: Part) -> bool:
    """Whether two groups have layers of the same kinds, or most of the larger one is in both."""
    common = sum(
        degree * min(part.size, like.size) for part, like, degree in alike(one.parts, other.parts)
    )
    return one.outline == other.outline or common > max(one.size, other.size)


def alike(ones: Iterable[Part], others: Iterable[Part]) -> Iterator[Alike]:
    """Parts and their likes, wherever they stand: by name, then by form, then by outline."""
    for key, degree in ((_name, 2), (_form, 2), (_outline, 1)):
        known: dict[object, deque[Part]] = defaultdict(deque)
        for other in others:
            known[key(other)].append(other)
        missed = []
        for one in ones:
            if found := known.get(key(one)):
                yield one, found.popleft(), degree
            else:
                missed.append(one)
        ones, others = missed, [other for found in known.values() for other in found]


def _name(part: Part) -> object:
    """What the author calls a part; what has no name is like no other."""
    return (part.label, part.is_layer) if not part.is_unnamed else part


def _form(part: Part) -> object:
    return part.form


def _outline(part: Part) -> object:
    return part.outline
