"""Where paths meet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Annotated, ClassVar

from archdsl.ops.base import Extra, Family, Inputs, Kept, Misfit, Op, Reach
from archdsl.ops.fields import Rate
from archdsl.ops.phrases import Says
from archdsl.ops.shape import Shape
from archdsl.symbolic import Symbolic


class Merge(Op):
    """What all merges share: several inputs, of one shape unless the op says otherwise."""

    family: ClassVar = Family.MERGE
    reach: ClassVar = Reach.OWN
    is_linear: ClassVar = True
    wanted: ClassVar = "paths of one shape"

    def check(self, inputs: Inputs) -> None:
        """All inputs have one shape."""
        self._check_equal(inputs, ("height", "width", "channels"))

    def infer(self, inputs: Inputs) -> Shape:
        """The shape of every input; of symbolic ones, the plainest way to write it."""
        return reduce(plainer, inputs)

    def kept(self, inputs: Inputs) -> Kept:
        """Nothing."""
        return Kept()

    def scratch(self, inputs: Inputs) -> Extra:
        """Of three paths and more, what the paths before the last amount to."""
        return Extra(values=self.infer(inputs).values * (len(inputs) > 2))

    def _check_equal(
        self, inputs: Inputs, sides: tuple[str, ...], among: Sequence[int] | None = None
    ) -> None:
        """Raise `Misfit` unless all inputs are maps or all vectors, and those sides are equal.

        `among` are the positions of the inputs that are compared, None is all.
        """
        first, *others = range(len(inputs)) if among is None else among or [0]
        for at in others:
            one, other = inputs[first], inputs[at]
            said = f"path {first + 1} gives {one} and path {at + 1} gives {other}"
            if one.flat != other.flat:
                vector = first if one.flat else at
                raise Misfit(
                    f"`{self.merge}:` takes maps or vectors, but {said}",
                    note=f"path {vector + 1} is a vector",
                    help="FC and FLATTEN make vectors; `CONV {n} 1x1 filters` keeps [1x1xC] maps",
                    paths=(first, at),
                )
            for side in sides:
                if getattr(one, side) != getattr(other, side):
                    raise Misfit(
                        f"`{self.merge}:` takes {self.wanted}, but {said}",
                        note=f"{side}: {getattr(one, side)} against {getattr(other, side)}",
                        help=_advice(side),
                        paths=(first, at),
                        axis=side,
                    )


def _advice(side: str) -> str:
    if side == "channels":
        return "give both paths as many filters, or project one: `CONV {n} 1x1 filters`"
    return "give both paths the same strides, and pads that keep the size"


class Add(Merge):
    """The sum of all paths, element by element."""

    merge: ClassVar = "add"
    shares_gradient: ClassVar = True


class Mean(Merge):
    """The mean of all paths, element by element; in training of those that `drop_path` leaves.

    `drop_path` drops each column at that rate, never all of them; in the share `one_column` of the
    batches one is left, the same in every join, counted from the last path (Larsson et al. 2016).

    A path that ends in a mean itself is a mean of several columns and counts as many times, so that
    the mean runs over all columns: `columns` says how many each path has, None that each has one.
    """

    merge: ClassVar = "join"

    drop_path: Annotated[Rate, Says("drop path {}", example="15%")] = 0.0
    one_column: Annotated[Rate, Says("one column {}")] = 0.0
    columns: tuple[int, ...] | None = None

    def scratch(self, inputs: Inputs) -> Extra:
        """The sum; the columns on a stack where some may be dropped or a path brings several."""
        is_stacked = self.columns is not None or self.drop_path or self.one_column
        count = sum(self.columns or (1,) * len(inputs)) if is_stacked else 1
        return Extra(values=count * self.infer(inputs).values)


class Multiply(Merge):
    """The product of all paths; `[1x1xC]` beside `[HxWxC]` scales whole maps."""

    merge: ClassVar = "multiply"
    is_linear: ClassVar = False
    wanted: ClassVar = "paths of one shape, or [1x1xC] beside [HxWxC]"

    def check(self, inputs: Inputs) -> None:
        """One shape, but for maps of one value."""
        self._check_equal(inputs, ("channels",))
        full = [at for at, shape in enumerate(inputs) if (shape.height, shape.width) != (1, 1)]
        self._check_equal(inputs, ("height", "width"), full)

    def infer(self, inputs: Inputs) -> Shape:
        """The shape of the largest maps."""
        return max(inputs, key=lambda shape: (_is_unknown(shape), _area(shape)))

    def kept(self, inputs: Inputs) -> Kept:
        """Each path, and of three and more the products on the way."""
        return Kept(input=True, extra=Extra(self.infer(inputs).values * (len(inputs) - 2)))


class Concat(Merge):
    """All paths' channels one behind the other."""

    merge: ClassVar = "concat"
    reach: ClassVar = Reach.ALL
    shares_gradient: ClassVar = True
    wanted: ClassVar = "paths of one height and width"

    def scratch(self, inputs: Inputs) -> Extra:
        """Nothing: each path is copied to its place."""
        return Extra()

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
        min(one.height, other.height, key=_complexity),
        min(one.width, other.width, key=_complexity),
        min(one.channels, other.channels, key=_complexity),
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
