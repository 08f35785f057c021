"""Uses of blocks: which block, which argument is whose, and which arguments stand for lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archdsl.diagnostics import SpecError, did_you_mean, error, suggest
from archdsl.ir import program
from archdsl.ir.scope import (
    Complaints,
    Scope,
    check_expression,
    enumerated,
    unknown_key,
    unknown_name,
)
from archdsl.ir.words import WORDS
from archdsl.syntax import tree


@dataclass(frozen=True, slots=True)
class _Given:
    """An argument that waits: only when all blocks are read is it known which stand for lines."""

    call: program.CallStep
    parameter: program.Parameter
    value: tree.Expression
    scope: Scope


class CallReader:
    """Looks up the calls of one file."""

    def __init__(self, complaints: Complaints, unfinished: set[program.Block]) -> None:
        self.complaints = complaints
        self.unfinished = unfinished
        """Blocks that use what does not exist: it is not known which parameters are lines."""
        self._given: list[_Given] = []
        self._unknown: set[str] = set()

    def call(
        self, call: tree.Call, scope: Scope, own: tree.NameTemplate | None
    ) -> program.CallStep:
        """One use of a block. Raises SpecError."""
        try:
            block = self._block(call, scope)
        except SpecError:
            self.unfinished.add(scope.block)
            raise
        arguments: dict[str, tree.Argument] = {}
        for position, argument in enumerate(call.arguments):
            try:
                name = self._parameter_of(block, position, argument)
                if name in arguments:
                    raise error(
                        "E409",
                        f"`{name}` is given twice",
                        argument.span,
                        note=f"first: {arguments[name].span.text}",
                        help="keep one of them",
                    )
                arguments[name] = argument
            except SpecError as failure:
                self.complaints.keep(failure)
        missing = [
            parameter.name
            for parameter in block.parameters
            if parameter.name not in arguments and parameter.default is None
        ]
        if missing and len(arguments) == len(call.arguments):
            self.complaints.say(
                "E410",
                f"`{block.name}` needs a value for {enumerated(missing)}",
                call.span,
                help=f"its head is `{block.signature}`",
            )
        step = program.CallStep(block, arguments, own, block.name.lower(), call.span)
        self._given += [
            _Given(step, block.parameter(name), argument.value, scope)
            for name, argument in arguments.items()
        ]
        return step

    def _block(self, call: tree.Call, scope: Scope) -> program.Block:
        block = scope.blocks.get(call.block)
        if block is not None:
            return block
        if call.block in scope.missing or call.block in self._unknown:
            raise SpecError(())  # Said already, and once is enough.
        self._unknown.add(call.block)
        if call.block in WORDS:
            help = f"{call.block} is a layer: write its description without parentheses"
        else:
            otherwise = f"define it with `block {call.block}(...):`, or `use` it from another file"
            help = did_you_mean(call.block, scope.blocks, otherwise)
        raise error("E408", f"no block is called `{call.block}`", call.block_span, help=help)

    def _parameter_of(self, block: program.Block, position: int, argument: tree.Argument) -> str:
        known = [parameter.name for parameter in block.parameters]
        if argument.name is None:
            if position < len(known):
                return known[position]
            count = len(known)
            raise error(
                "E409",
                f"`{block.name}` takes {count} argument{'s' * (count != 1)}, and this is one more",
                argument.span,
                help=f"its head is `{block.signature}`",
            )
        if argument.name not in known:
            raise error(
                "E409",
                f"`{block.name}` has no parameter called `{argument.name}`",
                argument.span,
                help=unknown_key(argument.name, known, "its parameters are")
                or f"write `{block.name}()`",
            )
        return argument.name

    # --- When all blocks are known ---

    def finish(self, blocks: Iterable[program.Block], scopes: Iterable[Scope]) -> None:
        """Find the parameters that stand for lines, and check every argument against that."""
        blocks, scopes = list(blocks), list(scopes)
        _find_line_parameters(blocks)
        for scope in scopes:
            self._check_references(scope)
        _find_line_parameters(blocks)
        for given in self._given:
            if given.parameter.is_line:
                self._check_line(given)
            else:
                self._check_number(given)
        for scope in scopes:
            for parameter in scope.block.parameters:
                if parameter.is_line:
                    self._check_line_parameter(parameter, scope)

    def _check_references(self, scope: Scope) -> None:
        """Complain of a `from` that can only mean a parameter which nothing else uses.

        The parameter then stands for a line, so that its calls are not complained of too.
        """
        unused = [
            parameter
            for parameter in scope.block.parameters
            if not (parameter.is_line or scope.in_main or parameter.name in scope.numbers)
        ]
        known = _line_names(scope.block.body)
        for step in members(scope.block.body) if unused else ():
            if not isinstance(step, program.FromStep) or _text(step.reference) in known:
                continue
            name = step.reference.span.text
            near = suggest(name, [parameter.name for parameter in unused])
            if near is None:
                continue
            self.complaints.say(
                "E306",
                f"no line above is called `{name}`",
                step.reference.span,
                help=f"did you mean `{near}`?",
            )
            scope.block.parameter(near).is_line = True
            scope.lines.setdefault(near, step.reference.span)

    def _check_line(self, given: _Given) -> None:
        value, scope = given.value, given.scope
        name = value.text if isinstance(value, tree.Name) else None
        is_own = name is not None and scope.is_parameter(name) and not scope.in_main
        if name is not None and is_own:
            scope.lines.setdefault(name, value.span)
            return
        if name is not None and name not in scope.names:
            return
        what = f"`{given.parameter.name}` of `{given.call.block.name}`"
        self.complaints.say(
            "E411",
            f"{what} stands for a line, and `{value.span.text}` is a number",
            value.span,
            help=f"give it the name of a line above, as in `{given.parameter.name} = conv1`",
        )

    def _check_number(self, given: _Given) -> None:
        value, scope = given.value, given.scope
        if not isinstance(value, tree.Name) or value.text in scope.names:
            check_expression(value, scope, self.complaints)
            return
        if given.call.block in self.unfinished:
            return  # It may stand for a line there.
        unknown = unknown_name(value, scope)
        if "did you mean" not in unknown.help and value.text in _line_names(scope.block.body):
            what = f"`{given.parameter.name}` of `{given.call.block.name}`"
            self.complaints.say(
                "E411",
                f"{what} is a number, and `{value.text}` is a line",
                value.span,
                help=f"only a parameter that a `from` of `{given.call.block.name}` names "
                "stands for a line",
            )
        else:
            self.complaints.diagnostics.append(unknown)

    def _check_line_parameter(self, parameter: program.Parameter, scope: Scope) -> None:
        name = parameter.name
        if parameter.default is not None:
            self.complaints.say(
                "E411",
                f"`{name}` stands for a line, which has no default",
                parameter.default.span,
                help=f"write `{name}` alone, and let every call say which line it is",
            )
        if name in scope.numbers:
            line = scope.lines.get(name)
            where = f"in line {line.line} it is a line" if line else "elsewhere it is a line"
            self.complaints.say(
                "E411",
                f"`{name}` is used as a number here, and as a line elsewhere",
                scope.numbers[name],
                note=where,
                help="make two parameters of it",
            )


def _find_line_parameters(blocks: list[program.Block]) -> None:
    """Mark the parameters that stand for a line: used by `from`, here or in a block called here."""
    changed = True
    while changed:
        changed = False
        for block in blocks:
            used = set(_lines_in(block.body))
            for parameter in block.parameters:
                if parameter.name in used and not parameter.is_line:
                    parameter.is_line = changed = True


def _lines_in(body: program.Body) -> Iterator[str]:
    """The names that a body uses as lines, and that may be parameters."""
    for step in members(body):
        if isinstance(step, program.FromStep) and step.parameter:
            yield step.parameter
        if isinstance(step, program.CallStep):
            for name, argument in step.arguments.items():
                if step.block.parameter(name).is_line and isinstance(argument.value, tree.Name):
                    yield argument.value.text


def _line_names(body: program.Body) -> set[str]:
    """The names that the lines of a body have, as far as no index is in them."""
    found = {"input"}
    for statement in body:
        match statement:
            case program.LineStep(steps, alias=alias):
                named = [
                    s.name for s in steps if isinstance(s, program.LayerStep | program.CallStep)
                ]
                found |= {_text(name) for name in (*named, alias) if name is not None}
            case program.IfStep(_, then, otherwise):
                found |= _line_names(then) | _line_names(otherwise)
            case program.MergeStep(name=name, paths=paths):
                found |= _line_names(paths) | ({_text(name)} if name else set())
            case program.NamespaceStep(name, body):
                found |= _line_names(body) | {_text(name)}
            case program.PathStep(body) | program.ForStep(body=body):
                found |= _line_names(body)
    return found


def _text(name: tree.NameTemplate) -> str:
    return "".join(part for part in name.parts if isinstance(part, str))


def merges(body: program.Body) -> Iterator[program.MergeStep]:
    """Every merge in a body, through groups, choices and other merges."""
    for statement in body:
        match statement:
            case program.LineStep():
                continue
            case program.MergeStep(paths=paths):
                yield statement
                yield from merges(paths)
            case program.IfStep(_, then, otherwise):
                yield from merges(then)
                yield from merges(otherwise)
            case _:
                yield from merges(statement.body)


def members(body: program.Body) -> Iterator[program.Step]:
    """Every step in a body, through groups, merges, choices and repeats."""
    for statement in body:
        match statement:
            case program.LineStep(steps):
                for step in steps:
                    yield step
                    if isinstance(step, program.RepeatStep):
                        yield step.member
            case program.MergeStep(paths=paths):
                yield from members(paths)
            case program.IfStep(_, then, otherwise):
                yield from members(then)
                yield from members(otherwise)
            case _:
                yield from members(statement.body)
