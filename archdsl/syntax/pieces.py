"""Lark's parse tree -> the pieces of a line: expressions, names, descriptions, layers, calls."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Literal, NoReturn, TypeAlias, cast

from lark import Token, Tree

from archdsl.diagnostics.diagnostic import Diagnostic, SpecError
from archdsl.syntax import tree as t
from archdsl.syntax.source import Source, Span

Node: TypeAlias = Tree[Token] | Token

STRUCTURE_WORDS = ("concat", "add", "multiply", "join", "path")

# Far more than anyone writes, and little enough for every later walk over the tree to recurse.
_DEEPEST = 60
_LONGEST_NUMBER = 30

_CAPITALS = re.compile(r"[A-Z]{2,}(?:[ \t]+[A-Z]{2,})*")
LIKE_A_LAYER = re.compile(r"[A-Z]{2,}[0-9_]*")
_NOTATION = re.compile(r"[0-9]*(?:-[0-9]+)+")
_NAME_PART = re.compile(r"\{([^{}]*)\}|[^{}]+")
_EXPONENT = re.compile(r"[eE][+-]?[0-9]{3,}")


def fail(code: str, message: str, span: Span, help: str = "") -> NoReturn:
    """Ends the reading with one complaint."""
    raise SpecError([Diagnostic(code, message, span, help=help)])


def trees(node: Node) -> list[Tree[Token]]:
    """A node's children, where the grammar lets only trees stand."""
    assert isinstance(node, Tree)
    return cast(list[Tree[Token]], node.children)


def tokens(node: Node) -> list[Token]:
    """A node's children, where the grammar lets only tokens stand."""
    assert isinstance(node, Tree)
    return cast(list[Token], node.children)


class PieceBuilder:
    """Builds pieces of one text, which starts at `offset` of its source.

    `parse_expression` reads what stands in the braces of a name, for those lie inside one token.
    """

    def __init__(
        self,
        source: Source,
        offset: int,
        parse_expression: Callable[[str, Source, int], t.Expression],
    ) -> None:
        self.source = source
        self.offset = offset
        self.parse_expression = parse_expression
        self.depth = 0

    def span(self, node: Node) -> Span:
        """Where a node stands in the source."""
        place = node if isinstance(node, Token) else node.meta
        assert place.start_pos is not None
        assert place.end_pos is not None
        return Span(self.source, self.offset + place.start_pos, self.offset + place.end_pos)

    @contextmanager
    def deeper(self, node: Node) -> Iterator[None]:
        """Counts a level of nesting, and ends the reading where there are far too many."""
        self.depth += 1
        if self.depth > _DEEPEST:
            message = f"more than {_DEEPEST} levels stand inside one another"
            fail("E101", message, self.span(node), "make a block of the inner part")
        yield
        self.depth -= 1

    # --- Expressions ---

    def expression(self, node: Node) -> t.Expression:
        """What stands in braces, in an argument or in the head of `if` and `for`."""
        assert isinstance(node, Tree)
        with self.deeper(node):
            return self._expression(node)

    def _expression(self, node: Tree[Token]) -> t.Expression:
        span = self.span(node)
        children = node.children
        match node.data:
            case "number":
                return t.Number(self.number(tokens(node)[0]), span)
            case "truth":
                return t.Truth(children[0] == "yes", span)
            case "size":
                return t.SizeLiteral(self.side(children[0]), self.side(children[1]), span)
            case "variable":
                return t.Name(str(children[0]), span)
            case "incoming":
                return t.Incoming(str(children[0]).removeprefix("in."), span)
            case "unary":
                sign, operand = children
                operator: Literal["-", "not"] = "-" if sign == "-" else "not"
                return t.Unary(operator, self.expression(operand), span)
            case "binary":
                left, sign, right = children
                return t.Binary(str(sign), self.expression(left), self.expression(right), span)
            case "function":
                name, *arguments = children
                return t.FunctionCall(str(name), tuple(map(self.expression, arguments)), span)
            case "parenthesis":
                return self.expression(children[0])
            case _:
                help_ = f"write `{span.text[1:-1].strip()}`"
                fail("E101", "no braces are needed here: this is computed already", span, help_)

    def side(self, node: Node) -> t.Expression:
        """A number or an expression in braces."""
        assert isinstance(node, Tree)
        return self.expression(node.children[0] if node.data == "brace" else node)

    def number(self, token: Token) -> int | Fraction:
        """The exact value of a literal."""
        if len(token) > _LONGEST_NUMBER or _EXPONENT.search(token):
            fail("E101", "this number is too long to be meant", self.span(token))
        return whole(Fraction(token))

    def percentage(self, token: Token) -> Fraction:
        """The share that `50%` is."""
        if len(token) > _LONGEST_NUMBER:
            fail("E101", "this number is too long to be meant", self.span(token))
        return Fraction(token[:-1]) / 100

    def name(self, token: Token, skip: int = 0) -> t.NameTemplate:
        """A name with the expressions in it, without its first `skip` characters."""
        span = self.span(token)
        span = Span(self.source, span.start + skip, span.end)
        parts: list[str | t.Expression] = []
        for part in _NAME_PART.finditer(token, skip):
            if part[1] is None:
                parts.append(part[0])
            else:
                place = span.start - skip + part.start(1)
                parts.append(self.parse_expression(part[1], self.source, place))
        return t.NameTemplate(tuple(parts), span)

    # --- Layers ---

    def description(self, node: Node) -> tuple[t.Item, ...]:
        """The words and values that describe a layer or a merge."""
        assert isinstance(node, Tree)
        return tuple(map(self._item, node.children))

    def _item(self, node: Node) -> t.Item:
        span = self.span(node)
        if not isinstance(node, Token):
            if node.data == "run":
                return t.Run(self.side(node.children[0]), self.side(node.children[1]), span)
            whole_item = self.expression(node) if node.data == "size" else self.side(node)
            return t.Value(whole_item, percent=False, span=span)
        match node.type:
            case "COMMA":
                return t.Comma(span)
            case "PERCENT":
                number = t.Number(self.percentage(node), span)
                return t.Value(number, percent=True, span=span)
            case _:
                if LIKE_A_LAYER.fullmatch(node):
                    message = f"`{node}` stands inside the description of another layer"
                    fail("E101", message, span, f"write `-> {node}`, or give it a line")
                return t.Word(str(node), span)

    def layer(self, node: Node) -> t.Layer:
        """A layer word with its description, as it stands after an arrow or a name."""
        assert isinstance(node, Tree)
        word, *rest = node.children
        return self.described(cast(Token, word), rest)

    def described(self, word: Token, rest: Sequence[Node]) -> t.Layer:
        """The layer of a word and the description and role that follow it."""
        capitals = _CAPITALS.match(word)
        assert capitals is not None
        description: tuple[t.Item, ...] = ()
        role = None
        for part in rest:
            if isinstance(part, Token):
                role = t.Role(part[1:-1].strip(), self.span(part))
            else:
                description = self.description(part)
        suffix = word[capitals.end() :]
        notation = suffix if _NOTATION.fullmatch(suffix) else None
        span = self.span(word)
        return t.Layer(
            word=" ".join(capitals[0].split()),
            suffix=self.name(word, capitals.end()) if suffix and notation is None else None,
            notation=notation,
            description=description,
            role=role,
            word_span=Span(self.source, span.start, span.start + capitals.end()),
            span=span.to(self.span(rest[-1])) if rest else span,
        )

    # --- Steps ---

    def step(self, node: Node) -> t.Step:
        """One step of a chain."""
        assert isinstance(node, Tree)
        span = self.span(node)
        match node.data:
            case "repeat":
                count, step = trees(node)
                once = self._call(step) if step.data == "call" else self.layer(step)
                return t.Repeat(self.side(count), once, span)
            case "from_":
                return t.From(self.name(tokens(node)[0]), span)
            case "identity":
                return t.Identity(span)
            case "call":
                return self._call(node)
            case _:
                return self.layer(node)

    def _call(self, node: Tree[Token]) -> t.Call:
        block, *arguments = node.children
        return t.Call(
            block=str(block),
            arguments=tuple(map(self._argument, arguments)),
            block_span=self.span(block),
            span=self.span(node),
        )

    def _argument(self, node: Node) -> t.Argument:
        assert isinstance(node, Tree)
        *name, value = node.children
        return t.Argument(str(name[0]) if name else None, self.expression(value), self.span(node))


def whole(value: int | Fraction) -> int | Fraction:
    """An int where the value is one."""
    return value.numerator if value.denominator == 1 else value


def call_of(name: str, source: Source) -> str:
    """How to write the use of a block that the source defines or takes by `use`, or nothing."""
    word = re.escape(name)
    block = re.search(rf"^block[ \t]+{word}\b[ \t]*(\([^()]*\))?", source.text, re.MULTILINE)
    if block is not None:
        return f"write `{name}{block[1] or '()'}`"
    used = re.search(rf"^use\b[^\"\n]*\b{word}\b", source.text, re.MULTILINE)
    return f"a block's arguments follow its name, as in `{name}(64)`" if used else ""
