"""A little Python: the expressions and statements that emitted modules need.

Numbers stay symbolic until they are printed, because `__init__` calls a parameter `width` and
`forward` calls it `self.width`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from archdsl.symbolic import Condition, Number, Symbolic

# --- Expressions ---


class Text(NamedTuple):
    """Python as it stands."""

    text: str


class Literal(NamedTuple):
    """A number, a pair, a truth value, a condition or a string."""

    value: Any


class FormattedName(NamedTuple):
    """A key with numbers in it: `"conv1"`, `f"layer{i}"`."""

    parts: tuple[str | Number, ...]


class Call(NamedTuple):
    """`function(a, b, name=c)`. `is_typed` where type checkers know that a Tensor comes out."""

    function: Code
    arguments: tuple[Code, ...] = ()
    keywords: tuple[tuple[str, Code], ...] = ()
    is_typed: bool = False


class Items(NamedTuple):
    """`[a, b]`."""

    items: tuple[Code, ...]


class Infix(NamedTuple):
    """`a + b + c`."""

    operator: str
    operands: tuple[Code, ...]


class Comprehension(NamedTuple):
    """`term for index in values`, bare, in `*(...)` or in `[...]` by its brackets."""

    term: Code
    variable: str
    values: Code
    opening: str = ""
    closing: str = ""


class Lookup(NamedTuple):
    """`container[key]`."""

    container: Code
    key: Code


class Slice(NamedTuple):
    """`values[first:last]`; to the end without `last`."""

    values: Code
    first: Number
    last: Number | None


class Member(NamedTuple):
    """`owner.name`."""

    owner: Code
    name: str


class Starred(NamedTuple):
    """`*values`."""

    values: Code


Code = (
    Text
    | Literal
    | FormattedName
    | Call
    | Items
    | Infix
    | Comprehension
    | Lookup
    | Slice
    | Member
    | Starred
)


def call(function: str | Code, *arguments: Any, **keywords: Any) -> Call:
    """A call; plain values become literals."""
    return Call(
        Text(function) if isinstance(function, str) else function,
        tuple(map(code, arguments)),
        tuple((name, code(value)) for name, value in keywords.items()),
    )


def tensor_call(function: str | Code, *arguments: Any, **keywords: Any) -> Call:
    """A call of which type checkers know that it gives a Tensor."""
    return call(function, *arguments, **keywords)._replace(is_typed=True)


def method(member: Code, name: str) -> Member:
    """A method of a module. Type checkers know none of what a dictionary of modules holds."""
    if isinstance(member, Lookup):
        member = call("getattr", member.container, member.key)
    return Member(member, name)


def code(value: Any) -> Code:
    """A value as code; code as it is."""
    return value if isinstance(value, Code) else Literal(value)


def parts_of(expression: Code) -> Iterator[Code]:
    """An expression and everything inside it."""
    yield expression
    match expression:
        case Call(function, arguments, keywords):
            for inner in (function, *arguments, *(value for _, value in keywords)):
                yield from parts_of(inner)
        case Items(items) | Infix(_, items):
            for inner in items:
                yield from parts_of(inner)
        case Comprehension(term, _, values):
            yield from parts_of(term)
            yield from parts_of(values)
        case Lookup(container, key):
            yield from parts_of(container)
            yield from parts_of(key)
        case Slice(values, first, last):
            yield from parts_of(values)
            yield from (Literal(end) for end in (first, last) if end is not None)
        case Member(inner, _) | Starred(inner):
            yield from parts_of(inner)


def variables_of(expression: Code) -> Iterator[str]:
    """The names of the numbers in an expression. A pair's halves, `size[0]`, count as the pair."""
    for part in parts_of(expression):
        values: tuple[Any, ...] = ()
        if isinstance(part, Literal):
            values = part.value if isinstance(part.value, tuple) else (part.value,)
        elif isinstance(part, FormattedName):
            values = part.parts
        for value in values:
            if isinstance(value, Symbolic | Condition):
                yield from (name.split("[")[0] for name in value.variables())


# --- Statements ---


@dataclass(repr=False)
class Assign:
    """`target = value`, with its type where checkers need it, and a comment behind it."""

    target: str
    value: Code
    annotation: str = ""
    comment: str = ""
    operator: str = "="


class Do(NamedTuple):
    """An expression for its effect."""

    value: Code


class Delete(NamedTuple):
    """`del name`, so that what it holds is free."""

    name: str


class Return(NamedTuple):
    """`return value`."""

    value: Code


class Branch(NamedTuple):
    """`if condition: ... else: ...`."""

    condition: Condition
    then: list[Statement]
    otherwise: list[Statement]


class When(NamedTuple):
    """`if test: ...`, which each call of `forward` decides anew."""

    test: Code
    body: list[Statement]


class Loop(NamedTuple):
    """`for index in values: ...`."""

    variable: str
    values: Code
    body: list[Statement]


class Carry(NamedTuple):
    """`name = value` of a side that a loop carries along; dropped if nothing else reads it."""

    name: str
    value: Code


class Refuse(NamedTuple):
    """`if condition: raise ValueError(message)`."""

    condition: str
    message: str


class Fallback(NamedTuple):
    """`if name is None: name = value`, where nothing speaks against the value."""

    name: str
    value: Code
    refusals: tuple[Refuse, ...] = ()


Statement = Assign | Do | Delete | Return | Branch | When | Loop | Carry | Fallback | Refuse


def walk(statements: list[Statement]) -> Iterator[Statement]:
    """All statements, the inner ones too."""
    for statement in statements:
        yield statement
        if isinstance(statement, Branch):
            yield from walk(statement.then)
            yield from walk(statement.otherwise)
        elif isinstance(statement, When | Loop):
            yield from walk(statement.body)


def expressions_of(statements: list[Statement]) -> Iterator[Code]:
    """Every expression of every statement; conditions too."""
    for statement in walk(statements):
        match statement:
            case Assign(value=value) | Do(value) | Return(value):
                yield value
            case Carry(_, value) | Fallback(_, value, _):
                yield value
            case Branch(condition):
                yield Literal(condition)
            case When(test):
                yield test
            case Loop(_, values):
                yield values


def annotate_repeated(statements: list[Statement]) -> None:
    """Give attributes that several branches assign one type, at the first assignment."""
    seen: dict[str, list[Assign]] = {}
    for statement in walk(statements):
        if isinstance(statement, Assign) and re.fullmatch(r"self\.\w+", statement.target):
            seen.setdefault(statement.target, []).append(statement)
    for assignments in seen.values():
        if len(assignments) > 1 and not assignments[0].annotation:
            are_parameters = all(map(_is_parameter, assignments))
            assignments[0].annotation = "nn.Parameter" if are_parameters else "nn.Module"


def _is_parameter(assignment: Assign) -> bool:
    value = assignment.value
    return isinstance(value, Call) and value.function == Text("nn.Parameter")


def drop_unread(statements: list[Statement]) -> None:
    """Take out carried sides that nothing reads but their own updates, and loops left empty."""
    while True:
        read = {
            name
            for statement in walk(statements)
            for name in _names_read(statement)
            if not (isinstance(statement, Carry) and statement.name == name)
        }
        unread = {s.name for s in walk(statements) if isinstance(s, Carry)} - read
        if not unread:
            return
        _remove(statements, unread)


def _names_read(statement: Statement) -> Iterator[str]:
    """The names that one statement reads itself, without what stands inside it."""
    match statement:
        case Branch(condition):
            yield from condition.variables()
        case Loop(_, values):
            yield from variables_of(values)
        case _:
            for expression in expressions_of([statement]):
                yield from variables_of(expression)


def _remove(statements: list[Statement], names: set[str]) -> None:
    for statement in list(statements):
        if isinstance(statement, Carry) and statement.name in names:
            statements.remove(statement)
        elif isinstance(statement, Loop):
            _remove(statement.body, names)
            if not statement.body:
                statements.remove(statement)
        elif isinstance(statement, Branch):
            _remove(statement.then, names)
            _remove(statement.otherwise, names)
