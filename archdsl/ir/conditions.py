"""What holds for some parameters only: `expect with n = 18:`, `error with n = 18: ...`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archdsl.diagnostics import Diagnostic, SpecError, error
from archdsl.ir.evaluate import Environment, Value
from archdsl.ir.parameters import Setting, check_kind, parameter_values, unknown_parameter
from archdsl.ir.program import Block
from archdsl.syntax import tree
from archdsl.syntax.source import Span


def check_conditions(
    conditions: Iterable[tree.Condition], main: Block, defaults: Mapping[str, Value]
) -> list[Diagnostic]:
    """What is wrong with the words of conditions, whatever the parameters are."""
    found: list[Diagnostic] = []
    parameters = {parameter.name: parameter for parameter in main.parameters}
    seen: set[str] = set()
    for condition in conditions:
        start = condition.span.start
        name = Span(condition.span.source, start, start + len(condition.name))
        if condition.name not in parameters:
            found.append(unknown_parameter(condition.name, main, name))
            continue
        try:
            if condition.name in seen:
                raise error("E509", f"`{condition.name}` is given twice", name, help="keep one")
            seen.add(condition.name)
            value = Environment(defaults).evaluate(condition.value)
            parameter = parameters[condition.name]
            if parameter.default is not None:
                check_kind(parameter, value, condition.value.span, defaults)
        except SpecError as failure:
            found.extend(failure.diagnostics)
    return found


def values_with(
    conditions: Iterable[tree.Condition], main: Block, defaults: Mapping[str, Value]
) -> dict[str, Value]:
    """Every parameter under `with n = 18`, defaults that use `n` with them. Raises SpecError."""
    environment = Environment(defaults)
    settings = {
        condition.name: Setting(
            environment.evaluate(condition.value), condition.span, condition.value.span
        )
        for condition in conditions
    }
    return parameter_values(main, settings)
