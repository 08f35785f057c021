"""Tree -> program: every word, option, block and parameter name looked up, once for each file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archdsl.diagnostics import Diagnostic, SpecError
from archdsl.ir import program
from archdsl.ir.calls import CallReader, members, merges
from archdsl.ir.names import check_name, check_structure_word
from archdsl.ir.options import read_description
from archdsl.ir.scope import Complaints, Scope, check_expression, check_template, listed
from archdsl.ir.words import LayerReader, check_free, check_options
from archdsl.ops import Input, ops_by_merge
from archdsl.syntax import tree
from archdsl.syntax.source import Span

MERGES = ops_by_merge()

__all__ = ["MERGES", "Resolver", "members", "merges"]


class Resolver:
    """Looks up one file. `diagnostics` gathers everything that is wrong or doubtful in it."""

    def __init__(
        self,
        imported: Mapping[str, program.Block],
        missing: frozenset[str] = frozenset(),
        unfinished: set[program.Block] | None = None,
    ) -> None:
        self.imported = imported
        self.missing = missing
        self.complaints = Complaints()
        self.layers = LayerReader(self.complaints)
        self.calls = CallReader(self.complaints, set() if unfinished is None else unfinished)
        self.blocks: list[program.Block] = []
        self.exported: dict[str, program.Block] = {}
        """The blocks at the top of the file: what another file can `use`."""
        self._heads: list[program.HeadStep] = []
        self._scopes: list[Scope] = []
        self._first_line: tree.Statement | None = None

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Everything found so far."""
        return self.complaints.diagnostics

    def resolve(self, spec: tree.Spec, name: str) -> program.Block:
        """The network's own lines as a block; all others of the file are in `blocks`."""
        header = spec.network
        span = header.span if header else Span(spec.source, 0, 0)
        main = program.Block(
            header.name if header else name,
            (),
            header.comment if header else "",
            spec.source,
            span,
        )
        if header is not None:
            self.complaints.guard(check_name, (main.name,), span, "a network")
        scope = Scope(main, dict(self.imported), frozenset(), missing=self.missing, in_main=True)
        main.parameters = self._parameters(header.parameters if header else (), scope)
        scope.names = frozenset(parameter.name for parameter in main.parameters)
        apart = tree.Block | tree.After | tree.Auxiliary
        lines = [s for s in spec.body if not isinstance(s, apart)]
        self._first_line = lines[0] if lines else None
        if spec.split is not None:
            main.devices = spec.split.devices
            self._check_split(spec.split, lines[1:])
        self._scopes.append(scope)
        main.body = self._body(spec.body, scope)
        main.heads = tuple(self._heads)
        self.exported = {
            statement.name: scope.blocks[statement.name]
            for statement in spec.body
            if isinstance(statement, tree.Block)
        }
        self.calls.finish(self.blocks, self._scopes)
        return main

    def unused_parameters(self, is_compiled: bool) -> list[Diagnostic]:
        """A warning for each parameter that no line uses; the network's where it is compiled."""
        found = []
        for scope in self._scopes:
            if scope.in_main and not is_compiled:
                continue
            owner = "the network" if scope.in_main else f"`{scope.block.name}`"
            for parameter in scope.block.parameters:
                if parameter.name not in scope.numbers and parameter.name not in scope.lines:
                    found.append(
                        Diagnostic(
                            "W302",
                            f"nothing in {owner} uses the parameter `{parameter.name}`",
                            parameter.span,
                            help="use it, or take it out",
                        )
                    )
        return found

    def _check_split(self, split: tree.Split, layers: Sequence[tree.Statement]) -> None:
        """A split stands above all layers; INPUT, which it does not divide, may come first."""
        if layers and layers[0].span.start < split.span.start:
            self.complaints.say(
                "E617",
                "a split governs the whole network, and layers stand above this one",
                split.span,
                note=f"the first stands in line {layers[0].span.line}",
                help="write it above all layers",
            )

    # --- Blocks and bodies ---

    def _parameters(
        self, parameters: tuple[tree.Parameter, ...], scope: Scope
    ) -> tuple[program.Parameter, ...]:
        """The parameters; the scope is that of what they belong to."""
        found: list[program.Parameter] = []
        names = [parameter.name for parameter in parameters]
        for at, parameter in enumerate(parameters):
            earlier = names[:at]
            self.complaints.guard(check_name, (parameter.name,), _name_of(parameter), "a parameter")
            if parameter.name in earlier:
                self.complaints.say(
                    "E308",
                    f"two parameters are called `{parameter.name}`",
                    _name_of(parameter),
                    help="rename one of them",
                )
            if parameter.default is not None:
                self._check_default(parameter, earlier, names[at:], scope)
            elif any(before.default is not None for before in parameters[:at]):
                with_default = next(p for p in parameters[:at] if p.default is not None)
                self.complaints.say(
                    "E511",
                    f"`{parameter.name}` has no default, but stands after `{with_default.name}`, "
                    "which has one",
                    parameter.span,
                    help="put the parameters without a default first",
                )
            found.append(program.Parameter(parameter.name, parameter.default, parameter.span))
        return tuple(found)

    def _check_default(
        self, parameter: tree.Parameter, earlier: list[str], later: list[str], scope: Scope
    ) -> None:
        assert parameter.default is not None
        before = len(self.diagnostics)
        inner = scope.inside(names=frozenset(earlier))
        check_expression(parameter.default, inner, self.complaints)
        if len(self.diagnostics) > before and set(later) & {
            d.span.text for d in self.diagnostics[before:] if d.span
        }:
            wrong = self.diagnostics[before]
            del self.diagnostics[before:]
            assert wrong.span is not None
            self.complaints.say(
                "E501",
                f"the default of `{parameter.name}` uses `{wrong.span.text}`, which comes later",
                wrong.span,
                help="a default may use earlier parameters and `in`",
            )

    def _body(self, statements: tuple[tree.Statement, ...], scope: Scope) -> program.Body:
        """The statements in order. Blocks are known in the whole body, `after` from its line on."""
        declared = self._declare(statements, scope)
        found: list[program.Statement] = []
        for statement in statements:
            try:
                match statement:
                    case tree.Block():
                        block = declared.pop(0)
                        inner = next(s for s in self._scopes if s.block is block)
                        inner.after = dict(scope.after)
                        inner.blocks = dict(scope.blocks)
                        block.body = self._body(statement.body, inner)
                    case tree.After():
                        self.layers.after(statement, scope)
                    case tree.Auxiliary():
                        self._heads.append(self._head(statement, scope))
                    case tree.If(condition, then, otherwise, span):
                        check_expression(condition, scope, self.complaints)
                        bodies = [
                            self._body(body, scope.inside(in_merge=scope.in_merge))
                            for body in (then, otherwise)
                        ]
                        found.append(program.IfStep(condition, bodies[0], bodies[1], span))
                    case tree.For():
                        found.append(self._for(statement, scope))
                    case tree.Line():
                        found.append(self._line(statement, scope))
            except SpecError as failure:
                self.complaints.keep(failure)
        return tuple(found)

    def _declare(self, statements: tuple[tree.Statement, ...], scope: Scope) -> list[program.Block]:
        """The blocks that a body defines, in order, made known in its scope."""
        declared: list[program.Block] = []
        for statement in statements:
            if not isinstance(statement, tree.Block):
                continue
            name, span = statement.name, statement.name_span
            self.complaints.guard(check_name, (name,), span, "a block")
            twin = next((block for block in declared if block.name == name), None)
            if twin is None and scope.in_main:
                twin = self.imported.get(name)
            if twin is not None:
                where = f"in line {twin.span.line}"
                if twin.source is not span.source:
                    where += f" of {twin.source.name}"
                self.complaints.say(
                    "E308",
                    f"two blocks are called `{name}`",
                    span,
                    note=f"the first stands {where}",
                    help="rename one of them",
                )
            block = program.Block(name, (), statement.comment, span.source, span)
            inner = scope.of_block(block)
            block.parameters = self._parameters(statement.parameters, inner)
            inner.names = frozenset(parameter.name for parameter in block.parameters)
            scope.blocks[name] = block
            declared.append(block)
            self.blocks.append(block)
            self._scopes.append(inner)
        return declared

    def _for(self, statement: tree.For, scope: Scope) -> program.ForStep:
        values = statement.values
        ends = (values.first, values.last) if isinstance(values, tree.Range) else values
        for end in ends:
            check_expression(end, scope, self.complaints)
        variable, span = statement.variable, statement.variable_span
        self.complaints.guard(check_name, (variable,), span, "an index")
        if variable in scope.names:
            what = "a parameter" if scope.is_parameter(variable) else "an index"
            self.complaints.say(
                "E308",
                f"`{variable}` is {what} here already, and cannot be the index too",
                span,
                help="rename one of them",
            )
        names = scope.names | {variable}
        body = self._body(statement.body, scope.inside(names=names, in_merge=scope.in_merge))
        return program.ForStep(variable, values, body, statement.span, span)

    def _head(self, head: tree.Auxiliary, scope: Scope) -> program.HeadStep:
        check_template(head.reference, scope, self.complaints)
        check_expression(head.weight, scope, self.complaints)
        assert head.line.label is not None
        name = head.line.label.span.text
        return program.HeadStep(
            name, head.reference, head.weight, self._line(head.line, scope), head.span
        )

    # --- Lines ---

    def _line(self, line: tree.Line, scope: Scope) -> program.Statement:
        slip = None
        if line.claim is not None:
            for side in line.claim.sides:
                check_expression(side, scope, self.complaints)
        if line.label is not None:
            self.complaints.guard(check_name, line.label.parts, line.label.span, "a line")
            check_template(line.label, scope, self.complaints)
            check_free(line.label, line.label.span, scope, self.complaints)
            is_group = isinstance(line.content, tree.Suite) and line.content.word is None
            slip = check_structure_word(line.label, is_group)
            if slip is not None:
                self.diagnostics.append(slip)
        if isinstance(line.content, tree.Suite):
            return self._suite(line, line.content, scope, slip is not None)
        return self._chain(line, line.content, scope)

    def _suite(
        self, line: tree.Line, suite: tree.Suite, scope: Scope, is_slip: bool
    ) -> program.Statement:
        """What stands under a line; under a misspelt structure word, what was meant as paths."""
        if suite.word is None:
            assert line.label is not None
            body = self._body(suite.body, scope.inside(in_merge=is_slip))
            return program.NamespaceStep(line.label, body, line.claim, line.span)
        word_span = suite.word_span or suite.span
        if suite.word == "path":
            if not scope.in_merge:
                self.complaints.say(
                    "E603",
                    "`path:` is one path of a merge, and stands nowhere else",
                    word_span,
                    help=f"put it under one of {listed(f'{word}:' for word in MERGES)}, or give "
                    "the lines a name",
                )
            return program.PathStep(self._body(suite.body, scope.inside()), line.claim, line.span)
        op = MERGES[suite.word]
        paths = self._body(suite.body, scope.inside(in_merge=True))
        _, found = read_description(
            (op,), f"`{suite.word}:`", suite.options, word_span, names=scope.names
        )
        check_options(found, scope, self.complaints)
        return program.MergeStep(
            op, found.options, line.label, paths, line.claim, line.span, word_span
        )

    def _chain(self, line: tree.Line, chain: tree.Chain, scope: Scope) -> program.Statement:
        label = line.label
        members = [s for s in chain.steps if not isinstance(s, tree.From | tree.Identity)]
        # A name before one layer or call is that thing's; before more, it is a namespace.
        own = label if len(members) == 1 and not isinstance(members[0], tree.Repeat) else None
        steps: list[program.Step] = []
        is_whole = True
        for step, following in zip(chain.steps, (*chain.steps[1:], None), strict=True):
            try:
                resolved = self._step(step, scope, own, following)
                steps.append(resolved)
                self._check_input(resolved, line, step)
            except SpecError as failure:
                self.complaints.keep(failure)
                is_whole = False
        self._check_identity(line, chain, scope)
        if not is_whole:
            raise SpecError(())
        alias = label if not members else None
        title = label.span.text if label else chain.span.text.split("\n")[0]
        if isinstance(steps[0], program.LayerStep) and label is None:
            title = steps[0].title
        if label is not None and own is None and members:
            inner = program.LineStep(tuple(steps), line.claim, None, title, line.span)
            return program.NamespaceStep(label, (inner,), None, line.span)
        return program.LineStep(tuple(steps), line.claim, alias, title, line.span)

    def _check_input(self, step: program.Step, line: tree.Line, written: tree.Step) -> None:
        """INPUT is the network's first line, and no other."""
        member = step.member if isinstance(step, program.RepeatStep) else step
        if not (isinstance(member, program.LayerStep) and issubclass(member.op, Input)):
            return
        if line is not self._first_line or isinstance(step, program.RepeatStep):
            self.complaints.say(
                "E606",
                "INPUT is the first line of a network, and stands nowhere else",
                written.span,
                help="what flows into a block, and into the network, is called `input`: "
                "write `from input`",
            )

    def _check_identity(self, line: tree.Line, chain: tree.Chain, scope: Scope) -> None:
        identity = next((s for s in chain.steps if isinstance(s, tree.Identity)), None)
        if identity is None:
            return
        if len(chain.steps) > 1:
            help = "leave it out: the other steps are the path"
        elif line.label is not None:
            help = f"leave `{line.label.span.text}:` out: an empty path has no name"
        elif not scope.in_merge:
            help = "leave it out: the next line goes on from here anyway"
        else:
            return
        self.complaints.say(
            "E602",
            "`identity` is a whole path of a merge, without a name, and stands nowhere else",
            identity.span,
            help=help,
        )

    def _step(
        self,
        step: tree.Step,
        scope: Scope,
        own: tree.NameTemplate | None,
        following: tree.Step | None,
    ) -> program.Step:
        match step:
            case tree.Layer():
                layer = self.layers.layer(step, scope, own)
                return self.layers.with_implied(layer, scope, following)
            case tree.Call():
                return self.calls.call(step, scope, own)
            case tree.Repeat():
                check_expression(step.times, scope, self.complaints)
                inner = self._step(step.step, scope, None, following)
                assert isinstance(inner, program.LayerStep | program.CallStep)
                if inner.name is not None:
                    self.complaints.say(
                        "E305",
                        "what is repeated is called by its position, and not by a name",
                        inner.word_span if isinstance(inner, program.LayerStep) else inner.span,
                        help="leave the name out, or name the whole repeat",
                    )
                return program.RepeatStep(step.times, inner, inner.default, step.span)
            case tree.From():
                check_template(step.reference, scope, self.complaints)
                text = step.reference.span.text
                parameter = text if scope.is_parameter(text) and not scope.in_main else None
                if parameter is not None:
                    scope.lines.setdefault(parameter, step.reference.span)
                return program.FromStep(step.reference, parameter, step.span)
            case tree.Identity():
                return program.IdentityStep(step.span)


def _name_of(parameter: tree.Parameter) -> Span:
    """A parameter's name alone."""
    start = parameter.span.start
    return Span(parameter.span.source, start, start + len(parameter.name))
