"""A class's text: head, docstring, constructor, `forward`."""

from __future__ import annotations

from typing import Any

from archdsl.ops import Shape
from archdsl_torch.code import (
    Assign,
    Call,
    Code,
    Delete,
    Fallback,
    Infix,
    Items,
    Literal,
    Refuse,
    Return,
    Starred,
    Statement,
    Text,
    annotate_repeated,
    call,
    expressions_of,
    parts_of,
    walk,
)
from archdsl_torch.docstrings import class_docstring
from archdsl_torch.emitter import Emitter
from archdsl_torch.flow import Flow, names_used
from archdsl_torch.heads import said_of_heads
from archdsl_torch.joins import rule_of
from archdsl_torch.lower import merging_of
from archdsl_torch.printer import WIDTH, Printer
from archdsl_torch.rules import DROP_PATH, all_kept, draw_of, drops_columns
from archdsl_torch.settling import refusals_of, whole_number
from archdsl_torch.signatures import (
    COLUMNS,
    JOIN_WIDTH,
    KEPT,
    Signature,
    annotation,
    line_name,
    python_name,
)


def class_text(emitter: Emitter, start: Shape, end: Flow) -> str:
    """The class of what the emitter has followed from `start` to `end`."""
    signature = emitter.signature
    _return(emitter, end)
    mean = _mean_of_columns(emitter) if signature.is_absorbed else []
    drop_path = _shared_draw(emitter, mean or emitter.forward)
    constructor, printer = constructor_of(emitter, [*emitter.forward, *mean])
    lines = [f"class {signature.class_name}(nn.Module):"]
    lines += class_docstring(
        emitter.file.network,
        signature,
        start,
        end.shape,
        emitter.is_main,
        said_of_heads(emitter.file) if signature.block.heads else "",
    )
    lines += constructor
    result = f"Tensor | {emitter.file.output_class}" if signature.block.heads else "Tensor"
    typed = [f"{name}: Tensor" for name in _inputs(signature)]
    optional = [f"{DROP_PATH}: DropPath | None = None"] if _takes_drop_path(emitter) else []
    lines += ["", *head("forward", [*typed, *optional], result)]
    lines += printer.statements(drop_path, 2)
    if signature.is_absorbed:
        lines += printer.statements(mean, 2)
        shared = [f"{DROP_PATH}: DropPath"] if optional else []
        shared += [f"{KEPT}: list[bool]"] if signature.drops_columns else []
        lines += ["", *head(COLUMNS, [*typed, *shared], "list[Tensor]")]
    lines += printer.statements(emitter.forward, 2)
    return "\n".join(lines)


def constructor_of(emitter: Emitter, methods: list[Statement]) -> tuple[list[str], Printer]:
    """`__init__`, and the printer of the methods, which read their numbers from the module."""
    annotate_repeated(emitter.init)
    stored = sorted(names_used(methods) - emitter.locals)
    attributes = {
        statement.target.removeprefix("self.").split("[")[0]
        for statement in walk(emitter.init)
        if isinstance(statement, Assign)
    }
    if emitter.signature.is_absorbed:
        attributes |= {COLUMNS, JOIN_WIDTH}
    own = {name: f"_{name}" if name in attributes else name for name in stored}
    saves: list[Statement] = [Assign(f"self.{own[name]}", Text(name)) for name in stored]
    body = [*_fallbacks(emitter.signature), *saves, *emitter.init]
    arguments = arguments_of(emitter)
    lines = []
    if body or arguments:
        lines = ["", *head("__init__", arguments, "None"), "        super().__init__()"]
        lines += Printer().statements(body, 2)
    return lines, Printer(lambda name: name if name in emitter.locals else f"self.{own[name]}")


def _inputs(signature: Signature) -> list[str]:
    return ["x", *map(line_name, signature.inputs[1:])]


def _takes_drop_path(emitter: Emitter) -> bool:
    """Whether `forward` takes what the joins of the network draw: the network's own never does."""
    return emitter.signature.drops_paths and not emitter.is_main


def _mean_of_columns(emitter: Emitter) -> list[Statement]:
    """`return` the mean of the columns that another join may take instead."""
    rule, written = rule_of(emitter), list[Statement]()
    inputs: list[Code] = [*map(Text, _inputs(emitter.signature))]
    if _takes_drop_path(emitter):
        inputs.append(Text(DROP_PATH))
    if drops_columns(rule):
        written.append(Assign(KEPT, draw_of(rule, Text(f"self.{JOIN_WIDTH}"))))
        inputs.append(Text(KEPT))
    elif emitter.signature.drops_columns:
        inputs.append(all_kept(Text(f"self.{JOIN_WIDTH}")))
    columns = call(f"self.{COLUMNS}", *inputs)
    return [*written, Return(merging_of(rule).listed(columns))]


def _shared_draw(emitter: Emitter, forward: list[Statement]) -> list[Statement]:
    """What a network draws for its joins; a block that is used alone draws for its own."""
    parts = (part for each in expressions_of(forward) for part in parts_of(each))
    if Text(DROP_PATH) not in parts:
        return []
    emitter.file.helpers.add("drop_path")
    drawn = call("DropPath")
    shared = drawn if emitter.is_main else Infix("or", (Text(DROP_PATH), drawn))
    return [Assign(DROP_PATH, shared)]


def _return(emitter: Emitter, end: Flow) -> None:
    """Return the value, in a variable typed as a Tensor where no type checker would know."""
    if emitter.forward and isinstance(emitter.forward[-1], Delete):
        emitter.forward.pop()
    is_typed = isinstance(end.code, Call) and end.code.is_typed
    if emitter.signature.is_absorbed:
        match end.code:
            case Items((Starred(columns),)):
                end = Flow(columns, end.shape)
    elif end.variable not in emitter.tensors and not is_typed:
        emitter.forward.append(Assign("x", end.code))
        end = Flow(Text("x"), end.shape)
    emitter.forward.append(Return(end.code))


def head(name: str, arguments: list[str], result: str) -> list[str]:
    """`def name(self, ...) -> result:` on as many lines as it needs."""
    arguments = ["self", *arguments]
    line = f"    def {name}({', '.join(arguments)}) -> {result}:"
    if len(line) <= WIDTH:
        return [line]
    together = f"        {', '.join(arguments)}"
    inside = [together] if len(together) <= WIDTH else [f"        {a}," for a in arguments]
    return [f"    def {name}(", *inside, f"    ) -> {result}:"]


def arguments_of(emitter: Emitter) -> list[str]:
    """The constructor's arguments: what is inferred, then the parameters.

    The network's own have the values that it was compiled with for defaults.
    """
    signature = emitter.signature
    found = [f"{name}: int" for name, _, _ in signature.inferred()]
    for parameter in signature.numbers:
        kind = signature.kinds.get(parameter.name, "int")
        typed = f"{python_name(parameter.name)}: {annotation(kind)}"
        default = signature.default(parameter)
        if parameter.default is not None and default is None:
            found.append(f"{typed} | None = None")
            continue
        if emitter.is_main:
            default = emitter.file.network.values[parameter.name]
        found.append(typed if default is None else f"{typed} = {Printer().value(default)}")
    return found


def _fallbacks(signature: Signature) -> list[Statement]:
    """`if depth is None: depth = 6 * n + 2` for defaults that depend on other numbers."""
    environment = signature.environment()
    found: list[Statement] = []
    for parameter in signature.numbers:
        if parameter.default is None or signature.default(parameter) is not None:
            continue
        value: Any = environment.evaluate(parameter.default)
        refusals: tuple[Refuse, ...] = ()
        if signature.kinds.get(parameter.name) in ("int", "size"):
            refusals = refusals_of(value)
            value = whole_number(value)
        found.append(Fallback(python_name(parameter.name), Literal(value), refusals))
    return found
