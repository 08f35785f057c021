"""A line's layer word and description -> the op and its options, with what `after` adds."""

from __future__ import annotations

from dataclasses import replace

from archdsl.diagnostics import error, suggest
from archdsl.ir import program
from archdsl.ir.evaluate import parts_of
from archdsl.ir.names import check_name, layer_name
from archdsl.ir.options import Description, read_description
from archdsl.ir.scope import AfterRule, Complaints, Scope, check_expression, check_template
from archdsl.ir.synonyms import MEANT
from archdsl.ops import Input, Op, ops_by_word
from archdsl.syntax import tree
from archdsl.syntax.source import Span

WORDS = ops_by_word()
SCORES = "class scores"


class LayerReader:
    """Looks up the layers of one file."""

    def __init__(self, complaints: Complaints) -> None:
        self.complaints = complaints
        self._out_of_reach: set[tuple[int, int]] = set()

    def layer(
        self, layer: tree.Layer, scope: Scope, own: tree.NameTemplate | None
    ) -> program.LayerStep:
        """One layer; `own` is the name that the author gave its line. Raises SpecError."""
        candidates = self._ops(layer.word, layer.word_span, scope)
        suffix = layer.suffix.span.text if layer.suffix else layer.notation or ""
        title = layer.word + suffix
        name = layer_name(layer.word, layer.suffix)
        if layer.suffix is not None and name is not None:
            self._check_suffix(layer, title, name, scope, own)
        if layer.notation is not None:
            op, found = self._notation(layer, candidates, scope)
        else:
            op, found = read_description(
                candidates,
                title,
                layer.description,
                layer.word_span.to(_end_of(layer)),
                names=scope.names,
            )
        check_options(found, scope, self.complaints)
        self._check_role(layer, op, title)
        return program.LayerStep(
            op,
            found.options,
            own or name,
            layer.word.split()[-1].lower(),
            title,
            layer.role is not None,
            found.is_meant_linear,
            None,
            layer.span,
            layer.word_span.to(_end_of(layer)),
            layer.suffix,
            found.is_across,
        )

    def with_implied(
        self, layer: program.LayerStep, scope: Scope, following: tree.Step | None
    ) -> program.LayerStep:
        """The layer with what an `after` rule adds to it; `following` is its chain's next step."""
        rule = scope.after.get(layer.op)
        if rule is None or layer.is_meant_linear or layer.is_scores:
            return layer
        implied = rule.layer
        if isinstance(following, tree.Repeat):
            following = following.step
        if isinstance(following, tree.Layer):
            ops = WORDS.get(following.word, ())
            if any(op.ends_a_chain for op in ops):
                self.complaints.say(
                    "E607",
                    f"{layer.title} is followed by {following.word} here, and by {implied.title} "
                    f"through `{rule.layer.span.source.line(rule.layer.span.line).strip()}`",
                    layer.word_span,
                    help=f"add `linear` to {layer.title}, so that `after` adds nothing to it",
                )
        if scope.block is not rule.block:
            self._check_reach(rule, scope)
        return replace(layer, implied=implied)

    def after(self, statement: tree.After, scope: Scope) -> None:
        """A rule for all that follows in this scope. Raises SpecError."""
        layer = self.layer(statement.layer, scope, None)
        wrong = help = ""
        if layer.op.has_weights():
            wrong, help = f"{layer.title} has weights", "write the layer on its own lines"
        elif issubclass(layer.op, Input):
            wrong, help = "INPUT is no layer", "write `after CONV, FC: RELU`"
        elif layer.is_scores:
            wrong, help = "only one line gives the class scores", "leave the role out"
        elif layer.name is not None:
            wrong = f"one name, {layer.title}, cannot be that of many layers"
            help = f"write `{statement.layer.word}` without a name"
        if wrong:
            self.complaints.say(
                "E605", f"`after` adds weightless, nameless layers: {wrong}", layer.span, help=help
            )
        expressions = [e for option in layer.options.values() for e in option.expressions]
        numbers = tuple(
            part
            for expression in expressions
            for part in parts_of(expression)
            if isinstance(part, tree.Name | tree.Incoming)
        )
        for word in statement.words:
            for op in self._ops(word.text, word.span, scope):
                if issubclass(op, Input):
                    raise error(
                        "E605",
                        "`after` adds to layers, and INPUT is none",
                        word.span,
                        help="write the layer on its own line, below INPUT",
                    )
                scope.after[op] = AfterRule(layer, scope.block, numbers)

    # --- Pieces ---

    def _check_suffix(
        self,
        layer: tree.Layer,
        title: str,
        name: tree.NameTemplate,
        scope: Scope,
        own: tree.NameTemplate | None,
    ) -> None:
        """What is wrong with the name that a layer's suffix makes."""
        if own is not None:
            self.complaints.say(
                "E305",
                f"this layer has two names, `{own.span.text}` and `{title}`",
                own.span.to(name.span),
                help=f"write `{own.span.text}: {layer.word}`, or leave `{own.span.text}:` out",
            )
        head = layer.word_span.to(name.span)
        self.complaints.guard(check_name, name.parts, head, "a layer")
        check_template(name, scope, self.complaints)
        check_free(name, head, scope, self.complaints)

    def _check_role(self, layer: tree.Layer, op: type[Op], title: str) -> None:
        if layer.role is None:
            return
        if layer.role.text.strip("() ") != SCORES:
            self.complaints.say(
                "E406",
                f"`{layer.role.span.text}` is no role that a line can have",
                layer.role.span,
                help=f"write `({SCORES})` on the network's output, or leave it out",
            )
        elif issubclass(op, Input):
            self.complaints.say(
                "E406",
                f"{title} is the network's input, and ({SCORES}) its output",
                layer.role.span,
                help="leave it out",
            )

    def _check_reach(self, rule: AfterRule, scope: Scope) -> None:
        """A rule that reaches into a block finds none of its own block's numbers there."""
        key = (id(rule.layer), id(scope.block))
        if not rule.numbers or key in self._out_of_reach:
            return
        self._out_of_reach.add(key)
        number = rule.numbers[0]
        self.complaints.say(
            "E501",
            f"this is added to layers of the block `{scope.block.name}` too, which does not see "
            f"`{number.span.text}`",
            number.span,
            help=f"write an `after` of its own in `{scope.block.name}`",
        )

    def _ops(self, word: str, span: Span, scope: Scope) -> tuple[type[Op], ...]:
        if word in WORDS:
            return WORDS[word]
        if word in scope.blocks:
            help = f"write `{word}(...)` with its arguments"
            raise error("E401", f"{word} is a block and no layer word", span, help=help)
        meant = MEANT.get(word)
        help = f"did you mean `{meant}`?"
        if meant is None:
            near = _near(word)
            known = f"the layer words are {', '.join(WORDS)}"
            help = f"did you mean `{near}`?" if near else known
        raise error("E401", f"no layer is called {word}", span, help=help)

    def _notation(
        self, layer: tree.Layer, candidates: tuple[type[Op], ...], scope: Scope
    ) -> tuple[type[Op], Description]:
        """`CONV3-64`: the fields that the notation sets, then whatever else the line says."""
        assert layer.notation is not None
        head = layer.word_span.to(_end_of(layer))
        for op in candidates:
            fields = op.notation(layer.notation)
            if fields is not None:
                fixed = {name: program.Option(head, value=v) for name, v in fields.items()}
                title = layer.word + layer.notation
                return read_description((op,), title, layer.description, head, fixed, scope.names)
        raise error(
            "E407",
            f"{layer.word} has no short form `{layer.word}{layer.notation}`",
            head,
            help="the short forms are those of VGG's tables: CONV3-64 (a 3x3 window, 64 filters) "
            "and FC-4096",
        )


def check_options(found: Description, scope: Scope, complaints: Complaints) -> None:
    """Complain of what the options' expressions use that does not exist here."""
    for option in found.options.values():
        for expression in option.expressions:
            check_expression(expression, scope, complaints)


def check_free(name: tree.NameTemplate, span: Span, scope: Scope, complaints: Complaints) -> None:
    """Complain of a line that is called like a parameter: both become attributes of the module."""
    text = "".join(part for part in name.parts if isinstance(part, str))
    if len(name.parts) == 1 and scope.is_parameter(text):
        complaints.say(
            "E308",
            f"`{text}` is a parameter here already, and cannot name a line too",
            span,
            note=f"the parameter stands in line {scope.block.parameter(text).span.line}",
            help="rename one of them",
        )


def _near(word: str) -> str | None:
    """The layer word that is written much like this one: GROUP NORM is not like LAYER NORM."""
    near = suggest(word, WORDS)
    if near is None:
        return None
    parts, others = word.split(), near.split()
    is_like = all(suggest(one, [other]) for one, other in zip(parts, others, strict=False))
    return near if is_like or len(parts) != len(others) else None


def _end_of(layer: tree.Layer) -> Span:
    """The end of the layer word with all that is glued to it."""
    glued = layer.notation or ""
    end = layer.suffix.span.end if layer.suffix else layer.word_span.end + len(glued)
    return Span(layer.word_span.source, end, end)
