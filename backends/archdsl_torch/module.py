"""The whole file: a class a block, the network's class, and what they import."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from importlib.resources import files

from archdsl.ir.evaluate import Environment, Value, show
from archdsl.ir.program import Block, Parameter
from archdsl.network import Network
from archdsl.ops import Shape
from archdsl.symbolic import Number, Symbolic, as_quotient
from archdsl.syntax import tree
from archdsl_torch.code import (
    Assign,
    Branch,
    Call,
    Code,
    Literal,
    Printer,
    Refuse,
    Return,
    Statement,
    Text,
    annotate_repeated,
    expressions_of,
    parts_of,
    variables_of,
    walk,
)
from archdsl_torch.docstrings import class_docstring
from archdsl_torch.emitter import Emitter, Flow, names_used
from archdsl_torch.loops import substitute
from archdsl_torch.signatures import (
    TAKEN,
    UNKNOWN,
    Signature,
    Unwritable,
    annotation,
    kind_of,
    python_name,
    widest,
)

ROUNDS = 50
"""More than any chain of blocks that learn from each other's uses needs."""


class File:
    """One emitted file while it is being written: what the classes know of each other."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.helpers: set[str] = set()
        self.signatures: dict[Block, Signature] = {}
        self._kinds = _compiled_kinds(network)
        self._constants = dict(_constants(network))

    def signature(self, block: Block) -> Signature:
        """What is known of a block; a block seen for the first time gets a class name."""
        if block not in self.signatures:
            taken = {signature.class_name for signature in self.signatures.values()}
            kinds = self._kinds.get(block)
            self.signatures[block] = Signature(
                block, _class_name(block.name, taken), kinds is not None, dict(kinds or {})
            )
        return self.signatures[block]

    def default(self, signature: Signature, parameter: Parameter) -> Value | None:
        """A parameter's default where it is one number for all uses."""
        assert parameter.default is not None
        if any(True for _ in _depends(parameter.default)):
            return None
        value = Environment({}).evaluate(parameter.default)
        if signature.kinds.get(parameter.name) == "size" and not isinstance(value, tuple):
            return value, value  # type: ignore[return-value]
        return value

    def comment(self, shape: Shape) -> str:
        """A shape as the compiled network has it, in torch's order; empty where it is not known."""
        known = substitute(shape, self._constants)  # type: ignore[arg-type]
        sides = (known.channels,) if known.flat else (known.channels, known.height, known.width)
        if any(isinstance(side, Symbolic) for side in sides):
            return ""
        return f"(N, {', '.join(map(str, sides))})"

    def classes(self) -> str:
        """All classes, those that are used before those that use them."""
        main = self.signature(self.network.program.main)
        main.kinds = {name: kind_of(value) for name, value in self.network.values.items()}
        state: object = None
        for _ in range(ROUNDS):
            self.helpers.clear()
            written = self._write(main)
            before, state = state, [signature.state() for signature in self.signatures.values()]
            if state == before:
                break
        else:
            raise Unwritable("the blocks' shapes depend on each other without an end")
        return "\n\n\n".join(reversed(list(written.values())))

    def _write(self, main: Signature) -> dict[Signature, str]:
        """Every class that the network's class reaches, with what is known so far."""
        written: dict[Signature, str] = {main: ""}
        queue = [main]
        users: dict[Signature, set[Signature]] = {}
        for signature in queue:
            written[signature], used = self._write_class(signature, signature is main)
            users[signature] = used
            for inner in used:
                if inner not in written:
                    written[inner] = ""
                    queue.append(inner)
        return {signature: written[signature] for signature in _callers_first(main, users)}

    def _write_class(self, signature: Signature, is_main: bool) -> tuple[str, set[Signature]]:
        emitter = Emitter(self, signature, is_main)
        start = self._start(emitter) if is_main else signature.shape_of("input")
        end = emitter.run(start)
        signature.output = end.shape
        _finish(emitter, end)
        _drop_unused(emitter.init)
        used = {
            inner
            for code in expressions_of(emitter.init)
            for part in parts_of(code)
            if isinstance(part, Call) and isinstance(part.function, Text)
            for inner in self.signatures.values()
            if part.function.text == inner.class_name
        }
        stored = sorted(names_used(emitter.forward) - emitter.locals)
        signature.needs |= names_used(emitter.init) | set(stored)
        if UNKNOWN in signature.needs or any(n.startswith("?") for n in signature.needs):
            signature.needs = {n for n in signature.needs if not n.startswith(UNKNOWN)}
            emitter_unknown = True
        else:
            emitter_unknown = False
        text = _class_text(self, signature, emitter, start, end, stored, is_main)
        if emitter_unknown:
            text += f"\n# {UNKNOWN}"
        return text, used

    def _start(self, emitter: Emitter) -> Shape:
        """The claim of INPUT."""
        line = emitter.signature.block.body[0]
        assert hasattr(line, "claim")
        height, width, channels = (
            emitter.environment.whole(side, "a side of INPUT") for side in line.claim.sides
        )
        return Shape(height, width, channels)  # type: ignore[arg-type]


def _constants(network: Network) -> Iterator[tuple[str, Value]]:
    """What the network's parameters are, under the names that its class has for them."""
    for name, value in network.values.items():
        if isinstance(value, tuple):
            yield from ((f"{python_name(name)}[{at}]", side) for at, side in enumerate(value))
        else:
            yield python_name(name), value


def emit_module(network: Network) -> str:
    """The source text of the network as a PyTorch module."""
    file = File(network)
    classes = file.classes()
    if f"# {UNKNOWN}" in classes:
        raise Unwritable("a block calls itself, and its shape has no form that code could use")
    helpers = [_helper(name) for name in sorted(file.helpers)]
    body = "\n\n\n".join([*helpers, classes]) + "\n"
    imports = []
    if re.search(r"\btorch\.", body):
        imports.append("import torch")
    if re.search(r"\bF\.", body):
        imports.append("import torch.nn.functional as F")
    imports.append("from torch import Tensor, nn")
    main = file.signature(network.program.main)
    body = "\n".join(imports) + f'\n\n__all__ = ["{main.class_name}"]\n\n\n' + body
    return _header(network, body) + body


def _header(network: Network, body: str) -> str:
    """Where the file comes from, and two hashes: of the spec with all it uses, and of this file."""
    options = ", ".join(f"{name}={show(value)}" for name, value in network.values.items())
    digest = hashlib.sha256(body.encode()).hexdigest()[:16]
    name = "".join(c for c in network.name if c.isprintable())
    return (
        f"# Written by archdsl from {name}.arch{f' with {options}' if options else ''}.\n"
        f"# Spec {network.fingerprint}, code {digest}: the hash of all that follows this line.\n"
    )


def _helper(name: str) -> str:
    """A helper class's text, without the imports that its own file needs."""
    text = (files("archdsl_torch") / "helpers" / f"{name}.py").read_text(encoding="utf-8")
    return text[text.index("class ") :].rstrip()


def _compiled_kinds(network: Network) -> dict[Block, dict[str, str]]:
    """The kinds of the arguments that blocks have in the compiled network."""
    kinds: dict[Block, dict[str, str]] = {}
    for graph in network.graph.distinct():
        own = kinds.setdefault(graph.block, {})
        for name, value in graph.arguments.items():
            own[name] = widest(own.get(name), kind_of(value))
    return kinds


def _class_name(name: str, taken: set[str]) -> str:
    """The block's name, made another where the file has that name already."""
    candidate = name if name not in TAKEN else f"{name}Block"
    number = 2
    while candidate in taken:
        candidate, number = f"{name}{number}", number + 1
    return candidate


def _callers_first(
    main: Signature, users: dict[Signature, set[Signature]]
) -> list[Signature]:
    """An order in which a class stands before all that it uses, but for recursion."""
    order: list[Signature] = []
    seen: set[Signature] = set()

    def visit(signature: Signature) -> None:
        seen.add(signature)
        for inner in sorted(users[signature], key=lambda s: s.class_name, reverse=True):
            if inner not in seen:
                visit(inner)
        order.append(signature)

    visit(main)
    return order[::-1]


def _finish(emitter: Emitter, end: Flow) -> None:
    """Return the value, typed as a Tensor where no type checker would know."""
    if emitter.is_main:
        typed = isinstance(end.code, Call) and end.code.is_typed
        if end.variable is None:
            comment = emitter.file.comment(end.shape)
            emitter.forward.append(
                Assign("logits", end.code, "" if typed else "Tensor", comment=comment)
            )
            end = Flow(Text("logits"), end.shape)
        emitter.forward.append(Return(end.code))
        return
    if end.variable not in (None, "x") or not (
        end.variable == "x" or (isinstance(end.code, Call) and end.code.is_typed)
    ):
        emitter.forward.append(Assign("x", end.code))
        end = Flow(Text("x"), end.shape)
    emitter.forward.append(Return(end.code))


def _drop_unused(init: list[Statement]) -> None:
    """Take out sides that are carried through loops and then used by nothing."""
    while True:
        carried = {s.target for s in walk(init) if isinstance(s, Assign) and s.target.isidentifier()}
        used: set[str] = set()
        for statement in walk(init):
            target = statement.target if isinstance(statement, Assign) else None
            for code in expressions_of([statement]) if not _has_body(statement) else _head(statement):
                used |= {name for name in variables_of(code) if name != target}
                used |= {p.text for p in parts_of(code) if isinstance(p, Text) and p.text != target}
                used |= {
                    p.text.split(".")[0] for p in parts_of(code) if isinstance(p, Text) and "." in p.text
                }
        dead = carried - used
        if not dead:
            return
        _remove(init, dead)


def _has_body(statement: Statement) -> bool:
    return hasattr(statement, "body") or isinstance(statement, Branch)


def _head(statement: Statement) -> list[Code]:
    if isinstance(statement, Branch):
        return [Literal(statement.condition)]
    return [statement.values]  # type: ignore[union-attr]


def _remove(statements: list[Statement], targets: set[str]) -> None:
    for statement in list(statements):
        if isinstance(statement, Assign) and statement.target in targets:
            statements.remove(statement)
        for name in ("body", "then", "otherwise"):
            inner = getattr(statement, name, None)
            if inner is not None:
                _remove(inner, targets)
        if getattr(statement, "body", None) == []:
            statements.remove(statement)


def _class_text(
    file: File,
    signature: Signature,
    emitter: Emitter,
    start: Shape,
    end: Flow,
    stored: list[str],
    is_main: bool,
) -> str:
    attributes = {
        s.target.removeprefix("self.").split("[")[0]
        for s in walk(emitter.init)
        if isinstance(s, Assign)
    }
    own = {name: f"_{name}" if name in attributes else name for name in stored}
    saves: list[Statement] = [Assign(f"self.{own[name]}", Text(name)) for name in stored]
    body = [*_defaults(file, signature), *_guards(emitter), *saves, *emitter.init]
    annotate_repeated(emitter.init, "nn.Module")
    lines = [f"class {signature.class_name}(nn.Module):"]
    lines += class_docstring(file, signature, start, end.shape, is_main)
    if body or _arguments(file, signature):
        lines += ["", *_head_lines(file, signature), "        super().__init__()"]
        lines += Printer().statements(body, 2)
    lines += ["", *_forward_head(signature)]
    forward = Printer(lambda name: name if name in emitter.locals else f"self.{own[name]}")
    lines += forward.statements(emitter.forward, 2)
    return "\n".join(lines)


def _arguments(file: File, signature: Signature) -> list[str]:
    """The constructor's arguments: what is inferred, then the parameters."""
    found = [f"{name}: int" for name, _, _ in signature.inferred()]
    for parameter in signature.numbers:
        kind = annotation(signature.kinds.get(parameter.name, "int"))
        name = python_name(parameter.name)
        if file.network.program.main is signature.block:
            value = file.network.values[parameter.name]
            if parameter.default is not None and file.default(signature, parameter) is None:
                found.append(f"{name}: {kind} | None = None")
            else:
                found.append(f"{name}: {kind} = {_plain(value, kind)}")
        elif parameter.default is None:
            found.append(f"{name}: {kind}")
        else:
            default = file.default(signature, parameter)
            if default is None:
                found.append(f"{name}: {kind} | None = None")
            else:
                found.append(f"{name}: {kind} = {_plain(default, kind)}")
    return found


def _plain(value: Value, kind: str) -> str:
    return Printer().value(value) if kind == "float" else Printer().whole(value)


def _head_lines(file: File, signature: Signature) -> list[str]:
    arguments = ["self", *_arguments(file, signature)]
    line = f"    def __init__({', '.join(arguments)}) -> None:"
    if len(line) <= 88:
        return [line]
    together = f"        {', '.join(arguments)}"
    if len(together) <= 88:
        return ["    def __init__(", together, "    ) -> None:"]
    return ["    def __init__(", *(f"        {a}," for a in arguments), "    ) -> None:"]


def _forward_head(signature: Signature) -> list[str]:
    names = ["x", *(python_name(name) for name in signature.inputs[1:])]
    arguments = ", ".join(["self", *(f"{name}: Tensor" for name in names)])
    return [f"    def forward({arguments}) -> Tensor:"]


def _defaults(file: File, signature: Signature) -> list[Statement]:
    """`if depth is None: depth = 6 * n + 2` for defaults that depend on other numbers."""
    found: list[Statement] = []
    environment = signature.environment()
    for parameter in signature.numbers:
        if parameter.default is None or file.default(signature, parameter) is not None:
            continue
        name = python_name(parameter.name)
        value = environment.evaluate(parameter.default)
        found.append(_IfNone(name, [Assign(name, Literal(value))]))  # type: ignore[arg-type]
    return found


class _IfNone(Branch):
    """`if name is None:`."""

    def __init__(self, name: str, then: list[Statement]) -> None:
        super().__init__(Text(f"{name} is None"), then)  # type: ignore[arg-type]


def _guards(emitter: Emitter) -> list[Statement]:
    """Refuse what the compiler would refuse: divisions that leave a remainder."""
    found: dict[str, Statement] = {}
    for code in expressions_of(emitter.init):
        for part in parts_of(code):
            if isinstance(part, Literal) and part.is_whole:
                values = part.value if isinstance(part.value, tuple) else (part.value,)
                for value in values:
                    _guard(value, emitter.locals, found)
    return list(found.values())


def _guard(value: object, local: set[str], found: dict[str, Statement]) -> None:
    if not isinstance(value, Symbolic) or any(name in local for name in value.variables()):
        return
    numerator, denominator = as_quotient(value)
    if denominator == 1:
        return
    top: Number = numerator
    condition = str(Symbolic.of(top) % denominator)
    said = f"({top}) / {denominator} must be whole"
    found.setdefault(condition, Refuse(condition, said))


def _depends(expression: tree.Expression) -> list[object]:
    """What a default depends on: parameters before it, or what flows in."""
    from archdsl.ir.evaluate import names_in

    found: list[object] = list(names_in(expression))
    if re.search(r"\bin\.", expression.span.text):
        found.append("in")
    return found

