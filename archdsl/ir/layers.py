"""From a line's options to an op, on known numbers and on symbolic ones."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from pydantic import ValidationError

from archdsl.diagnostics import Diagnostic, SpecError, error
from archdsl.ir.evaluate import ROUND_IT, Environment, show
from archdsl.ir.program import LayerStep, MergeStep, Option
from archdsl.ops import Op, Shape
from archdsl.ops.phrases import Incoming
from archdsl.symbolic import Condition, Symbolic


def build_op(step: LayerStep | MergeStep, environment: Environment, shape: Shape) -> Op:
    """The op that a line describes, fed with maps of `shape`.

    Below a split a layer that says no groups of its own has one for each device. Known values are
    validated. With a symbolic one among them the op is as symbolic as they are.
    Raises SpecError at the option that is wrong.
    """
    values = {
        name: _field_value(step.op, name, option, environment, shape)
        for name, option in step.options.items()
    }
    if isinstance(step, LayerStep) and step.own_groups is not None:
        values.setdefault("groups", step.own_groups)
    if any(map(_is_symbolic, values.values())):
        return step.op.model_construct(**values)
    try:
        return step.op(**values)
    except ValidationError as failure:
        raise SpecError(_translate(failure, step)) from None


def _field_value(
    op: type[Op], name: str, option: Option, environment: Environment, shape: Shape
) -> Any:
    kind = op.kind(name)
    if option.runs:
        return tuple(
            (environment.whole(first, "a channel"), environment.whole(last, "a channel"))
            for first, last in option.runs
        )
    if option.expression is None:
        value = shape.channels if option.value is Incoming.CHANNELS else option.value
        return kind.complete(value)
    value = environment.evaluate(option.expression)
    sides = value if isinstance(value, tuple) else (value,)
    words = f"the {op.label(name)}"
    is_pair = isinstance(value, tuple) and not isinstance(kind.complete(1), tuple)
    if isinstance(value, bool | Condition) or is_pair:
        raise error(
            "E403",
            f"{words} must be {kind.name}, not `{show(value)}`",
            option.span,
            help=f"write it like `{op.example(name)}`",
        )
    if kind.real:
        return float(value) if isinstance(value, Fraction) else value
    if any(isinstance(side, Fraction) for side in sides):
        raise error(
            "E503",
            f"{words} must be whole, not {show(value)}",
            option.span,
            help=ROUND_IT,
        )
    return kind.complete(value)


def _is_symbolic(value: Any) -> bool:
    if isinstance(value, tuple):
        return any(map(_is_symbolic, value))
    return isinstance(value, Symbolic)


_BOUNDS = {
    "greater_than": "more than {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
}


def _translate(failure: ValidationError, step: LayerStep | MergeStep) -> Iterator[Diagnostic]:
    """Pydantic's complaints in the language's words, each at the option that it is about."""
    for wrong in failure.errors():
        name = str(wrong["loc"][0]) if wrong["loc"] else ""
        option = step.options.get(name)
        place = option.span if option else step.word_span
        help = f"write it like `{step.op.example(name)}`"
        bound = _BOUNDS.get(wrong["type"])
        if bound is None:
            yield Diagnostic("E403", wrong["msg"].removeprefix("Value error, "), place, help=help)
            continue
        bounds, value = wrong.get("ctx", {}), show(wrong["input"])
        if step.op.kind(name).rate:
            bounds = {key: f"{limit:.0%}" for key, limit in bounds.items()}
            value = f"{wrong['input']:.6g} ({100 * wrong['input']:.6g}%)"
            help = "a rate is a share: 50%, or a number from 0 to 1 in braces"
        message = f"the {step.op.label(name)} must be {bound.format(**bounds)}, not {value}"
        yield Diagnostic("E403", message, place, help=help)
