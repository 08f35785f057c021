"""What is visible at one place of a spec, and whether an expression there uses only that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from archdsl.diagnostics import Diagnostic, SpecError, did_you_mean, suggest
from archdsl.ir import program
from archdsl.ir.evaluate import check_axis, check_function, parts_of
from archdsl.ops import Op
from archdsl.syntax import tree
from archdsl.syntax.source import Span


class Complaints:
    """Gathers what is wrong, so that everything can be said at once."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []

    def say(self, code: str, message: str, span: Span, note: str = "", help: str = "") -> None:
        """One more complaint."""
        self.diagnostics.append(Diagnostic(code, message, span, note=note, help=help))

    def keep(self, failure: SpecError) -> None:
        """The complaints of something that could not go on."""
        self.diagnostics.extend(failure.diagnostics)

    def guard(self, check: Callable[..., Diagnostic | None], *arguments: Any) -> None:
        """What a check has to say, if anything."""
        diagnostic = check(*arguments)
        if diagnostic is not None:
            self.diagnostics.append(diagnostic)


@dataclass(frozen=True, slots=True)
class AfterRule:
    """What `after` adds, the block whose lines it stands among, and the numbers that it uses."""

    layer: program.LayerStep
    block: program.Block
    numbers: tuple[tree.Expression, ...]


@dataclass
class Scope:
    """What is visible at one place: blocks, parameters and indices, and the `after` rules.

    `block` is whose lines these are, the network itself where `in_main`. `outer` are the parameters
    and indices of what encloses the block: not visible, but worth a hint. `missing` are blocks that
    a `use` promised and did not deliver. `numbers` and `lines` gather where a parameter was used.
    """

    block: program.Block
    blocks: dict[str, program.Block]
    names: frozenset[str]
    after: dict[type[Op], AfterRule] = field(default_factory=dict)
    outer: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    in_main: bool = False
    in_merge: bool = False
    numbers: dict[str, Span] = field(default_factory=dict)
    lines: dict[str, Span] = field(default_factory=dict)

    def inside(self, **changes: Any) -> Scope:
        """A nested scope of the same block: what it adds is not seen outside."""
        copy = replace(self, blocks=dict(self.blocks), after=dict(self.after), in_merge=False)
        return replace(copy, **changes)

    def of_block(self, block: program.Block) -> Scope:
        """The scope of a block that is defined here: its own parameters and nothing else."""
        return replace(
            self,
            block=block,
            blocks=dict(self.blocks),
            names=frozenset(parameter.name for parameter in block.parameters),
            after=dict(self.after),
            outer=self.outer | self.names,
            in_main=False,
            in_merge=False,
            numbers={},
            lines={},
        )

    def is_parameter(self, name: str) -> bool:
        """Whether the block has a parameter of that name; an index is none."""
        return any(parameter.name == name for parameter in self.block.parameters)


def check_expression(expression: tree.Expression, scope: Scope, complaints: Complaints) -> None:
    """Complain of every name, function and side in an expression that does not exist here."""
    for part in parts_of(expression):
        try:
            match part:
                case tree.Name(name, span):
                    if name in scope.names:
                        scope.numbers.setdefault(name, span)
                    else:
                        complaints.diagnostics.append(unknown_name(part, scope))
                case tree.FunctionCall():
                    check_function(part)
                case tree.Incoming():
                    check_axis(part)
                    if scope.in_main:
                        complaints.say(
                            "E505",
                            f"`in.{part.axis}` stands only inside a block",
                            part.span,
                            help="the network's own input is what its INPUT line says",
                        )
        except SpecError as failure:
            complaints.keep(failure)


def check_template(template: tree.NameTemplate, scope: Scope, complaints: Complaints) -> None:
    """Complain of what the indices in a name use that does not exist here."""
    for part in template.parts:
        if not isinstance(part, str):
            check_expression(part, scope, complaints)


def unknown_name(name: tree.Name, scope: Scope) -> Diagnostic:
    """A name that is neither a parameter nor an index here."""
    near = suggest(name.text, scope.names)
    if near is not None:
        help = f"did you mean `{near}`?"
    elif name.text in scope.outer:
        head = scope.block.signature_with(name.text)
        help = f"a block sees its own parameters only: pass it on, as in `block {head}:`"
    elif scope.names:
        help = f"known here: {listed(sorted(scope.names))}"
    elif scope.in_main:
        help = f"give the network a parameter: `network {scope.block.name}({name.text} = 1)`"
    else:
        help = f"give the block a parameter: `block {scope.block.name}({name.text}):`"
    return Diagnostic("E501", f"no parameter is called `{name.text}` here", name.span, help=help)


def unknown_key(wrong: str, known: Iterable[str], what: str) -> str:
    """A help line for a name that is none of the known ones."""
    known = list(known)
    return did_you_mean(wrong, known, f"{what} {enumerated(known)}" if known else "")


def listed(names: Iterable[str]) -> str:
    """Names in backquotes, with commas."""
    return ", ".join(f"`{name}`" for name in names)


def enumerated(names: Iterable[str]) -> str:
    """Names in backquotes, as a sentence lists them."""
    *others, last = names
    return f"{listed(others)} and `{last}`" if others else f"`{last}`"
