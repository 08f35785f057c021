"""From a line's options to an op, on known numbers and on symbolic ones."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pydantic import ValidationError

from archdsl.diagnostics import SpecError, error
from archdsl.ir.evaluate import Environment, show
from archdsl.ir.program import LayerStep, MergeStep, Option
from archdsl.ops import Op, Shape
from archdsl.ops.phrases import Incoming
from archdsl.symbolic import Condition, Symbolic


def build_op(step: LayerStep | MergeStep, environment: Environment, shape: Shape) -> Op:
    """The op that a line describes, fed with maps of `shape`.

    Known values are validated. With a symbolic one among them the op is as symbolic as they are.
    Raises SpecError at the option that is wrong.
    """
    values = {
        name: _field_value(step.op, name, option, environment, shape)
        for name, option in step.options.items()
    }
    if any(map(_is_symbolic, values.values())):
        return step.op.model_construct(**values)
    try:
        return step.op(**values)
    except ValidationError as failure:
        raise _translate(failure, step) from None


def _field_value(
    op: type[Op], name: str, option: Option, environment: Environment, shape: Shape
) -> Any:
    kind = op.kind(name)
    if option.expression is None:
        value = shape.channels if option.value is Incoming.CHANNELS else option.value
        return kind.complete(value)
    value = environment.evaluate(option.expression)
    sides = value if isinstance(value, tuple) else (value,)
    words = _words(name)
    if isinstance(value, bool | Condition):
        raise error("E403", f"{words} must be {kind.name}, not {show(value)}", option.span)
    if isinstance(value, tuple) and not isinstance(kind.complete(1), tuple):
        raise error("E403", f"{words} is one number, not the size {show(value)}", option.span)
    if kind.real:
        return float(value) if isinstance(value, Fraction) else value
    if any(isinstance(side, Fraction) for side in sides):
        raise error(
            "E503",
            f"{words} must be whole, not {show(value)}",
            option.span,
            help="round it: `//` divides down, and there are `floor`, `ceil` and `round`",
        )
    return kind.complete(value)


def _words(field: str) -> str:
    """A field as messages call it."""
    return f"the {field.replace('_', ' ')}"


def _is_symbolic(value: Any) -> bool:
    sides = value if isinstance(value, tuple) else (value,)
    return any(isinstance(side, Symbolic) for side in sides)


_BOUNDS = {
    "greater_than": "more than {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
}


def _translate(failure: ValidationError, step: LayerStep | MergeStep) -> SpecError:
    """A pydantic complaint in the language's words, at the option that it is about."""
    first = failure.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    option = step.options.get(name)
    bound = _BOUNDS.get(first["type"])
    message, help = first["msg"].removeprefix("Value error, "), ""
    if bound is not None:
        bounds, value = first.get("ctx", {}), first["input"]
        if step.op.kind(name).rate:
            bounds = {key: f"{limit:.0%}" for key, limit in bounds.items()}
            value = f"{value:.6g} ({value:.4%})".replace(".0000%", "%")
            help = "a rate is a share: 50%, or a number from 0 to 1 in braces"
        message = f"{_words(name)} must be {bound.format(**bounds)}, not {_shown(value)}"
    return error("E403", message, option.span if option else step.word_span, help=help)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else show(value)
