"""From values to pixels, and the round numbers that an axis shows."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10

_ROUND = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `low` to `high` on pixels from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def step_for(span: float, count: int) -> float:
    """The round step that divides a span into about so many parts, at least one."""
    rough = span / count or 1.0
    power = 10.0 ** floor(log10(rough))
    return next(factor for factor in _ROUND if factor * power >= rough * 0.999) * power


def ticks(low: float, high: float, step: float) -> list[float]:
    """The multiples of a step from `low` to `high`."""
    first, last = round(-(-low // step)), floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def tick_text(value: float, step: float) -> str:
    """As many digits as the step has."""
    digits = max(0, -floor(log10(step) + 1e-9))
    return f"{value:,.{digits}f}"


def short(value: float) -> str:
    """A count in three digits: `25.6M`, `1.81G`, `62`."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("K", 1e3)):
        if value >= size * 0.9995:
            return f"{_three(value / size)}{unit}"
    return f"{value:g}"


def _three(value: float) -> str:
    digits = 0 if value >= 99.95 else 1 if value >= 9.995 else 2
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
