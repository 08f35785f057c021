"""The claims on the whole network: `expect:` against what the passes counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from archdsl.diagnostics import Diagnostic, SpecError, did_you_mean
from archdsl.ir import conditions
from archdsl.ir.evaluate import Environment, Value, show
from archdsl.ir.program import Block, Program
from archdsl.passes.facts import Facts
from archdsl.syntax import tree
from archdsl.syntax.source import Span

UNITS: Mapping[str, Callable[[Facts], int]] = {
    "layers": lambda facts: facts.totals.depth,
    "parameters": lambda facts: facts.totals.parameters,
    "parameters in training": lambda facts: facts.training_totals.parameters,
    "multiply-adds": lambda facts: facts.totals.macs,
    "connections": lambda facts: facts.totals.connections,
    "neurons": lambda facts: facts.totals.neurons,
}
"""What an expectation can count. The layers are those on the longest path; side heads count in
training only."""


def check_conditions(program: Program, defaults: Mapping[str, Value]) -> list[Diagnostic]:
    """What is wrong with the words of every `expect:`, whatever the parameters are."""
    found: list[Diagnostic] = []
    for expect in program.expects:
        found.extend(conditions.check_conditions(expect.conditions, program.main, defaults))
        found.extend(_unknown_unit(figure) for figure in expect.figures if _unit(figure) is None)
    return found


def check_expectations(
    program: Program, values: Mapping[str, Value], defaults: Mapping[str, Value], facts: Facts
) -> list[Diagnostic]:
    """A complaint for each claim that is wrong, a warning for those that nobody can check here.

    A plain figure holds for the defaults; one in braces says how it depends on the parameters.
    Claims whose words are wrong are left to `check_conditions`.
    """
    found: list[Diagnostic] = []
    environment = Environment(values)
    is_default = defaults == dict(values)
    for expect in program.expects:
        try:
            wanted = defaults
            if expect.conditions:
                wanted = conditions.values_with(expect.conditions, program.main, defaults)
            is_met = wanted == dict(values)
            if expect.conditions and not is_met:
                continue
        except SpecError:
            continue
        unchecked = []
        for figure in expect.figures:
            if _unit(figure) is None:
                continue
            if figure.literal and not is_met:
                unchecked.append(figure)
                continue
            try:
                setting = "" if is_default else _setting(program.main, values, defaults)
                found.extend(_check(figure, environment, facts, setting))
            except SpecError as failure:
                found.extend(failure.diagnostics)
        if unchecked:
            found.append(_unchecked(unchecked, program.main, values, defaults))
    return found


def _unit(figure: tree.Figure) -> str | None:
    """What a figure counts; `1 layer` counts layers."""
    return next((unit for unit in (figure.unit, f"{figure.unit}s") if unit in UNITS), None)


def _check(
    figure: tree.Figure, environment: Environment, facts: Facts, setting: str
) -> list[Diagnostic]:
    """The complaint about a claim that is wrong; `setting` says with which parameters, if any."""
    claimed = environment.number(figure.value)
    assert isinstance(claimed, int | Fraction)
    unit = _unit(figure)
    assert unit is not None
    actual = UNITS[unit](facts)
    exact = Fraction(claimed)
    if abs(actual - exact) <= abs(exact) * figure.tolerance:
        return []
    said = f"{claimed:,}" if isinstance(claimed, int) else show(claimed)
    note = ""
    if exact:
        share = actual / exact - 1
        note = f"{_percent(abs(share))} {'more' if share > 0 else 'less'}"
        if figure.tolerance:
            note += f", and {_percent(figure.tolerance)} is allowed"
    verb = "is" if claimed == 1 else "are"
    where = f" with {setting}" if setting else ""
    wanted = _amount(actual, unit)
    # In braces the figure holds for other parameters too, so that no number can replace it.
    advice = f"write {wanted}" if figure.literal else f"write what gives {wanted}{where}"
    return [
        Diagnostic(
            "E204",
            f"{said} {_counted(unit, claimed)} {verb} expected, "
            f"but the network has {actual:,}{where}",
            figure.span,
            note=note,
            help=f"{advice}, or find out what differs",
        )
    ]


def _amount(count: int, unit: str) -> str:
    """`1 layer`, `22 layers`, `6,998,552 parameters in training`."""
    return f"{count:,} {_counted(unit, count)}"


def _counted(unit: str, count: int | Fraction) -> str:
    """The unit behind a count: `layer` behind 1, `layers` behind all else."""
    first, blank, rest = unit.partition(" ")
    return f"{first.removesuffix('s') if count == 1 else first}{blank}{rest}"


def _percent(share: Fraction) -> str:
    """A share in percent: to three digits below 100%, to the whole percent above."""
    return f"{round(share * 100):,}%" if share >= 1 else f"{float(share * 100):.3g}%"


def _setting(main: Block, values: Mapping[str, Value], defaults: Mapping[str, Value]) -> str:
    """What was set, as `n = 18, big = yes`."""
    given = []
    for parameter in main.parameters:
        value = values[parameter.name]
        if value == defaults.get(parameter.name):
            continue
        # What only follows from another parameter need not be said.
        follows = parameter.default is not None and value == Environment(values).evaluate(
            parameter.default
        )
        if not follows:
            given.append(f"{parameter.name} = {show(value)}")
    return ", ".join(given)


def _unchecked(
    figures: list[tree.Figure],
    main: Block,
    values: Mapping[str, Value],
    defaults: Mapping[str, Value],
) -> Diagnostic:
    changed = _setting(main, values, defaults)
    listed = ", ".join(figure.span.text for figure in figures)
    return Diagnostic(
        "W301",
        f"with {changed}, this was not checked: {listed}",
        figures[0].span,
        note="a figure without braces holds for the defaults",
        help=f"write `expect with {changed}:` for what holds then",
    )


def _unknown_unit(figure: tree.Figure) -> Diagnostic:
    at = figure.span.text.find(figure.unit)
    start = figure.span.start + at
    span = Span(figure.span.source, start, start + len(figure.unit))
    return Diagnostic(
        "E105",
        f"nothing counts `{figure.unit}`",
        span if at >= 0 else figure.span,
        help=did_you_mean(figure.unit, UNITS, f"write one of: {', '.join(UNITS)}"),
    )
