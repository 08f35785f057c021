"""What a loop does to the shape that flows through it, in closed form where there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from archdsl.ops import Shape
from archdsl.symbolic import Number, Symbolic, choose, decide

SIDES = ("height", "width", "channels")
PROBES = {side: f"?{side}" for side in SIDES}
"""Names for a shape that a loop's body is tried on, to see what it does with it."""
UNROLLED = 64
"""Rounds of a known number that are followed one by one where there is no closed form."""


class Carried(NamedTuple):
    """A side without a closed form: a variable that the constructor carries through its loop."""

    name: str
    start: Number
    update: Number


class LoopShapes(NamedTuple):
    """The shape that enters round `index`, the one that leaves the last round, what is carried.

    `varies` where the code of a round depends on which round it is, through the shape;
    `is_written_out` where only rounds written one by one can say how. `is_followed` where a side
    has no closed form but the rounds are few: then `enter` is right for the first of them only, and
    who looks at a round must follow the shape from round to round.
    """

    enter: Shape
    leave: Shape
    carried: tuple[Carried, ...] = ()
    varies: bool = False
    is_written_out: bool = False
    is_followed: bool = False


def probe(flat: bool) -> Shape:
    """The shape that a body is tried on."""
    height, width, channels = (Symbolic.variable(PROBES[side]) for side in SIDES)
    return Shape(height, width, channels, flat)  # type: ignore[arg-type]


def substitute(shape: Shape, values: dict[str, Number]) -> Shape:
    """A shape with numbers in the place of names."""
    return shape.map(lambda side: Symbolic.of(side).substitute(values))


def probe_values(shape: Shape) -> dict[str, Number]:
    """What the probe's names stand for where this shape flows."""
    return {PROBES[side]: getattr(shape, side) for side in SIDES}


def close(
    start: Shape,
    after_probe: Shape,
    used: Iterable[str],
    index: str,
    first: Number,
    last: Number,
    new_name: Callable[[str], str],
) -> LoopShapes:
    """The shapes of a loop over `first..last`.

    `after_probe` is what one round makes of the probe, `used` the names in the code of a round.
    """
    names = set(used)
    enter: dict[str, Number] = {}
    leave: dict[str, Number] = {}
    open_sides: list[str] = []
    varies = is_written_out = is_followed = False
    i = Symbolic.variable(index)
    rounds = last - first + 1
    for side in SIDES:
        before: Number = getattr(start, side)
        after = Symbolic.of(getattr(after_probe, side))
        growth = Symbolic.of(after - Symbolic.variable(PROBES[side]))
        if growth == 0:
            enter[side] = leave[side] = before
        elif not any(name.startswith("?") for name in after.variables()):
            # Each round says itself what leaves it: only the first sees what was there before.
            enter[side] = choose(decide("==", [i, first]), before, after.substitute({index: i - 1}))
            final = after.substitute({index: last})
            leave[side] = choose(decide(">=", [rounds, 1]), final, before)
        elif not any(name.startswith("?") or name == index for name in growth.variables()):
            enter[side] = before + (i - first) * growth
            leave[side] = before + rounds * growth
        else:
            open_sides.append(side)
            continue
        varies |= PROBES[side] in names and enter[side] != before
    carried: list[Carried] = []
    if open_sides and isinstance(rounds, int) and rounds <= UNROLLED:
        followed = start
        for number in range(rounds):
            values = {**probe_values(followed), index: first + number}
            followed = substitute(after_probe, values)
        is_followed = True
        for side in open_sides:
            is_written_out |= PROBES[side] in names
            enter[side], leave[side] = getattr(start, side), getattr(followed, side)
    else:
        values = {PROBES[side]: enter[side] for side in enter}
        own = {side: new_name(side) for side in open_sides}
        values |= {PROBES[side]: Symbolic.variable(name) for side, name in own.items()}
        for side, name in own.items():
            update = Symbolic.of(getattr(after_probe, side)).substitute(values)
            carried.append(Carried(name, getattr(start, side), update))
            enter[side] = leave[side] = Symbolic.variable(name)
    return LoopShapes(
        Shape(**enter, flat=start.flat),  # type: ignore[arg-type]
        Shape(**leave, flat=after_probe.flat),  # type: ignore[arg-type]
        tuple(carried),
        varies,
        is_written_out,
        is_followed,
    )
