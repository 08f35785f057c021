"""The house keeps its order: who may import whom, where torch may appear, how long files grow."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent

# What each room may import besides itself, a whole room or one module of it. Text flows through
# syntax and ops < ir < passes < report. The files at the top of archdsl that are not listed, and
# cli, are doors: they may import every room, and no room may import them.
LEAVES = {"symbolic"}
BELOW_IR = LEAVES | {"syntax", "ops", "diagnostics", "zoo"}
ROOMS = {
    "symbolic": set[str](),
    "diagnostics": {"syntax.source"},
    "syntax": LEAVES | {"diagnostics"},
    "ops": LEAVES,
    "zoo": {"syntax.source"},
    "ir": BELOW_IR,
    "passes": BELOW_IR | {"ir"},
    "report": BELOW_IR | {"ir", "passes"},
}
DOORS = {"cli"}

CORE_LIBRARIES = {"click", "lark", "networkx", "pydantic", "pydantic_core", "rich"}
# `archdsl_svg` and `archdsl_units` are no backends: they are what the backends that draw share.
OWN_LIBRARIES = {
    "archdsl_pictures": {"archdsl_svg", "archdsl_units", "pydantic"},
    "archdsl_charts": {"archdsl_svg"},
    "archdsl_page": {"archdsl_svg", "archdsl_units"},
    "archdsl_svg": {"reportlab", "resvg_py", "svglib"},
    "archdsl_torch": {"torch"},
    "archdsl_units": set[str](),
}

# The compiler's only use of torch, beside its own backend's: when a module is asked for, and for
# type checkers, which run nothing.
LAZY_TORCH = {("archdsl.network", "module"), ("archdsl.network", "TYPE_CHECKING")}

# Texts that the backend pastes into what it writes; nothing imports them.
PASTED = "archdsl_torch.helpers."

LONGEST_FILE = 550  # about 500, so that nobody cuts a comment for the sake of a line


class Import(NamedTuple):
    """An imported name, `archdsl.ops.Conv2d`, and the function that the import stands in.

    What stands under `if TYPE_CHECKING` runs as little as a function that nobody calls.
    """

    target: str
    line: int
    function: str | None

    def within(self, module: str) -> bool:
        return f"{self.target}.".startswith(f"{module}.")


class Module(NamedTuple):
    """A source file under the name that it is imported by."""

    name: str
    path: Path

    @property
    def top(self) -> str:
        return self.name.partition(".")[0]

    @property
    def room(self) -> str:
        return self.name.split(".")[1] if "." in self.name else ""

    def imports(self) -> list[Import]:
        package = self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]
        return list(imports_of(ast.parse(self.path.read_text(encoding="utf-8")), package))

    def at(self, imported: Import) -> str:
        return f"{self.path.relative_to(ROOT)}:{imported.line} imports {imported.target}"


def imports_of(node: ast.AST, package: str, function: str | None = None) -> Iterator[Import]:
    """Every import below a node, those by `import_module("...")` too."""
    match node:
        case ast.Import(names=names, lineno=line):
            for name in names:
                yield Import(name.name, line, function)
        case ast.ImportFrom(module=module, names=names, level=level, lineno=line):
            parts = package.split(".")[: -(level - 1) or None] if level else []
            for name in names:
                yield Import(
                    ".".join([*parts, *([module] if module else []), name.name]), line, function
                )
        case ast.Call(
            func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__"),
            args=[ast.Constant(value=str(target)), *_],
            lineno=line,
        ):
            yield Import(target, line, function)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            function = name
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            function = "TYPE_CHECKING"
    for child in ast.iter_child_nodes(node):
        yield from imports_of(child, package, function)


def modules() -> list[Module]:
    homes = [(ROOT, ROOT / "archdsl")]
    homes += [(ROOT / "backends", path) for path in sorted((ROOT / "backends").iterdir())]
    found = []
    for base, home in homes:
        for path in sorted(home.rglob("*.py")):
            parts = path.relative_to(base).with_suffix("").parts
            found.append(Module(".".join(parts).removesuffix(".__init__"), path))
    return found


MODULES = modules()
COMPILER = [module for module in MODULES if module.top == "archdsl"]
BACKENDS = [module for module in MODULES if module.top != "archdsl"]


def test_every_room_has_its_place_in_the_order() -> None:
    folders = {path.parent.name for path in (ROOT / "archdsl").glob("*/__init__.py")}
    assert folders <= ROOMS.keys() | DOORS


def test_text_flows_one_way() -> None:
    wrong = [
        module.at(imported)
        for module in COMPILER
        if module.room in ROOMS
        for imported in module.imports()
        if imported.within("archdsl")
        and not any(
            imported.within(f"archdsl.{allowed}") for allowed in ROOMS[module.room] | {module.room}
        )
    ]
    assert wrong == []


def test_the_compiler_imports_its_core_libraries_and_no_backend() -> None:
    allowed = CORE_LIBRARIES | sys.stdlib_module_names | {"archdsl"}
    wrong = [
        module.at(imported)
        for module in COMPILER
        for imported in module.imports()
        if imported.target.partition(".")[0] not in allowed
        and not (imported.within("torch") and (module.name, imported.function) in LAZY_TORCH)
    ]
    assert wrong == []


def test_a_backend_imports_the_compiler_and_its_own_library() -> None:
    wrong = [
        module.at(imported)
        for module in BACKENDS
        for imported in module.imports()
        if imported.target.partition(".")[0]
        not in OWN_LIBRARIES[module.top] | sys.stdlib_module_names | {"archdsl", module.top}
        or imported.within("archdsl.cli")
    ]
    assert wrong == []


def test_torch_is_imported_only_when_a_function_needs_it() -> None:
    wrong = [
        module.at(imported)
        for module in MODULES
        if not module.name.startswith(PASTED)
        for imported in module.imports()
        if imported.within("torch") and imported.function is None
    ]
    assert wrong == []


@pytest.mark.parametrize("folder", ["archdsl", "backends", "benchmarks", "tests"])
def test_no_file_grows_past_what_one_can_read(folder: str) -> None:
    golden = ROOT / "tests" / "golden"
    long = {
        str(path.relative_to(ROOT)): length
        for path in sorted((ROOT / folder).rglob("*.py"))
        if golden not in path.parents
        and (length := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


@pytest.mark.parametrize(
    ("text", "target", "function"),
    [
        ("import torch.nn as nn", "torch.nn", None),
        ("from archdsl.ops import Conv2d", "archdsl.ops.Conv2d", None),
        ("from archdsl import ops", "archdsl.ops", None),
        ("from . import shape", "archdsl.ops.shape", None),
        ("from .shape import Shape", "archdsl.ops.shape.Shape", None),
        ("from ..ir.graph import Graph", "archdsl.ir.graph.Graph", None),
        ("from .. import ir", "archdsl.ir", None),
        ("if TYPE_CHECKING:\n    import torch", "torch", "TYPE_CHECKING"),
        ("def module():\n    if True:\n        import torch", "torch", "module"),
        ("class A:\n    async def b(self):\n        import torch", "torch", "b"),
        ("importlib.import_module('torch')", "torch", None),
        ("x = lambda: __import__('torch')", "torch", None),
    ],
)
def test_no_way_of_importing_is_overlooked(text: str, target: str, function: str | None) -> None:
    [found] = imports_of(ast.parse(text), package="archdsl.ops")
    assert (found.target, found.function) == (target, function)
