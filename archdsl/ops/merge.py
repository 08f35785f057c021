"""Where paths meet."""

from __future__ import annotations

from functools import reduce
from typing import ClassVar

from archdsl.ops.base import Family, Inputs, Misfit, Op
from archdsl.ops.shape import Shape
from archdsl.symbolic import Symbolic


class Merge(Op):
    """What all merges share: several inputs, of one shape unless the op says otherwise."""

    family: ClassVar = Family.MERGE
    is_linear: ClassVar = True

    def check(self, inputs: Inputs) -> None:
        """All inputs have one shape."""
        self._check_equal(inputs, ("height", "width", "channels"))

    def infer(self, inputs: Inputs) -> Shape:
        """The shape of every input; of symbolic ones, the plainest way to write it."""
        return reduce(plainer, inputs)

    def _check_equal(self, inputs: Inputs, sides: tuple[str, ...]) -> None:
        first = inputs[0]
        for number, shape in enumerate(inputs[1:], start=2):
            if shape.flat != first.flat:
                maps, vector = (first, shape) if shape.flat else (shape, first)
                raise Misfit(f"`{self.merge}` cannot join maps {maps} with the vector {vector}")
            for side in sides:
                one, other = getattr(first, side), getattr(shape, side)
                if one != other:
                    raise Misfit(
                        f"`{self.merge}` needs paths of one shape, but path 1 gives {first} and "
                        f"path {number} gives {shape}",
                        note=f"{side}: {one} against {other}",
                    )


class Add(Merge):
    """The sum of all paths, element by element."""

    merge: ClassVar = "add"


class Mean(Merge):
    """The mean of all paths, element by element."""

    merge: ClassVar = "join"


class Multiply(Merge):
    """The product of all paths; `[1x1xC]` beside `[HxWxC]` scales whole maps."""

    merge: ClassVar = "multiply"
    is_linear: ClassVar = False

    def check(self, inputs: Inputs) -> None:
        """One shape, but for maps of one value."""
        full = [shape for shape in inputs if shape.flat or (shape.height, shape.width) != (1, 1)]
        self._check_equal(inputs, ("channels",))
        if full:
            self._check_equal(tuple(full), ("height", "width"))

    def infer(self, inputs: Inputs) -> Shape:
        """The shape of the largest maps."""
        return max(inputs, key=lambda shape: (_is_unknown(shape), _area(shape)))


class Concat(Merge):
    """All paths' channels one behind the other."""

    merge: ClassVar = "concat"

    def check(self, inputs: Inputs) -> None:
        """All sides but the channels are equal."""
        self._check_equal(inputs, ("height", "width"))

    def infer(self, inputs: Inputs) -> Shape:
        """The sum of the channels."""
        place = reduce(plainer, inputs)
        channels = sum(shape.channels for shape in inputs)
        return Shape(place.height, place.width, channels, place.flat)

    def arithmetic(self, inputs: Inputs) -> dict[str, str]:
        """The sum written out."""
        terms = " + ".join(str(shape.channels) for shape in inputs)
        return {"channels": f"{terms} = {sum(shape.channels for shape in inputs)}"}


def plainer(one: Shape, other: Shape) -> Shape:
    """Of two shapes that are known to be equal, side by side the one that is simpler to write."""
    return Shape(
        *(
            min(pair, key=_complexity)
            for pair in zip(
                (one.height, one.width, one.channels),
                (other.height, other.width, other.channels),
                strict=True,
            )
        ),
        one.flat,
    )


def _complexity(side: object) -> int:
    """How long a side is to write; an unknown one is never the plainer."""
    text = str(side) if isinstance(side, Symbolic) else ""
    return len(text) + 1000 * ("?" in text)


def _is_unknown(shape: Shape) -> bool:
    return isinstance(shape.height, Symbolic) or isinstance(shape.width, Symbolic)


def _area(shape: Shape) -> int:
    return 0 if _is_unknown(shape) else shape.height * shape.width
