"""The names of a graph's members while it is built, and what `from` can find by them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from archdsl.diagnostics import SpecError, did_you_mean, error
from archdsl.ir import program
from archdsl.ir.evaluate import Environment
from archdsl.ir.graph import Graph, Namespace
from archdsl.ir.names import INPUT, owner_of
from archdsl.ir.scope import listed
from archdsl.syntax import tree
from archdsl.syntax.source import Span

SHOWN = 12
"""More names than these are no help."""


def text_of(template: tree.NameTemplate, environment: Environment) -> str:
    """A name with its indices. Raises SpecError where they make no name of it."""
    if len(template.parts) == 1 and isinstance(template.parts[0], str):
        return template.parts[0]
    pieces = []
    for part in template.parts:
        value: object = part
        if not isinstance(part, str):
            value = environment.whole(part, "an index in a name")
            if isinstance(value, int) and value < 0:
                message = f"an index in a name is 0 or more, not {value}"
                raise error("E301", message, part.span)
        pieces.append(str(value))
    text = "".join(pieces)
    owner = owner_of(text)
    if owner is not None:
        raise error(
            "E302",
            f"`{template.span.text}` becomes `{text}`, which belongs to {owner}",
            template.span,
            help="write another name",
        )
    return text


@dataclass
class Names:
    """The names of one namespace: positions are counted where it is positional."""

    prefix: str = ""
    is_positional: bool = False
    position: int = 0

    def next(self, explicit: str | None, default: str) -> str:
        """The full name of the next member. A number as a name is where counting goes on from."""
        if explicit is not None:
            self.position = int(explicit) + 1 if explicit.isdigit() else self.position + 1
            return self.prefix + explicit
        if self.is_positional:
            self.position += 1
            return f"{self.prefix}{self.position - 1}"
        return self.prefix + default


class Namer:
    """Gives the members of one graph names that no other member has."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.index: str | None = None
        """The index of the innermost loop whose lines are built."""
        self._counts: Counter[str] = Counter()

    def member(
        self,
        names: Names,
        explicit: str | None,
        step: program.LayerStep | program.CallStep,
    ) -> str:
        """The full name of the next member: its own, its position, or its word's."""
        is_default = explicit is None and not names.is_positional
        if is_default and (owner_of(step.default) is not None or step.default == INPUT):
            owner = owner_of(step.default) or "what enters a block"
            raise error(
                "E302",
                f"without a name this is called `{step.default}`, which belongs to {owner}",
                step.span,
                help=f"give it a name, as in `{step.default}1: {step.span.text}`",
            )
        is_keyed = isinstance(step, program.CallStep) or step.op.has_weights()
        name = names.next(explicit, step.default)
        return self.unique(name, is_keyed, _place_of(step), _advice(step), self._indexed(step))

    def unique(
        self, name: str, is_keyed: bool, span: Span, advice: str = "", indexed: str = ""
    ) -> str:
        """The name, numbered where it is taken; with keys in the state dict, it must be free."""
        if name not in self.graph and name not in self.graph.namespaces:
            return name
        is_number = name.rpartition(".")[2].isdigit()
        if is_keyed or is_number or name in self.graph.namespaces:
            raise self._taken(name, span, advice, indexed)
        number = max(self._counts[name], 1) + 1
        while f"{name}_{number}" in self.graph or f"{name}_{number}" in self.graph.namespaces:
            number += 1
        self._counts[name] = number
        return f"{name}_{number}"

    def open(self, name: str, kind: Literal["group", "chain", "repeat"], span: Span) -> Names:
        """A namespace of that name, in which members are called by position."""
        if name in self.graph or name in self.graph.namespaces:
            own = name.rpartition(".")[2]
            indexed = f"{self._with_index(own)}: {span.text}"
            if kind != "repeat":
                indexed = f"{self._with_index(span.text)}:"
            raise self._taken(name, span, "", indexed)
        self.graph.namespaces[name] = Namespace(name, kind, span)
        return Names(f"{name}.", is_positional=True)

    def _indexed(self, step: program.LayerStep | program.CallStep) -> str:
        """How to write a member of a loop so that each round's has its own name."""
        if isinstance(step, program.LayerStep) and (
            step.suffix is not None or (step.name is None and "-" not in step.title)
        ):
            return self._with_index(step.title)
        if step.name is not None:
            return f"{self._with_index(step.name.span.text)}:"
        text = step.title if isinstance(step, program.LayerStep) else step.span.text
        return f"{self._with_index(step.default)}: {text}"

    def _with_index(self, text: str) -> str:
        gap = "_" if text[-1].isdigit() or text[-1] == "}" else ""
        return f"{text}{gap}{{{self.index}}}"

    def _taken(self, name: str, span: Span, advice: str, indexed: str) -> SpecError:
        place = self.graph.namespaces.get(name) or self.graph[name]
        is_same_line = place.span.line == span.line and place.span.source is span.source
        if self.index is not None and indexed and is_same_line:
            advice = f"put the index into the name, as in `{indexed}`"
        return error(
            "E304",
            f"two members are called `{name}`",
            span,
            note=f"the first stands in line {place.span.line}",
            help=advice or "give one of them another name, for names are keys of the state dict",
        )


def _place_of(step: program.LayerStep | program.CallStep) -> Span:
    """Where a member's name stands, or would."""
    if isinstance(step, program.LayerStep) and (step.name is None or step.suffix is not None):
        return step.word_span
    return step.name.span if step.name is not None else step.span


def _advice(step: program.LayerStep | program.CallStep) -> str:
    """How to tell unnamed members apart."""
    if step.name is not None:
        return ""
    if isinstance(step, program.LayerStep) and "-" in step.title:
        return f"give them names, as in `{step.default}1: {step.title}`"
    if isinstance(step, program.CallStep):
        return f"give them names, as in `{step.default}1: {step.span.text}`"
    return f"give them names, as in `{step.title}1` and `{step.title}2`"


@dataclass
class References:
    """What `from` can name so far; a name that several lines have is known, but not usable."""

    nodes: dict[str, str] = field(default_factory=dict)
    places: dict[str, list[int]] = field(default_factory=dict)

    def add(self, name: str, node: str, span: Span) -> None:
        """A line's name, and the node whose output it is."""
        if name not in self.nodes or self.nodes[name] != node:
            self.places.setdefault(name, []).append(span.line)
        self.nodes[name] = node

    def find(self, name: str, span: Span, place: str) -> str:
        """The node that a name means; `place` says which lines these are. Raises SpecError."""
        if name not in self.nodes:
            near = list(self.nodes)
            shown = listed(near[-SHOWN:])
            raise error(
                "E306",
                f"no line{place} is called `{name}`",
                span,
                help=did_you_mean(name, near, f"the lines{place} are {shown}"),
            )
        lines = self.places[name]
        if len(lines) > 1:
            raise error(
                "E307",
                f"several lines{place} are called `{name}`",
                span,
                note=f"they stand in lines {', '.join(map(str, lines[:-1]))} and {lines[-1]}",
                help="rename one of them",
            )
        return self.nodes[name]
