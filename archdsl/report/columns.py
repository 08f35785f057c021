"""The columns of a summary: what stands in them, how it is written, and what it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from archdsl.diagnostics import suggest
from archdsl.ops import Shape
from archdsl.passes.costs import COUNTED, WEIGHTED
from archdsl.passes.fields import Field
from archdsl.passes.memory import DTYPES
from archdsl.report.rows import Costs, Row, RowKind


class UnknownChoice(ValueError):
    """A column, type or optimizer that there is not; the text says which there are."""


class Setup(NamedTuple):
    """What bytes are counted for: so many images, and values of a type."""

    batch: int = 1
    dtype: str = "float32"

    @property
    def value(self) -> int:
        """What a value takes, in bytes. Raises `UnknownChoice`."""
        value: int = choose("type", self.dtype, DTYPES)
        return value

    @property
    def images(self) -> str:
        """`one image in float32`."""
        count = "one image" if self.batch == 1 else f"{self.batch:,} images"
        return f"{count} in {self.dtype}"


ONE_IMAGE = Setup()


def choose(what: str, name: str, among: Any) -> Any:
    """What goes by a name. Raises `UnknownChoice`, with the nearest name if one is near."""
    if name in among:
        return among[name]
    near = suggest(name, among)
    hint = f"did you mean {near}?" if near else f"there are {', '.join(among)}"
    raise UnknownChoice(f"no {what} is called {name}; {hint}")


Value = Any
"""A number, a shape, a text; None where a row has none."""


@dataclass(frozen=True, slots=True)
class Column:
    """What a row has, its heading, and how it is written.

    Where room is short, the highest `rank` goes first. `note` says what is counted, `{images}`
    being those of the setup. What is `summed` has a total.
    """

    key: str
    title: str
    value: Callable[[Row, Setup], Value]
    write: Callable[[Value], str]
    note: str = ""
    rank: int = 4
    is_figure: bool = True
    is_summed: bool = True

    def cell(self, row: Row, setup: Setup) -> Value:
        """The row's value; None where the total has none, and where the input costs nothing."""
        if row.kind is RowKind.TOTAL and not self.is_summed:
            return None
        value = self.value(row, setup)
        is_nothing = row.kind is RowKind.INPUT and self.is_figure and value == 0
        return None if is_nothing else value

    def text(self, row: Row, setup: Setup) -> str:
        """The cell as readers see it."""
        value = self.cell(row, setup)
        return "" if value is None else self.write(value)

    def plain(self, row: Row, setup: Setup) -> Any:
        """The cell for JSON: numbers, texts, and lists of numbers."""
        value = self.cell(row, setup)
        if isinstance(value, Shape):
            return list(value.sides)
        return [*map(_number, value)] if isinstance(value, tuple) else value


def _moved(costs: Costs, setup: Setup) -> int:
    weights = costs.parameters + costs.buffers
    return (costs.moved * setup.batch + weights) * setup.value


def _intensity(row: Row, setup: Setup) -> float | None:
    moved = _moved(row.costs, setup)
    return row.costs.macs * setup.batch / moved if moved else None


def _along(of: Callable[[Field], Any]) -> Callable[[Row, Setup], Value]:
    return lambda row, _: None if row.fields is None else tuple(map(of, row.fields))


def _pair(pair: tuple[Any, Any]) -> str:
    """`11`, or `1x7` where the sides differ."""
    vertical, horizontal = (f"{float(side):.10g}" for side in pair)
    return vertical if vertical == horizontal else f"{vertical}x{horizontal}"


def _count(figure: str) -> Callable[[Row, Setup], Value]:
    return lambda row, _: getattr(row.costs, figure)


def _number(number: int | Fraction) -> int | float:
    return int(number) if number == int(number) else float(number)


def grouped(number: int) -> str:
    """`62,378,344`."""
    return f"{number:,}"


_FIELDS = (
    "A receptive field is what a position sees of the image, padding included; that of the next "
    "position lies one jump further; the centre is the first one's, in pixels from 0."
)

COLUMNS = (
    Column("kind", "kind", lambda row, _: row.kind.value, str, is_figure=False),
    Column("path", "path", lambda row, _: row.path, str, is_figure=False),
    Column(
        "output",
        "output",
        lambda row, _: row.output,
        str,
        rank=3,
        is_figure=False,
        is_summed=False,
    ),
    Column("parameters", "parameters", _count("parameters"), grouped, rank=1),
    Column(
        "buffers",
        "buffers",
        _count("buffers"),
        grouped,
        "Buffers are the state dict's other values, batch norm's counter not counted.",
    ),
    Column(
        "macs",
        "multiply-adds",
        _count("macs"),
        grouped,
        f"Multiply-adds are those of {COUNTED}, biases not counted; layers are the {WEIGHTED} on "
        "the longest path.",
        rank=2,
    ),
    Column(
        "fvcore",
        "FLOPs (fvcore)",
        _count("flops"),
        grouped,
        "FLOPs in fvcore's convention: a multiply-add is one, those of attention among positions "
        "none, batch norm two a value, layer norm five, an average over a whole map or to a size "
        "one for each value that comes in, upsampling one for each that leaves, or four if "
        "bilinear.",
    ),
    Column(
        "flops",
        "FLOPs",
        lambda row, _: 2 * row.costs.macs,
        grouped,
        "FLOPs are a multiplication or an addition each: two a multiply-add.",
    ),
    Column(
        "activations",
        "activations",
        _count("activations"),
        grouped,
        "Activations are the values of the input and of every output but those of activation "
        "functions, dropout, identity and flatten.",
    ),
    Column(
        "memory",
        "bytes",
        lambda row, setup: row.costs.activations * setup.batch * setup.value,
        grouped,
        "Bytes are those of the activations of {images}.",
    ),
    Column(
        "neurons",
        "neurons",
        _count("neurons"),
        grouped,
        f"Neurons are the output values of {WEIGHTED}.",
    ),
    Column(
        "connections",
        "connections",
        _count("connections"),
        grouped,
        "Connections are weights and biases, each once for every position that uses it.",
    ),
    Column(
        "field",
        "receptive field",
        _along(lambda field: field.size),
        _pair,
        _FIELDS,
        is_summed=False,
    ),
    Column("jump", "jump", _along(lambda field: field.jump), _pair, _FIELDS, is_summed=False),
    Column("centre", "centre", _along(lambda field: field.centre), _pair, _FIELDS, is_summed=False),
    Column(
        "moved",
        "bytes moved",
        lambda row, setup: _moved(row.costs, setup),
        grouped,
        "Bytes moved are what each layer reads and writes for {images}, weights included, no two "
        "layers being fused.",
    ),
    Column(
        "device_parameters",
        "parameters a gpu",
        _count("device_parameters"),
        grouped,
        "Parameters a gpu are those that each device holds.",
    ),
    Column(
        "device_memory",
        "bytes a gpu",
        lambda row, setup: row.costs.device_activations * setup.batch * setup.value,
        grouped,
        "Bytes a gpu are those of the activations of {images} that each device holds; what INPUT "
        "gives lies whole on all of them.",
    ),
    Column(
        "crossing",
        "bytes crossing",
        lambda row, setup: row.costs.crossing * setup.batch * setup.value,
        grouped,
        "Bytes crossing are what all devices together get from each other for {images} before a "
        "layer is computed; for the last one also what the first device gathers.",
    ),
    Column(
        "intensity",
        "multiply-adds a byte",
        _intensity,
        lambda value: f"{value:.2f}",
        "Multiply-adds a byte are those for each byte that is read or written for {images}, "
        "weights included, no two layers being fused.",
    ),
)
"""Every column that a summary can show beside the layers themselves."""

BY_KEY = {column.key: column for column in COLUMNS}
DEFAULT = tuple(BY_KEY[key] for key in ("output", "parameters", "macs"))


def columns_named(keys: Iterable[str]) -> tuple[Column, ...]:
    """The columns that go by these keys, in this order. Raises `UnknownChoice`."""
    return tuple(choose("column", key, BY_KEY) for key in dict.fromkeys(keys))
