"""From a line's options to an op, on known numbers and on symbolic ones."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pydantic import ValidationError

from archdsl.diagnostics import SpecError
from archdsl.ir.evaluate import Environment, error, show
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
    if option.expression is None:
        value = shape.channels if option.value is Incoming.CHANNELS else option.value
        return op.kind(name).complete(value)
    kind = op.kind(name)
    value = environment.evaluate(option.expression)
    sides = value if isinstance(value, tuple) else (value,)
    if isinstance(value, bool | Condition):
        raise error(
            "E403",
            f"{name.replace('_', ' ')} must be {kind.name}, not {show(value)}",
            option.span,
        )
    if isinstance(value, tuple) and not isinstance(kind.complete(1), tuple):
        raise error(
            "E403", f"{name.replace('_', ' ')} is one number, not the size {show(value)}", option.span
        )
    if kind.real:
        return float(value) if isinstance(value, Fraction) else value
    if any(isinstance(side, Fraction) for side in sides):
        raise error(
            "E503", f"{name.replace('_', ' ')} must be whole, not {show(value)}", option.span
        )
    return kind.complete(value)


def _is_symbolic(value: Any) -> bool:
    return any(isinstance(side, Symbolic) for side in (value if isinstance(value, tuple) else (value,)))


def _translate(failure: ValidationError, step: LayerStep | MergeStep) -> SpecError:
    """A pydantic complaint in the language's words, at the option that it is about."""
    first = failure.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    option = step.options.get(name)
    span = option.span if option else step.span
    wanted = {
        "greater_than": "greater than {gt}",
        "greater_than_equal": "{ge} or more",
        "less_than_equal": "{le} or less",
    }.get(first["type"])
    if wanted is None:
        message = first["msg"].removeprefix("Value error, ")
    else:
        bound = wanted.format(**first.get("ctx", {}))
        message = f"{name.replace('_', ' ')} must be {bound}, not {show(first['input'])}"
    return error("E403", message, span)
