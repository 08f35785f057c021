"""The ladder: which size the feature maps have, from the top of a picture to its bottom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from archdsl_svg.geometry import Rect

from archdsl_pictures.model import Box
from archdsl_pictures.structure import Framed, Leaf, Parallel, Part, Series, leaves


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of one column in which the maps have one size; `tint` counts the sizes."""

    size: str
    tint: int
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """A box of the flow, or paths side by side, and the size of the maps that leave."""

    paths: tuple[str, ...]
    size: str


def steps_of(
    columns: Sequence[Series],
    boxes: Mapping[str, Box],
    rects: Mapping[str, Rect],
    extents: Sequence[tuple[float, float]],
) -> list[list[Step]]:
    """The steps of each column, that reach over all of its extent from top to bottom."""
    found: list[list[Step]] = []
    tint, size = -1, ""
    for column, (first, last) in zip(columns, extents, strict=True):
        stretches = [
            (
                min(rects[path].top for path in stretch.paths),
                max(rects[path].bottom for path in stretch.paths),
                stretch.size,
            )
            for stretch in stretches_of(column, boxes)
        ]
        steps: list[Step] = []
        for (_, above, _), (top, _, here) in zip(
            [(0.0, 0.0, ""), *stretches], stretches, strict=False
        ):
            start = (above + top) / 2 if steps else first
            if not here or (steps and here == size):
                continue
            tint, size = tint + (here != size), here
            steps.append(Step(here, tint, start, last))
        ends = [*(step.top for step in steps[1:]), last]
        found.append([replace(step, bottom=end) for step, end in zip(steps, ends, strict=False)])
    return found


def stretches_of(series: Series, boxes: Mapping[str, Box]) -> Iterator[Stretch]:
    """What the flow leads through, from the top on; paths side by side are one stretch."""
    for position, part in enumerate(series.parts):
        match part:
            case Leaf(path):
                yield Stretch((path,), boxes[path].size)
            case Framed(_, inside):
                yield from stretches_of(inside, boxes)
            case Parallel((column,), _, _):
                yield from stretches_of(column, boxes)
            case _:
                # The size that paths are brought to is that of where they meet.
                if held := tuple(leaves(part)):
                    meet = next(_heads(series.parts[position + 1 :]), None)
                    yield Stretch(held, boxes[meet or held[-1]].size)


def _heads(parts: Sequence[Part]) -> Iterator[str]:
    """The first box of what follows."""
    for part in parts:
        yield from leaves(part)
