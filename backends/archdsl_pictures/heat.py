"""The tint that says how much of a cost a box has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archdsl_units import theme

from archdsl.report.text import short
from archdsl_pictures.model import Box, Costs, Picture

_COSTS: dict[str, tuple[str, Callable[[Costs], int]]] = {
    "macs": ("multiply-adds", lambda costs: costs.macs),
    "memory": ("activation values", lambda costs: costs.values),
    "parameters": ("parameters", lambda costs: costs.parameters),
}


@dataclass(frozen=True, slots=True)
class Heat:
    """One cost, and the most that a box of the overview has of it."""

    what: str
    cost: Callable[[Costs], int]
    most: int

    @classmethod
    def of(cls, picture: Picture, highlight: str) -> Heat:
        """The scale of a picture."""
        what, cost = _COSTS[highlight]
        return cls(what, cost, max(cost(box.costs) for box in picture.overview.boxes))

    def tint(self, box: Box) -> str:
        """The tint of a box: in proportion to its cost, none where it has none."""
        share = self.cost(box.costs) / self.most if self.most else 0.0
        return theme.HEAT[min(round(share * (len(theme.HEAT) - 1)), len(theme.HEAT) - 1)]

    def steps(self) -> Iterator[tuple[str, str]]:
        """Tints of the legend with what they stand for."""
        last = len(theme.HEAT) - 1
        for step in (0, last // 2, last):
            words = f" {self.what} in a box" if step == last else ""
            yield theme.HEAT[step], f"{short(self.most * step // last)}{words}"
