"""What the parser makes of a spec: frozen, every node with its span, nothing looked up yet."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, NamedTuple

from archdsl.syntax.source import Source, Span

# --- Expressions: what stands inside braces, in arguments, in the heads of `if` and `for` ---


class Number(NamedTuple):
    """A literal. Decimals are exact fractions; a whole number is an int."""

    value: int | Fraction
    span: Span


class Truth(NamedTuple):
    """`yes` or `no`."""

    value: bool
    span: Span


class SizeLiteral(NamedTuple):
    """Two sides, height first: `7x1`, `{k}x{k}`."""

    height: Expression
    width: Expression
    span: Span


class Name(NamedTuple):
    """A parameter, a loop's index or, as an argument, a line's name."""

    text: str
    span: Span


class Incoming(NamedTuple):
    """`in.channels`, `in.height`, `in.width`: what flows into the enclosing block."""

    axis: str
    span: Span


class Unary(NamedTuple):
    """`-a`, `not a`."""

    operator: Literal["-", "not"]
    operand: Expression
    span: Span


class Binary(NamedTuple):
    """Arithmetic `+ - * / // %`, comparison `== != < <= > >=`, or `and`, `or`."""

    operator: str
    left: Expression
    right: Expression
    span: Span


class FunctionCall(NamedTuple):
    """`min(a, b)` and its like."""

    function: str
    arguments: tuple[Expression, ...]
    span: Span


Expression = Number | Truth | SizeLiteral | Name | Incoming | Unary | Binary | FunctionCall


# --- The pieces of a line ---


class NameTemplate(NamedTuple):
    """A name as the author wrote it; an index may stand in it, as in `denselayer{i}`."""

    parts: tuple[str | Expression, ...]
    span: Span


class Claim(NamedTuple):
    """`[55x55x96]`: height, width, channels; or one number, `[4096]`."""

    sides: tuple[Expression, ...]
    span: Span


class Word(NamedTuple):
    """One word of a description, as written."""

    text: str
    span: Span


class Value(NamedTuple):
    """A number, size, percentage or braces in a description."""

    expression: Expression
    percent: bool
    span: Span


class Run(NamedTuple):
    """`0..63` in a description, both ends included."""

    first: Expression
    last: Expression
    span: Span


class Comma(NamedTuple):
    """What separates two modifiers."""

    span: Span


Item = Word | Value | Run | Comma


class Role(NamedTuple):
    """`(class scores)`."""

    text: str
    span: Span


# --- The steps of a chain ---


class Layer(NamedTuple):
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


class Argument(NamedTuple):
    """`64` or `stride = 2` of a call."""

    name: str | None
    value: Expression
    span: Span


class Call(NamedTuple):
    """A use of a block: `Bottleneck(128, stride = 2)`."""

    block: str
    arguments: tuple[Argument, ...]
    block_span: Span
    span: Span


class Repeat(NamedTuple):
    """`3 x Bottleneck(128)`, `{n - 1} x Unit(16)`."""

    times: Expression
    step: Layer | Call
    span: Span


class From(NamedTuple):
    """`from NAME`: the chain goes on from that line's output."""

    reference: NameTemplate
    span: Span


class Identity(NamedTuple):
    """`identity`: the empty path."""

    span: Span


Step = Layer | Call | Repeat | From | Identity


class Chain(NamedTuple):
    """Steps joined by `->`."""

    steps: tuple[Step, ...]
    span: Span


class Suite(NamedTuple):
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


class Line(NamedTuple):
    """`[claim] name: chain`, or a name or structure word over indented lines.

    `label` is the author's name only: a layer word's own suffix stays with its `Layer`.
    """

    claim: Claim | None
    label: NameTemplate | None
    content: Chain | Suite
    span: Span


class If(NamedTuple):
    """A choice made while compiling; `else if` nests in `otherwise`."""

    condition: Expression
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]
    span: Span


class Range(NamedTuple):
    """`1..6`, both ends included."""

    first: Expression
    last: Expression
    span: Span


class For(NamedTuple):
    """`for i in 1..6:` or `for r in 6, 12, 18:`."""

    variable: str
    values: Range | tuple[Expression, ...]
    body: tuple[Statement, ...]
    variable_span: Span
    span: Span


class Parameter(NamedTuple):
    """A parameter of a block or a network and its default, if it has one."""

    name: str
    default: Expression | None
    span: Span


class Block(NamedTuple):
    """`block Name(a, b, stride = 1):`; `comment` is the comment directly above, without `#`."""

    name: str
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    comment: str
    name_span: Span
    span: Span


class After(NamedTuple):
    """`after CONV, FC: RELU`."""

    words: tuple[Word, ...]
    layer: Layer
    span: Span


class Auxiliary(NamedTuple):
    """`auxiliary aux1 from inception4a, weight 0.3: SideHead(classes)`.

    `line` is what computes the head, under its name. The network's own lines hold no other place
    for one.
    """

    line: Line
    reference: NameTemplate
    weight: Expression
    span: Span


Statement = Line | If | For | Block | After | Auxiliary


# --- What surrounds the layers ---


class Network(NamedTuple):
    """`network GoogLeNet(classes = 1000)`."""

    name: str
    parameters: tuple[Parameter, ...]
    comment: str
    span: Span


class Split(NamedTuple):
    """`split over 2 gpus`."""

    devices: int
    span: Span


class Entry(NamedTuple):
    """One `key: text` of `about:`; the text is free."""

    key: str
    text: str
    span: Span


class Figure(NamedTuple):
    """One claim of `expect:`: `1.5G multiply-adds within 10%`.

    `value` is the number as an expression, `literal` whether it stood without braces, `unit` the
    words up to `within` (`parameters in training`), `tolerance` a share from 0 to 1.
    """

    value: Expression
    literal: bool
    unit: str
    tolerance: Fraction
    span: Span


class Condition(NamedTuple):
    """`n = 18` of `expect with n = 18:`."""

    name: str
    value: Expression
    span: Span


class Expect(NamedTuple):
    """The claims on the whole network, and the parameters that they hold for."""

    conditions: tuple[Condition, ...]
    figures: tuple[Figure, ...]
    span: Span


class Use(NamedTuple):
    """`use Bottleneck from "blocks/residual.arch"`."""

    names: tuple[Word, ...]
    path: str
    path_span: Span
    span: Span


class Spec(NamedTuple):
    """A whole file."""

    source: Source
    network: Network | None = None
    split: Split | None = None
    about: tuple[Entry, ...] = ()
    expects: tuple[Expect, ...] = ()
    uses: tuple[Use, ...] = ()
    body: tuple[Statement, ...] = ()
