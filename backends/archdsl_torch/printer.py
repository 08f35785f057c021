"""Code as text, laid out as `ruff format` would lay it out."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from archdsl.symbolic import Condition, Number, Symbolic, Variable, pieces, python
from archdsl_torch.code import (
    Assign,
    Branch,
    Call,
    Carry,
    Code,
    Comprehension,
    Delete,
    Do,
    Fallback,
    FormattedName,
    Infix,
    Items,
    Literal,
    Lookup,
    Loop,
    Member,
    Refuse,
    Return,
    Slice,
    Starred,
    Statement,
    Text,
    When,
    call,
)

WIDTH = 88
INDENT = "    "

Names = Callable[[str], str]


class Printer(NamedTuple):
    """Prints with `names` for the numbers' names."""

    names: Names = lambda name: name

    def statements(self, statements: list[Statement], depth: int) -> list[str]:
        """Source lines."""
        return [line for statement in statements for line in self._statement(statement, depth)]

    def _statement(self, statement: Statement, depth: int) -> list[str]:
        indent = INDENT * depth
        match statement:
            case Assign(target, value, annotation, comment, operator):
                typed = f": {annotation}" if annotation else ""
                lines = self._laid_out(value, f"{indent}{target}{typed} {operator} ", "", depth)
                if comment and len(lines) == 1 and len(lines[0]) + len(comment) + 4 <= WIDTH:
                    return [f"{lines[0]}  # {comment}"]
                return [f"{indent}# {comment}", *lines] if comment else lines
            case Do(value):
                return self._laid_out(value, indent, "", depth)
            case Delete(name):
                return [f"{indent}del {name}"]
            case Return(value):
                return self._laid_out(value, f"{indent}return ", "", depth)
            case Branch():
                return self._branch(statement, "if", depth)
            case When(test, body):
                return [f"{indent}if {self.flat(test)}:", *self.statements(body, depth + 1)]
            case Loop(index, values, body):
                head = f"{indent}for {index} in {self.flat(values)}:"
                return [head, *self.statements(body, depth + 1)]
            case Carry(name, value):
                return self._laid_out(value, f"{indent}{name} = ", "", depth)
            case Fallback(name, value, refusals):
                inner = self.statements([*refusals, Carry(name, value)], depth + 1)
                return [f"{indent}if {name} is None:", *inner]
            case Refuse(condition, message):
                raised = call("ValueError", Text(quoted(message)))
                lines = self._laid_out(raised, f"{indent}{INDENT}raise ", "", depth + 1)
                return [f"{indent}if {condition}:", *lines]

    def _branch(self, branch: Branch, word: str, depth: int) -> list[str]:
        lines = self._head(word, branch.condition, depth)
        lines += self.statements(branch.then, depth + 1)
        match branch.otherwise:
            case []:
                return lines
            case [Branch() as other]:
                return lines + self._branch(other, "elif", depth)
            case otherwise:
                return [*lines, f"{INDENT * depth}else:", *self.statements(otherwise, depth + 1)]

    def _head(self, word: str, condition: Condition, depth: int) -> list[str]:
        indent = INDENT * depth
        line = f"{indent}{word} {self.value(condition)}:"
        if len(line) <= WIDTH or condition.operator not in ("and", "or"):
            return [line]
        sides = [self.value(side) for side in condition.operands]
        inner = f"{indent}{INDENT}"
        rest = [f"{inner}{condition.operator} {side}" for side in sides[1:]]
        return [f"{indent}{word} (", inner + sides[0], *rest, f"{indent}):"]

    def _laid_out(self, expression: Code, before: str, after: str, depth: int) -> list[str]:
        """The expression between two texts: on one line, or its brackets opened as ruff does."""
        line = before + self.flat(expression) + after
        if len(line) <= WIDTH:
            return [line]
        indent, inner = INDENT * depth, INDENT * (depth + 1)
        match expression:
            case Literal():
                return self._broken(expression, before, after, depth)
            case Call(function, arguments, keywords):
                opening = f"{before}{self.flat(function)}("
                pieces = [("", a) for a in arguments] + [(f"{n}=", v) for n, v in keywords]
                together = inner + ", ".join(n + self.flat(a) for n, a in pieces)
                if len(together) <= WIDTH:
                    return [opening, together, f"{indent}){after}"]
                if len(pieces) == 1 and isinstance(pieces[0][1], Comprehension):
                    return [opening, *self._rounds(pieces[0][1], depth + 1), f"{indent}){after}"]
                lines = [
                    line
                    for name, argument in pieces
                    for line in self._laid_out(argument, inner + name, ",", depth + 1)
                ]
                return [opening, *lines, f"{indent}){after}"]
            case Items(items):
                lines = [
                    line for item in items for line in self._laid_out(item, inner, ",", depth + 1)
                ]
                return [f"{before}[", *lines, f"{indent}]{after}"]
            case Comprehension(opening=opening, closing=closing) if opening:
                return [
                    before + opening,
                    *self._rounds(expression, depth + 1),
                    f"{indent}{closing}{after}",
                ]
            case Starred(values):
                return self._laid_out(values, f"{before}*", after, depth)
            case Infix(operator, operands):
                lines = self._laid_out(operands[0], inner, "", depth + 1)
                for operand in operands[1:]:
                    lines += self._laid_out(operand, f"{inner}{operator} ", "", depth + 1)
                return [f"{before}(", *lines, f"{indent}){after}"]
        return [line]

    def _broken(self, literal: Literal, before: str, after: str, depth: int) -> list[str]:
        """A long number: its terms or its choices on lines of their own, in brackets if need be."""
        lines = self._pieces(literal)
        indent, inner = INDENT * depth, INDENT * (depth + 1)
        if len(lines) == 1:
            return [before + lines[0] + after]
        if not before.strip():
            return [*(f"{indent}{line}" for line in lines[:-1]), f"{indent}{lines[-1]}{after}"]
        together = inner + " ".join(lines)
        inside = [together] if len(together) <= WIDTH else [inner + line for line in lines]
        return [f"{before}(", *inside, f"{indent}){after}"]

    def _pieces(self, literal: Literal) -> list[str]:
        value = literal.value
        return pieces(self._renamed(value)) if isinstance(value, Symbolic) else [self.flat(literal)]

    def _rounds(self, rounds: Comprehension, depth: int) -> list[str]:
        indent = INDENT * depth
        term = self._laid_out(rounds.term, indent, "", depth)
        return [*term, f"{indent}for {rounds.variable} in {self.flat(rounds.values)}"]

    def flat(self, expression: Code) -> str:
        """The expression on one line."""
        match expression:
            case Text(text):
                return text
            case Literal(value):
                return self.value(value)
            case FormattedName(parts):
                return self._key(parts)
            case Call(function, arguments, keywords):
                pieces = [self.flat(argument) for argument in arguments]
                pieces += [f"{name}={self.flat(value)}" for name, value in keywords]
                return f"{self.flat(function)}({', '.join(pieces)})"
            case Items(items):
                return f"[{', '.join(map(self.flat, items))}]"
            case Infix(operator, operands):
                return f" {operator} ".join(map(self._operand, operands))
            case Comprehension(term, index, values, opening, closing):
                return f"{opening}{self.flat(term)} for {index} in {self.flat(values)}{closing}"
            case Lookup(container, key):
                return f"{self._operand(container)}[{self.flat(key)}]"
            case Slice(values, first, last):
                return f"{self._operand(values)}[{self._ends(first, last)}]"
            case Member(owner, name):
                return f"{self._operand(owner)}.{name}"
            case Starred(values):
                return f"*{self.flat(values)}"

    def _ends(self, first: Number, last: Number | None) -> str:
        """`1:3`, with blanks around the colon where an end is more than a name or a number."""
        texts = [self.value(first), "" if last is None else self.value(last)]
        is_plain = all(text.isalnum() for text in texts if text)
        return (":" if is_plain else " : ").join(texts).rstrip()

    def _operand(self, operand: Code) -> str:
        """The expression where an operator or a dot binds it more closely than its own parts."""
        text = self.flat(operand)
        has_parts = isinstance(operand, Infix) or (isinstance(operand, Literal) and " " in text)
        return f"({text})" if has_parts else text

    def _key(self, parts: tuple[str | Number, ...]) -> str:
        if all(isinstance(part, str | int) for part in parts):
            return quoted("".join(map(str, parts)))
        inside = [part if isinstance(part, str) else f"{{{self.value(part)}}}" for part in parts]
        return f'f"{"".join(inside)}"'

    def value(self, value: Any) -> str:
        """A number, a truth or a string as it is."""
        if isinstance(value, tuple):
            return self._pair(value)
        if isinstance(value, Symbolic | Condition):
            return python(self._renamed(value))
        if isinstance(value, Fraction):
            return python(value)
        return quoted(value) if isinstance(value, str) else repr(value)

    def _renamed(self, value: Symbolic | Condition) -> Number | Condition | bool:
        return value.substitute(
            {
                leaf.name: Symbolic.variable(self._rename(leaf.name), leaf.is_real)
                for leaf in value.leaves()
            }
        )

    def _rename(self, name: str) -> str:
        base, bracket, rest = name.partition("[")
        return self.names(base) + bracket + rest

    def _pair(self, pair: tuple[Any, ...]) -> str:
        name = pair_name(pair)
        if name is not None:
            return self.names(name)
        return f"({', '.join(map(self.value, pair))})"


def pair_name(pair: tuple[Any, ...]) -> str | None:
    """`size` for the pair of `size[0]` and `size[1]`."""
    names = []
    for at, side in enumerate(pair):
        atoms = list(side.atoms()) if isinstance(side, Symbolic) else []
        if len(atoms) != 1 or not isinstance(atoms[0], Variable) or side != Symbolic.of(atoms[0]):
            return None
        base, bracket, rest = atoms[0].name.partition("[")
        if not bracket or rest != f"{at}]":
            return None
        names.append(base)
    return names[0] if len(names) == 2 and names[0] == names[1] else None


def quoted(text: str) -> str:
    """A string literal that is nothing but that string, in double quotes."""
    return json.dumps(text, ensure_ascii=False)
