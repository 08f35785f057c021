"""`split over 2 gpus`: how each layer's input lies on the devices, and what cannot be divided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Flag, auto

from archdsl.diagnostics import Diagnostic, error
from archdsl.ir import program
from archdsl.ir.calls import members
from archdsl.ir.options import ACROSS
from archdsl.ops import Input, Inputs, Op, Reach
from archdsl.syntax import tree


class Lies(Flag):
    """How what flows lies on the devices, in all uses of a line together."""

    WHOLE = auto()
    """Each device has all maps, as it has those of INPUT."""
    DIVIDED = auto()
    """Each device has its share of the maps."""


NOWHERE = Lies(0)


def divide(main: program.Block, blocks: Iterable[program.Block]) -> list[Diagnostic]:
    """Tell every layer and block of a split network how its input lies; what is wrong with that.

    No number is known yet, so every choice and every round of a loop counts.
    """
    blocks = (main, *blocks)
    if main.devices == 1:
        return [_not_split(layer) for layer in _layers(blocks) if layer.is_across]
    follower = _Follower(main, blocks)
    found: list[Diagnostic] = []
    for merge, paths in follower.merges.items():
        found += _wrong_paths(merge, paths)
    for block in blocks:
        lies = follower.inputs.get((block, "input"), NOWHERE)
        if lies != Lies.WHOLE | Lies.DIVIDED:
            block.split = program.Split(main.devices, Lies.DIVIDED in lies)
    for layer, lies in follower.layers.items():
        layer.split = program.Split(main.devices, Lies.DIVIDED in lies)
        found += _wrong(layer, lies)
    return found


def check_division(step: program.LayerStep, op: Op, inputs: Inputs, title: str) -> None:
    """Raise SpecError where the maps, the groups or the weights do not come out even."""
    if step.split is None or not (op.makes or step.split.is_divided):
        return
    devices = step.split.devices
    for field in (op.makes, "groups"):
        if field not in step.options:
            continue
        count: int = getattr(op, field)
        if count % devices:
            raise error(
                "E618",
                f"{title}: {count} {field} cannot be divided between {devices} gpus",
                step.options[field].span,
                note=f"{count} = {count // devices}*{devices} + {count % devices}",
                help="below a split every gpu has as many maps as the others",
            )
    for name, weight in op.weights(inputs).items():
        if op.reach is Reach.OWN and weight.shape == (1,):
            raise error(
                "E618",
                f"{title}: all maps share its {name}, and every gpu has weights of its own",
                step.word_span,
                help="give each map a weight of its own, or write the network without `split`",
            )


class _Follower:
    """Follows what flows through all lines, those of blocks too, until nothing new is learned.

    `layers` says how a layer's input lies, `inputs` a block's, and `merges` how the paths do that
    meet in a merge.
    """

    def __init__(self, main: program.Block, blocks: Iterable[program.Block]) -> None:
        self.layers: dict[program.LayerStep, Lies] = {}
        self.merges: dict[program.MergeStep, list[Lies]] = {}
        self.inputs: dict[tuple[program.Block, str], Lies] = {(main, "input"): Lies.WHOLE}
        self._outputs: dict[program.Block, Lies] = {}
        self._names: dict[str, Lies] = {}
        known: object = None
        while known != (known := self._known()):
            for block in blocks:
                names = ["input", *(p.name for p in block.parameters if p.is_line)]
                self._names = {name: self.inputs.get((block, name), NOWHERE) for name in names}
                self._outputs[block] = self._body(block.body, self._names["input"])
                for head in block.heads:
                    self._statement(head.body, self._find(_text(head.reference)))

    def _known(self) -> object:
        return dict(self.inputs), dict(self._outputs)

    def _body(self, body: program.Body, flow: Lies) -> Lies:
        for statement in body:
            flow = self._statement(statement, flow)
        return flow

    def _statement(self, statement: program.Statement, flow: Lies) -> Lies:
        match statement:
            case program.LineStep(steps, alias=alias):
                for step in steps:
                    flow = self._step(step, flow)
                return self._note(alias, flow)
            case program.NamespaceStep(name, body):
                return self._note(name, self._body(body, flow))
            case program.MergeStep(name=name, paths=paths):
                self.merges[statement] = [self._statement(path, flow) for path in _paths(paths)]
                return self._note(name, _union(self.merges[statement]))
            case program.PathStep(body):
                return self._body(body, flow)
            case program.IfStep(_, then, otherwise):
                return self._body(then, flow) | self._body(otherwise, flow)
            case program.ForStep(body=body):
                around = NOWHERE
                while around != flow:
                    around = flow
                    flow |= self._body(body, flow)
                return flow

    def _step(self, step: program.Step, flow: Lies) -> Lies:
        match step:
            case program.LayerStep():
                return self._layer(step, flow)
            case program.CallStep():
                return self._call(step, flow)
            case program.RepeatStep(member=member):
                for _ in Lies:
                    flow |= self._step(member, flow)
                return self._note(None, flow, step.default)
            case program.FromStep(reference):
                return self._find(_text(reference))
            case program.IdentityStep():
                return flow

    def _layer(self, layer: program.LayerStep, flow: Lies) -> Lies:
        if issubclass(layer.op, Input):
            return self._note(layer.name, flow, layer.default)
        self.layers[layer] = self.layers.get(layer, NOWHERE) | flow
        out = Lies.DIVIDED if layer.op.makes and flow else flow
        if layer.implied is not None:
            self._layer(layer.implied, out)
        return self._note(layer.name, out, layer.default)

    def _call(self, call: program.CallStep, flow: Lies) -> Lies:
        entering = {"input": flow}
        for name, argument in call.arguments.items():
            if call.block.parameter(name).is_line and isinstance(argument.value, tree.Name):
                entering[name] = self._find(argument.value.text)
        for name, lies in entering.items():
            key = call.block, name
            self.inputs[key] = self.inputs.get(key, NOWHERE) | lies
        out = self._outputs.get(call.block, NOWHERE)
        return self._note(call.name, out, call.default)

    def _note(self, name: tree.NameTemplate | None, lies: Lies, default: str = "") -> Lies:
        """Keep how it lies under a name that `from` may say."""
        text = _text(name) if name is not None else default
        self._names[text] = self._names.get(text, NOWHERE) | lies
        return lies

    def _find(self, name: str) -> Lies:
        """How a line's output lies; one whose name is computed may be any."""
        return self._names.get(name, _union(self._names.values()))


def _paths(paths: program.Body) -> Iterator[program.Statement]:
    """Each path; each child of an `if` or a `for` is one."""
    for path in paths:
        match path:
            case program.IfStep(_, then, otherwise):
                yield from _paths((*then, *otherwise))
            case program.ForStep(body=body):
                yield from _paths(body)
            case _:
                yield path


def _union(several: Iterable[Lies]) -> Lies:
    found = NOWHERE
    for lies in several:
        found |= lies
    return found


def _text(name: tree.NameTemplate) -> str:
    return "".join(part if isinstance(part, str) else "{}" for part in name.parts)


def _layers(blocks: Iterable[program.Block]) -> Iterator[program.LayerStep]:
    for block in blocks:
        yield from (step for step in members(block.lines) if isinstance(step, program.LayerStep))


# --- What is wrong ---


def _wrong(layer: program.LayerStep, lies: Lies) -> Iterator[Diagnostic]:
    """What is wrong with a layer whose input lies so."""
    if layer.op.reach is Reach.ALL and Lies.DIVIDED in lies:
        yield _reaches_all(layer.title, layer)
    if layer.op.reach is Reach.GROUP and lies == Lies.WHOLE | Lies.DIVIDED:
        yield Diagnostic(
            "E618",
            f"{layer.title} sees all of INPUT in one use, and one gpu's share of the maps in "
            "another",
            layer.word_span,
            help="give what comes first below INPUT a line of its own",
        )
    if layer.op.has_weights() and not layer.op.makes and Lies.WHOLE in lies:
        yield Diagnostic(
            "E618",
            f"{layer.title} has weights, and every gpu would have them all: its input lies whole "
            "on each",
            layer.word_span,
            help="write it below the first CONV or FC",
        )
    groups = layer.options.get("groups")
    if layer.is_across and groups is not None:
        yield Diagnostic(
            "E619",
            f"{layer.title} sees the maps of all gpus, and `{groups.span.text}` only some of them",
            groups.span,
            help="leave one of them out",
        )


def _reaches_all(title: str, step: program.LayerStep | program.MergeStep) -> Diagnostic:
    return Diagnostic(
        "E618",
        f"{title} mixes all maps, and below a split no gpu has the maps of the others",
        step.word_span,
        help=f"only a layer with filters or neurons can say `{ACROSS}`; leave this one out",
    )


def _wrong_paths(merge: program.MergeStep, paths: list[Lies]) -> Iterator[Diagnostic]:
    """What is wrong with a merge whose paths lie so."""
    title = f"`{merge.op.merge}:`"
    if len({lies for lies in paths if lies}) > 1:
        yield Diagnostic(
            "E618",
            f"{title} takes a path that every gpu has whole beside one that is divided",
            merge.word_span,
            help="what INPUT gives lies whole on every gpu until a CONV or FC makes maps of it",
        )
    elif merge.op.reach is Reach.ALL and any(Lies.DIVIDED in lies for lies in paths):
        yield _reaches_all(title, merge)


def _not_split(layer: program.LayerStep) -> Diagnostic:
    return Diagnostic(
        "E619",
        f"{layer.title} says `{ACROSS}`, and the network is not split",
        layer.word_span,
        help="leave it out, or write `split over 2 gpus` above the layers",
    )
