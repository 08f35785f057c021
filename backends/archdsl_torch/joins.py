"""Joins that absorb joins: the mean runs over all columns, so blocks hand their columns out.

A path of a `join` whose last line is a join, or a call of a block that ends in one, gives several
columns. Such a block's class has a method `join_columns`, and its `forward` is the mean of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.ir import program
from archdsl.ops import Mean, Op, Shape
from archdsl.ops.merge import plainer
from archdsl_torch.code import Assign, Code, Items, Starred, Text, call, method
from archdsl_torch.emitter import Emitter
from archdsl_torch.flow import Flow, Place, add_branch, choose_shape
from archdsl_torch.signatures import COLUMNS, Unwritable, depends


def last_joins(
    body: program.Body, seen: frozenset[program.Block] = frozenset()
) -> Iterator[tuple[program.MergeStep, bool]]:
    """The joins that a body may end in, and whether each is written in the body itself."""
    match body[-1] if body else None:
        case program.MergeStep(op=op) as step if op is Mean:
            yield step, not seen
        case program.IfStep(_, then, otherwise):
            yield from last_joins(then, seen)
            yield from last_joins(otherwise, seen)
        case program.LineStep(steps) if steps:
            last = steps[-1]
            member = last.member if isinstance(last, program.RepeatStep) else last
            if isinstance(member, program.CallStep) and member.block not in seen:
                yield from last_joins(member.block.body, seen | {member.block})
        case program.NamespaceStep() | program.PathStep() | program.ForStep() as statement:
            yield from last_joins(statement.body, seen)


def ends_in_join(body: program.Body) -> bool:
    """Whether a body ends in a join, or may."""
    return any(True for _ in last_joins(body))


def rule_of(emitter: Emitter) -> Mean:
    """The rule of the join that the emitter's block ends in.

    Raises `Unwritable` where it depends on which join that is, or on another block's parameters.
    """
    block = emitter.signature.block
    rules: list[Op] = []
    for join, is_own in last_joins(block.body):
        expressions = [option.expression for option in join.options.values()]
        if not is_own and any(each is not None and depends(each) for each in expressions):
            raise Unwritable(
                f"`{block.name}` ends in the join in line {join.span.line}, whose rates depend on "
                "the parameters of another block"
            )
        rule = emitter.build(join, emitter.signature.shape_of("input"))
        if rule not in rules:
            rules.append(rule)
    if len(rules) > 1:
        raise Unwritable(f"`{block.name}` ends in joins with different rates")
    assert isinstance(rules[0], Mean)
    return rules[0]


def emit_columns_of_body(emitter: Emitter, body: program.Body, flow: Flow, place: Place) -> Flow:
    """A list of the columns that a body gives, one where it does not end in a join."""
    if not body:
        return Flow(Items((flow.code,)), flow.shape)
    if len(body) > 1:
        flow = emitter.bind(emitter.body(body[:-1], flow, place))
    columns, shape = emit_columns(emitter, body[-1], flow, place)
    return Flow(Items(tuple(columns)), shape)


def emit_columns(
    emitter: Emitter, statement: program.Statement, flow: Flow, place: Place
) -> tuple[list[Code], Shape]:
    """The columns of one path: codes for a list, those that stand for several with a star."""
    if not ends_in_join((statement,)):
        end = emitter.statement(statement, flow, place)
        return [end.code], end.shape
    match statement:
        case program.MergeStep(name=None, paths=paths):
            return columns_of_join(emitter, paths, flow, place)
        case program.PathStep(body):
            return _starred(emit_columns_of_body(emitter, body, flow, place))
        case program.NamespaceStep():
            name = place.next(emitter.name_parts(statement.name), "", is_keyed=True)
            emitter.add(place, name, call("nn.ModuleDict"))
            inner = Place((*place.containers, name), position=0)
            return _starred(emit_columns_of_body(emitter, statement.body, flow, inner))
        case program.LineStep(steps, alias=None):
            for step in steps[:-1]:
                flow = emitter.step(step, flow, place)
            if isinstance(steps[-1], program.CallStep):
                return _columns_of_call(emitter, steps[-1], flow, place)
        case program.IfStep():
            return _columns_of_choice(emitter, statement, flow, place)
    raise Unwritable(
        f"line {statement.span.line} ends a path of a join in a join: give it a block of its own"
    )


def _starred(columns: Flow) -> tuple[list[Code], Shape]:
    code = columns.code
    return (list(code.items) if isinstance(code, Items) else [Starred(code)]), columns.shape


def columns_of_join(
    emitter: Emitter, paths: program.Body, flow: Flow, place: Place
) -> tuple[list[Code], Shape]:
    """The columns of all paths of a join, one after the other."""
    from archdsl_torch.merges import known_paths

    flow = emitter.bind(flow)
    columns: list[Code] = []
    shape: Shape | None = None
    held: list[str] = []
    outer = emitter.environment
    with emitter.protect(flow):
        for path, emitter.environment in known_paths(paths, outer):
            if isinstance(path, program.ForStep):
                raise Unwritable(f"the paths of the join in line {path.span.line} are a loop")
            added, end = emit_columns(emitter, path, flow, place)
            shape = end if shape is None else plainer(shape, end)
            columns += added
            names = [name for code in added for name in Flow(code, end).variables()]
            held += names
            emitter.protected.update(names)
    emitter.environment = outer
    emitter.protected.subtract(held)
    assert shape is not None
    return columns, shape


def _columns_of_call(
    emitter: Emitter, step: program.CallStep, flow: Flow, place: Place
) -> tuple[list[Code], Shape]:
    emitter.file.signature(step.block).is_absorbed = True
    flow = emitter.bind(flow) if flow.variable is None else flow
    member, further, shape = emitter.add_call(step, flow, place)
    columns = call(method(member, COLUMNS), flow.code, *(each.code for each in further))
    return [Starred(columns)], shape


def _columns_of_choice(
    emitter: Emitter, step: program.IfStep, flow: Flow, place: Place
) -> tuple[list[Code], Shape]:
    condition = emitter.environment.truth(step.condition)
    if isinstance(condition, bool):
        body = step.then if condition else step.otherwise
        return _starred(emit_columns_of_body(emitter, body, flow, place))
    flow = emitter.bind(flow)
    variable = emitter.new_name("columns")
    written = []
    shapes = []
    emitter.branches += 1
    for at, body in enumerate((step.then, step.otherwise)):
        with emitter.protect(flow), emitter.into_new_lists() as lists:
            columns = emit_columns_of_body(emitter, body, flow, place.copy())
            annotation = "list[Tensor]" if at == 0 else ""
            emitter.forward.append(Assign(variable, columns.code, annotation))
        shapes.append(columns.shape)
        written.append(lists)
    emitter.branches -= 1
    add_branch(emitter.init, condition, written[0][0], written[1][0])
    add_branch(emitter.forward, condition, written[0][1], written[1][1])
    return [Starred(Text(variable))], choose_shape(condition, shapes[0], shapes[1])
