"""Layers and block uses in the language's own words, with every number computed.

The words are the phrases that the op's fields declare, so a new op needs nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from archdsl.diagnostics import SpecError
from archdsl.ir.evaluate import Environment, show
from archdsl.ir.graph import Graph, LayerNode
from archdsl.ir.options import ACROSS
from archdsl.ops import Inputs, Op
from archdsl.ops.phrases import Incoming, Phrase, Slot

Words = tuple[str, ...]
"""Pieces of a description, blanks and commas included: a short version is the first few of them."""


def describe_layer(name: str, node: LayerNode, inputs: Inputs) -> tuple[str, Words]:
    """What a layer is, headed by its name: `branch1: CONV`, then ` 64 1x1 filters`, `, pad 1`.

    A name that begins with the layer word says it already: `conv1`, then `: 64 7x7 filters`.
    """
    word = _word(node.op)
    is_said = re.fullmatch(rf"{re.escape(word)}([0-9_].*)?", name, re.IGNORECASE)
    head, joint = (name, ": ") if is_said else (f"{name}: {word}", " ")
    pieces = [_said(node.op, phrase) for phrase in _chosen(node.op, inputs)]
    pieces += [ACROSS] if node.is_across else []
    pieces += ["linear"] if node.is_meant_linear else []
    words = [f"{_joint(piece)}{piece}" for piece in pieces]
    words[:1] = [f"{joint}{piece}" for piece in pieces[:1]]
    return head, (*words, *([" (class scores)"] if node.is_scores else []))


def describe_op(op: Op, inputs: Inputs) -> str:
    """The layer word and all that is no default: `RELU at most 6`."""
    pieces = [_said(op, phrase) for phrase in _chosen(op, inputs)]
    return " ".join([_word(op), ", ".join(pieces)]).rstrip()


def describe_call(graph: Graph, lines: Mapping[str, str] | None = None) -> str:
    """`Bottleneck(128, stride=2)`: the block with its arguments, defaults left out.

    `lines` are the names that one use gives for parameters that stand for lines.
    """
    pieces: list[str] = []
    is_keyword = False
    for parameter in graph.block.parameters:
        if parameter.is_line:
            if lines:
                is_keyword = True
                pieces.append(f"{parameter.name}={lines[parameter.name]}")
            continue
        if _is_default(graph, parameter.name):
            is_keyword = True
            continue
        value = show(graph.arguments[parameter.name])
        is_keyword |= parameter.default is not None
        pieces.append(f"{parameter.name}={value}" if is_keyword else value)
    return f"{graph.name}({', '.join(pieces)})"


def _word(op: Op) -> str:
    return op.merge or op.words[0]


def _is_default(graph: Graph, name: str) -> bool:
    """Whether an argument has the value that the block's header gives it."""
    default = graph.block.parameter(name).default
    if default is None:
        return False
    try:
        known = Environment(graph.arguments, graph.inputs[0].output).evaluate(default)
    except SpecError:
        return False  # The default makes no sense here, so it was not used.
    return known == graph.arguments[name]


def _chosen(op: Op, inputs: Inputs) -> list[Phrase]:
    """The fewest phrases that say every field which has no default or differs from it."""
    fields = type(op).model_fields
    pending = {
        name
        for name, info in fields.items()
        if info.is_required() or getattr(op, name) != info.default
    }
    order = list(fields)
    chosen: dict[int, Phrase] = {}
    for phrase in sorted(op.phrases(), key=lambda phrase: _reach(phrase, pending)):
        covered = _covered(phrase)
        if covered & pending and _holds(op, phrase, inputs):
            chosen[min(map(order.index, covered))] = phrase
            pending -= covered
    return [chosen[position] for position in sorted(chosen)]


def _reach(phrase: Phrase, pending: set[str]) -> tuple[int, int]:
    """Phrases that say much come first, and of those the ones that say nothing else."""
    covered = _covered(phrase)
    return -len(covered & pending), len(covered)


def _covered(phrase: Phrase) -> set[str]:
    return {part.field for part in phrase.parts if isinstance(part, Slot)} | set(phrase.sets)


def _holds(op: Op, phrase: Phrase, inputs: Inputs) -> bool:
    slots = (part.field for part in phrase.parts if isinstance(part, Slot))
    return all(getattr(op, field) is not None for field in slots) and all(
        getattr(op, field) == (inputs[0].channels if value is Incoming.CHANNELS else value)
        for field, value in phrase.sets.items()
    )


def _said(op: Op, phrase: Phrase) -> str:
    parts = (written(op, part.field) if isinstance(part, Slot) else part for part in phrase.parts)
    return " ".join(parts)


def written(op: Op, field: str) -> str:
    """A field's value as an author writes it: `3x3`, `2`, `50%`."""
    kind, value = op.kind(field), getattr(op, field)
    if kind.several:
        return ", ".join(str(a) if a == b else f"{a}..{b}" for a, b in value)
    if isinstance(value, tuple):
        is_square = len(set(value)) == 1
        return show(value[0] if is_square and "x" not in kind.example else value)
    if kind.rate:
        return f"{100 * value:.6g}%"
    return f"{value:.6g}" if isinstance(value, float) else show(value)


def _joint(piece: str) -> str:
    """Slides write `96 11x11 filters at stride 4, pad 0`."""
    return " " if piece.startswith("at ") else ", "
