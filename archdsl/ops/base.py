"""An op: one class that is all that the compiler knows about a layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum, StrEnum
from fractions import Fraction
from functools import cache
from typing import Any, ClassVar, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict

from archdsl.ops.fields import Kind
from archdsl.ops.phrases import Phrase, Says, Slot, phrases_of
from archdsl.ops.shape import Shape

Inputs = tuple[Shape, ...]


class Family(StrEnum):
    """The kind of layer that an op is, as pictures colour it."""

    INPUT = "input"
    CONVOLUTION = "convolution"
    POOLING = "pooling"
    NORMALIZATION = "normalization"
    DENSE = "fully connected"
    ACTIVATION = "activation"
    REGULARIZATION = "regularization"
    MERGE = "merge"
    RESHAPE = "reshape"


class Reach(Enum):
    """Which maps of its inputs one map of the output is made of."""

    OWN = "the map of the same number"
    GROUP = "the maps of its group, as the field `groups` says"
    ALL = "all maps"


class Weight(NamedTuple):
    """A tensor of the state dict: its shape as torch orders it, and what it is.

    A `counter` is state that no one counts among the values (batch norm's number of batches).
    """

    shape: tuple[int, ...]
    trainable: bool = True
    counter: bool = False

    @property
    def values(self) -> int:
        """The product of the shape."""
        product = 1
        for side in self.shape:
            product = product * side
        return product


NAMELESS = ""
"""The name of an op's only weight, where the layer's own name is the whole key."""


def key_of(path: str, weight: str) -> str:
    """The key in the state dict of the weight of that name in the layer at `path`."""
    return path if weight == NAMELESS else f"{path}.{weight}"


class Window(NamedTuple):
    """What an op's positions see along one side of its input.

    Position i sees `extent` positions from `start + i*stride` on; where these are fractions, no
    more than the whole numbers in that range. With a stride of 0 all positions see the same.
    """

    start: int | Fraction
    extent: int | Fraction
    stride: int | Fraction


Windows = tuple[Window, Window]
"""The vertical and the horizontal one."""


def whole_window(shape: Shape) -> Windows:
    """Of an output that is one position and sees all of the input."""
    return Window(0, shape.height, 0), Window(0, shape.width, 0)


class Extra(NamedTuple):
    """What one image takes beside a layer's input and output.

    `values` are numbers of the network's own type, `indices` whole numbers of 8 bytes: the place
    of each maximum.
    """

    values: int = 0
    indices: int = 0


class Kept(NamedTuple):
    """What a layer keeps from the forward pass until its gradients are computed."""

    input: bool = False
    output: bool = False
    extra: Extra = Extra()


class Misfit(Exception):
    """An op that cannot take its input: what is wrong, the arithmetic, and what to write.

    `field` is the option that is to blame, if one is; `paths` are the operands that do not fit
    together, counted from 0, and `axis` the side on which they do not.
    """

    def __init__(
        self,
        message: str,
        note: str = "",
        help: str = "",
        field: str = "",
        paths: tuple[int, ...] = (),
        axis: str = "",
    ) -> None:
        super().__init__(message)
        self.message, self.note, self.help = message, note, help
        self.field, self.paths, self.axis = field, paths, axis


def check_groups(groups: int, *counts: tuple[int, str]) -> None:
    """Raise `Misfit` unless the groups divide each count; `counts` says what is counted, too."""
    for count, what in counts:
        if count % groups:
            raise Misfit(
                f"{count} {what} cannot be split into {groups} groups",
                note=f"{count} = {count // groups}*{groups} + {count % groups}",
                help=f"the number of groups divides the {' and the '.join(w for _, w in counts)}",
                field="groups",
            )


class Doubt(NamedTuple):
    """Something that an op allows and its author may not have meant; `field` is what says it."""

    code: str
    message: str
    note: str
    help: str
    field: str = ""


class Op(BaseModel):
    """The base of all ops. Fields are what an author writes; rules derive everything else.

    The rules are arithmetic that works on symbolic sides too: no comparison, no `if` on a number.
    What must be compared stands in `check`, which runs on known numbers only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    words: ClassVar[tuple[str, ...]] = ()
    """The layer words that name the op; the first is the one that messages use."""
    merge: ClassVar[str | None] = None
    """The structure word of an op with several inputs."""
    family: ClassVar[Family]
    prose: ClassVar[tuple[str, ...]] = ()
    """Words of a slide that say nothing more than the layer word does."""
    is_linear: ClassVar[bool] = False
    """Whether the op is an affine map, so that two of them in a row are one."""
    is_weighted: ClassVar[bool] = False
    """Whether the op is a convolution or a fully connected layer: what depth counts."""
    reach: ClassVar[Reach] = Reach.ALL
    """Which maps of its inputs one map of the output is made of: what a split divides, or not."""
    makes: ClassVar[str] = ""
    """The field that says how many maps or neurons leave, of an op that makes them by weights."""
    ends_a_chain: ClassVar[bool] = False
    """Whether an activation that `after` adds before this op would be a mistake."""
    is_neutral: ClassVar[bool] = False
    """Whether the output holds the input's values, so that nobody counts it as new memory."""
    shares_gradient: ClassVar[bool] = False
    """Whether the gradient of each input is the output's own, or a part of it."""

    def check(self, inputs: Inputs) -> None:
        """Raise `Misfit` if the op cannot take these inputs."""

    def doubts(self, inputs: Inputs) -> list[Doubt]:
        """What deserves a warning on these inputs."""
        return []

    def infer(self, inputs: Inputs) -> Shape:
        """The output's shape."""
        return inputs[0]

    def arithmetic(self, inputs: Inputs) -> Mapping[str, str]:
        """How the sides of the output come about: `height` -> `(227 + 2*0 - 11)/4 + 1 = 55`."""
        return {}

    def weights(self, inputs: Inputs) -> Mapping[str, Weight]:
        """Every parameter and buffer by its name in the state dict.

        An op's only weight may be `NAMELESS`: its key is the layer's own name.
        """
        return {}

    def macs(self, inputs: Inputs) -> int:
        """Multiply-adds of one image, biases not counted."""
        return 0

    def connections(self, inputs: Inputs) -> int:
        """LeCun's count: every weight and bias, once for each output position that uses it."""
        return 0

    def window(self, inputs: Inputs) -> Windows | None:
        """What an output position sees, or None where it is its own position only."""
        return None

    def is_view(self, in_training: bool) -> bool:
        """Whether the output is the input's own memory, seen in another form."""
        return False

    def kept(self, inputs: Inputs) -> Kept:
        """What PyTorch keeps for the backward pass: the input, unless the op says otherwise."""
        return Kept(input=True)

    def scratch(self, inputs: Inputs) -> Extra:
        """What PyTorch holds at most beside input and output while it computes the output."""
        return Extra()

    def flops(self, inputs: Inputs) -> int:
        """What fvcore counts in evaluation: a multiply-add as one, and more for a few ops."""
        return self.macs(inputs)

    @classmethod
    def has_weights(cls) -> bool:
        """Whether layers of this op have keys in a state dict."""
        return cls.weights is not Op.weights

    def shorthand(self) -> str:
        """What a slide calls the layer: `CONV3-64`, `POOL2`, `FC`."""
        return self.merge or self.words[0]

    @classmethod
    def notation(cls, text: str) -> Mapping[str, Any] | None:
        """The fields that a dashed suffix sets (`3-64` of VGG's `CONV3-64`), or None."""
        return None

    @classmethod
    @cache
    def phrases(cls) -> tuple[Phrase, ...]:
        """Every phrase of every field, longest first, so that the most specific matches."""
        found = [
            phrase
            for name, field in cls.model_fields.items()
            for mark in field.metadata
            if isinstance(mark, Says)
            for phrase in phrases_of(name, mark)
        ]
        return tuple(sorted(found, key=lambda phrase: -len(phrase.parts)))

    @classmethod
    @cache
    def kind(cls, field: str) -> Kind:
        """What may be written for a field."""
        info = cls.model_fields[field]
        for mark in (*info.metadata, *_marks(info.annotation)):
            if isinstance(mark, Kind):
                return mark
        return Kind("a value")

    @classmethod
    def example(cls, field: str) -> str:
        """What a help line writes in a field's place."""
        marks = cls.model_fields[field].metadata
        said = (mark.example for mark in marks if isinstance(mark, Says) and mark.example)
        return next(said, cls.kind(field).example)

    @classmethod
    def readable(cls) -> list[str]:
        """The usual phrases as a help line shows them, an example in each slot."""
        return [
            cls.spell(phrase)
            for name, field in cls.model_fields.items()
            for mark in field.metadata
            if isinstance(mark, Says)
            for phrase in phrases_of(name, mark)[:1]
        ]

    @classmethod
    def spell(cls, phrase: Phrase) -> str:
        """A phrase with an example in each slot."""
        parts = (cls.example(p.field) if isinstance(p, Slot) else p for p in phrase.parts)
        return " ".join(parts)

    @classmethod
    def label(cls, field: str) -> str:
        """What messages call a field: `number of filters`, `window`."""
        if field == "kernel":
            return "window"
        words = field.replace("_", " ")
        return f"number of {words}" if cls.kind(field).counts and words.endswith("s") else words


def _marks(annotation: Any) -> Iterator[Any]:
    """The marks inside a type, as of `Real` in `Real | None`."""
    yield from getattr(annotation, "__metadata__", ())
    for part in get_args(annotation):
        yield from _marks(part)
