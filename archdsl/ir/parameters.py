"""The network's parameters: what is set from outside, and defaults for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from archdsl.diagnostics import Diagnostic, SpecError, error
from archdsl.ir import program
from archdsl.ir.evaluate import Environment, Value, show
from archdsl.ir.scope import unknown_key
from archdsl.syntax import tree
from archdsl.syntax.source import Span


@dataclass(frozen=True, slots=True)
class Setting:
    """A value from outside, and where it and its name were written."""

    value: Value
    name_span: Span
    value_span: Span


def default_values(main: program.Block) -> dict[str, Value]:
    """The defaults, of the parameters that have one. Raises SpecError."""
    values: dict[str, Value] = {}
    for parameter in main.parameters:
        if parameter.default is not None:
            values[parameter.name] = Environment(values).evaluate(parameter.default)
    return values


def parameter_values(main: program.Block, settings: Mapping[str, Setting]) -> dict[str, Value]:
    """Every parameter's value. Raises SpecError with everything that is wrong in the settings."""
    found: list[Diagnostic] = []
    known = [parameter.name for parameter in main.parameters]
    for name, setting in settings.items():
        if name not in known:
            found.append(unknown_parameter(name, main, setting.name_span))
    values: dict[str, Value] = {}
    for parameter in main.parameters:
        given = settings.get(parameter.name)
        try:
            values[parameter.name] = _value(parameter, given, values)
        except SpecError as failure:
            if parameter.default is not None and given is None and found:
                continue  # Its default may use one that is missing for a reason said already.
            found.extend(failure.diagnostics)
    if found:
        raise SpecError(found)
    return values


def _value(
    parameter: program.Parameter, setting: Setting | None, earlier: Mapping[str, Value]
) -> Value:
    if setting is not None:
        if parameter.default is not None:
            check_kind(parameter, setting.value, setting.value_span, earlier)
        return setting.value
    if parameter.default is not None:
        return Environment(earlier).evaluate(parameter.default)
    raise error(
        "E510",
        f"the parameter `{parameter.name}` has no value",
        parameter.span,
        help=f"give it a default, or set it: --set {parameter.name}=...",
    )


def check_kind(
    parameter: program.Parameter, value: Value, span: Span, earlier: Mapping[str, Value]
) -> None:
    """Raise SpecError unless the value is of the default's kind. A whole number is a number."""
    assert parameter.default is not None
    default = Environment(earlier).evaluate(parameter.default)
    wanted, given = _kind(default), _kind(value)
    if isinstance(parameter.default, tree.Number) and "." in parameter.default.span.text:
        wanted = "a number"  # `alpha = 1.0` is no count, though its value is whole.
    if wanted != given and (wanted, given) != ("a number", "a whole number"):
        raise error(
            "E509",
            f"`{parameter.name}` takes {wanted}, not `{show(value)}`",
            span,
            help=f"write it like its default, `{parameter.default.span.text}`",
        )


def unknown_parameter(name: str, main: program.Block, span: Span) -> Diagnostic:
    """A network's parameter that does not exist."""
    known = [parameter.name for parameter in main.parameters]
    help = unknown_key(name, known, "its parameters are") or f"`{main.name}` has no parameters"
    return Diagnostic("E509", f"the network has no parameter called `{name}`", span, help=help)


def _kind(value: Value) -> str:
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, tuple):
        return "a size"
    return "a number" if isinstance(value, Fraction) else "a whole number"
