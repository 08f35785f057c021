"""Tree -> program: every word, option, block and parameter name looked up, once for each file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from archdsl.diagnostics import Diagnostic, SpecError, suggest
from archdsl.ir import program
from archdsl.ir.evaluate import names_in
from archdsl.ir.names import check_name, check_structure_word, layer_name
from archdsl.ir.options import Description, read_description
from archdsl.ops import Input, Op, ops_by_merge, ops_by_word
from archdsl.syntax import tree
from archdsl.syntax.source import Span

WORDS = ops_by_word()
MERGES = ops_by_merge()


@dataclass
class _Scope:
    """What is visible at one place: blocks, parameters and indices, and the `after` rules."""

    blocks: dict[str, program.Block]
    names: frozenset[str]
    after: dict[type[Op], program.LayerStep]
    in_main: bool = False
    in_merge: bool = False

    def inside(self, **changes: object) -> _Scope:
        """A nested scope: what it adds is not seen outside."""
        copy = replace(self, blocks=dict(self.blocks), after=dict(self.after), in_merge=False)
        return replace(copy, **changes)  # type: ignore[arg-type]


class Resolver:
    """Looks up one file. `diagnostics` gathers everything that is wrong in it."""

    def __init__(self, imported: Mapping[str, program.Block]) -> None:
        self.imported = imported
        self.diagnostics: list[Diagnostic] = []
        self.blocks: list[program.Block] = []

    def resolve(self, spec: tree.Spec, name: str) -> program.Block:
        """The network's own lines as a block; all others of the file are in `blocks`."""
        header = spec.network
        span = header.span if header else Span(spec.source, 0, 0)
        main = program.Block(
            header.name if header else name,
            self._parameters(header.parameters if header else ()),
            header.comment if header else "",
            spec.source,
            span,
        )
        self._guard(check_name, (main.name,), span, "a network")
        names = frozenset(parameter.name for parameter in main.parameters)
        scope = _Scope(dict(self.imported), names, {}, in_main=True)
        main.body = self._body(spec.body, scope)
        _find_line_parameters([main, *self.blocks])
        return main

    # --- Blocks and bodies ---

    def _parameters(self, parameters: tuple[tree.Parameter, ...]) -> tuple[program.Parameter, ...]:
        seen: set[str] = set()
        found = []
        for parameter in parameters:
            self._guard(check_name, (parameter.name,), parameter.span, "a parameter")
            if parameter.name in seen:
                self._say("E304", f"two parameters are called `{parameter.name}`", parameter.span)
            if parameter.default is not None:
                self._check_names(parameter.default, frozenset(seen))
            seen.add(parameter.name)
            found.append(program.Parameter(parameter.name, parameter.default, parameter.span))
        return tuple(found)

    def _body(self, statements: tuple[tree.Statement, ...], scope: _Scope) -> program.Body:
        """The statements in order. Blocks are known in the whole body, `after` from its line on."""
        bodies = self._declare(statements, scope)
        found: list[program.Statement] = []
        for statement in statements:
            try:
                match statement:
                    case tree.Block():
                        self._define(bodies[statement.name], statement, scope)
                    case tree.After():
                        self._after(statement, scope)
                    case tree.If(condition, then, otherwise, span):
                        self._check_names(condition, scope.names)
                        found.append(
                            program.IfStep(
                                condition,
                                self._body(then, scope.inside(in_merge=scope.in_merge)),
                                self._body(otherwise, scope.inside(in_merge=scope.in_merge)),
                                span,
                            )
                        )
                    case tree.For():
                        found.append(self._for(statement, scope))
                    case tree.Line():
                        found.append(self._line(statement, scope))
            except SpecError as failure:
                self.diagnostics.extend(failure.diagnostics)
        return tuple(found)

    def _declare(
        self, statements: tuple[tree.Statement, ...], scope: _Scope
    ) -> dict[str, program.Block]:
        declared: dict[str, program.Block] = {}
        for statement in statements:
            if isinstance(statement, tree.Block):
                if statement.name in declared:
                    self._say(
                        "E304",
                        f"two blocks are called `{statement.name}`",
                        statement.name_span,
                        note=f"the first stands in line {declared[statement.name].span.line}",
                    )
                self._guard(check_name, (statement.name,), statement.name_span, "a block")
                block = program.Block(
                    statement.name,
                    self._parameters(statement.parameters),
                    statement.comment,
                    statement.span.source,
                    statement.name_span,
                )
                declared[statement.name] = scope.blocks[statement.name] = block
                self.blocks.append(block)
        return declared

    def _define(self, block: program.Block, statement: tree.Block, scope: _Scope) -> None:
        names = frozenset(parameter.name for parameter in block.parameters)
        # Shares the blocks and not a copy: a block may call one that is imported or defined below.
        inner = replace(scope, names=names, after=dict(scope.after), in_main=False, in_merge=False)
        inner.blocks = dict(scope.blocks)
        block.body = self._body(statement.body, inner)

    def _for(self, statement: tree.For, scope: _Scope) -> program.ForStep:
        values = statement.values
        ends = (values.first, values.last) if isinstance(values, tree.Range) else values
        for end in ends:
            self._check_names(end, scope.names)
        self._guard(check_name, (statement.variable,), statement.variable_span, "an index")
        if statement.variable in scope.names:
            self._say(
                "E304",
                f"`{statement.variable}` is already a parameter or an index here",
                statement.variable_span,
            )
        names = scope.names | {statement.variable}
        body = self._body(statement.body, scope.inside(names=names, in_merge=scope.in_merge))
        return program.ForStep(statement.variable, values, body, statement.span)

    def _after(self, statement: tree.After, scope: _Scope) -> None:
        layer = self._layer(statement.layer, scope, None)
        if layer.op.has_weights():
            self._say(
                "E605",
                f"`after` adds weightless layers only, and {layer.title} has weights",
                statement.layer.span,
                help="write the layer on its own line",
            )
        for word in statement.words:
            for op in self._ops(word.text, word.span, scope):
                scope.after[op] = layer

    # --- Lines ---

    def _line(self, line: tree.Line, scope: _Scope) -> program.Statement:
        if line.claim is not None:
            for side in line.claim.sides:
                self._check_names(side, scope.names)
            if len(line.claim.sides) not in (1, 3):
                raise SpecError(
                    [
                        Diagnostic(
                            "E202",
                            f"{line.claim.span.text} is no shape",
                            line.claim.span,
                            help="write height x width x channels, or the length of a vector",
                        )
                    ]
                )
        if line.label is not None:
            self._guard(check_name, line.label.parts, line.label.span, "a line")
            self._check_template(line.label, scope)
        if isinstance(line.content, tree.Suite):
            return self._suite(line, line.content, scope)
        return self._chain(line, line.content, scope)

    def _suite(self, line: tree.Line, suite: tree.Suite, scope: _Scope) -> program.Statement:
        if suite.word is None:
            assert line.label is not None
            self._guard(check_structure_word, line.label)
            body = self._body(suite.body, scope.inside())
            return program.NamespaceStep(line.label, body, line.claim, line.span)
        word_span = suite.word_span or suite.span
        if suite.word == "path":
            if not scope.in_merge:
                self._say(
                    "E603",
                    "`path:` stands only in a merge",
                    word_span,
                    help=f"put it under {' or '.join(f'`{word}:`' for word in MERGES)}",
                )
            return program.PathStep(self._body(suite.body, scope.inside()), line.claim, line.span)
        op = MERGES[suite.word]
        _, found = read_description((op,), f"`{suite.word}`", suite.options, word_span)
        for option in found.options.values():
            if option.expression is not None:
                self._check_names(option.expression, scope.names)
        paths = self._body(suite.body, scope.inside(in_merge=True))
        return program.MergeStep(
            op, found.options, line.label, paths, line.claim, line.span, word_span
        )

    def _chain(self, line: tree.Line, chain: tree.Chain, scope: _Scope) -> program.Statement:
        label = line.label
        members = [s for s in chain.steps if not isinstance(s, tree.From | tree.Identity)]
        # A name before one layer or call is that thing's; before more, it is a namespace.
        own = label if len(members) == 1 and not isinstance(members[0], tree.Repeat) else None
        steps: list[program.Step] = []
        for at, step in enumerate(chain.steps):
            following = chain.steps[at + 1] if at + 1 < len(chain.steps) else None
            steps.append(self._step(step, scope, own, following, at))
        if any(isinstance(step, tree.Identity) for step in chain.steps):
            if len(chain.steps) > 1 or not scope.in_merge or label is not None:
                self._say(
                    "E602",
                    "`identity` is a whole path of a merge, and stands nowhere else",
                    chain.span,
                    help="leave it out",
                )
        alias = label if not members else None
        title = label.span.text if label else chain.span.text.split("\n")[0]
        if isinstance(steps[0], program.LayerStep) and label is None:
            title = steps[0].title
        if label is not None and own is None and members:
            inner = program.LineStep(tuple(steps), line.claim, None, title, line.span)
            return program.NamespaceStep(label, (inner,), None, line.span)
        return program.LineStep(tuple(steps), line.claim, alias, title, line.span)

    def _step(
        self,
        step: tree.Step,
        scope: _Scope,
        own: tree.NameTemplate | None,
        following: tree.Step | None,
        at: int,
    ) -> program.Step:
        match step:
            case tree.Layer():
                layer = self._layer(step, scope, own)
                if issubclass(layer.op, Input) and not scope.in_main:
                    self._say(
                        "E606",
                        "INPUT stands only in the network itself",
                        step.span,
                        help="inside a block, `input` is what flows into it",
                    )
                return self._with_implied(layer, scope, following)
            case tree.Call():
                return self._call(step, scope, own)
            case tree.Repeat():
                self._check_names(step.count, scope.names)
                inner = self._step(step.step, scope, None, None, 0)
                assert isinstance(inner, program.LayerStep | program.CallStep)
                if inner.name is not None:
                    self._say(
                        "E305",
                        "what is repeated is called by its position, not by a name",
                        inner.span,
                        help="leave the name out",
                    )
                return program.RepeatStep(step.count, inner, inner.default, step.span)
            case tree.From():
                self._check_template(step.reference, scope)
                if at > 0:
                    self._say("E604", "`from` opens a chain, and stands nowhere else", step.span)
                text = step.reference.span.text
                parameter = text if text in scope.names and not scope.in_main else None
                return program.FromStep(step.reference, parameter, step.span)
            case tree.Identity():
                return program.IdentityStep(step.span)

    def _with_implied(
        self, layer: program.LayerStep, scope: _Scope, following: tree.Step | None
    ) -> program.LayerStep:
        """The layer with what an `after` rule adds to it."""
        implied = scope.after.get(layer.op)
        if implied is None or layer.is_meant_linear or layer.is_scores:
            return layer
        if isinstance(following, tree.Layer):
            ops = WORDS.get(following.word, ())
            if any(op.ends_a_chain for op in ops):
                self._say(
                    "E607",
                    f"{layer.title} is followed by {following.word} here and by {implied.title} "
                    "through `after`",
                    layer.span,
                    help=f"add `linear` to {layer.title} if {implied.title} is not meant here",
                )
        return replace(layer, implied=implied)

    def _ops(self, word: str, span: Span, scope: _Scope) -> tuple[type[Op], ...]:
        if word in WORDS:
            return WORDS[word]
        if word in scope.blocks:
            raise SpecError(
                [Diagnostic("E401", f"{word} is a block", span, help=f"write `{word}()`")]
            )
        near = suggest(word, WORDS)
        raise SpecError(
            [
                Diagnostic(
                    "E401",
                    f"no layer is called {word}",
                    span,
                    help=f"did you mean {near}?" if near else f"there are {', '.join(WORDS)}",
                )
            ]
        )

    def _layer(
        self, layer: tree.Layer, scope: _Scope, own: tree.NameTemplate | None
    ) -> program.LayerStep:
        candidates = self._ops(layer.word, layer.word_span, scope)
        suffix = layer.suffix.span.text if layer.suffix else layer.notation or ""
        title = layer.word + suffix
        name = layer_name(layer.word, layer.suffix)
        if name is not None and own is not None:
            self._say(
                "E305",
                f"this layer has two names, {own.span.text} and {title}",
                own.span.to(layer.word_span),
                help=f"write `{own.span.text}: {layer.word} ...`",
            )
        if name is not None:
            self._guard(check_name, name.parts, layer.word_span, "a layer")
            self._check_template(name, scope)
        if layer.notation is not None:
            op, found = self._notation(layer, candidates)
        else:
            op, found = read_description(candidates, title, layer.description, layer.span)
        for option in found.options.values():
            if option.expression is not None:
                self._check_names(option.expression, scope.names)
        is_scores = layer.role is not None
        if layer.role is not None and layer.role.text.strip("() ") != "class scores":
            self._say(
                "E406",
                f"{layer.role.span.text} is no role",
                layer.role.span,
                help="write (class scores), or leave it out",
            )
        return program.LayerStep(
            op,
            found.options,
            own or name,
            layer.word.split()[-1].lower(),
            title,
            is_scores,
            found.is_meant_linear,
            None,
            layer.span,
            layer.word_span,
        )

    def _notation(
        self, layer: tree.Layer, candidates: tuple[type[Op], ...]
    ) -> tuple[type[Op], Description]:
        """`CONV3-64`: the fields that the notation sets, then whatever else the line says."""
        assert layer.notation is not None
        for op in candidates:
            fields = op.notation(layer.notation)
            if fields is not None:
                fixed = {
                    name: program.Option(layer.word_span, value=value)
                    for name, value in fields.items()
                }
                title = layer.word + layer.notation
                return read_description((op,), title, layer.description, layer.span, fixed)
        raise SpecError(
            [
                Diagnostic(
                    "E407",
                    f"{layer.word} has no short form `{layer.word}{layer.notation}`",
                    layer.word_span,
                    help="the short forms are CONV3-64 and FC-4096",
                )
            ]
        )

    def _call(
        self, call: tree.Call, scope: _Scope, own: tree.NameTemplate | None
    ) -> program.CallStep:
        block = scope.blocks.get(call.block)
        if block is None:
            near = suggest(call.block, scope.blocks)
            if near:
                help = f"did you mean `{near}`?"
            elif call.block in WORDS:
                help = f"{call.block} is a layer: write its description without brackets"
            else:
                help = f"define it: `block {call.block}(...):`, or `use` it from another file"
            raise SpecError(
                [Diagnostic("E408", f"no block is called `{call.block}`", call.block_span, help=help)]
            )
        arguments: dict[str, tree.Argument] = {}
        for position, argument in enumerate(call.arguments):
            name = argument.name or self._positional(block, position, argument)
            known = [parameter.name for parameter in block.parameters]
            if name not in known:
                near = suggest(name, known)
                listed = ", ".join(known) or "none"
                raise SpecError(
                    [
                        Diagnostic(
                            "E409",
                            f"`{block.name}` has no parameter called `{name}`",
                            argument.span,
                            help=f"did you mean `{near}`?" if near else f"its parameters: {listed}",
                        )
                    ]
                )
            if name in arguments:
                raise SpecError(
                    [Diagnostic("E409", f"`{name}` is given twice", argument.span, help="keep one")]
                )
            if not isinstance(argument.value, tree.Name):
                self._check_names(argument.value, scope.names)
            arguments[name] = argument
        for parameter in block.parameters:
            if parameter.name not in arguments and parameter.default is None:
                raise SpecError(
                    [
                        Diagnostic(
                            "E410",
                            f"`{block.name}` needs a value for `{parameter.name}`",
                            call.span,
                            help=f"write {signature(block)}",
                        )
                    ]
                )
        return program.CallStep(block, arguments, own, block.name.lower(), call.span)

    def _positional(self, block: program.Block, position: int, argument: tree.Argument) -> str:
        if position >= len(block.parameters):
            count = len(block.parameters)
            raise SpecError(
                [
                    Diagnostic(
                        "E409",
                        f"`{block.name}` takes {count} argument{'s' * (count != 1)}, and this is "
                        f"number {position + 1}",
                        argument.span,
                        help=f"write {signature(block)}",
                    )
                ]
            )
        return block.parameters[position].name

    # --- Helpers ---

    def _check_template(self, template: tree.NameTemplate, scope: _Scope) -> None:
        for part in template.parts:
            if not isinstance(part, str):
                self._check_names(part, scope.names)

    def _check_names(self, expression: tree.Expression, known: frozenset[str]) -> None:
        for name in names_in(expression):
            if name.text not in known:
                near = suggest(name.text, known)
                listed = ", ".join(sorted(known)) or "none"
                self._say(
                    "E501",
                    f"no parameter is called `{name.text}` here",
                    name.span,
                    help=f"did you mean `{near}`?" if near else f"known here: {listed}",
                )

    def _guard(self, check: Callable[..., Diagnostic | None], *arguments: object) -> None:
        diagnostic = check(*arguments)
        if diagnostic is not None:
            self.diagnostics.append(diagnostic)

    def _say(self, code: str, message: str, span: Span, note: str = "", help: str = "") -> None:
        self.diagnostics.append(Diagnostic(code, message, span, note=note, help=help))


def signature(block: program.Block) -> str:
    """A block's head as an author writes it."""
    pieces = [
        p.name if p.default is None else f"{p.name} = {p.default.span.text}"
        for p in block.parameters
    ]
    return f"{block.name}({', '.join(pieces)})"


def _find_line_parameters(blocks: Iterable[program.Block]) -> None:
    """Mark the parameters that stand for a line: used by `from`, here or in a block called here."""
    blocks = list(blocks)
    changed = True
    while changed:
        changed = False
        for block in blocks:
            for name in _lines_in(block.body):
                for parameter in block.parameters:
                    if parameter.name == name and not parameter.is_line:
                        parameter.is_line = changed = True


def _lines_in(body: program.Body) -> Iterable[str]:
    """The names that a body uses as lines, and that may be parameters."""
    for step in members(body):
        if isinstance(step, program.FromStep) and step.parameter:
            yield step.parameter
        if isinstance(step, program.CallStep):
            for name, argument in step.arguments.items():
                if step.block.parameter(name).is_line and isinstance(argument.value, tree.Name):
                    yield argument.value.text


def members(body: program.Body) -> Iterable[program.Step]:
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
