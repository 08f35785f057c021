"""What the parser makes of a spec: frozen, every node with its span, nothing looked up yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from archdsl.syntax.source import Source, Span

# --- Expressions: what stands inside braces, in arguments, in the heads of `if` and `for` ---


@dataclass(frozen=True, slots=True)
class Number:
    """A literal. Decimals are exact fractions; a whole number is an int."""

    value: int | Fraction
    span: Span


@dataclass(frozen=True, slots=True)
class Truth:
    """`yes` or `no`."""

    value: bool
    span: Span


@dataclass(frozen=True, slots=True)
class SizeLiteral:
    """Two sides, height first: `7x1`, `{k}x{k}`."""

    height: Expression
    width: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Name:
    """A parameter, a loop's index or, as an argument, a line's name."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Incoming:
    """`in.channels`, `in.height`, `in.width`: what flows into the enclosing block."""

    axis: str
    span: Span


@dataclass(frozen=True, slots=True)
class Unary:
    """`-a`, `not a`."""

    operator: Literal["-", "not"]
    operand: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic `+ - * / // %`, comparison `== != < <= > >=`, or `and`, `or`."""

    operator: str
    left: Expression
    right: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """`min(a, b)` and its like."""

    function: str
    arguments: tuple[Expression, ...]
    span: Span


Expression = Number | Truth | SizeLiteral | Name | Incoming | Unary | Binary | FunctionCall


# --- The pieces of a line ---


@dataclass(frozen=True, slots=True)
class NameTemplate:
    """A name as the author wrote it; an index may stand in it, as in `denselayer{i}`."""

    parts: tuple[str | Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Claim:
    """`[55x55x96]`: height, width, channels; or one number, `[4096]`."""

    sides: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a description, as written."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Value:
    """A number, size, percentage or braces in a description."""

    expression: Expression
    percent: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Comma:
    """What separates two modifiers."""

    span: Span


Item = Word | Value | Comma


@dataclass(frozen=True, slots=True)
class Role:
    """`(class scores)`."""

    text: str
    span: Span


# --- The steps of a chain ---


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer word with its description: `CONV1: 96 11x11 filters at stride 4, pad 0`.

    `word` is the capitals (`MAX POOL`); `suffix` is what is glued to them and names the layer
    (`1`, `{i}_1`); `notation` is VGG's dashed form (`3-64` of `CONV3-64`).
    """

    word: str
    suffix: NameTemplate | None
    notation: str | None
    description: tuple[Item, ...]
    role: Role | None
    word_span: Span
    span: Span


@dataclass(frozen=True, slots=True)
class Argument:
    """`64` or `stride = 2` of a call."""

    name: str | None
    value: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """A use of a block: `Bottleneck(128, stride = 2)`."""

    block: str
    arguments: tuple[Argument, ...]
    block_span: Span
    span: Span


@dataclass(frozen=True, slots=True)
class Repeat:
    """`3 x Bottleneck(128)`, `{n - 1} x Unit(16)`."""

    count: Expression
    step: Layer | Call
    span: Span


@dataclass(frozen=True, slots=True)
class From:
    """`from NAME`: the chain goes on from that line's output."""

    reference: NameTemplate
    span: Span


@dataclass(frozen=True, slots=True)
class Identity:
    """`identity`: the empty path."""

    span: Span


Step = Layer | Call | Repeat | From | Identity


@dataclass(frozen=True, slots=True)
class Chain:
    """Steps joined by `->`."""

    steps: tuple[Step, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Suite:
    """Indented lines under a name or under a structure word (`concat:`, `path:`).

    `word` is the structure word or None for a group; `options` is what stands between the word
    and its colon, as in `join, drop path 15%:`.
    """

    word: str | None
    options: tuple[Item, ...]
    body: tuple[Statement, ...]
    word_span: Span | None
    span: Span


# --- Statements ---


@dataclass(frozen=True, slots=True)
class Line:
    """`[claim] name: chain`, or a name or structure word over indented lines.

    `label` is the author's name only: a layer word's own suffix stays with its `Layer`.
    """

    claim: Claim | None
    label: NameTemplate | None
    content: Chain | Suite
    span: Span


@dataclass(frozen=True, slots=True)
class If:
    """A choice made while compiling; `else if` nests in `otherwise`."""

    condition: Expression
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Range:
    """`1..6`, both ends included."""

    first: Expression
    last: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class For:
    """`for i in 1..6:` or `for r in 6, 12, 18:`."""

    variable: str
    values: Range | tuple[Expression, ...]
    body: tuple[Statement, ...]
    variable_span: Span
    span: Span


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a block or a network and its default, if it has one."""

    name: str
    default: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class Block:
    """`block Name(a, b, stride = 1):`; `comment` is the comment directly above, without `#`."""

    name: str
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    comment: str
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True)
class After:
    """`after CONV, FC: RELU`."""

    words: tuple[Word, ...]
    layer: Layer
    span: Span


Statement = Line | If | For | Block | After


# --- What surrounds the layers ---


@dataclass(frozen=True, slots=True)
class Network:
    """`network GoogLeNet(classes = 1000)`."""

    name: str
    parameters: tuple[Parameter, ...]
    comment: str
    span: Span


@dataclass(frozen=True, slots=True)
class Entry:
    """One `key: text` of `about:`; the text is free."""

    key: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of `expect:`: `1.5G multiply-adds within 10%`.

    `value` is the number as an expression, `literal` whether it stood without braces, `unit` the
    words up to `within` (`parameters in training`), `tolerance` a share from 0 to 1.
    """

    value: Expression
    literal: bool
    unit: str
    tolerance: Fraction
    span: Span


@dataclass(frozen=True, slots=True)
class Condition:
    """`n = 18` of `expect with n = 18:`."""

    name: str
    value: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Expect:
    """The claims on the whole network, and the parameters that they hold for."""

    conditions: tuple[Condition, ...]
    figures: tuple[Figure, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Use:
    """`use Bottleneck from "blocks/residual.arch"`."""

    names: tuple[Word, ...]
    path: str
    path_span: Span
    span: Span


@dataclass(frozen=True, slots=True)
class Spec:
    """A whole file."""

    source: Source
    network: Network | None = None
    about: tuple[Entry, ...] = ()
    expects: tuple[Expect, ...] = ()
    uses: tuple[Use, ...] = ()
    body: tuple[Statement, ...] = field(default=())
