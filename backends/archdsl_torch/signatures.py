"""What a block's class takes: its parameters, and the inferred numbers that differ between uses."""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from archdsl.ir import program
from archdsl.ir.evaluate import Environment, Value, is_number
from archdsl.ir.program import Block, Parameter
from archdsl.ir.resolve import members, merges
from archdsl.ops import Mean, Shape
from archdsl.symbolic import Condition, Number, Symbolic
from archdsl.syntax import tree
from archdsl_torch.flow import UNKNOWN
from archdsl_torch.rules import DROP_PATH

SIDES = ("channels", "height", "width")
_WRITTEN = {"self", "torch", "nn", "F", "Tensor", "NamedTuple", "range", "sum", "min", "max"}
_WRITTEN |= {"getattr", "super", "int", "float", "bool", "tuple", "list", "ValueError"}
TAKEN = frozenset(_WRITTEN) | frozenset(keyword.kwlist)
"""Names that emitted code uses itself: a parameter that is called so gets a `_` behind it."""
COLUMNS = "join_columns"
"""The method of a block's class that gives the columns of the join that the block ends in."""
KEPT = "kept"
"""Its parameter that says which of them training keeps."""
JOIN_WIDTH = "join_width"
"""The attribute that says how many there are."""


@dataclass(eq=False, repr=False)
class Signature:
    """What is known about a block while its uses are being looked at.

    `incoming` says for each input and side which number flows in: an int while all uses agree,
    None once they differ. `is_compiled` where the compiled network uses the block, so that the
    kinds of its arguments are known and not inferred. `needs` are the names that its code uses,
    `is_unknown` whether there is one among them that no use has told yet. `is_absorbed` where a
    join takes the columns of the join that the block ends in, `drops_columns` where it, or the
    block's own, may drop some. `shares` is how many devices hold a
    share of the channels that flow in, each with such a class.
    """

    block: Block
    class_name: str
    is_compiled: bool
    kinds: dict[str, str] = field(default_factory=dict)
    incoming: dict[tuple[str, str], int | None] = field(default_factory=dict)
    flat: dict[str, bool] = field(default_factory=dict)
    needs: set[str] = field(default_factory=set)
    is_unknown: bool = False
    is_absorbed: bool = False
    drops_columns: bool = False
    shares: int = 1
    output: Shape | None = None

    @property
    def numbers(self) -> list[Parameter]:
        """The parameters that are values."""
        return [p for p in self.block.parameters if not p.is_line]

    @property
    def inputs(self) -> list[str]:
        """`input`, and the parameters that stand for lines."""
        return ["input", *(p.name for p in self.block.parameters if p.is_line)]

    def inferred_name(self, source: str, side: str) -> str:
        """The constructor's name for a side of what flows in: `in_channels`."""
        name = f"{'in' if source == 'input' else source}_{side}"
        taken = {parameter.name for parameter in self.block.parameters} | self.indices
        while name in taken:
            name += "_"
        return name

    @cached_property
    def drops_paths(self) -> bool:
        """Whether a join in the block, or in one that it uses, has a rule of drop-path."""
        return _drops_paths(self.block, set())

    @cached_property
    def indices(self) -> set[str]:
        """The names of the block's loops' indices."""
        return set(_indices(self.block.body))

    @property
    def has_inner_shape(self) -> bool:
        """Whether the output has a side that only the constructor's own variables could say."""
        known = {python_name(parameter.name) for parameter in self.numbers}
        known |= {self.inferred_name(source, side) for source in self.inputs for side in SIDES}
        sides = self.output.sides if self.output is not None else ()
        used = {name for side in sides for name in Symbolic.of(side).variables()}
        return not {name.split("[")[0] for name in used} <= known

    def inferred(self) -> Iterator[tuple[str, str, str]]:
        """The needed ones among the inferred numbers: name, input and side, in a fixed order."""
        for source in self.inputs:
            for side in SIDES:
                name = self.inferred_name(source, side)
                if name in self.needs and self.incoming.get((source, side)) is None:
                    yield name, source, side

    def shape_of(self, source: str) -> Shape:
        """The shape of an input: numbers where all uses agree, names where they differ."""
        sides = {}
        for side in SIDES:
            agreed = self.incoming.get((source, side))
            name = self.inferred_name(source, side)
            sides[side] = Symbolic.variable(name) if agreed is None else agreed
        return Shape(**sides, flat=self.flat.get(source, False))  # type: ignore[arg-type]

    def seen(self, shape: Shape) -> Shape:
        """What `in` says in the block, where this flows in: the channels of all devices."""
        return shape._replace(channels=shape.channels * self.shares)

    def environment(self) -> Environment:
        """The parameters as the constructor names them."""
        values: dict[str, Value] = {}
        for parameter in self.numbers:
            name = python_name(parameter.name)
            if self.kinds.get(parameter.name) == "size":
                first, second = Symbolic.variable(f"{name}[0]"), Symbolic.variable(f"{name}[1]")
                values[parameter.name] = (first, second)
            elif self.kinds.get(parameter.name) == "bool":
                values[parameter.name] = Condition("truth", (Symbolic.variable(name),))
            else:
                is_real = self.kinds.get(parameter.name) == "float"
                values[parameter.name] = Symbolic.variable(name, is_real)
        return Environment(values, self.seen(self.shape_of("input")))

    def arguments_of(
        self, values: Mapping[str, Value], shapes: Mapping[str, Shape]
    ) -> dict[str, Any]:
        """What the class's variables are at one use, for `Symbolic.substitute`."""
        found: dict[str, Any] = {}
        for parameter in self.numbers:
            name, value = python_name(parameter.name), values[parameter.name]
            if self.kinds.get(parameter.name) == "size":
                pair = value if isinstance(value, tuple) else (value, value)
                found[f"{name}[0]"], found[f"{name}[1]"] = pair
            else:
                found[name] = value
        for source, shape in shapes.items():
            for side in SIDES:
                found[self.inferred_name(source, side)] = getattr(shape, side)
        return found

    def note_use(
        self, caller: Signature, values: Mapping[str, Value], shapes: Mapping[str, Shape]
    ) -> None:
        """Widen what is known so that it covers one more use."""
        for name, value in values.items():
            # `n/6` is whole where the compiled network says so; a float stays one everywhere.
            is_real = isinstance(value, Symbolic) and any(leaf.is_real for leaf in value.leaves())
            if not self.is_compiled or is_real:
                self.kinds[name] = widest(self.kinds.get(name), kind_of(value))
        for source, shape in shapes.items():
            self.flat.setdefault(source, shape.flat)
            if self.flat[source] != shape.flat:
                raise Unwritable(
                    f"{self.block.name} is used on maps and on vectors; one class cannot be both"
                )
            for side in SIDES:
                self._note_side(caller, source, side, getattr(shape, side))

    def _note_side(self, caller: Signature, source: str, side: str, number: Number) -> None:
        key = (source, side)
        if isinstance(number, Symbolic):
            own = Symbolic.variable(self.inferred_name(source, side))
            is_passed_on = caller is self and number == own
            if is_passed_on or any(name.startswith(UNKNOWN) for name in number.variables()):
                return  # A recursion that passes its input on, or a mere try: nothing new.
            self.incoming[key] = None
        elif key not in self.incoming:
            self.incoming[key] = int(number)
        elif self.incoming[key] != number:
            self.incoming[key] = None

    def default(self, parameter: Parameter) -> Value | None:
        """A parameter's default, where it is one number for all uses."""
        if parameter.default is None or depends(parameter.default):
            return None
        return self.full(parameter, Environment({}).evaluate(parameter.default))

    def full(self, parameter: Parameter, value: Value) -> Value:
        """A value as the constructor takes it: one number stands for a square."""
        if self.kinds.get(parameter.name) == "size" and is_number(value):
            return value, value
        return value

    def state(self) -> object:
        """Everything that a use can change, to see when nothing changes any more."""
        return (
            tuple(sorted(self.kinds.items())),
            tuple(sorted(self.incoming.items(), key=str)),
            tuple(sorted(self.needs)),
            self.is_absorbed,
            self.drops_columns,
            self.output,
        )


class Unwritable(Exception):
    """A spec that is right, but that no class with parameters can say."""


def python_name(name: str) -> str:
    """A parameter's name in the constructor."""
    return f"{name}_" if name in TAKEN else name


def line_name(name: str) -> str:
    """The name of a parameter that stands for a line, in `forward`."""
    return f"{name}_" if name in ("x", "y", "z", DROP_PATH, KEPT) else python_name(name)


def _drops_paths(block: Block, seen: set[Block]) -> bool:
    seen.add(block)
    body = (*block.body, *(head.body for head in block.heads))
    if any(merge.op is Mean and merge.options for merge in merges(body)):
        return True
    called = {step.block for step in members(body) if isinstance(step, program.CallStep)}
    return any(_drops_paths(inner, seen) for inner in called if inner not in seen)


def _indices(body: program.Body) -> Iterator[str]:
    for statement in body:
        match statement:
            case program.LineStep():
                continue
            case program.IfStep(_, then, otherwise):
                yield from _indices(then)
                yield from _indices(otherwise)
            case program.MergeStep():
                yield from _indices(statement.paths)
            case _:
                if isinstance(statement, program.ForStep):
                    yield statement.variable
                yield from _indices(statement.body)


def kind_of(value: Value) -> str:
    """int, float, bool or size."""
    if isinstance(value, bool | Condition):
        return "bool"
    if isinstance(value, tuple):
        return "size"
    if isinstance(value, Fraction):
        return "float"
    return "float" if isinstance(value, Symbolic) and not value.is_whole() else "int"


def widest(one: str | None, other: str) -> str:
    """The kind that holds both."""
    order = ["int", "float", "size"]
    if one is None or one == other or one not in order or other not in order:
        return other
    return max(one, other, key=order.index)


def kind_of_default(default: tree.Expression | None) -> str | None:
    """Float for a default that is written as a decimal, `0.0` too; else None: any value tells."""
    is_decimal = isinstance(default, tree.Number) and "." in default.span.text
    return "float" if is_decimal else None


def annotation(kind: str) -> str:
    """The type in a signature."""
    return "tuple[int, int]" if kind == "size" else kind


def depends(expression: tree.Expression) -> bool:
    """Whether an expression depends on parameters, or on what flows in."""
    match expression:
        case tree.Name() | tree.Incoming():
            return True
        case tree.SizeLiteral(left, right) | tree.Binary(_, left, right):
            return depends(left) or depends(right)
        case tree.Unary(_, operand):
            return depends(operand)
        case tree.FunctionCall(_, arguments):
            return any(map(depends, arguments))
        case _:
            return False
