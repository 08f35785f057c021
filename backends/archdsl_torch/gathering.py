"""Paths gathered in a list: as many as parameters say, as a join takes, or as training keeps.

A path of a `join` whose last line is a join, or a call of a block that ends in one, gives several
columns. Such a block's class has a method `join_columns`, and its `forward` is the mean of them.
Where training drops columns, a list `kept` says which stay, and the others are not computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from archdsl.ir import program
from archdsl.ops import Concat, Mean, Op, Shape
from archdsl.ops.merge import plainer
from archdsl.symbolic import Condition, Number, Symbolic, add_up, choose
from archdsl.syntax import tree
from archdsl_torch.code import (
    Assign,
    Code,
    Comprehension,
    Delete,
    Do,
    Items,
    Literal,
    Lookup,
    Loop,
    Slice,
    Starred,
    Text,
    When,
    call,
    method,
    variables_of,
)
from archdsl_torch.emitter import Emitter
from archdsl_torch.flow import Flow, Place, add_branch, choose_shape
from archdsl_torch.joins import ends_in_join
from archdsl_torch.loops import listed_values, range_of
from archdsl_torch.lower import merging_of
from archdsl_torch.printer import Printer
from archdsl_torch.rules import all_kept, draw_of, drops_columns
from archdsl_torch.signatures import COLUMNS, JOIN_WIDTH, KEPT, Unwritable


def gather(emitter: Emitter, step: program.MergeStep, op: Op, flow: Flow, place: Place) -> Flow:
    """The paths of a merge in a list, and what merges the list."""
    drops = drops_columns(op)
    rounds = None if drops else _comprehension(emitter, step, flow, place)
    if rounds is not None:
        return Flow(merging_of(op).listed(rounds.code), rounds.shape)
    kept = emitter.new_name(KEPT) if drops else None
    gatherer = _Gatherer(emitter, step.op, "columns" if drops else "paths", kept)
    with emitter.into_new_lists() as (init, forward):
        gatherer.begin()
        shape = gatherer.paths(step.paths, flow, place, is_rest=True).shape()
    emitter.init += init
    if kept is not None:
        assert isinstance(op, Mean)
        emitter.forward.append(Assign(kept, draw_of(op, Literal(gatherer.width))))
    emitter.forward += forward
    if isinstance(op, Concat):
        shape = shape._replace(channels=gatherer.channels)  # type: ignore[arg-type]
    listed = gatherer.end()
    merged = Flow(merging_of(op).listed(listed), shape)
    if isinstance(listed, Text):
        merged = emitter.bind(merged)
        emitter.forward.append(Delete(listed.text))
    return merged


def columns_of_block(emitter: Emitter, flow: Flow, place: Place) -> Flow:
    """The columns of a block that ends in a join: a list that another join may take."""
    signature = emitter.signature
    kept = KEPT if signature.drops_columns else None
    gatherer = _Gatherer(emitter, Mean, "columns", kept)
    gatherer.begin()
    shape = gatherer.sequence(signature.block.body, flow, place, is_rest=True).shape()
    if kept is not None:
        emitter.init.append(Assign(f"self.{JOIN_WIDTH}", Literal(gatherer.width)))
    return Flow(gatherer.end(), shape)


def _comprehension(
    emitter: Emitter, step: program.MergeStep, flow: Flow, place: Place
) -> Flow | None:
    """`[path for i in values]`, where one `for` gives all paths and each is one expression."""
    match step.paths:
        case (program.ForStep(values=tree.Range() as ends, body=(path,)) as loop,) if not (
            isinstance(path, program.IfStep | program.ForStep)
            or (step.op is Mean and ends_in_join((path,)))
        ):
            index = emitter.new_index(loop.variable)
            first, last, values = range_of(emitter, ends)
        case _:
            return None
    symbol = Symbolic.variable(index)
    tried = emitter.scratch()
    with tried.inside_loop(index) as (_, forward), tried.bound(loop.variable, symbol):
        tried.statement(path, flow, Place())
    if forward:
        return None
    with emitter.inside_loop(index) as (init, _), emitter.bound(loop.variable, symbol):
        end = emitter.statement(path, flow, place)
    if init:
        emitter.init.append(Loop(index, values, init))
    shape = end.shape
    if step.op is Concat:
        channels = add_up(shape.channels, index, first, last)
        shape = shape._replace(channels=channels)  # type: ignore[arg-type]
    return Flow(Comprehension(end.code, index, values, "[", "]"), shape)


@dataclass
class _Ends:
    """The shape that paths have in common: known from one that is always there, or from others."""

    sure: Shape | None = None
    perhaps: Shape | None = None

    def join(self, other: _Ends) -> None:
        """Paths beside these."""
        if self.sure is not None and other.sure is not None:
            self.sure = plainer(self.sure, other.sure)
        self.sure = self.sure or other.sure
        self.perhaps = self.perhaps or other.perhaps

    @classmethod
    def chosen(cls, condition: Condition, then: _Ends, otherwise: _Ends) -> _Ends:
        """The paths of one side or of the other."""
        if then.sure is not None and otherwise.sure is not None:
            return cls(choose_shape(condition, then.sure, otherwise.sure))
        return cls(None, then.sure or otherwise.sure or then.perhaps or otherwise.perhaps)

    def shape(self) -> Shape:
        """The best that is known."""
        found = self.sure or self.perhaps
        assert found is not None
        return found


class _Gatherer:
    """Writes paths into a list. `width` columns with `channels` channels are in it so far.

    `kept` is the variable that says which columns training keeps, None where it keeps all; `at` is
    where it speaks of the next column. `is_rest` tells a method that what it writes goes on to the
    list's last column.
    """

    def __init__(self, emitter: Emitter, merge: type[Op], name: str, kept: str | None) -> None:
        self.emitter, self.merge, self.kept = emitter, merge, kept
        self.list = Assign(emitter.new_name(name), Items(()), "list[Tensor]")
        self.items: list[Flow] = []
        self.width: Number = 0
        self.at: Number = 0
        self.channels: Number = 0
        self.guards = 0

    # --- The list ---

    def begin(self) -> None:
        """Write the list, with nothing in it."""
        self.emitter.forward.append(self.list)

    def end(self) -> Code:
        """The list as it is now: its items, where all of them are written as one expression."""
        if not self._is_open():
            return Text(self.list.target)
        self.emitter.forward.pop()
        return self.list.value

    def _is_open(self) -> bool:
        """Whether nothing is computed between the list's beginning and what comes now."""
        return self.emitter.forward[-1:] == [self.list]

    def _add(self, item: Code, shape: Shape) -> None:
        """One more item: in the list's brackets, as long as nothing stands behind the list."""
        if self._is_open():
            self.items.append(Flow(item, shape))
            self.list.value = Items(tuple(each.code for each in self.items))
        elif isinstance(item, Starred):
            self.emitter.forward.append(Assign(self.list.target, item.values, operator="+="))
        else:
            self.emitter.forward.append(Do(call(f"{self.list.target}.append", item)))

    @contextmanager
    def _before_list(self) -> Iterator[None]:
        """What is written inside stands before the list, as long as nothing stands behind it."""
        if not self._is_open():
            yield
            return
        self.emitter.forward.pop()
        with self.emitter.protect(*self.items):
            yield
        self.begin()

    # --- Paths, one beside the other ---

    def paths(self, paths: program.Body, flow: Flow, place: Place, is_rest: bool) -> _Ends:
        """All the paths of a merge, inside choices and loops where they stand in them."""
        ends = _Ends()
        with self.emitter.protect(flow):
            for path in paths:
                ends.join(self._path(path, flow, place, is_rest and path is paths[-1]))
        return ends

    def _path(self, path: program.Statement, flow: Flow, place: Place, is_rest: bool) -> _Ends:
        match path:
            case program.IfStep():
                return self._choice(path, flow, place, is_rest, self.paths)
            case program.ForStep():
                return self._loop(path, flow, place)
        with self._unless_dropped(path, is_rest):
            return self._last(path, flow, place, is_rest)

    @contextmanager
    def _unless_dropped(self, path: program.Statement, is_rest: bool) -> Iterator[None]:
        """What is written inside is computed only where training keeps something of the path.

        Lines that others go on from are computed in any case.
        """
        if self.kept is None:
            yield
            return
        emitter, before, known = self.emitter, self.at, set(self.emitter.references)
        emitter.branches += 1
        self.guards += 1
        with emitter.into_new_lists() as (init, forward):
            yield
        self.guards -= 1
        emitter.branches -= 1
        emitter.init += init
        if emitter.is_needed_behind(path, emitter.references.keys() - known):
            emitter.forward += forward[:-1]
            forward = forward[-1:]
        several = call("any", self._part_of_kept(before, is_rest))
        test = several if self._gives_several(path) else Lookup(Text(self.kept), Literal(before))
        emitter.forward.append(When(test, forward))

    def _part_of_kept(self, before: Number, is_rest: bool) -> Code:
        """What `kept` says of the columns from `before` on, up to the present one."""
        assert self.kept is not None
        if is_rest and before == 0:
            return Text(self.kept)
        return Slice(Text(self.kept), before, None if is_rest else self.at)

    def _forget_front(self) -> None:
        """`kept = kept[2:]`, where what follows could not say how many columns came before."""
        if self.at != 0:
            assert self.kept is not None
            self.emitter.forward.append(Assign(self.kept, Slice(Text(self.kept), self.at, None)))
            self.at = 0

    def _choice(
        self,
        step: program.IfStep,
        flow: Flow,
        place: Place,
        is_rest: bool,
        write: Callable[[program.Body, Flow, Place, bool], _Ends],
    ) -> _Ends:
        emitter = self.emitter
        condition = emitter.environment.truth(step.condition)
        if isinstance(condition, bool):
            return write(step.then if condition else step.otherwise, flow, place, is_rest)
        if write == self.paths:
            _refuse_positions(step, place)
        forgets = not (self.kept is None or self.guards or is_rest) and self._is_uneven(step)
        if forgets:
            self._forget_front()
        before = self.width, self.channels, self.at
        counted: list[tuple[Number, Number, Number]] = []
        written = []
        ends: list[_Ends] = []
        emitter.branches += 1
        for body in (step.then, step.otherwise):
            self.width, self.channels, self.at = before
            with emitter.into_new_lists() as lists:
                ends.append(write(body, flow, place.copy(), is_rest))
                if forgets:
                    self._forget_front()
            counted.append((self.width, self.channels, self.at))
            written.append(lists)
        emitter.branches -= 1
        self.width, self.channels, self.at = (
            choose(condition, *sides) for sides in zip(*counted, strict=True)
        )
        add_branch(emitter.init, condition, written[0][0], written[1][0])
        add_branch(emitter.forward, condition, written[0][1], written[1][1])
        return _Ends.chosen(condition, *ends)

    def _is_uneven(self, step: program.IfStep) -> bool:
        return is_uneven(step) or self._gives_several(step)

    def _loop(self, step: program.ForStep, flow: Flow, place: Place) -> _Ends:
        emitter = self.emitter
        if not isinstance(step.values, tree.Range):
            ends = _Ends()
            for value in listed_values(emitter, step):
                with emitter.bound(step.variable, value):
                    ends.join(self.paths(step.body, flow, place, is_rest=False))
            return ends
        _refuse_positions(step, place)
        index = emitter.new_index(step.variable)
        first, last, values = range_of(emitter, step.values)
        before = self.width, self.channels, self.at
        each = self._width_of_round(step, index, flow) if self.kept is not None else 0
        forgets = not (isinstance(each, int) or self.guards)
        if forgets:
            self._forget_front()
        else:
            self.at += _columns_before(each, index, first)
        self.width = self.channels = 0
        symbol = Symbolic.variable(index)
        with emitter.inside_loop(index) as (init, forward), emitter.bound(step.variable, symbol):
            ends = self.paths(step.body, flow, place, is_rest=False)
            if forgets:
                self._forget_front()
        self.at = 0 if forgets else before[2] + add_up(each, index, first, last)
        self.width = before[0] + add_up(self.width, index, first, last)
        self.channels = before[1] + add_up(self.channels, index, first, last)
        for written, body in ((emitter.init, init), (emitter.forward, forward)):
            if body:
                written.append(Loop(index, values, body))
        return _Ends(None, ends.sure or ends.perhaps)

    def _width_of_round(self, step: program.ForStep, index: str, flow: Flow) -> Number:
        """How many columns a round of a loop gives."""
        tried = _Gatherer(self.emitter.scratch(), self.merge, "columns", None)
        symbol = Symbolic.variable(index)
        with tried.emitter.inside_loop(index), tried.emitter.bound(step.variable, symbol):
            tried.paths(step.body, flow, Place(), is_rest=False)
        return tried.width

    # --- The end of one path ---

    def sequence(self, body: program.Body, flow: Flow, place: Place, is_rest: bool) -> _Ends:
        """Lines one after the other; the last may give several columns."""
        if len(body) > 1:
            with self._before_list():
                flow = self.emitter.bind(self.emitter.body(body[:-1], flow, place))
        return self._last(body[-1], flow, place, is_rest) if body else self._column(flow)

    def _last(self, statement: program.Statement, flow: Flow, place: Place, is_rest: bool) -> _Ends:
        emitter = self.emitter
        if not self._gives_several(statement):
            with self._before_list():
                end = emitter.statement(statement, flow, place)
            return self._column(end)
        match statement:
            case program.MergeStep(name=None, paths=paths):
                return self.paths(paths, emitter.bind(flow), place, is_rest)
            case program.PathStep(body):
                return self.sequence(body, flow, place, is_rest)
            case program.NamespaceStep():
                name = place.next(emitter.name_parts(statement.name), "", is_keyed=True)
                emitter.add(place, name, call("nn.ModuleDict"))
                inner = Place((*place.containers, name), position=0)
                return self.sequence(statement.body, flow, inner, is_rest)
            case program.LineStep(steps, alias=None):
                with self._before_list():
                    for step in steps[:-1]:
                        flow = emitter.step(step, flow, place)
                    flow = emitter.bind(flow)
                if isinstance(steps[-1], program.CallStep):
                    return self._columns_of_call(steps[-1], flow, place, is_rest)
            case program.IfStep():
                return self._choice(statement, emitter.bind(flow), place, is_rest, self.sequence)
        raise Unwritable(
            f"line {statement.span.line} ends a path of a join in a join: give it a block of its "
            "own"
        )

    def _gives_several(self, path: program.Statement) -> bool:
        """Whether a path gives the columns of a join that it ends in."""
        return self.merge is Mean and ends_in_join((path,))

    def _column(self, end: Flow) -> _Ends:
        self._add(end.code, end.shape)
        self.width += 1
        self.at += 1
        self.channels += end.shape.channels
        return _Ends(end.shape)

    def _columns_of_call(
        self, step: program.CallStep, flow: Flow, place: Place, is_rest: bool
    ) -> _Ends:
        """`block.join_columns(x)`, which is told what is kept of its columns."""
        emitter = self.emitter
        signature = emitter.file.signature(step.block)
        signature.is_absorbed = True
        signature.drops_columns |= self.kept is not None
        member, further, shape = emitter.add_call(step, flow, place)
        arguments = [flow.code, *(each.code for each in further)]
        width = method(member, JOIN_WIDTH)
        if self.kept is not None:
            before, count = self.at, self._known_to_module(width, step)
            self.width += count
            self.at += count
            arguments.append(self._part_of_kept(before, is_rest))
        elif signature.drops_columns:
            arguments.append(all_kept(width))
        self._add(Starred(call(method(member, COLUMNS), *arguments)), shape)
        return _Ends(shape)

    def _known_to_module(self, attribute: Code, step: program.CallStep) -> Number:
        """An attribute of a member as a number that code computes with."""
        if self.emitter.indices or set(variables_of(attribute)):
            raise Unwritable(
                f"a join drops some of the columns that line {step.span.line} gives, and its name "
                "or its number depends on a parameter"
            )
        text = Printer().flat(attribute)
        self.emitter.locals.add(text)
        return Symbolic.variable(text)


def is_uneven(path: program.Statement) -> bool:
    """Whether a choice or a loop may give another number of paths than one."""
    if isinstance(path, program.ForStep):
        return True
    return isinstance(path, program.IfStep) and not all(
        len(side) == 1 and not is_uneven(side[0]) for side in (path.then, path.otherwise)
    )


def _columns_before(each: Number, index: str, first: Number) -> Number:
    """How many columns the rounds before the present one gave, if each gives so many."""
    symbol = Symbolic.variable(index)
    if index not in Symbolic.of(each).variables():
        return (symbol - first) * each
    earlier = f"{index}_"
    return add_up(
        Symbolic.of(each).substitute({index: Symbolic.variable(earlier)}),
        earlier,
        first,
        symbol - 1,
    )


def _refuse_positions(step: program.IfStep | program.ForStep, place: Place) -> None:
    if place.position is not None:
        raise Unwritable(
            f"the merge around line {step.span.line} has as many paths as parameters say, and "
            "members that are called by position: put it into a block"
        )
