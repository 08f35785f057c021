"""Side heads: what a network computes, and returns in a named tuple, in training only."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from archdsl_torch.code import Assign, Literal, Return, Text, When, call
from archdsl_torch.docstrings import COLUMNS, docstring
from archdsl_torch.flow import Flow, Place
from archdsl_torch.signatures import TAKEN, Unwritable

if TYPE_CHECKING:
    from archdsl_torch.emitter import Emitter
    from archdsl_torch.file import File

WEIGHTS = "loss_weights"
"""The attribute that says how much the loss of each output counts."""
_OWNED = frozenset(dir(tuple))
"""Names that a named tuple has already."""


def emit_heads(emitter: Emitter, output: Flow) -> None:
    """Write the heads, which return all that training needs, before the return of `output`."""
    heads = emitter.signature.block.heads
    with emitter.protect(output), emitter.into_new_lists() as (init, forward):
        values = []
        for head in heads:
            start = emitter.lookup(emitter.name_parts(head.reference))
            end = emitter.statement(head.body, start, Place())
            end = emitter.assign(emitter.new_name(head.name), end)
            emitter.protected.update(end.variables())
            values.append(end.code)
        emitter.protected.subtract(value.text for value in values if isinstance(value, Text))
    forward.append(Return(call(emitter.file.output_class, output.code, *values)))
    emitter.init += init
    emitter.forward.append(When(Text("self.training"), forward))
    weights = [Literal(emitter.environment.number(head.weight)) for head in heads]
    attribute = f"self.{WEIGHTS}"
    while any(isinstance(s, Assign) and s.target == attribute for s in emitter.init):
        attribute += "_"
    emitter.init.append(Assign(attribute, call("", Text("1.0"), *weights), "tuple[float, ...]"))


def said_of_heads(file: File) -> str:
    """What the network's class says of them."""
    return f"In training a {file.output_class}, whose losses count {WEIGHTS} times."


def output_class(file: File) -> str:
    """The named tuple that a network with side heads returns in training.

    Raises `Unwritable` for a head whose name no field can have.
    """
    block = file.main.block
    names = [head.name for head in block.heads]
    for name in names:
        if name.startswith("_") or name in _OWNED or name in TAKEN:
            raise Unwritable(f"a named tuple can have no field called `{name}`, as the head is")
    first = "logits" if file.gives_scores else "output"
    while first in names:
        first += "_"
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
    heads = f"the side head{'s' if names[1:] else ''} {listed}"
    text = f"What {file.main.class_name} gives in training: {first}, and {heads}."
    fields = [f"    {name}: Tensor" for name in (first, *names)]
    said = docstring(textwrap.wrap(text, COLUMNS))
    return "\n".join([f"class {file.output_class}(NamedTuple):", *said, "", *fields])
