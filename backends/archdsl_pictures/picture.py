"""From a network to a picture: the overview, and a panel for the inside of each distinct block."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from archdsl_units.folding import Folded, Style, own_name
from archdsl_units.labels import Form, call_text, shape_text, texts_of
from archdsl_units.theme import BLOCK

from archdsl.backend import BackendError
from archdsl.diagnostics import suggest
from archdsl.ir.graph import Graph, InputNode, InstanceNode, LayerNode, Node
from archdsl.ops import Family, Mean, Shape
from archdsl.passes import Totals
from archdsl.passes.devices import divided_paths
from archdsl.report.summary import Summarized
from archdsl.report.text import counted, short
from archdsl_pictures.drawing import Drawing, Item, Opening
from archdsl_pictures.model import FACTS_APART, MACS, Box, Costs, Edge, Panel, Picture
from archdsl_pictures.options import Options

if TYPE_CHECKING:
    from archdsl.network import Network

MOST_OPEN = 100
"""Boxes of a block that calls itself, up to which its panel shows all levels at once."""


def picture_of(network: Network, options: Options | None = None) -> Picture:
    """The whole picture of a network. Raises BackendError where a block to expand is unknown."""
    options = options or Options()
    _check_names(network.graph, options.expand)
    drawer = Drawer(network, options)
    facts = [counted(network.totals.depth, "layer"), *costs_text(network.totals)]
    if (devices := network.program.main.devices) > 1:
        facts.append(f"split over {devices} gpus")
    return Picture(
        name=network.class_name,
        subtitle=FACTS_APART.join(facts),
        description=_description(network),
        overview=drawer.overview(),
        panels=tuple(drawer.insides()),
    )


class Drawer:
    """Makes panels of a network: boxes that are folded as exactly as the network repeats.

    `said` gives what else is known of a path; neighbours of which it says different things stay
    apart.
    """

    def __init__(
        self,
        network: Summarized,
        options: Options,
        said: Callable[[str], object] | None = None,
    ) -> None:
        self.network, self.options, self._said = network, options, said
        self._folded: dict[int, Folded] = {}
        self._drawings: dict[int, Drawing] = {}
        self._costs = _roll_up(network)
        self._training_only = network.graph.training_only()
        flat = network.facts.flat
        self._devices = flat.block.devices
        self._divided = divided_paths(flat) if self._devices > 1 else frozenset[str]()

    def overview(self) -> Panel:
        """The whole network, blocks closed."""
        return self._panel(self._above, self.network.graph, "", "", "")

    def insides(self) -> Iterator[Panel]:
        """A panel for each form of each block, in the order of their first use."""
        for path, graph, note in self._insides():
            yield self._panel(self._drawing(graph), graph, f"{path}.", call_text(graph), note)

    def inside(self, path: str, graph: Graph, heading: str, note: str) -> Panel:
        """The inside of the use of a block at a path."""
        prefix = f"{path}."
        return self._panel(self._drawn(graph, prefix), graph, prefix, heading, note)

    def fold(self, graph: Graph) -> Folded:
        """A graph folded, once however often it is used."""
        if id(graph) not in self._folded:
            self._folded[id(graph)] = Folded(graph)
        return self._folded[id(graph)]

    @cached_property
    def _above(self) -> Drawing:
        """What the overview draws."""
        return Drawing(self.network.graph, "", self._fold_at, self._opens_above)

    def _fold_at(self, graph: Graph, prefix: str) -> Folded:
        """A graph folded where its nodes have a prefix, which decides what is said of them."""
        if self._said is None:
            return self.fold(graph)
        said = self._said
        return Folded(graph, said=lambda name: said(prefix + name))

    # --- What is drawn open ---

    def _opens_above(self, item: Item, node: InstanceNode, level: int) -> Opening:
        """How the overview draws the use of a block."""
        options = self.options
        if self.fold(node.graph).wrapped:
            return Opening.WRAPPER
        depth = options.depth or 0
        if options.style == "layers" or level < depth or self._is_expanded(item, node):
            return Opening.FRAMED
        # A block that is nearly the whole network would leave an overview of nothing.
        is_trunk = options.depth is None and 2 * node.graph.size > self.network.graph.size
        has_blocks = any(not self.fold(i.graph).wrapped for i in node.graph.instances())
        return Opening.FRAMED if is_trunk and has_blocks else Opening.CLOSED

    def _is_expanded(self, item: Item, node: InstanceNode) -> bool:
        """Whether the reader asked for this block, for this use of it, or for one inside."""
        return any(
            name == node.graph.name or any(f"{name}.".startswith(f"{p}.") for p in item.paths)
            for name in self.options.expand
        )

    def _drawing(self, graph: Graph) -> Drawing:
        """The inside of a block, which is the same for all its uses but for the paths."""
        if id(graph) not in self._drawings:
            self._drawings[id(graph)] = self._drawn(graph, "")
        return self._drawings[id(graph)]

    def _drawn(self, graph: Graph, above: str) -> Drawing:
        """The inside of a block, whose nodes have this prefix in the network."""
        is_open = _calls_itself(graph) and self._fits(graph)

        def opens(item: Item, node: InstanceNode, level: int) -> Opening:
            if self.fold(node.graph).wrapped:
                return Opening.WRAPPER
            if node.graph.block is graph.block and is_open:
                return Opening.BARE
            is_wanted = node.graph.name in self.options.expand
            return Opening.FRAMED if is_wanted else Opening.CLOSED

        def fold(inner: Graph, prefix: str) -> Folded:
            # All levels at once are clearest with nothing folded and no frames around levels.
            if is_open:
                return Folded(inner, has_repeats=False)
            return self._fold_at(inner, above + prefix)

        return Drawing(graph, "", fold, opens, not is_open)

    def _fits(self, graph: Graph) -> bool:
        """Whether all levels of a block that calls itself can be drawn at once."""
        return sum(1 for _ in islice(graph.walk(), MOST_OPEN * 4)) < MOST_OPEN * 4

    # --- Panels ---

    def _insides(self) -> Iterator[tuple[str, Graph, str]]:
        """Path, graph and note of each panel: one a form, for blocks that differ in numbers only.

        Numbers apart, blocks of one structure look the same: the panel has the first one's.
        """
        uses = Counter[object]()
        for graph, count in _multiplicity(self.network.graph):
            uses[self._structure(graph)] += count
        visited, shown = set[int](), set[object]()
        queue = deque([("", self._above)])
        while queue:
            prefix, drawing = queue.popleft()
            for item in drawing.items.values():
                node = item.unit.first
                if not isinstance(node, InstanceNode) or id(node.graph) in visited:
                    continue
                visited.add(id(node.graph))
                path, graph = prefix + item.path, node.graph
                # A form that was seen may still hold blocks that were not: recursion ends so.
                queue.append((f"{path}.", self._drawing(graph)))
                structure = self._structure(graph)
                if structure not in shown:
                    shown.add(structure)
                    count = uses[structure]
                    note = f"as in {path}" + (f", one of {count} of this form" if count > 1 else "")
                    note += ", in training only" if self._is_training_only(path) else ""
                    yield path, graph, note

    def _structure(self, graph: Graph) -> object:
        """What two panels that look alike but for their numbers have in common."""
        drawing = self._drawing(graph)
        order = {path: at for at, path in enumerate(drawing.items)}
        items = drawing.items.values()
        return (
            id(graph.block),
            tuple((tuple(map(_kind, item.unit.nodes)), item.count > 1) for item in items),
            tuple(tuple((order[path], style) for path, style in item.sources) for item in items),
            tuple(tuple(order[p] for p in f.boxes) for top in drawing.frames for f in top.walk()),
        )

    def _panel(self, drawing: Drawing, graph: Graph, prefix: str, heading: str, note: str) -> Panel:
        boxes = [self._box(item, drawing, prefix) for item in drawing.items.values()]
        training = {box.path for box in boxes if box.is_training_only}
        edges = [
            Edge(
                prefix + source,
                prefix + item.path,
                Style.TRAINING if prefix + item.path in training else style,
            )
            for item in drawing.items.values()
            for source, style in item.sources
        ]
        if prefix:
            path = f"{prefix}-output"
            text = f"output {shape_text(graph.shape)}"
            title = f"{prefix.rstrip('.')}: the output {graph.shape}"
            boxes.append(
                Box(path, Form.PORT, Family.INPUT, text, title, size=size_text(graph.shape))
            )
            edges.append(Edge(prefix + drawing.output, path))
        return Panel(
            path=prefix.rstrip("."),
            heading=heading,
            note=note,
            boxes=tuple(boxes),
            edges=tuple(edges),
            frames=tuple(frame.below(prefix) for frame in drawing.frames),
        )

    # --- Boxes ---

    def _box(self, item: Item, drawing: Drawing, prefix: str) -> Box:
        unit, node = item.unit, item.unit.first
        path = prefix + item.path
        output = unit.last.output
        if isinstance(node, InputNode):
            form = Form.PORT if prefix else Form.PILL
            text, title = f"{node.name} {shape_text(output)}", f"{path}: {output}"
            return Box(path, form, Family.INPUT, text, title, size=size_text(output), output=output)
        inputs = item.folded.graph.operand_shapes(node.name)
        costs = self._costs_of(item, prefix)
        box = Box(
            path=path,
            form=Form.BLOCK,
            kind=BLOCK,
            text="",
            title=self._title(item, prefix, costs),
            shape=shape_text(output),
            size=size_text(output),
            shows_shape=item.path in drawing.read and (self.options.shapes or output not in inputs),
            count=item.count,
            costs=costs,
            nodes=tuple(prefix + name for name in item.paths),
            output=output,
            # A panel shows a head's inside, which is no side of anything there.
            is_training_only=not prefix and self._is_training_only(path),
            shares=self._shares(prefix + item.paths[-1]),
        )
        sources = [source for source, _ in item.sources]
        times = f" ×{item.count}" if item.count > 1 else ""
        notes = [f"each {item.grows:+} channels"] if item.grows else []
        if box.is_training_only and not any(map(self._is_training_only, sources)):
            notes.append("training only")
        if self.options.costs and costs.parameters + costs.macs:
            notes.append(f"{short(costs.parameters)} · {short(costs.macs)}")
        if isinstance(node, InstanceNode):
            own = filter(None, [own_name(item.unit, item.count, node.graph.name)])
            return replace(
                box,
                text=f"{call_text(node.graph, node.lines)}{times}",
                notes=(*own, *notes),
                skip=self.fold(node.graph).skip,
                paths=max(_paths(inner) for inner in node.graph.distinct()),
            )
        layers = [layer for layer in unit.nodes if isinstance(layer, LayerNode)]
        labels = [item.folded.label(layer) for layer in layers]
        text, below = texts_of(labels)
        if layers[0].is_across:
            notes.insert(0, "across gpus")
        return replace(
            box,
            is_across=layers[0].is_across,
            form=labels[0].form,
            kind=layers[0].op.family,
            text=text + times,
            notes=(*below, *notes),
        )

    def _costs_of(self, item: Item, prefix: str) -> Costs:
        costs = Costs()
        for path in item.paths:
            costs += self._costs.get(prefix + path, Costs())
        return costs

    def _shares(self, path: str) -> int:
        """The devices on which shares of a node's output lie."""
        is_divided = any(f"{name}.".startswith(f"{path}.") for name in self._divided)
        return self._devices if is_divided else 1

    def _is_training_only(self, path: str) -> bool:
        """Whether a box belongs to a side head, which nothing computes at test time."""
        parts = path.split(".")
        names = (".".join(parts[:count]) for count in range(1, len(parts) + 1))
        return not self._training_only.isdisjoint(names)

    def _title(self, item: Item, prefix: str, costs: Costs) -> str:
        """What a reader's pointer shows: paths, op, output shape, costs."""
        paths = [prefix + path for path in item.paths]
        names = list(dict.fromkeys((paths[0], paths[-1])))
        words = [_word(node) for node in item.unit.nodes]
        count = item.unit.count * (1 + len(item.further))
        times = f", {count} times" if count > 1 else ""
        if self._is_training_only(paths[0]):
            times += ", in training only"
        figures = f"{counted(costs.parameters, 'parameter')}, {counted(costs.macs, 'multiply-add')}"
        return (
            f"{' to '.join(names)}: {', '.join(words)}{times}; "
            f"output {item.unit.last.output}; {figures}"
        )


def costs_text(totals: Totals) -> tuple[str, str]:
    """Parameters and multiply-adds, many of these in short."""
    macs = counted(totals.macs, "multiply-add")
    if totals.macs >= 1e8:
        macs = f"{totals.macs / 1e9:.3g} G multiply-adds"
    return counted(totals.parameters, "parameter"), macs


def _description(network: Network) -> str:
    totals = network.totals
    inputs = " and ".join(str(node.output) for node in network.graph.inputs)
    text = (
        f"{network.class_name}: input {inputs}, output {network.graph.shape}, "
        f"{counted(totals.parameters, 'parameter')}, {counted(totals.macs, 'multiply-add')}. "
    )
    about = [
        f"{entry.key}: {entry.text}." for entry in network.program.about if entry.key == "paper"
    ]
    return " ".join([text + MACS, *about])


def size_text(shape: Shape) -> str:
    """`56x56`: the size of the maps, whatever their number; a vector is one position."""
    return f"{shape.height}x{shape.width}"


def _check_names(graph: Graph, names: tuple[str, ...]) -> None:
    """Raise BackendError unless every name is a block's, or the path of a use of one."""
    uses = [(path, node) for path, node, _ in graph.walk() if isinstance(node, InstanceNode)]
    known = list(dict.fromkeys([*(node.graph.name for _, node in uses), *(p for p, _ in uses)]))
    for name in names:
        if name not in known:
            near = suggest(name, known)
            blocks = ", ".join(dict.fromkeys(node.graph.name for _, node in uses))
            hint = f"did you mean {near}?" if near else f"blocks are {blocks}"
            raise BackendError(f"no block and no use of one is called {name}; {hint}")


def _roll_up(network: Summarized) -> dict[str, Costs]:
    """Path -> costs, of layers and of everything that holds layers."""
    found: dict[str, Costs] = {}
    for row in network.facts.layers():
        costs, path = Costs(row.parameters, row.macs, row.activations), row.path
        while path:
            found[path] = found.get(path, Costs()) + costs
            path = path.rpartition(".")[0]
    return found


def _multiplicity(graph: Graph) -> list[tuple[Graph, int]]:
    """Every graph inside a network's graph, and how many instances of it the network has."""
    graphs = graph.distinct()
    counts = {id(graph): 1}
    for outer in reversed(graphs):
        for instance in outer.instances():
            inner = id(instance.graph)
            counts[inner] = counts.get(inner, 0) + counts[id(outer)]
    return [(inner, counts[id(inner)]) for inner in graphs if inner is not graph]


def _paths(graph: Graph) -> int:
    """How many paths meet where most do; a join takes the columns of one that ends a path of it."""
    ops = [node.op for node in graph if isinstance(node, LayerNode)]
    columns = [sum(op.columns) for op in ops if isinstance(op, Mean) and op.columns]
    return max([*columns, *(len(graph.operands(node.name)) for node in graph)])


def _calls_itself(graph: Graph) -> bool:
    return any(inner.block is graph.block for inner in graph.distinct() if inner is not graph)


def _kind(node: Node) -> object:
    if isinstance(node, LayerNode):
        return type(node.op)
    return id(node.graph.block) if isinstance(node, InstanceNode) else "input"


def _word(node: Node) -> str:
    if isinstance(node, LayerNode):
        return node.title
    return call_text(node.graph, node.lines) if isinstance(node, InstanceNode) else "input"
