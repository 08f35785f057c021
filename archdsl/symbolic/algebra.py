"""Numbers that are not known yet: a block's `4 * width` before anyone says which width.

A `Symbolic` is a polynomial over atoms in canonical form, so that two ways to write one
number are equal. It behaves as an int does in arithmetic; the rules of the ops are written once and
work on both. Comparisons give a `Condition`, never a Python truth value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any, NamedTuple

Scalar = int | Fraction


class Variable(NamedTuple):
    """A name that stands for a number: a parameter, an inferred size, a loop's index.

    It is whole unless `is_real`.
    """

    name: str
    is_real: bool = False


class Division(NamedTuple):
    """`numerator // denominator`, or the exact quotient where `exact`."""

    numerator: Symbolic
    denominator: Symbolic
    exact: bool = False


class Application(NamedTuple):
    """A function of numbers that the polynomial cannot look into: `%`, `min`, `max`, ..."""

    function: str
    arguments: tuple[Symbolic, ...]


class Choice(NamedTuple):
    """One number or the other."""

    condition: Condition
    then: Symbolic
    otherwise: Symbolic


class Sum(NamedTuple):
    """The sum of a term over an index that runs from `first` to `last`."""

    term: Symbolic
    variable: str
    first: Symbolic
    last: Symbolic


Atom = Variable | Division | Application | Choice | Sum
Monomial = tuple[Atom, ...]


class Condition:
    """A truth that is not known yet.

    `operator` is a comparison, `and`, `or`, `not`, or `truth` (a parameter that is yes or no).
    """

    __slots__ = ("operands", "operator")
    __match_args__ = ("operator", "operands")

    def __init__(self, operator: str, operands: tuple[Symbolic | Condition, ...]) -> None:
        self.operator = operator
        self.operands = operands

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Condition):
            return False
        return self.operator == other.operator and self.operands == other.operands

    def __hash__(self) -> int:
        return hash((self.operator, self.operands))

    def __repr__(self) -> str:
        return f"Condition({self.operator!r}, {self.operands!r})"

    def __bool__(self) -> bool:
        raise TypeError("a condition on unknown numbers has no truth value")

    def leaves(self) -> Iterator[Variable]:
        """The variables that the condition depends on."""
        for operand in self.operands:
            yield from operand.leaves()

    def variables(self) -> Iterator[str]:
        """The names that the condition depends on."""
        return (leaf.name for leaf in self.leaves())

    def substitute(self, values: Mapping[str, Number]) -> Condition | bool:
        """The condition with numbers in the place of names; a bool once it is known."""
        if self.operator == "truth":
            # A parameter that is yes or no: what stands for it is a truth, not a number.
            (name,) = self.variables()
            truth: Truth = values.get(name, self)  # type: ignore[assignment]
            return (
                self if isinstance(truth, Symbolic) and truth == self.operands[0] else _truth(truth)
            )
        operands = [operand.substitute(values) for operand in self.operands]
        return decide(self.operator, operands)


class Symbolic:
    """A polynomial with rational coefficients over atoms, immutable and canonical."""

    __slots__ = ("_hash", "terms")

    def __init__(self, terms: Mapping[Monomial, Scalar]) -> None:
        self.terms: dict[Monomial, Scalar] = {k: v for k, v in terms.items() if v != 0}
        self._hash = hash(frozenset(self.terms.items()))

    @classmethod
    def variable(cls, name: str, is_real: bool = False) -> Symbolic:
        """The number called `name`."""
        return cls({(Variable(name, is_real),): 1})

    def is_whole(self) -> bool:
        """Whether whole numbers in the place of the names give a whole number, surely."""
        return all(
            isinstance(coefficient, int) and all(map(_is_whole, monomial))
            for monomial, coefficient in self.terms.items()
        )

    @classmethod
    def of(cls, value: Number | Atom) -> Symbolic:
        """A known number or an atom as a polynomial."""
        if isinstance(value, Symbolic):
            return value
        if isinstance(value, int | Fraction):
            return cls({(): value})
        return cls({(value,): 1})

    def constant(self) -> Scalar | None:
        """The number, if it is known."""
        if not self.terms:
            return 0
        return self.terms.get(()) if len(self.terms) == 1 else None

    def leaves(self) -> Iterator[Variable]:
        """The variables that the number depends on; an index is not one outside its sum."""
        for monomial in self.terms:
            for atom in monomial:
                yield from leaves_of(atom)

    def variables(self) -> Iterator[str]:
        """The names that the number depends on."""
        return (leaf.name for leaf in self.leaves())

    def substitute(self, values: Mapping[str, Number]) -> Number:
        """The number with `values` in the place of names."""
        total: Number = 0
        for monomial, coefficient in self.terms.items():
            product: Number = coefficient
            for atom in monomial:
                product = product * _substitute_atom(atom, values)
            total = total + product
        return total

    def atoms(self) -> Iterator[Atom]:
        """Every atom, once for each time it occurs."""
        for monomial in self.terms:
            yield from monomial

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int | Fraction):
            return self.constant() == other
        return isinstance(other, Symbolic) and self.terms == other.terms

    def __hash__(self) -> int:
        return self._hash

    def __add__(self, other: Number) -> Number:
        terms = dict(self.terms)
        for monomial, coefficient in Symbolic.of(other).terms.items():
            terms[monomial] = terms.get(monomial, 0) + coefficient
        return _simple(Symbolic(terms))

    def __neg__(self) -> Number:
        return self * -1

    def __sub__(self, other: Number) -> Number:
        return self + -other

    def __rsub__(self, other: Number) -> Number:
        return -self + other

    def __mul__(self, other: Number) -> Number:
        terms: dict[Monomial, Scalar] = {}
        for left, a in self.terms.items():
            for right, b in Symbolic.of(other).terms.items():
                monomial = tuple(sorted(left + right, key=repr))
                terms[monomial] = terms.get(monomial, 0) + a * b
        return _simple(Symbolic(terms))

    __radd__ = __add__
    __rmul__ = __mul__

    def __floordiv__(self, other: Number) -> Number:
        return floor_divide(self, other)

    def __rfloordiv__(self, other: Number) -> Number:
        return floor_divide(other, self)

    def __truediv__(self, other: Number) -> Number:
        return divide(self, other)

    def __rtruediv__(self, other: Number) -> Number:
        return divide(other, self)

    def __mod__(self, other: Number) -> Number:
        return apply("%", self, other)

    def __rmod__(self, other: Number) -> Number:
        return apply("%", other, self)

    def __bool__(self) -> bool:
        raise TypeError("an unknown number has no truth value")

    def __repr__(self) -> str:
        return f"Symbolic({self})"

    def __str__(self) -> str:
        from archdsl.symbolic.text import python

        return python(self)


Number = int | Fraction | Symbolic


def _simple(value: Symbolic) -> Number:
    constant = value.constant()
    return value if constant is None else whole(constant)


def whole(value: Scalar) -> Scalar:
    """The same number, as an int where it is one."""
    return value.numerator if value.denominator == 1 else value


def divide(numerator: Number, denominator: Number) -> Number:
    """The exact quotient. Raises ZeroDivisionError."""
    if not isinstance(denominator, Symbolic):
        factor = Fraction(1) / denominator
        if not isinstance(numerator, Symbolic):
            return whole(factor * numerator)
        return _simple(Symbolic({m: whole(c * factor) for m, c in numerator.terms.items()}))
    if numerator == denominator:
        return 1
    return Symbolic.of(Division(Symbolic.of(numerator), denominator, exact=True))


def floor_divide(numerator: Number, denominator: Number) -> Number:
    """The quotient rounded down. Raises ZeroDivisionError."""
    if not isinstance(numerator, Symbolic) and not isinstance(denominator, Symbolic):
        return whole(Fraction(numerator // denominator))
    if numerator == denominator:
        return 1
    top, bottom = Symbolic.of(numerator), Symbolic.of(denominator)
    divisor = bottom.constant()
    if isinstance(divisor, int) and top.is_whole():
        # Whole multiples of the divisor come out; of the constant, all but the remainder.
        outside = {m: c // divisor for m, c in top.terms.items() if c % divisor == 0}
        inside = {m: c for m, c in top.terms.items() if c % divisor != 0}
        if () in inside:
            outside[()], inside[()] = divmod(inside[()], divisor)
        if not any(inside):
            return _simple(Symbolic(outside))
        return Symbolic(outside) + Symbolic.of(Division(Symbolic(inside), bottom))
    if not top.terms:
        return 0
    return Symbolic.of(Division(top, bottom))


def apply(function: str, *arguments: Number) -> Number:
    """`%`, `min`, `max`, `round`, `ceil`, `floor` of known or unknown numbers."""
    if not any(isinstance(argument, Symbolic) for argument in arguments):
        return whole(Fraction(FUNCTIONS[function](*arguments)))
    if function in ("min", "max") and len(set(arguments)) == 1:
        return arguments[0]
    return Symbolic.of(Application(function, tuple(Symbolic.of(a) for a in arguments)))


def _round(value: Scalar) -> int:
    """To the nearest whole number, halves up."""
    return int((value + Fraction(1, 2)) // 1)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "%": lambda a, b: a % b,
    "min": lambda *values: min(values),
    "max": lambda *values: max(values),
    "round": _round,
    "ceil": lambda value: -(-value // 1),
    "floor": lambda value: value // 1,
}

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: bool(a == b),
    "!=": lambda a, b: bool(a != b),
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
}

Truth = bool | Condition


def decide(operator: str, operands: list[Any]) -> Truth:
    """A comparison or a logical operator on known or unknown operands."""
    if operator == "truth":
        return operands[0] if isinstance(operands[0], bool) else Condition("truth", (operands[0],))
    if operator == "not":
        return negate(operands[0])
    left, right = operands
    if operator in ("and", "or"):
        absorbing = operator == "or"
        for one, other in ((left, right), (right, left)):
            if isinstance(one, bool):
                decided: Truth = one if one is absorbing else other
                return decided
        return Condition(operator, (left, right))
    if isinstance(left, Symbolic) or isinstance(right, Symbolic):
        difference = Symbolic.of(left - right)
        known = difference.constant()
        if known is not None:
            return COMPARISONS[operator](known, 0)
        if any(c.denominator != 1 for c in difference.terms.values()):
            # `(depth - 2)/6 >= 1` is `depth >= 8`: whole numbers, which floats need not compare.
            difference = Symbolic.of(as_quotient(difference)[0])
            constant = difference.terms.get((), 0)
            left, right = difference - constant, -constant
        return Condition(operator, (Symbolic.of(left), Symbolic.of(right)))
    return COMPARISONS[operator](left, right)


def _truth(value: Any) -> Truth:
    return value if isinstance(value, bool | Condition) else Condition("truth", (value,))


OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def negate(condition: Truth) -> Truth:
    """The opposite, written without `not` where it can be."""
    if isinstance(condition, bool):
        return not condition
    if condition.operator in OPPOSITE:
        return Condition(OPPOSITE[condition.operator], condition.operands)
    if condition.operator == "not":
        inner = condition.operands[0]
        assert isinstance(inner, Condition)
        return inner
    if condition.operator in ("and", "or"):
        sides = tuple(negate(side) for side in condition.operands if isinstance(side, Condition))
        flipped = "or" if condition.operator == "and" else "and"
        return reduce(lambda a, b: decide(flipped, [a, b]), sides)
    return Condition("not", (condition,))


def choose(condition: Truth, then: Number, otherwise: Number) -> Number:
    """One number or the other, decided where the condition is known."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    return _choice(condition, assume(condition, True, then), assume(condition, False, otherwise))


def _choice(condition: Truth, then: Number, otherwise: Number) -> Number:
    """A choice between numbers that know already which side they stand on."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    if then == otherwise:
        return then
    match list(otherwise.terms.items()) if isinstance(otherwise, Symbolic) else []:
        case [((Choice(other, same, rest),), 1)] if same == then:
            return _choice(decide("or", [condition, other]), then, _simple(rest))
    return Symbolic.of(Choice(condition, Symbolic.of(then), Symbolic.of(otherwise)))


def assume(condition: Condition, is_true: bool, value: Number) -> Number:
    """The number where it is known whether the condition holds: choices by it are made."""
    if not isinstance(value, Symbolic):
        return value
    total: Number = 0
    for monomial, coefficient in value.terms.items():
        product: Number = coefficient
        for atom in monomial:
            product = product * _assume_atom(condition, is_true, atom)
        total = total + product
    return total


def _assume_atom(condition: Condition, is_true: bool, atom: Atom) -> Number:
    match atom:
        case Choice(own, then, otherwise):
            if own in (condition, negate(condition)):
                chosen = then if (own == condition) == is_true else otherwise
                return assume(condition, is_true, chosen)
            return _choice(
                own, assume(condition, is_true, then), assume(condition, is_true, otherwise)
            )
        case Division(numerator, denominator, exact):
            operation = divide if exact else floor_divide
            return operation(
                assume(condition, is_true, numerator), assume(condition, is_true, denominator)
            )
        case Application(function, arguments):
            return apply(function, *(assume(condition, is_true, a) for a in arguments))
        case _:
            return Symbolic.of(atom)


def add_up(term: Number, index: str, first: Number, last: Number) -> Number:
    """The sum of a term over an index from `first` to `last`, both included."""
    if index not in Symbolic.of(term).variables():
        return term * apply("max", last - first + 1, 0)
    if isinstance(first, int) and isinstance(last, int):
        rounds = (Symbolic.of(term).substitute({index: i}) for i in range(first, last + 1))
        return sum(rounds, 0)
    return Symbolic.of(Sum(Symbolic.of(term), index, Symbolic.of(first), Symbolic.of(last)))


def leaves_of(atom: Atom) -> Iterator[Variable]:
    """The variables in an atom; an index is not one outside its sum."""
    match atom:
        case Variable():
            yield atom
        case Division(numerator, denominator):
            yield from numerator.leaves()
            yield from denominator.leaves()
        case Application(_, arguments):
            for argument in arguments:
                yield from argument.leaves()
        case Choice(condition, then, otherwise):
            yield from condition.leaves()
            yield from then.leaves()
            yield from otherwise.leaves()
        case Sum(term, index, first, last):
            yield from (leaf for leaf in term.leaves() if leaf.name != index)
            yield from first.leaves()
            yield from last.leaves()


def _is_whole(atom: Atom) -> bool:
    """Whether an atom is surely a whole number."""
    match atom:
        case Variable(_, is_real):
            return not is_real
        case Division(exact=exact):
            return not exact
        case Application("%" | "min" | "max", arguments):
            return all(argument.is_whole() for argument in arguments)
        case Application():
            return True
        case Choice(_, then, otherwise):
            return then.is_whole() and otherwise.is_whole()
        case Sum(term):
            return term.is_whole()


def _substitute_atom(atom: Atom, values: Mapping[str, Number]) -> Number:
    match atom:
        case Variable(name, _):
            return values.get(name, Symbolic.of(atom))
        case Division(numerator, denominator, exact):
            operation = divide if exact else floor_divide
            return operation(numerator.substitute(values), denominator.substitute(values))
        case Application(function, arguments):
            return apply(function, *(argument.substitute(values) for argument in arguments))
        case Choice(condition, then, otherwise):
            return choose(
                condition.substitute(values), then.substitute(values), otherwise.substitute(values)
            )
        case Sum(term, index, first, last):
            inner = {name: value for name, value in values.items() if name != index}
            return add_up(
                term.substitute(inner), index, first.substitute(values), last.substitute(values)
            )


def as_quotient(value: Symbolic) -> tuple[Number, Number]:
    """`value` as one quotient whose sides are free of fractions, where its form allows it."""
    if len(value.terms) == 1:
        ((monomial, coefficient),) = value.terms.items()
        if len(monomial) == 1 and isinstance(monomial[0], Division) and monomial[0].exact:
            division = monomial[0]
            return (
                division.numerator * coefficient.numerator,
                division.denominator * coefficient.denominator,
            )
    common = reduce(_lcm, (c.denominator for c in value.terms.values()), 1)
    return value * common, common


def _lcm(a: int, b: int) -> int:
    return (Fraction(a, b).numerator * b) if b else a
