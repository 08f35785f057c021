"""Lark's parse tree -> lines, statements, the spec; what the grammar leaves open is settled."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import NoReturn

from lark import Token, Tree

from archdsl.diagnostics.diagnostic import suggest
from archdsl.syntax import tree as t
from archdsl.syntax.pieces import (
    STRUCTURE_WORDS,
    Node,
    PieceBuilder,
    call_of,
    fail,
    tokens,
    trees,
    whole,
)
from archdsl.syntax.source import Span

_FIGURE = re.compile(r"([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(\.[0-9]+)?([KMG]?)")
_SUFFIXES = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9}
_OPENING = ("network", "use", "block", "after", "auxiliary")
_BRACES = re.compile(r"\{[^{}]*\}")


class Builder(PieceBuilder):
    """Builds a whole spec."""

    def spec(self, root: Tree[Token], about: tuple[t.Entry, ...]) -> t.Spec:
        """The spec, with what surrounds the layers taken apart from them."""
        around: dict[str, list[Tree[Token]]] = {
            "network": [],
            "split": [],
            "use": [],
            "expect": [],
        }
        layers: list[Tree[Token]] = []
        for child in trees(root):
            around.get(child.data, layers).append(child)
        networks = [self._network(node) for node in around["network"]]
        splits = [self._split(node) for node in around["split"]]
        for word, said in (("network", networks), ("split", splits)):
            for again in said[1:]:
                fail("E106", f"`{word}` is said twice", again.span, "keep one of them")
        return t.Spec(
            source=self.source,
            network=networks[0] if networks else None,
            split=splits[0] if splits else None,
            about=about,
            expects=tuple(map(self._expect, around["expect"])),
            uses=tuple(map(self._use, around["use"])),
            body=tuple(map(self._statement, layers)),
        )

    # --- What surrounds the layers ---

    def _network(self, node: Tree[Token]) -> t.Network:
        name, *parameters = node.children
        return t.Network(
            name=str(name),
            parameters=tuple(map(self._parameter, parameters)),
            comment=self._comment_above(node),
            span=self.span(node),
        )

    def _split(self, node: Tree[Token]) -> t.Split:
        items = [item for child in trees(node) for item in self.description(child)]
        match items:
            case [
                t.Word("over"),
                t.Value(t.Number(int(devices)), percent=False, span=place),
                t.Word("gpus"),
            ] if place.text.isdigit():
                if devices < 2:
                    help_ = "write `split over 2 gpus`, or leave the line out"
                    fail("E617", f"nothing is divided over {devices} gpus", place, help_)
                return t.Split(devices, self.span(node))
        message = "a split says over how many gpus, as a plain number"
        fail("E101", message, self.span(node), "write `split over 2 gpus`")

    def _use(self, node: Tree[Token]) -> t.Use:
        *names, path = tokens(node)
        return t.Use(
            names=tuple(t.Word(str(name), self.span(name)) for name in names),
            path=path[1:-1],
            path_span=self.span(path),
            span=self.span(node),
        )

    def _expect(self, node: Tree[Token]) -> t.Expect:
        parts = trees(node)
        return t.Expect(
            conditions=tuple(self._condition(part) for part in parts if part.data == "condition"),
            figures=tuple(self._figure(part) for part in parts if part.data == "figure"),
            span=self.span(node),
        )

    def _condition(self, node: Tree[Token]) -> t.Condition:
        name, value = node.children
        return t.Condition(str(name), self.expression(value), self.span(node))

    def _figure(self, node: Tree[Token]) -> t.Figure:
        count, *words = node.children
        last = words[-1]
        tolerance = Fraction(0)
        if isinstance(last, Token) and last.type == "PERCENT":
            tolerance = self.percentage(last)
            words.pop()
        return t.Figure(
            value=self._count(count) if isinstance(count, Token) else self.side(count),
            literal=isinstance(count, Token),
            unit=" ".join(map(str, words)),
            tolerance=tolerance,
            span=self.span(node),
        )

    def _count(self, token: Token) -> t.Number:
        parts = _FIGURE.fullmatch(token)
        if parts is None:
            help_ = "a thousands comma stands before three digits"
            fail("E105", f"`{token}` is not a number", self.span(token), help_)
        digits, decimals, suffix = parts.groups(default="")
        number = Token("NUMBER", digits.replace(",", "") + decimals)
        number.start_pos, number.end_pos = token.start_pos, token.end_pos
        return t.Number(whole(self.number(number) * _SUFFIXES[suffix]), self.span(token))

    # --- Statements ---

    def _statement(self, node: Tree[Token]) -> t.Statement:
        match node.data:
            case "line":
                return self._line(node)
            case "if_":
                return self._if(node)
            case "for_":
                return self._for(node)
            case "block":
                return self._block(node)
            case "after":
                return self._after(node)
            case "auxiliary" if not self.depth:
                return self._auxiliary(node)
            case word:
                message = f"`{word}` stands inside something else"
                fail("E106", message, self.span(node), "start it at column 1")

    def _suite(self, node: Node) -> tuple[t.Statement, ...]:
        with self.deeper(node):
            return tuple(map(self._statement, trees(node)))

    def _if(self, node: Tree[Token]) -> t.If:
        condition, then, *rest = trees(node)
        otherwise: tuple[t.Statement, ...] = ()
        for last in rest:
            with self.deeper(last):
                otherwise = (self._if(last),) if last.data == "if_" else self._suite(last)
        return t.If(self.expression(condition), self._suite(then), otherwise, self.span(node))

    def _for(self, node: Tree[Token]) -> t.For:
        variable, head, body = node.children
        assert isinstance(head, Tree)
        values = tuple(map(self.expression, head.children))
        span = self.span(head)
        return t.For(
            variable=str(variable),
            values=t.Range(values[0], values[1], span) if head.data == "range" else values,
            body=self._suite(body),
            variable_span=self.span(variable),
            span=self.span(node),
        )

    def _block(self, node: Tree[Token]) -> t.Block:
        name, *parameters, body = node.children
        return t.Block(
            name=str(name),
            parameters=tuple(map(self._parameter, parameters)),
            body=self._suite(body),
            comment=self._comment_above(node),
            name_span=self.span(name),
            span=self.span(node),
        )

    def _parameter(self, node: Node) -> t.Parameter:
        assert isinstance(node, Tree)
        name, *default = node.children
        value = self.expression(default[0]) if default else None
        return t.Parameter(str(name), value, self.span(node))

    def _comment_above(self, node: Tree[Token]) -> str:
        """The comment lines directly above a definition, each without its `#` and one blank."""
        lines: list[str] = []
        for number in range(self.span(node).line - 1, 0, -1):
            line = self.source.line(number).lstrip("\ufeff \t").rstrip()
            if not line.startswith("#"):
                break
            lines.append(line[1:].removeprefix(" "))
        return "\n".join(reversed(lines))

    def _after(self, node: Tree[Token]) -> t.After:
        *words, layer = node.children
        return t.After(
            words=tuple(t.Word(" ".join(str(word).split()), self.span(word)) for word in words),
            layer=self.layer(layer),
            span=self.span(node),
        )

    def _auxiliary(self, node: Tree[Token]) -> t.Auxiliary:
        claims = [part for part in trees(node) if isinstance(part, Tree) and part.data == "claim"]
        name, reference, *weight, body = node.children[len(claims) :]
        assert isinstance(name, Token)
        assert isinstance(reference, Token)
        assert isinstance(body, Tree)
        content: t.Chain | t.Suite
        if body.data == "chain":
            content = self._chain(body, [])
        else:
            place = self.span(name)
            content = t.Suite(None, (), self._suite(body), place, place.to(self.span(body)))
        claim = self._claim(claims[0]) if claims else None
        span = self.span(node)
        return t.Auxiliary(
            line=t.Line(claim, self.name(name), content, span),
            reference=self.name(reference),
            weight=self._loss_weight(weight, self.span(name).to(self.span(reference))),
            span=span,
        )

    def _loss_weight(self, written: Sequence[Node], head: Span) -> t.Expression:
        """`weight 0.3`, which a head must say."""
        help_ = "write `, weight 0.3` before the colon"
        if not written:
            fail("E405", "a side head says how much its loss counts", head, help_)
        word, value = written
        if word != "weight":
            fail("E402", f"`{word}` means nothing to a side head", self.span(word), help_)
        return self.side(value)

    # --- Lines ---

    def _line(self, node: Tree[Token]) -> t.Line:
        """A line, of which the grammar knows only its claim, its labels and what follows them.

        The last label is a layer word where a description or nothing follows it, and may be a
        structure word where indented lines do. What is left is the author's name.
        """
        parts = trees(node)
        claims = [self._claim(part) for part in parts if part.data == "claim"]
        labels = [tokens(part)[0] for part in parts if part.data == "name"]
        content: t.Chain | t.Suite
        match [part for part in parts if part.data not in ("claim", "name")]:
            case []:
                layer = self.described(labels.pop(), [])
                content = t.Chain((layer,), layer.span)
            case [chain] if chain.data == "chain":
                content = self._chain(chain, labels)
            case [suite]:
                content = self._under_label(suite, labels)
            case [options, suite]:
                content = self._under_options(options, suite)
            case _:
                raise AssertionError
        if isinstance(content, t.Suite) and content.word == "path" and labels:
            help_ = f"write `{labels[0]}:` instead of `path:`"
            fail("E110", "a path takes no name", self.span(labels[0]), help_)
        return t.Line(
            claim=claims[0] if claims else None,
            label=self._label(labels) if labels else None,
            content=content,
            span=self.span(node),
        )

    def _claim(self, node: Tree[Token]) -> t.Claim:
        if len(node.children) not in (1, 3):
            message = f"a claim has three sides or one, and this has {len(node.children)}"
            help_ = "write [height x width x channels] without the blanks, or [number]"
            fail("E101", message, self.span(node), help_)
        return t.Claim(tuple(map(self.side, node.children)), self.span(node))

    def _label(self, labels: list[Token]) -> t.NameTemplate:
        first, *more = labels
        for second in more:
            help_ = "a line has one name"
            fail("E101", f"`{second}` is a second name", self.span(second), help_)
        plain = _BRACES.sub("", first)
        if "-" in plain:
            help_ = f"write `{first.replace('-', '_')}`"
            fail("E101", f"`{first}` cannot be a name: it has a `-`", self.span(first), help_)
        return self.name(first)

    def _under_label(self, suite: Tree[Token], labels: list[Token]) -> t.Suite:
        """Lines under a name or a structure word, which is then no label of the line."""
        last = labels[-1]
        word_span = self.span(last)
        word = str(last) if last in STRUCTURE_WORDS else None
        if word is not None:
            labels.pop()
        elif len(labels) > 1:
            self._not_structure(last, word_span)
        body = self._suite(suite)
        return t.Suite(word, (), body, word_span, word_span.to(self.span(suite)))

    def _under_options(self, options: Tree[Token], suite: Tree[Token]) -> t.Suite:
        """Lines under a structure word that has options: `join, drop path 15%:`."""
        word, *rest = self.description(options)
        text = word.span.text
        if text not in STRUCTURE_WORDS:
            self._not_structure(text, word.span)
        if text == "path":
            fail("E110", "a path takes no options", word.span, "write `path:`")
        if not rest or not isinstance(rest[0], t.Comma):
            fail("E101", f"a comma is missing after `{text}`", word.span, f"write `{text},`")
        body = self._suite(suite)
        return t.Suite(text, tuple(rest[1:]), body, word.span, word.span.to(self.span(suite)))

    def _not_structure(self, text: str, span: Span) -> NoReturn:
        close = suggest(text, (*STRUCTURE_WORDS, "else if", "auxiliary"))
        known = ", ".join(f"`{word}`" for word in STRUCTURE_WORDS)
        help_ = f"write `{close}`" if close else f"the structure words are {known}"
        fail("E101", f"`{text}` is no structure word", span, help_)

    def _chain(self, node: Tree[Token], labels: list[Token]) -> t.Chain:
        """A chain; a description at its start belongs to the layer word that is the last label."""
        first, *rest = node.children
        assert isinstance(first, Tree)
        start: t.Step
        if first.data != "bare":
            start = self.step(first)
        elif labels and labels[-1].type == "LAYER_LABEL":
            start = self.described(labels.pop(), first.children)
        else:
            self._without_layer(first, labels)
        steps: Sequence[t.Step] = (start, *map(self.step, rest))
        return t.Chain(tuple(steps), start.span.to(steps[-1].span))

    def _without_layer(self, bare: Tree[Token], labels: list[Token]) -> NoReturn:
        """Complains of a description whose layer nobody named."""
        span = self.span(bare)
        text = span.text
        computed = re.match(r"(\w+)[ \t]+x\b", text)
        if computed is not None and not computed[1].isdigit():
            place = Span(span.source, span.start, span.start + computed.end())
            help_ = f"write `{{{computed[1]}}} x`"
            fail("E101", "a computed repeat needs braces", place, help_)
        if labels:
            name = self.span(labels[-1])
            help_ = f"write which layer it is, as in `{name.text}: CONV {text}`"
            fail("E108", f"`{name.text}` is a name, and no layer follows it", name, help_)
        word = text.split()[0].rstrip(",(")
        place = Span(span.source, span.start, span.start + len(word))
        if not word.isidentifier():
            help_ = f"write which layer it is, as in `CONV {text}`"
            fail("E101", "a layer word is missing", place, help_)
        if word in (*STRUCTURE_WORDS, "else"):
            fail("E101", f"a colon is missing after `{text}`", span, f"write `{text}:`")
        if word in ("about", "expect"):
            fail("E101", f"a colon is missing after `{word}`", place, f"write `{word}:`")
        rest = text.partition(" ")[2]
        if word == text and (help_ := call_of(word, span.source)):
            fail("E101", f"the block `{word}` is used without parentheses", place, help_)
        if rest and (close := suggest(word, _OPENING)):
            fail("E101", f"`{word}` opens no line", place, f"write `{close}`")
        if rest.startswith("("):
            help_ = f"a block's arguments follow it without a blank, as in `{word}(64)`"
        elif re.search(r"\bgpus?$", text):
            help_ = "write `split over 2 gpus`"
        elif word == text and (close := suggest(word, STRUCTURE_WORDS)):
            help_ = f"write `{close}:`, and indent what belongs under it"
        else:
            help_ = f"layer words are in capitals, as in `{word.upper()}`"
        fail("E101", f"`{word}` is neither a layer nor a block nor a name", place, help_)
