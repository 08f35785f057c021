"""The claims on the whole network: `expect:` against what the passes counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from archdsl.diagnostics import Diagnostic, SpecError, suggest
from archdsl.ir.evaluate import Environment, Value, show
from archdsl.ir.program import Program
from archdsl.passes.facts import Totals
from archdsl.syntax import tree

UNITS: Mapping[str, Callable[[Totals], int]] = {
    "layers": lambda totals: totals.depth,
    "parameters": lambda totals: totals.parameters,
    "parameters in training": lambda totals: totals.parameters,
    "multiply-adds": lambda totals: totals.macs,
    "connections": lambda totals: totals.connections,
    "neurons": lambda totals: totals.neurons,
}
"""What an expectation can count. The layers are those on the longest path."""


def check_expectations(
    program: Program, values: Mapping[str, Value], defaults: Mapping[str, Value], totals: Totals
) -> list[Diagnostic]:
    """A complaint for each claim that is wrong, a warning for those that nobody can check here.

    A plain figure holds for the defaults; one in braces says how it depends on the parameters.
    """
    found: list[Diagnostic] = []
    environment = Environment(values)
    for expect in program.expects:
        wanted = {**defaults, **condition_values(expect, defaults)}
        is_met = wanted == dict(values)
        if expect.conditions and not is_met:
            continue
        unchecked = []
        for figure in expect.figures:
            if figure.unit not in UNITS:
                found.append(_unknown_unit(figure))
            elif figure.literal and not is_met:
                unchecked.append(figure)
            else:
                complaint = _check(figure, environment, totals)
                if complaint is not None:
                    found.append(complaint)
        if unchecked:
            changed = [f"{k} = {show(v)}" for k, v in values.items() if v != defaults.get(k)]
            listed = ", ".join(figure.span.text for figure in unchecked)
            found.append(
                Diagnostic(
                    "W301",
                    f"with {', '.join(changed)}, this was not checked: {listed}",
                    expect.span,
                    help=f"write `expect with {', '.join(changed)}:` for what holds then",
                )
            )
    return found


def condition_values(expect: tree.Expect, defaults: Mapping[str, Value]) -> dict[str, Value]:
    """The parameters of `expect with n = 18:`. Raises SpecError for one that does not exist."""
    values: dict[str, Value] = {}
    for condition in expect.conditions:
        if condition.name not in defaults:
            near = suggest(condition.name, defaults)
            raise SpecError(
                [
                    Diagnostic(
                        "E509",
                        f"the network has no parameter called `{condition.name}`",
                        condition.span,
                        help=f"did you mean `{near}`?" if near else "",
                    )
                ]
            )
        values[condition.name] = Environment(defaults).evaluate(condition.value)
    return values


def _check(
    figure: tree.Figure, environment: Environment, totals: Totals
) -> Diagnostic | None:
    claimed = environment.number(figure.value)
    assert isinstance(claimed, int | Fraction)
    actual = UNITS[figure.unit](totals)
    if abs(actual - claimed) <= claimed * figure.tolerance:
        return None
    said = f"{claimed:,}" if isinstance(claimed, int) else show(claimed)
    note = ""
    if figure.tolerance:
        note = f"{actual / claimed - 1:+.1%}, and at most {float(figure.tolerance):.0%} is allowed"
    return Diagnostic(
        "E204",
        f"{said} {figure.unit} are expected, but the network has {actual:,}",
        figure.span,
        note=note,
        help=f"write {actual:,} {figure.unit}, or find out what differs",
    )


def _unknown_unit(figure: tree.Figure) -> Diagnostic:
    near = suggest(figure.unit, UNITS)
    return Diagnostic(
        "E105",
        f"nothing counts `{figure.unit}`",
        figure.span,
        help=f"did you mean `{near}`?" if near else f"write one of: {', '.join(UNITS)}",
    )
