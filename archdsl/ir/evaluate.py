"""Expressions to values; the same rules for known numbers and for symbolic ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, TypeGuard

from archdsl.diagnostics import SpecError, did_you_mean, error
from archdsl.ops import Shape
from archdsl.symbolic import (
    FUNCTIONS,
    Condition,
    Number,
    Symbolic,
    apply,
    decide,
    divide,
    floor_divide,
    whole,
)
from archdsl.syntax import tree
from archdsl.syntax.source import Span

Size = tuple[Number, Number]
Value = Number | bool | Condition | Size
AXES = ("height", "width", "channels")
CALLABLE = tuple(name for name in FUNCTIONS if name.isalpha())
"""The functions that an author can call."""

ROUND_IT = "round it: `//` divides down, and there are `floor`, `ceil` and `round`"

LARGEST = 10**30
"""A number beyond it, or a fraction finer than its inverse, is a mistake and not a size."""

_ARITHMETIC: Mapping[str, Callable[[Any, Any], Number]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": divide,
    "//": floor_divide,
    "%": lambda a, b: apply("%", a, b),
}


class Environment:
    """What names mean inside one block: parameters and indices, and what flows in."""

    def __init__(self, values: Mapping[str, Value], incoming: Shape | None = None) -> None:
        self.values = dict(values)
        self.incoming = incoming

    def bind(self, name: str, value: Value) -> Environment:
        """The same names and one more."""
        return Environment({**self.values, name: value}, self.incoming)

    def evaluate(self, expression: tree.Expression) -> Value:
        """The value of an expression. Raises SpecError with the place of the trouble."""
        match expression:
            case tree.Truth(value):
                return value
            case tree.Number(number):
                _check_magnitude(number, expression.span)
                return number
            case tree.SizeLiteral(height, width):
                return self.number(height), self.number(width)
            case tree.Name(name, span):
                if name not in self.values:
                    raise error(
                        "E501",
                        f"no parameter is called `{name}` here",
                        span,
                        help=did_you_mean(name, self.values, _scope_help(self.values)),
                    )
                return self.values[name]
            case tree.Incoming():
                return self._incoming(expression)
            case tree.Unary("-", operand):
                return self._sizewise("*", -1, self._arithmetic(operand), expression.span)
            case tree.Unary(_, operand):
                return decide("not", [self.truth(operand)])
            case tree.Binary("and" | "or" as operator, left, right):
                return decide(operator, [self.truth(left), self.truth(right)])
            case tree.Binary(operator, left, right) if operator in _ARITHMETIC:
                return self._sizewise(
                    operator, self._arithmetic(left), self._arithmetic(right), expression.span
                )
            case tree.Binary():
                return self._compare(expression)
            case tree.FunctionCall():
                return self._call(expression)

    def number(self, expression: tree.Expression) -> Number:
        """The value, which must be a number."""
        value = self.evaluate(expression)
        if not is_number(value):
            raise _no_number(value, expression.span)
        return value

    def whole(self, expression: tree.Expression, what: str) -> Number:
        """The value, which must be a whole number."""
        value = self.number(expression)
        if isinstance(value, Fraction):
            raise error(
                "E503",
                f"{what} must be a whole number, not {show(value)}",
                expression.span,
                help=ROUND_IT,
            )
        return value

    def truth(self, expression: tree.Expression) -> bool | Condition:
        """The value, which must be yes or no."""
        value = self.evaluate(expression)
        if isinstance(value, bool | Condition):
            return value
        if isinstance(value, Symbolic):
            return decide("truth", [value])
        raise error(
            "E502",
            f"yes or no is needed here, not {describe(value)}",
            expression.span,
            help="write a comparison, such as `stride == 1`",
        )

    def _arithmetic(self, expression: tree.Expression) -> Number | Size:
        value = self.evaluate(expression)
        if is_number(value) or isinstance(value, tuple):
            return value
        raise _no_number(value, expression.span)

    def _sizewise(
        self, operator: str, left: Number | Size, right: Number | Size, span: Span
    ) -> Number | Size:
        """Arithmetic; on a size it works side by side."""
        if isinstance(left, tuple) or isinstance(right, tuple):
            lefts = left if isinstance(left, tuple) else (left, left)
            rights = right if isinstance(right, tuple) else (right, right)
            return (
                self._operate(operator, lefts[0], rights[0], span),
                self._operate(operator, lefts[1], rights[1], span),
            )
        return self._operate(operator, left, right, span)

    def _operate(self, operator: str, left: Number, right: Number, span: Span) -> Number:
        try:
            result = _ARITHMETIC[operator](left, right)
        except ZeroDivisionError:
            raise error(
                "E504",
                "division by zero",
                span,
                note=f"{show(left)} {operator} {show(right)}",
                help="let an `if` exclude the case, or change the parameter",
            ) from None
        if isinstance(result, Symbolic):
            return result
        _check_magnitude(result, span)
        return whole(result)

    def _compare(self, expression: tree.Binary) -> Value:
        left, right = self.evaluate(expression.left), self.evaluate(expression.right)
        operator = expression.operator
        if is_number(left) and is_number(right):
            return decide(operator, [left, right])
        if operator in ("==", "!="):
            if isinstance(left, tuple) and isinstance(right, tuple):
                sides = [decide("==", [a, b]) for a, b in zip(left, right, strict=True)]
                equal = decide("and", sides)
                return equal if operator == "==" else decide("not", [equal])
            if isinstance(left, bool) and isinstance(right, bool):
                return (left == right) == (operator == "==")
            if isinstance(left, bool) or isinstance(right, bool):
                truth, other = (left, right) if isinstance(left, bool) else (right, left)
                if isinstance(other, Symbolic | Condition):
                    condition = decide("truth", [other]) if isinstance(other, Symbolic) else other
                    wanted = truth == (operator == "==")
                    return condition if wanted else decide("not", [condition])
        raise error(
            "E502",
            f"{describe(left)} and {describe(right)} cannot be compared by `{operator}`",
            expression.span,
            help="numbers are compared with numbers; sizes, yes and no only by `==` and `!=`",
        )

    def _incoming(self, expression: tree.Incoming) -> Number:
        check_axis(expression)
        if self.incoming is None:
            raise error(
                "E505",
                f"`in.{expression.axis}` stands only inside a block",
                expression.span,
                help="the network's own input is what its INPUT line says",
            )
        side: Number = getattr(self.incoming, expression.axis)
        return side

    def _call(self, expression: tree.FunctionCall) -> Number:
        check_function(expression)
        return apply(expression.function, *map(self.number, expression.arguments))


def check_axis(expression: tree.Incoming) -> None:
    """Raise SpecError unless what flows in has such a side."""
    if expression.axis not in AXES:
        known = [f"in.{axis}" for axis in AXES]
        otherwise = f"there are {', '.join(map(_quoted, known))}"
        raise error(
            "E501",
            f"`in` has no `{expression.axis}`",
            expression.span,
            help=did_you_mean(f"in.{expression.axis}", known, otherwise),
        )


def check_function(expression: tree.FunctionCall) -> None:
    """Raise SpecError unless there is such a function, and it takes as many arguments."""
    start = expression.span.start
    name = Span(expression.span.source, start, start + len(expression.function))
    if expression.function not in CALLABLE:
        known = f"there are {', '.join(map(_quoted, CALLABLE))}"
        help = did_you_mean(expression.function, CALLABLE, known)
        if expression.function == "range":
            help = "write a range with two dots, as in `1..3` for 1, 2 and 3"
        raise error("E501", f"no function is called `{expression.function}`", name, help=help)
    count = len(expression.arguments)
    is_several = expression.function in ("min", "max")
    if count < 1 + is_several or (count > 1 and not is_several):
        wanted = "two arguments or more" if is_several else "one argument"
        raise error(
            "E506",
            f"`{expression.function}` takes {wanted}, not {count}",
            expression.span,
            help=f"write it like `{expression.function}({'a, b' if is_several else 'a'})`",
        )


def _check_magnitude(value: int | Fraction, span: Span) -> None:
    if max(abs(value.numerator), value.denominator) > LARGEST:
        raise error(
            "E512",
            "this number is too large to be meant, or too fine",
            span,
            note=f"more than {len(str(LARGEST)) - 1} digits",
            help="is it multiplied in a block that calls itself?",
        )


def _no_number(value: Value, span: Span) -> SpecError:
    help = "yes and no are no numbers: let an `if` choose one"
    if isinstance(value, tuple):
        help = "a size is two numbers: write each side on its own, as in `{h}x{w}`"
    return error("E502", f"a number is needed here, not {describe(value)}", span, help=help)


def is_number(value: object) -> TypeGuard[Number]:
    """Whether a value is a number; yes and no are none."""
    return isinstance(value, int | Fraction | Symbolic) and not isinstance(value, bool)


def show(value: Any) -> str:
    """A value as a spec would write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "x".join(map(show, value))
    if isinstance(value, Fraction):
        decimal = f"{float(value):.12g}"
        return decimal if Fraction(decimal) == value else f"{value.numerator}/{value.denominator}"
    return str(value)


def describe(value: Value) -> str:
    """A value with its kind, for messages."""
    if isinstance(value, tuple):
        return f"the size {show(value)}"
    return f"`{show(value)}`" if isinstance(value, bool) else f"the number {show(value)}"


def parts_of(expression: tree.Expression) -> Iterator[tree.Expression]:
    """An expression and everything inside it."""
    yield expression
    match expression:
        case tree.SizeLiteral(left, right) | tree.Binary(_, left, right):
            yield from parts_of(left)
            yield from parts_of(right)
        case tree.Unary(_, operand):
            yield from parts_of(operand)
        case tree.FunctionCall(_, arguments):
            for argument in arguments:
                yield from parts_of(argument)


def _quoted(name: str) -> str:
    return f"`{name}`"


def _scope_help(values: Mapping[str, Value]) -> str:
    if not values:
        return "a block sees its own parameters only, and this one has none"
    return f"a block sees its own parameters only: {', '.join(map(_quoted, values))}"
