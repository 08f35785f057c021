"""Symbolic numbers as Python source, formatted as `ruff format` would."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from archdsl.symbolic.algebra import (
    Application,
    Atom,
    Choice,
    Condition,
    Division,
    Monomial,
    Number,
    Scalar,
    Sum,
    Symbolic,
    Variable,
    as_quotient,
    divide,
    floor_divide,
    leaves_of,
)

_SUM, _PRODUCT, _UNARY, _CHOICE, _ATOM = 2, 3, 4, 0, 9


def python(value: Number | Condition | bool) -> str:
    """The value as an expression."""
    return _write(value)[0]


def _write(value: Number | Condition | bool) -> tuple[str, int]:
    if isinstance(value, bool):
        return str(value), _ATOM
    if isinstance(value, int):
        return str(value), _ATOM if value >= 0 else _UNARY
    if isinstance(value, Fraction):
        return decimal(value)
    if isinstance(value, Condition):
        return _write_condition(value)
    terms = _factored(value.terms)
    if len(terms) == 1:
        return _write_monomial(*terms[0])
    return " ".join(_terms(value)) or "0", _SUM


def _terms(value: Symbolic) -> list[str]:
    """The terms of a sum, each but the first with its sign."""
    # The constant stands last, what is subtracted after what it is subtracted from.
    ordered: list[tuple[Any, Scalar]] = sorted(
        _factored(value.terms), key=lambda term: (term[1] < 0, term[0] == ())
    )
    texts: list[str] = []
    for monomial, coefficient in ordered:
        shown = -coefficient if texts and coefficient < 0 else coefficient
        piece, level = _write_monomial(monomial, shown)
        piece = f"({piece})" if level <= _CHOICE else piece
        texts.append(f"{'-' if coefficient < 0 else '+'} {piece}" if texts else piece)
    return texts


class _Factor(NamedTuple):
    """`(i - 1)` of `growth * (i - 1)`, while it is written."""

    name: str
    less: int


def _factored(terms: Mapping[Monomial, Scalar]) -> list[tuple[Any, Scalar]]:
    """The terms, with `growth * i - growth` as `growth * (i - 1)`: how people count from one."""
    left = dict(terms)
    written: list[tuple[Any, Scalar]] = []
    for monomial, coefficient in terms.items():
        for at, atom in enumerate(monomial):
            rest = monomial[:at] + monomial[at + 1 :]
            shift = Fraction(left.get(rest, 0)) / coefficient
            is_shift = shift == -1 if rest == () else shift < 0 and shift.denominator == 1
            if not isinstance(atom, Variable) or not is_shift or monomial not in left:
                continue
            if rest == () and coefficient in (1, -1):
                continue
            del left[monomial], left[rest]
            written.append(((_Factor(atom.name, -shift.numerator), *rest), coefficient))
    return [*left.items(), *written]


def _write_monomial(monomial: Monomial, coefficient: Scalar) -> tuple[str, int]:
    if not monomial:
        return _write(coefficient)
    over = coefficient.denominator if coefficient.numerator in (1, -1) else 1
    factors = [_write_atom(atom) for atom in monomial]
    if over != 1 or coefficient == -1:
        text, level = _join(factors, _PRODUCT)
        # A minus binds closer than a division: `-a // b` would be another number.
        divides = any(own == _PRODUCT for _, own in factors)
        if level < _PRODUCT or (coefficient < 0 and divides):
            text = f"({text})"
        sign = "-" if coefficient < 0 else ""
        return f"{sign}{text}" + (f" / {over}" if over != 1 else ""), _PRODUCT
    if coefficient != 1:
        factors.insert(0, _write(coefficient))
    return _join(factors, _PRODUCT)


def _join(factors: list[tuple[str, int]], level: int) -> tuple[str, int]:
    if len(factors) == 1:
        return factors[0]
    # `a * (b // c)`: a division keeps its brackets behind a product.
    texts = [
        text if own > level or (i == 0 and own == level) else f"({text})"
        for i, (text, own) in enumerate(factors)
    ]
    return " * ".join(texts), level


def _factors(monomial: Monomial, coefficient: Scalar) -> list[str]:
    """The factors of a product of whole numbers, each but the first with its sign."""
    if not isinstance(coefficient, int) or coefficient == -1:
        return [_write_monomial(monomial, coefficient)[0]]
    factors = [] if coefficient == 1 else [_write(coefficient)[0]]
    for atom in monomial:
        text, own = _write_atom(atom)
        is_bare = own > _PRODUCT or (not factors and own == _PRODUCT)
        factors.append(text if is_bare else f"({text})")
    return [factors[0], *(f"* {factor}" for factor in factors[1:])]


def _bracket(value: Symbolic, above: int) -> str:
    text, level = _write(value)
    return text if level > above else f"({text})"


def _write_atom(atom: Atom | _Factor) -> tuple[str, int]:
    match atom:
        case _Factor(name, less):
            return f"{name} - {less}", _SUM
        case Variable(name, _):
            return name, _ATOM
        case Division(numerator, denominator, exact):
            if not exact and _has_reals(atom):
                return _floor_real(python(Symbolic.of(divide(numerator, denominator))))
            sign = "/" if exact else "//"
            top = _bracket(numerator, _PRODUCT - 1)
            return f"{top} {sign} {_bracket(denominator, _PRODUCT)}", _PRODUCT
        case Application("%", (left, right)):
            return f"{_bracket(left, _PRODUCT - 1)} % {_bracket(right, _PRODUCT)}", _PRODUCT
        case Application("min" | "max" as function, arguments):
            return f"{function}({', '.join(map(python, arguments))})", _ATOM
        case Application(function, (argument,)):
            return _write_rounding(function, argument)
        case Application():
            raise ValueError(f"{atom.function} takes one argument")
        case Choice(condition, then, otherwise):
            first = _bracket(then, _CHOICE)
            return f"{first} if {python(condition)} else {python(otherwise)}", _CHOICE
        case Sum(term, index, first, last):
            ends = f"{python(last + 1)}" if first == 0 else f"{python(first)}, {python(last + 1)}"
            return f"sum({python(term)} for {index} in range({ends}))", _ATOM


def _write_rounding(function: str, argument: Symbolic) -> tuple[str, int]:
    """Rounding of whole numbers, exact where floats would not be: `-(-a // b)` is `ceil(a / b)`."""
    if any(leaf.is_real for leaf in argument.leaves()) and not argument.is_whole():
        if function == "ceil":
            text, _ = _floor_real(python(-argument))
            return f"-{text}", _UNARY
        return _floor_real(python(argument + (Fraction(1, 2) if function == "round" else 0)))
    top, bottom = as_quotient(argument)
    if function == "floor":
        return _write(floor_divide(top, bottom))
    if function == "ceil":
        inner = _bracket(Symbolic.of(-top), _PRODUCT - 1)
        return f"-({inner} // {_bracket(Symbolic.of(bottom), _PRODUCT)})", _UNARY
    return _write(floor_divide(2 * top + bottom, 2 * bottom))


def _has_reals(atom: Atom) -> bool:
    return any(leaf.is_real for leaf in leaves_of(atom))


def _floor_real(text: str) -> tuple[str, int]:
    """Rounding down a float; a hair is added, since `0.29 * 100` is a hair less than 29."""
    return f"int(({text} + 1e-9) // 1)", _ATOM


def decimal(value: Fraction) -> tuple[str, int]:
    """A fraction as a float literal where that is exact or nearest, and its binding strength."""
    if value.denominator == 1:
        return _write(value.numerator)
    exact = value.denominator
    for prime in (2, 5):
        while exact % prime == 0:
            exact //= prime
    if exact == 1:
        return repr(float(value)), _ATOM if value >= 0 else _UNARY
    return f"{value.numerator} / {value.denominator}", _PRODUCT


def _write_condition(condition: Condition) -> tuple[str, int]:
    match condition:
        case Condition("truth", (value,)):
            return _write(value)
        case Condition("not", (value,)):
            return f"not {_write(value)[0]}", _ATOM
        case Condition("and" | "or" as operator, (left, right)):
            sides = [
                f"({text})"
                if isinstance(side, Condition) and side.operator == "or" != operator
                else text
                for side in (left, right)
                for text in (_write(side)[0],)
            ]
            return f" {operator} ".join(sides), _CHOICE
        case Condition(operator, (left, right)):
            return f"{_operand(left)} {operator} {_operand(right)}", 1
        case _:
            raise AssertionError(condition)


def _operand(value: Symbolic | Condition) -> str:
    """One side of a comparison: a choice needs its brackets."""
    text, level = _write(value)
    return text if level >= _SUM else f"({text})"


def pieces(value: Number | Condition | bool) -> list[str]:
    """The value as `python` writes it, in the pieces that stand on lines of their own.

    A sum and a product break before their signs, a choice before `if` and `else`.
    """
    if not isinstance(value, Symbolic):
        return [python(value)]
    if len(value.terms) > 1:
        return _terms(value)
    ((monomial, coefficient),) = value.terms.items()
    match monomial:
        case (Choice(condition, then, otherwise),) if coefficient == 1:
            last = pieces(otherwise) if _is_choice(otherwise) else [python(otherwise)]
            return [
                _bracket(then, _CHOICE),
                f"if {python(condition)}",
                f"else {last[0]}",
                *last[1:],
            ]
        case _:
            return _factors(monomial, coefficient)


def _is_choice(value: Symbolic) -> bool:
    atoms = list(value.atoms())
    return len(atoms) == 1 and isinstance(atoms[0], Choice) and value == Symbolic.of(atoms[0])
