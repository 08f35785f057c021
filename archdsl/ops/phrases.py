"""How a line's description sets an op's fields: the words of a slide, declared on the field.

    stride: Annotated[Sides, Says("at stride {}")] = (1, 1)

A pattern is words and slots. `{}` is the field itself, `{filters}` another field that the same
phrase sets. A pattern without a slot for its field sets `value`, as `no bias` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple


class Incoming(Enum):
    """A value that the layer's own input gives."""

    CHANNELS = "channels"


NOTHING: Mapping[str, Any] = MappingProxyType({})


class Says:
    """The phrases that set a field, the usual one first; `also` is what they set besides.

    `example` is what help lines write in the field's place, if its kind's own example is unusual.
    """

    def __init__(
        self,
        *patterns: str,
        value: Any = None,
        also: Mapping[str, Any] = NOTHING,
        example: str = "",
    ) -> None:
        self.patterns, self.value, self.also, self.example = patterns, value, also, example


class Slot(NamedTuple):
    """The place of a field's value in a phrase."""

    field: str


class Phrase(NamedTuple):
    """One pattern, taken apart: what to match and what it sets besides its slots."""

    text: str
    parts: tuple[str | Slot, ...]
    sets: Mapping[str, Any]


def phrases_of(name: str, says: Says) -> list[Phrase]:
    """The phrases of the field called `name`."""
    found = []
    for pattern in says.patterns:
        parts: list[str | Slot] = []
        for piece in pattern.split():
            if piece.startswith("{"):
                parts.append(Slot(piece[1:-1] or name))
            else:
                parts.append(piece)
        sets = dict(says.also)
        if Slot(name) not in parts:
            sets[name] = says.value
        text = " ".join(f"{{{part.field}}}" if isinstance(part, Slot) else part for part in parts)
        found.append(Phrase(text, tuple(parts), sets))
    return found
