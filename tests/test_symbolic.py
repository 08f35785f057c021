"""Numbers that are not known yet: arithmetic, canonical form, and the Python that they become."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from archdsl.symbolic import (
    Symbolic,
    add_up,
    apply,
    choose,
    decide,
    divide,
    floor_divide,
    negate,
    python,
)

NAMES = ("a", "b", "c")
A, B, C = map(Symbolic.variable, NAMES)

Expression = Callable[[dict[str, Any]], Any]
"""An expression as a function of its variables: of numbers a number, of unknowns a Symbolic."""


def variable(name: str) -> Expression:
    return lambda values: values[name]


def constant(value: int) -> Expression:
    return lambda values: value


def combined(operator: str, left: Expression, right: Expression) -> Expression:
    operators: dict[str, Callable[[Any, Any], Any]] = {
        "+": lambda x, y: x + y,
        "-": lambda x, y: x - y,
        "*": lambda x, y: x * y,
        "//": floor_divide,
        "%": lambda x, y: apply("%", x, y),
        "min": lambda x, y: apply("min", x, y),
        "max": lambda x, y: apply("max", x, y),
    }
    return lambda values: operators[operator](left(values), right(values))


def rounded(function: str, top: Expression, bottom: Expression) -> Expression:
    return lambda values: apply(function, divide(top(values), bottom(values)))


def chosen(operator: str, left: Expression, right: Expression) -> Expression:
    def choice(values: dict[str, Any]) -> Any:
        one, other = left(values), right(values)
        return choose(decide(operator, [one, other]), one, other + 1)

    return choice


leaves = st.sampled_from(NAMES).map(variable) | st.integers(-4, 9).map(constant)
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(
            combined, st.sampled_from(["+", "-", "*", "//", "%", "min", "max"]), inner, inner
        ),
        st.builds(rounded, st.sampled_from(["floor", "ceil", "round"]), inner, inner),
        st.builds(chosen, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), inner, inner),
    ),
    max_leaves=8,
)
values = st.fixed_dictionaries({name: st.integers(-6, 12) for name in NAMES})


def known(expression: Expression, numbers: dict[str, int]) -> Any:
    """The value, or None where it divides by zero."""
    try:
        return expression(dict(numbers))
    except ZeroDivisionError:
        return None


def unknown(expression: Expression) -> Any:
    try:
        return expression({"a": A, "b": B, "c": C})
    except ZeroDivisionError:
        return None


@settings(deadline=None)
@given(expressions, values)
def test_python_computes_what_the_expression_is(
    expression: Expression, numbers: dict[str, int]
) -> None:
    symbolic, value = unknown(expression), known(expression, numbers)
    assume(symbolic is not None and value is not None)
    assert eval(python(symbolic), {}, dict(numbers)) == value


@settings(deadline=None)
@given(expressions, values)
def test_substitution_computes_what_the_expression_is(
    expression: Expression, numbers: dict[str, int]
) -> None:
    symbolic, value = unknown(expression), known(expression, numbers)
    assume(symbolic is not None and value is not None)
    assert Symbolic.of(symbolic).substitute(numbers) == value


@settings(deadline=None)
@given(expressions, values)
def test_substitution_in_two_steps_is_one(expression: Expression, numbers: dict[str, int]) -> None:
    symbolic, value = unknown(expression), known(expression, numbers)
    assume(symbolic is not None and value is not None)
    try:
        half = Symbolic.of(symbolic).substitute({"a": numbers["a"]})
    except ZeroDivisionError:
        assume(False)
    assert Symbolic.of(half).substitute(numbers) == value


def same(one: Any, other: Any) -> None:
    """Equal, of one hash, and written alike."""
    assert one == other
    assert hash(one) == hash(other)


@settings(deadline=None)
@given(expressions, expressions, expressions)
def test_two_ways_to_write_one_number_are_equal(
    x: Expression, y: Expression, z: Expression
) -> None:
    one, other, third = unknown(x), unknown(y), unknown(z)
    assume(None not in (one, other, third))
    same(one + other, other + one)
    same(one * other, other * one)
    same((one + other) + third, one + (other + third))
    same((one * other) * third, one * (other * third))
    same((one + other) * third, one * third + other * third)
    same(one - one, 0)
    same(one + one, 2 * one)
    same(0 - (0 - one), one)
    same(one * 0, 0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (lambda: floor_divide(4 * A, 4), lambda: A),
        (lambda: floor_divide(A, A), lambda: 1),
        (lambda: divide(A, A), lambda: 1),
        (lambda: divide(2 * A, 2), lambda: A),
        (lambda: floor_divide(4 * A + 6, 4), lambda: A + 1 + floor_divide(2, 4)),
        (lambda: floor_divide(A + 5, 2), lambda: floor_divide(A + 1, 2) + 2),
        (lambda: apply("max", A, A), lambda: A),
        (lambda: choose(decide(">", [A, 1]), B, B), lambda: B),
        (lambda: choose(decide("==", [A, A]), B, C), lambda: B),
        (lambda: choose(decide("<", [A, A - 1]), B, C), lambda: C),
    ],
)
def test_what_is_simplified(one: Callable[[], Any], other: Callable[[], Any]) -> None:
    same(one(), other())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (A, "a"),
        (4 * A, "4 * a"),
        (A + 1, "a + 1"),
        (1 - A, "1 - a"),
        (-A, "-a"),
        (A - B, "a - b"),
        (A * B, "a * b"),
        ((A + B) * 2, "2 * a + 2 * b"),
        (floor_divide(A, 2), "a // 2"),
        (floor_divide(A + B, C), "(a + b) // c"),
        (2 * floor_divide(A, 3), "2 * (a // 3)"),
        (divide(A, 2), "a / 2"),
        (divide(A, B), "a / b"),
        (A * Fraction(1, 2), "a / 2"),
        (apply("%", A, 3), "a % 3"),
        (apply("min", A, 3), "min(a, 3)"),
        (apply("ceil", divide(A, 2)), "-(-a // 2)"),
        (apply("floor", divide(A, 2)), "a // 2"),
        (apply("round", divide(A, 2)), "(2 * a + 2) // 4"),
        (Fraction(1, 4), "0.25"),
        (Fraction(1, 3), "1 / 3"),
        (choose(decide("==", [A, 1]), B, C), "b if a == 1 else c"),
        (A * choose(decide("==", [A, 1]), B, C), "(b if a == 1 else c) * a"),
        (A + choose(decide("==", [A, 1]), B, C), "a + (b if a == 1 else c)"),
        (-floor_divide(A, B), "-(a // b)"),
        (-A * B, "-a * b"),
        (divide(choose(decide("==", [A, 1]), B, C), 2), "(b if a == 1 else c) / 2"),
        (divide(floor_divide(A, B), -2), "-(a // b) / 2"),
        (A - choose(decide("==", [A, 1]), B, C), "a - (b if a == 1 else c)"),
        (add_up(A * Symbolic.variable("i"), "i", 1, B), "sum(a * i for i in range(1, b + 1))"),
    ],
)
def test_how_it_is_written(value: Any, text: str) -> None:
    assert python(value) == text


@settings(deadline=None)
@given(st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), expressions, expressions, values)
def test_conditions(
    operator: str, left: Expression, right: Expression, numbers: dict[str, int]
) -> None:
    one, other = unknown(left), unknown(right)
    first, second = known(left, numbers), known(right, numbers)
    assume(None not in (one, other, first, second))
    condition, truth = decide(operator, [one, other]), decide(operator, [first, second])
    for written, expected in ((condition, truth), (negate(condition), not truth)):
        assert eval(python(written), {}, dict(numbers)) is expected
        if not isinstance(written, bool):
            assert written.substitute(numbers) is expected


@settings(deadline=None)
@given(st.booleans(), st.booleans(), st.booleans())
def test_logic(p: bool, q: bool, r: bool) -> None:
    holds = {name: decide("truth", [Symbolic.variable(name)]) for name in "pqr"}
    condition = decide("or", [decide("and", [holds["p"], holds["q"]]), negate(holds["r"])])
    condition = decide("and", [condition, decide("or", [holds["q"], holds["r"]])])
    numbers = {"p": p, "q": q, "r": r}
    expected = ((p and q) or not r) and (q or r)
    assert eval(python(condition), {}, numbers) == expected
    assert eval(python(negate(condition)), {}, numbers) == (not expected)


def test_the_unknown_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match="no truth value"):
        bool(A)
    with pytest.raises(TypeError, match="no truth value"):
        bool(decide("==", [A, 1]))
