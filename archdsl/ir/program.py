"""A spec with its words looked up: which op, which options, which block; nothing computed yet.

A program is what a block is before anyone gives it arguments and an input. `elaborate` makes
graphs of it; a backend that writes code with parameters reads it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from archdsl.diagnostics import Diagnostic
from archdsl.ops import Op, Reach
from archdsl.syntax import tree
from archdsl.syntax.source import Source, Span


@dataclass(eq=False, repr=False)
class Option:
    """What a description says of one field: an expression, or a value that the words fix.

    `runs` is what it says where a field takes several numbers: the first and last of each run.
    """

    span: Span
    expression: tree.Expression | None = None
    percent: bool = False
    value: Any = None
    runs: tuple[tuple[tree.Expression, tree.Expression], ...] = ()

    @property
    def expressions(self) -> list[tree.Expression]:
        """All that is computed."""
        ends = [end for run in self.runs for end in dict.fromkeys(run)]
        return ends if self.expression is None else [self.expression]


class Split(NamedTuple):
    """How what flows into a layer or a block of a split network lies on its devices.

    What is not divided between them lies whole on each, as INPUT does.
    """

    devices: int
    is_divided: bool


@dataclass(eq=False, repr=False)
class LayerStep:
    """One layer. `name` is the author's, `default` what an unnamed one is called.

    `title` is what messages call it, `CONV1`; where its `suffix` holds an index, elaboration
    completes it. `implied` is the layer that an `after` rule adds behind it. `is_across` where the
    line says `across gpus`; `split` is known once the whole network is (`archdsl.ir.splitting`).
    """

    op: type[Op]
    options: Mapping[str, Option]
    name: tree.NameTemplate | None
    default: str
    title: str
    is_scores: bool
    is_meant_linear: bool
    implied: LayerStep | None
    span: Span
    word_span: Span
    suffix: tree.NameTemplate | None = None
    is_across: bool = False
    split: Split | None = None

    @property
    def own_groups(self) -> int | None:
        """The groups that a split gives a layer: each device's maps are one. None without any."""
        if self.split is None or not self.split.is_divided or self.is_across:
            return None
        return self.split.devices if self.op.reach is Reach.GROUP else None


@dataclass(eq=False, repr=False)
class CallStep:
    """One use of a block: an expression, or a line's name, for each parameter that is given."""

    block: Block
    arguments: Mapping[str, tree.Argument]
    name: tree.NameTemplate | None
    default: str
    span: Span


@dataclass(eq=False, repr=False)
class RepeatStep:
    """The same member several times in sequence, called by its position.

    Where the enclosing names are no positions, the repeat opens a namespace called `default`.
    """

    count: tree.Expression
    member: LayerStep | CallStep
    default: str
    span: Span


@dataclass(eq=False, repr=False)
class FromStep:
    """The flow goes on from a line above, from a parameter that is a line, or from `input`."""

    reference: tree.NameTemplate
    parameter: str | None
    span: Span


@dataclass(eq=False, repr=False)
class IdentityStep:
    """The empty path."""

    span: Span


@dataclass(eq=False, repr=False)
class LineStep:
    """The steps of one line, in sequence, and its claim; `alias` names a line without members."""

    steps: tuple[Step, ...]
    claim: tree.Claim | None
    alias: tree.NameTemplate | None
    title: str
    span: Span


@dataclass(eq=False, repr=False)
class NamespaceStep:
    """A group, a named chain or a named repeat: its members are called by position."""

    name: tree.NameTemplate
    body: Body
    claim: tree.Claim | None
    span: Span


@dataclass(eq=False, repr=False)
class MergeStep:
    """Paths side by side, and the op that joins them."""

    op: type[Op]
    options: Mapping[str, Option]
    name: tree.NameTemplate | None
    paths: Body
    claim: tree.Claim | None
    span: Span
    word_span: Span


@dataclass(eq=False, repr=False)
class PathStep:
    """One path of several lines."""

    body: Body
    claim: tree.Claim | None
    span: Span


@dataclass(eq=False, repr=False)
class IfStep:
    """A choice made while compiling."""

    condition: tree.Expression
    then: Body
    otherwise: Body
    span: Span


@dataclass(eq=False, repr=False)
class ForStep:
    """A repeat with an index."""

    variable: str
    values: tree.Range | tuple[tree.Expression, ...]
    body: Body
    span: Span
    variable_span: Span | None = None


@dataclass(eq=False, repr=False)
class HeadStep:
    """A side head: what computes it, the line that it goes on from, and what its loss counts."""

    name: str
    reference: tree.NameTemplate
    weight: tree.Expression
    body: Statement
    span: Span


Step = LayerStep | CallStep | RepeatStep | FromStep | IdentityStep
Statement = LineStep | NamespaceStep | MergeStep | PathStep | IfStep | ForStep
Body = tuple[Statement, ...]


@dataclass(eq=False, repr=False)
class Parameter:
    """A parameter; `is_line` where it stands for a line's output and not for a number."""

    name: str
    default: tree.Expression | None
    span: Span
    is_line: bool = False


@dataclass(eq=False, repr=False)
class Block:
    """A block and, once its file is resolved, its body.

    `devices` are those that a network's maps are divided between, 1 where it is not split. `split`
    says how a block's input lies there, None where its uses differ. Side heads are a network's
    only.
    """

    name: str
    parameters: tuple[Parameter, ...]
    comment: str
    source: Source
    span: Span
    body: Body = ()
    devices: int = 1
    split: Split | None = None
    heads: tuple[HeadStep, ...] = ()

    @property
    def lines(self) -> Body:
        """Every line: the body's, then those of the side heads."""
        return (*self.body, *(head.body for head in self.heads))

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name."""
        return next(parameter for parameter in self.parameters if parameter.name == name)

    @property
    def signature(self) -> str:
        """The head as an author writes it: `Bottleneck(width, stride = 1)`."""
        return self.signature_with()

    def signature_with(self, *more: str) -> str:
        """The head with more parameters, before those that have a default."""
        plain = [p.name for p in self.parameters if p.default is None]
        with_default = [f"{p.name} = {p.default.span.text}" for p in self.parameters if p.default]
        return f"{self.name}({', '.join([*plain, *more, *with_default])})"


@dataclass(eq=False, repr=False)
class Program:
    """A whole network: the network's own lines are the body of `main`."""

    main: Block
    blocks: tuple[Block, ...]
    about: tuple[tree.Entry, ...]
    expects: tuple[tree.Expect, ...]
    sources: tuple[Source, ...] = field(default=())
    """The spec's own text and all that it uses, in the order of first use."""
    warnings: tuple[Diagnostic, ...] = field(default=())
    """What is doubtful about the words, before anything is computed."""
