"""`if` that the constructor decides: an optional member, or the same choice in both methods."""

from __future__ import annotations

from archdsl.ir import program
from archdsl.symbolic import Condition, Number, Truth, choose, negate
from archdsl_torch.code import Assign, Branch, Call, Text, call
from archdsl_torch.emitter import Emitter
from archdsl_torch.flow import Flow, Place, add_branch, assume_shape, choose_shape


def emit_choice(emitter: Emitter, step: program.IfStep, flow: Flow, place: Place) -> Flow:
    """A choice in a sequence, or one that gives one path of a merge."""
    condition = emitter.environment.truth(step.condition)
    if isinstance(condition, bool):
        return emitter.body(step.then if condition else step.otherwise, flow, place)
    flow = emitter.bind(flow)
    for chosen, other, when in (
        (step.then, step.otherwise, condition),
        (step.otherwise, step.then, negate(condition)),
    ):
        if _does_nothing(other):
            optional = _optional_member(emitter, chosen, when, flow, place)
            if optional is not None:
                return optional
    return _both(emitter, step, condition, flow, place)


def _optional_member(
    emitter: Emitter, body: program.Body, condition: Truth, flow: Flow, place: Place
) -> Flow | None:
    """`self.name = nn.Identity()`, replaced where the condition holds; None if it is no member."""
    if place.containers or emitter.loops:
        return None
    scratch = emitter.scratch()
    end = scratch.body(body, flow, place.copy())
    match scratch.init, end.code:
        case [Assign(str() as target, module)], Call(Text(read), (Text(argument),)) if (
            read == target and argument == flow.variable and not scratch.forward
        ):
            assert isinstance(condition, Condition)
            emitter.init.append(Assign(target, call("nn.Identity"), annotation="nn.Module"))
            emitter.init.append(Branch(condition, [Assign(target, module)], []))
            emitter.used |= scratch.used
            return Flow(end.code, choose_shape(condition, end.shape, flow.shape))
    return None


def _both(
    emitter: Emitter, step: program.IfStep, condition: Condition, flow: Flow, place: Place
) -> Flow:
    """The same `if` in `__init__` and in `forward`, each side ending in one variable."""
    assert flow.variable is not None
    target = flow.variable
    if emitter.protected[target]:
        with emitter.protect(flow):
            target = emitter.free_variable()
    ends = []
    written = []
    numbered = place.copy().numbered
    positions: list[Number] = []
    emitter.branches += 1
    for is_true, body in ((True, step.then), (False, step.otherwise)):
        branch_place = Place(place.containers, place.position, numbered.copy())
        entering = Flow(flow.code, assume_shape(condition, is_true, flow.shape))
        with emitter.into_new_lists() as lists:
            ends.append(emitter.assign(target, emitter.body(body, entering, branch_place)))
        written.append(lists)
        place.numbered |= branch_place.numbered
        if branch_place.position is not None:
            positions.append(branch_place.position)
    emitter.branches -= 1
    if positions:
        place.position = choose(condition, *positions)
    (init, forward), (other_init, other_forward) = written
    add_branch(emitter.init, condition, init, other_init)
    add_branch(emitter.forward, condition, forward, other_forward)
    return Flow(Text(target), choose_shape(condition, ends[0].shape, ends[1].shape))


def _does_nothing(body: program.Body) -> bool:
    return all(
        isinstance(statement, program.LineStep)
        and all(isinstance(step, program.IdentityStep) for step in statement.steps)
        for statement in body
    )
