"""A split network as towers, one a device, which exchange maps only where the spec says so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from archdsl.backend import BackendError
from archdsl.ir import program
from archdsl.ir.graph import LayerNode
from archdsl.network import Network
from archdsl.ops import Mean, Op, Reach, Shape, StochasticDepth
from archdsl.passes.devices import divided_paths
from archdsl_torch.class_text import arguments_of, class_text, constructor_of, head
from archdsl_torch.code import (
    Assign,
    Call,
    Code,
    Comprehension,
    Do,
    Return,
    Statement,
    Text,
    When,
    call,
    tensor_call,
    walk,
)
from archdsl_torch.docstrings import class_docstring
from archdsl_torch.emitter import Emitter
from archdsl_torch.file import File, Followed, free_class_name
from archdsl_torch.flow import Flow, NameParts, Place, static_text
from archdsl_torch.printer import Printer, quoted
from archdsl_torch.signatures import Signature, Unwritable, python_name

_DEVICE = re.compile(r"[a-z][a-z0-9_]*(:[0-9]+)?")

_DEPTH, _SHARED_DEPTH = "stochastic_depth", "shared_depth"
"""The helper for one device, and the one in its place whose draws towers share."""

_METHODS = '''
    @property
    def towers(self) -> tuple[{tower}, ...]:
        return {towers}

    def everywhere(self, maps: list[Tensor]) -> list[Tensor]:
        """All maps on every device, for a layer that sees those of all."""
        return [torch.cat([x.to(d) for x in maps], dim=1) for d in self.devices]

    def load_whole(self, state: dict[str, Tensor]) -> None:
        """Load the state dict of the network on one device, each tower its share.

        That is its part of every tensor's first axis: its filters, its neurons.
        """
        for number, tower in enumerate(self.towers):
            own = {{
                key: value.chunk({count})[number] if value.dim() else value
                for key, value in state.items()
            }}
            tower.load_state_dict(own)

    def whole_state(self) -> dict[str, Tensor]:
        """The state dict that the network has on one device, the first one."""
        first, *others = [tower.state_dict() for tower in self.towers]
        return {{
            key: torch.cat([value, *(own[key].to(value.device) for own in others)])
            if value.dim()
            else value
            for key, value in first.items()
        }}'''


_DRAW = '''
    def draw_depths(self) -> None:
        """Draw for all towers together: a path survives on every device, or on none."""
        depths = (
            [each for each in tower.modules() if isinstance(each, StochasticDepth)]
            for tower in self.towers
        )
        for same in zip(*depths):
            drawn = torch.rand(()).item()
            for depth in same:
                depth.drawn = drawn'''


class Stage(NamedTuple):
    """What a tower computes between two exchanges of maps."""

    method: str
    statements: list[Statement]


class TowerEmitter(Emitter):
    """Writes one device's share of a block; of the network itself in `stages`."""

    def __init__(self, file: File, signature: Signature, is_main: bool) -> None:
        super().__init__(file, signature, is_main)
        self.stages = [Stage("from_input", self.forward)]

    def build(self, step: program.LayerStep | program.MergeStep, shape: Shape) -> Op:
        """What one device computes of a layer into which maps of this shape come."""
        if not isinstance(step, program.LayerStep) or step.op.reach is not Reach.GROUP:
            return super().build(step, shape)
        assert step.split is not None
        devices = step.split.devices
        sees_share = step.split.is_divided and not self.crosses(step)
        if sees_share:
            shape = shape._replace(channels=shape.channels * devices)
        return share_of(super().build(step, shape), devices, sees_share, self.settle)

    def crosses(self, step: program.LayerStep) -> bool:
        """Whether a layer sees the maps of all devices, so that an exchange precedes it."""
        return step.is_across and step.split is not None and step.split.is_divided

    def enter(self, step: program.LayerStep, flow: Flow, place: Place) -> Flow:
        """What comes into a layer: all maps in a new stage, where it sees those of all devices."""
        if not self.crosses(step):
            return flow
        if not self.is_main or self._holds() or self.forward is not self.stages[-1].statements:
            raise Unwritable(
                "towers exchange maps between the network's own lines only, and "
                f"{step.title} sees all maps from inside a block, a choice, a loop or a merge"
            )
        _finish(self, flow)
        self.forward = []
        self.references.clear()
        self.protected.clear()
        self.stages.append(Stage(self._method(step, place), self.forward))
        assert step.split is not None
        whole = flow.shape._replace(channels=flow.shape.channels * step.split.devices)
        return Flow(Text("x"), whole)

    def lookup(self, name: NameParts) -> Flow:
        """The value that a line above gave. Raises `Unwritable` behind an exchange."""
        if self.is_main and self.stages[1:] and static_text(name) not in self.references:
            shown = "".join(map(str, name))
            raise Unwritable(
                f"towers exchange the maps of one line, and another goes on from `{shown}` above it"
            )
        return super().lookup(name)

    def _holds(self) -> bool:
        """Whether the lines around need a value again, as a merge does; not those by name."""
        held = Counter(self.protected)
        for name, flow in self.references.items():
            if name in self.referenced:
                held.subtract(flow.variables())
        return any(count > 0 for count in held.values())

    def _method(self, step: program.LayerStep, place: Place) -> str:
        """A name for the stage that begins with a layer: `from_conv3`."""
        own = self.name_parts(step.name) if step.name is not None else (step.default,)
        names = [static_text(name) or step.default for name in (*place.containers, own)]
        method = "_".join(["from", *names])
        while method in {stage.method for stage in self.stages}:
            method += "_"
        return method


class TowerFile(File):
    """One emitted file: blocks and the tower with one device's share, and the whole network."""

    emitter_class = TowerEmitter

    def __init__(self, network: Network, devices: tuple[str, ...]) -> None:
        _check_devices(network, devices)
        _check_shares(network)
        super().__init__(network)
        if self.main.block.heads:
            raise Unwritable("towers have no side heads")
        self.devices = devices
        whole = File(network)
        whole.classes()
        assert whole.main.output is not None
        self.whole = whole.main.output
        """What the network gives, as it does on one device."""
        taken = {block.name for block in network.program.blocks} | {self.main.class_name}
        self.tower = free_class_name("Tower", taken)

    def signature(self, block: program.Block) -> Signature:
        """What is known of a block whose class holds one device's share."""
        signature = super().signature(block)
        if block.split is None:
            raise Unwritable(
                f"`{block.name}` sees all of INPUT in one use, and one device's maps in another"
            )
        signature.shares = block.split.devices if block.split.is_divided else 1
        return signature

    def classes(self) -> list[str]:
        """The text of every class; what draws for one device's maps draws for those of all."""
        classes = super().classes()
        if _DEPTH in self.helpers:
            self.helpers.remove(_DEPTH)
            self.helpers.add(_SHARED_DEPTH)
        return classes

    def text_of(self, followed: Followed) -> str:
        """A block's class; for the network its tower's, and then its own."""
        emitter, start, end = followed
        if not isinstance(emitter, TowerEmitter) or not emitter.is_main:
            return class_text(emitter, start, end)
        _finish(emitter, end)
        members = {s.target for s in walk(emitter.init) if isinstance(s, Assign)}
        stages = [stage._replace(method=_free(stage.method, members)) for stage in emitter.stages]
        docstring = class_docstring(self.network, self.main, start, self.whole, True)
        tower = self._tower_class(emitter, stages)
        return "\n".join([*tower, "", "", *self._network_class(emitter, docstring, stages)])

    def _tower_class(self, emitter: TowerEmitter, stages: list[Stage]) -> list[str]:
        constructor, printer = constructor_of(emitter, [s for _, part in stages for s in part])
        lines = [
            f"class {self.tower}(nn.Module):",
            f'    """One device\'s share of {self.main.class_name}.',
            "",
            "    Between two methods the towers exchange their maps.",
            '    """',
            *constructor,
        ]
        for method, statements in stages:
            lines += ["", *head(method, ["x: Tensor"], "Tensor")]
            lines += printer.statements(statements, 2)
        return lines

    def _network_class(
        self, emitter: TowerEmitter, docstring: list[str], stages: list[Stage]
    ) -> list[str]:
        own = {python_name(p.name) for p in self.main.numbers}
        devices = "devices" if "devices" not in own else "devices_"
        names = ", ".join(map(quoted, self.devices))
        kinds = ", ".join(["str"] * len(self.devices))
        arguments = [*arguments_of(emitter), f"{devices}: tuple[{kinds}] = ({names})"]
        passed = ", ".join(python_name(p.name) for p in self.main.numbers)
        lines = [
            f"class {self.main.class_name}(nn.Module):",
            *docstring,
            "",
            *head("__init__", arguments, "None"),
            "        super().__init__()",
            f"        self.devices = {devices}",
        ]
        for number in range(len(self.devices)):
            lines += [
                f"        with torch.device({devices}[{number}]):",
                f"            self.tower{number} = {self.tower}({passed})",
            ]
        lines += ["", *head("forward", ["x: Tensor"], "Tensor")]
        draws = _DEPTH in self.helpers
        lines += Printer().statements(_forward(stages, draws), 2)
        towers = ", ".join(f"self.tower{number}" for number in range(len(self.devices)))
        text = _METHODS.format(tower=self.tower, towers=towers, count=len(self.devices))
        return [*lines, *text.split("\n"), *(_DRAW.split("\n") if draws else [])]


def _finish(emitter: Emitter, end: Flow) -> None:
    """Return what a stage gives, in a variable typed as a Tensor where no checker would know."""
    is_typed = isinstance(end.code, Call) and end.code.is_typed
    if end.variable not in emitter.tensors and not is_typed:
        emitter.forward.append(Assign("x", end.code, comment=emitter.file.comment(end.shape)))
        end = Flow(Text("x"), end.shape)
    emitter.forward.append(Return(end.code))


def _forward(stages: list[Stage], draws: bool) -> list[Statement]:
    """The stages one by one on every device, with an exchange before each but the first."""

    def on_each(term: Code, variable: str, values: Code) -> Statement:
        return Assign("maps", Comprehension(term, variable, values, "[", "]"))

    x, maps, towers, devices = map(Text, ("x", "maps", "self.towers", "self.devices"))
    written: list[Statement] = []
    if draws:
        written.append(When(Text("self.training"), [Do(call("self.draw_depths"))]))
    written.append(on_each(call("x.to", Text("device")), "device", devices))
    for number, stage in enumerate(stages):
        if number:
            written.append(Assign("maps", call("self.everywhere", maps)))
        term = call(f"tower.{stage.method}", x)
        written.append(on_each(term, "tower, x", call("zip", towers, maps)))
    gathered = Comprehension(call("x.to", Text("self.devices[0]")), "x", maps, "[", "]")
    return [*written, Return(tensor_call("torch.cat", gathered, dim=1))]


def _free(method: str, members: set[str]) -> str:
    """A method's name that is no member's."""
    while f"self.{method}" in members:
        method += "_"
    return method


def share_of(op: Op, devices: int, sees_share: bool, settle: Callable[[Any], Any]) -> Op:
    """What one device computes of a layer; `settle` makes whole numbers of unknown ones.

    It makes its share of the filters or neurons. If it sees only its share of the input, it has its
    share of the groups.
    """
    fields = [op.makes] * bool(op.makes) + ["groups"] * sees_share
    return op.model_copy(update={f: settle(_divide(getattr(op, f), devices)) for f in fields})


def _divide(value: Any, devices: int) -> Any:
    return value // devices if isinstance(value, int) else value / devices


def _check_devices(network: Network, devices: tuple[str, ...]) -> None:
    """Raise BackendError unless the network runs on so many devices, all with a name of torch's."""
    wanted = network.program.main.devices
    if wanted == 1:
        raise BackendError(
            f"{network.class_name} runs on one device: it does not say `split over 2 gpus`"
        )
    if len(devices) != wanted:
        raise BackendError(
            f"{network.class_name} is split over {wanted} gpus, and {len(devices)} named: "
            f"{', '.join(devices)}"
        )
    for device in devices:
        if not _DEVICE.fullmatch(device):
            raise BackendError(f"no device is called {device!r}; write it like cuda:0")


def _check_shares(network: Network) -> None:
    """Raise `Unwritable` where a tower cannot compute its share by itself.

    Its weights are a part of the first axis of each, and what it draws in training is its own.
    """
    flat, devices = network.facts.flat, network.program.main.devices
    divided = divided_paths(flat)
    if flat.output not in divided:
        raise Unwritable("nothing in it is divided")
    for node in flat:
        if not isinstance(node, LayerNode):
            continue
        if isinstance(node.op, Mean) and (node.op.drop_path or node.op.one_column):
            raise Unwritable("a join drops a path on all devices at once, and towers draw apart")
        if isinstance(node.op, StochasticDepth) and node.op.each_sample:
            raise Unwritable(
                f"{node.title} drops samples on all devices at once, and towers draw them apart"
            )
        if not node.op.makes:
            continue
        (whole,) = inputs = flat.operand_shapes(node.name)
        sees_share = flat.operands(node.name)[0] in divided and not node.is_across
        if not sees_share and getattr(node.op, "groups", 1) != 1:
            raise Unwritable(f"{node.title} sees in groups what lies whole on every device")
        parts = devices if sees_share else 1
        own = share_of(node.op, devices, sees_share, lambda value: value)
        mine = own.weights((whole._replace(channels=whole.channels // parts),))
        for name, weight in node.op.weights(inputs).items():
            first, *rest = mine[name].shape
            if weight.shape != (first * devices, *rest):
                raise Unwritable(
                    f"the {name} of {node.title} is not divided along its first axis, as those of "
                    "towers are"
                )
