"""How tests of the parser write trees down."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archdsl.diagnostics import Diagnostic, SpecError
from archdsl.syntax import tree as t
from archdsl.syntax.parser import parse
from archdsl.syntax.source import Source


@pytest.fixture
def read() -> Callable[[str], t.Spec]:
    """The tree of a text."""
    return lambda text: parse(Source("a.arch", text))


@pytest.fixture
def lines(read: Callable[[str], t.Spec]) -> Callable[[str], list[str]]:
    """The statements of a text, each written down with every bracket."""
    return lambda text: list(map(statement, read(text).body))


@pytest.fixture
def complaint() -> Callable[[str], Diagnostic]:
    """What is said of a text that cannot be read."""

    def complain(text: str) -> Diagnostic:
        with pytest.raises(SpecError) as caught:
            parse(Source("a.arch", text))
        (diagnostic,) = caught.value.diagnostics
        return diagnostic

    return complain


def statement(node: t.Statement) -> str:
    match node:
        case t.Line():
            claim = f"[{' '.join(map(expression, node.claim.sides))}] " if node.claim else ""
            label = f"{name(node.label)}: " if node.label else ""
            content = (
                chain(node.content) if isinstance(node.content, t.Chain) else suite(node.content)
            )
            return claim + label + content
        case t.If():
            otherwise = f" else {body(node.otherwise)}" if node.otherwise else ""
            return f"if {expression(node.condition)} {body(node.then)}{otherwise}"
        case t.For():
            if isinstance(node.values, t.Range):
                values = f"{expression(node.values.first)}..{expression(node.values.last)}"
            else:
                values = ", ".join(map(expression, node.values))
            return f"for {node.variable} in {values} {body(node.body)}"
        case t.Block():
            return f"block {node.name}({parameters(node.parameters)}) {body(node.body)}"
        case t.After():
            return f"after {', '.join(word.text for word in node.words)}: {step(node.layer)}"


def body(nodes: tuple[t.Statement, ...]) -> str:
    return "{" + "; ".join(map(statement, nodes)) + "}"


def suite(node: t.Suite) -> str:
    return f"{node.word or 'group'}<{items(node.options)}> {body(node.body)}"


def chain(node: t.Chain) -> str:
    return " -> ".join(map(step, node.steps))


def step(node: t.Step) -> str:
    match node:
        case t.Layer():
            suffix = f"|{name(node.suffix)}" if node.suffix else ""
            notation = f"~{node.notation}" if node.notation else ""
            role = f" ({node.role.text})" if node.role else ""
            return f"{node.word}{suffix}{notation}<{items(node.description)}>{role}"
        case t.Call():
            return f"{node.block}({', '.join(map(argument, node.arguments))})"
        case t.Repeat():
            return f"{expression(node.times)} times {step(node.step)}"
        case t.From():
            return f"from {name(node.reference)}"
        case t.Identity():
            return "identity"


def items(nodes: tuple[t.Item, ...]) -> str:
    return " ".join(map(item, nodes))


def item(node: t.Item) -> str:
    match node:
        case t.Word():
            return node.text
        case t.Comma():
            return ","
        case t.Value():
            return expression(node.expression) + ("%" if node.percent else "")


def argument(node: t.Argument) -> str:
    return f"{node.name}={expression(node.value)}" if node.name else expression(node.value)


def parameters(nodes: tuple[t.Parameter, ...]) -> str:
    return ", ".join(
        f"{node.name}={expression(node.default)}" if node.default else node.name for node in nodes
    )


def name(node: t.NameTemplate) -> str:
    return "".join(
        part if isinstance(part, str) else "{" + expression(part) + "}" for part in node.parts
    )


def expression(node: t.Expression) -> str:
    match node:
        case t.Number():
            return str(node.value)
        case t.Truth():
            return "yes" if node.value else "no"
        case t.SizeLiteral():
            return f"{expression(node.height)}x{expression(node.width)}"
        case t.Name():
            return node.text
        case t.Incoming():
            return f"in.{node.axis}"
        case t.Unary():
            return f"({node.operator} {expression(node.operand)})"
        case t.Binary():
            return f"({expression(node.left)} {node.operator} {expression(node.right)})"
        case t.FunctionCall():
            return f"{node.function}({', '.join(map(expression, node.arguments))})"
