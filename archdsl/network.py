"""`Network`: a checked spec and everything that can be made of it."""

from __future__ import annotations

import hashlib
import keyword
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archdsl import backend, zoo
from archdsl.diagnostics import Diagnostic, Frame, Severity, SpecError, error, in_order, suggest
from archdsl.ir.conditions import values_with
from archdsl.ir.elaborate import elaborate
from archdsl.ir.evaluate import Environment, Value, parts_of, show
from archdsl.ir.graph import Graph
from archdsl.ir.load import load_program, read
from archdsl.ir.parameters import Setting, default_values, parameter_values
from archdsl.ir.program import Program
from archdsl.ir.published import Published, published_errors
from archdsl.passes.detours import check_detours
from archdsl.passes.devices import DeviceRow, device_rows
from archdsl.passes.expectations import check_conditions as check_written_conditions
from archdsl.passes.expectations import check_expectations
from archdsl.passes.facts import Facts, Totals, analyze
from archdsl.passes.linearity import check_linearity
from archdsl.syntax import tree
from archdsl.syntax.parser import parse_expression
from archdsl.syntax.source import Source, Span

if TYPE_CHECKING:
    from torch import nn

    from archdsl.passes.memory import Moment


class SpecNotFound(Exception):
    """Neither a file nor a network of the zoo."""


@dataclass(frozen=True, eq=False)
class Network:
    """One network, its parameters set: the graph, the facts, and what can be made of them.

    `errors` are those that `about:` quotes of it, for these parameters. `warnings` are what the
    compiler doubted; what is wrong raises `SpecError` before there is a network.
    """

    program: Program
    values: Mapping[str, Value]
    defaults: Mapping[str, Value]
    graph: Graph
    facts: Facts
    errors: tuple[Published, ...]
    warnings: tuple[Diagnostic, ...]

    @property
    def source(self) -> Source:
        """The spec's own text."""
        return self.program.main.source

    @property
    def name(self) -> str:
        """What the zoo or the file calls it: `torchvision/resnet50`."""
        path = self.source.path
        if path is None:
            return self.class_name.lower()
        root = zoo.folder().resolve()
        resolved = path.resolve()
        relative = resolved.relative_to(root) if root in resolved.parents else Path(path.name)
        return relative.with_suffix("").as_posix()

    @property
    def stem(self) -> str:
        """The name of the files that are made of it, without suffix: a Python module's name."""
        stem = re.sub(r"\W", "_", self.name.rsplit("/", 1)[-1])
        if not stem.isidentifier():
            return f"net_{stem}"
        # Beside a `torch.py` or a `random.py`, the emitted code could not import torch.
        is_taken = stem == "torch" or stem in sys.stdlib_module_names or keyword.iskeyword(stem)
        return f"{stem}_net" if is_taken else stem

    @property
    def class_name(self) -> str:
        """What the spec calls it: `GoogLeNet`."""
        return self.program.main.name

    @property
    def family(self) -> str:
        """Its kin in charts: what `about:` says, else its name up to the first digit."""
        said = (entry.text for entry in self.program.about if entry.key == "family")
        return next(said, re.split(r"\d", self.class_name)[0])

    @property
    def totals(self) -> Totals:
        """Parameters, multiply-adds and the rest, of the test-time network for one image."""
        return self.facts.totals

    @property
    def devices(self) -> list[DeviceRow]:
        """What each device of a split network holds and receives for an image, layer by layer.

        All in values; times the bytes of a type they are what the columns of the table say.
        """
        return device_rows(self.facts)

    @property
    def changed(self) -> dict[str, Value]:
        """The parameters that differ from their defaults."""
        return {k: v for k, v in self.values.items() if self.defaults.get(k) != v}

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the spec's text, of all that it uses, and of its parameters."""
        digest = hashlib.sha256()
        for source in self.program.sources:
            digest.update(source.text.encode() + b"\0")
        for name, value in self.values.items():
            digest.update(f"{name}={show(value)}\0".encode())
        return digest.hexdigest()[:16]

    def emit(self, backend_name: str, format: str, **options: Any) -> bytes:
        """What a backend writes; `options` are the backend's own. Raises `BackendError`."""
        return backend.emit(backend_name, self, format, options)

    def to_torch(self, devices: tuple[str, ...] = ()) -> str:
        """The source text of a PyTorch module; needs no torch.

        With devices, those of `split over 2 gpus`, it has a tower on each.
        """
        return self.emit("torch", "py", **({"devices": devices} if devices else {})).decode()

    def module(self, /, **parameters: Any) -> nn.Module:
        """A live module, freshly initialised; imports torch. `parameters` go to its class."""
        scope: dict[str, Any] = {"__name__": f"archdsl.emitted.{self.stem}"}
        exec(compile(self.to_torch(), f"<{self.stem}.py>", "exec"), scope)
        name, *_ = scope["__all__"]  # Not the spec's own where a helper is called so, too.
        module: nn.Module = scope[name](**parameters)
        return module

    def render(self, format: str = "svg", **options: Any) -> bytes:
        """A picture as `svg`, `png`, `pdf`, `dot`, `tex` (TikZ), `txt` or, to explore, `html`.

        The options of pictures are those of `archdsl render`: `style="layers"`, `depth=1`,
        `expand=("Bottleneck",)`, `direction="right"`, `columns=2`, `page="a4"`, `shapes=True`,
        `costs=True`, `theme="dark"`, `highlight="macs"`. Raises `BackendError`.
        """
        return self.emit(backend.drawer_of(format), format, **options)

    def summary(self, format: str = "table", /, **options: Any) -> str:
        """The listing with shapes and costs: `table`, `lecture`, `json`, `csv`, ...

        The options are those of the command: `columns`, `sort`, `depth`, `batch`, `dtype`,
        `optimizer`, `fits`. A notebook sets the table in columns of its own. Raises `ValueError` if
        an option says what there is not.
        """
        from archdsl.report.notebook import SummaryText
        from archdsl.report.summary import Summary

        summary = Summary.of(self, **options)
        return SummaryText(summary) if format == "table" else summary.written(format)

    def memory(
        self, batch: int = 1, dtype: str = "float32", optimizer: str | None = None
    ) -> Moment:
        """The fullest moment of inference, or with an optimizer of a training step, in bytes.

        Raises `ValueError` if there is no such type or optimizer.
        """
        from archdsl.report.memory import memory_of

        return memory_of(self.facts.flat, dtype, optimizer).peak(batch)

    def fits(self, room: str, dtype: str = "float32", optimizer: str | None = None) -> int:
        """How many images at once fit into `5GiB`, in inference or with an optimizer in training.

        Raises `ValueError` if there is no such size, type or optimizer.
        """
        from archdsl.report.memory import memory_of, parse_size

        return memory_of(self.facts.flat, dtype, optimizer).images(parse_size(room))

    def __repr__(self) -> str:
        return f"<Network {self.name}: {self.totals.parameters:,} parameters>"

    def _repr_svg_(self) -> str:
        """The picture, in a notebook."""
        return self.render("svg").decode()


def load(spec: str | Path, /, **parameters: Any) -> Network:
    """Compile a file or a network of the zoo, with some of its parameters set.

    Raises `SpecError` if the spec is wrong, `SpecNotFound` if there is none.
    """
    return compile_source(read(find_spec(spec), str(_display(spec))), parameters)


def loads(text: str, name: str = "<text>", /, **parameters: Any) -> Network:
    """Compile a spec that is a text. Raises `SpecError`."""
    return compile_source(Source(name, text), parameters)


def find_spec(spec: str | Path) -> Path:
    """The file that a path or a zoo name means. Raises `SpecNotFound`."""
    path = Path(spec)
    if path.is_file():
        return path
    found = zoo.path_of(str(spec))
    if found is not None:
        return found
    near = suggest(str(spec), zoo.names())
    hint = f"; did you mean {near}?" if near else "; `archdsl list` shows the zoo"
    raise SpecNotFound(f"no file and no network of the zoo is called {spec}{hint}")


def _display(spec: str | Path) -> Path | str:
    path = Path(spec)
    return path if path.is_file() else f"{str(spec).removesuffix(zoo.SUFFIX)}{zoo.SUFFIX}"


def compile_source(source: Source, parameters: Mapping[str, Any] | None = None) -> Network:
    """Compile a source; parameters are Python values, or texts as after `--set name=`.

    Raises `SpecError` with everything that is wrong.
    """
    program = load_program(source)
    defaults = default_values(program.main)
    settings: dict[str, Setting] = {}
    wrong: list[Diagnostic] = []
    for name, value in (parameters or {}).items():
        try:
            settings[name] = _setting(name, value)
        except SpecError as failure:
            wrong.extend(failure.diagnostics)
    if wrong:
        raise SpecError(wrong)
    return _compile(program, parameter_values(program.main, settings), defaults)


def check_conditions(network: Network) -> list[Diagnostic]:
    """What the `expect with ...:` sections say wrongly, each compiled with its own parameters."""
    found: list[Diagnostic] = []
    for expect in network.program.expects:
        if not expect.conditions:
            continue
        try:
            values = values_with(expect.conditions, network.program.main, network.defaults)
            _compile(network.program, values, network.defaults)
        except SpecError as failure:
            frame = Frame(expect.span.text.partition(":")[0], expect.span)
            # A parameter without a default that the section does not name leaves it unchecked.
            found.extend(
                d.through((frame,))
                for d in failure.diagnostics
                if d.severity is Severity.ERROR and d.code != "E510"
            )
    return found


def _compile(
    program: Program, values: Mapping[str, Value], defaults: Mapping[str, Value]
) -> Network:
    published, found = published_errors(program.about, program.main, defaults)
    found += check_written_conditions(program, defaults)
    try:
        graph, doubts = elaborate(program.main, values)
    except SpecError as failure:
        raise SpecError(in_order([*found, *failure.diagnostics])) from None
    facts = analyze(graph)
    found += [*check_linearity(facts.flat), *check_detours(facts.flat)]
    found = [*program.warnings, *doubts, *found]
    found = in_order([*found, *check_expectations(program, values, defaults, facts)])
    if any(diagnostic.severity is Severity.ERROR for diagnostic in found):
        raise SpecError(found)
    errors = tuple(figure for figure in published if figure.values == values)
    return Network(program, values, defaults, graph, facts, errors, tuple(found))


def _setting(name: str, value: Any) -> Setting:
    """A parameter's value from Python or from the command line. Raises SpecError."""
    text = value if isinstance(value, str) else _as_written(value)
    head = f"{name}="
    source = Source(f"--set {name}", head + text)
    expression = parse_expression(text, source, len(head))
    for part in parts_of(expression):
        if isinstance(part, tree.Name):
            near = {"true": "yes", "false": "no"}.get(part.text.lower())
            raise error(
                "E509",
                f"`{part.text}` is no value",
                part.span,
                help=f"write {near}" if near else "write a number, a size such as 7x1, yes or no",
            )
    span = Span(source, len(head), len(source.text))
    return Setting(Environment({}).evaluate(expression), Span(source, 0, len(name)), span)


def _as_written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    return str(value)
