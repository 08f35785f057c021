"""A spec and all that it uses: files -> one program."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath, PureWindowsPath

from archdsl import zoo
from archdsl.diagnostics import (
    Diagnostic,
    Severity,
    SpecError,
    error,
    in_order,
    suggest,
)
from archdsl.ir.program import Block, Program
from archdsl.ir.resolve import Resolver
from archdsl.ir.scope import unknown_key
from archdsl.ir.splitting import divide
from archdsl.syntax import tree
from archdsl.syntax.parser import parse
from archdsl.syntax.source import Source


def load_program(source: Source) -> Program:
    """The program of a spec. Raises SpecError with everything that is wrong in its words."""
    loader = _Loader()
    spec = parse(source)
    main = loader.resolve(spec, is_compiled=True)
    if not _is_wrong(loader.diagnostics):
        loader.diagnostics += divide(main, loader.blocks)
    found = in_order(loader.diagnostics)
    if _is_wrong(found):
        raise SpecError(found)
    return Program(
        main,
        tuple(loader.blocks),
        spec.about,
        spec.expects,
        tuple(loader.sources),
        tuple(found),
    )


def _is_wrong(found: list[Diagnostic]) -> bool:
    return any(diagnostic.severity is Severity.ERROR for diagnostic in found)


class _Loader:
    """Resolves files, each once. `diagnostics` gathers what is wrong or doubtful in any of them."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.sources: list[Source] = []
        self.diagnostics: list[Diagnostic] = []
        self._files: dict[Path, dict[str, Block]] = {}
        self._open: list[Path] = []
        self._unfinished: set[Block] = set()

    def resolve(self, spec: tree.Spec, is_compiled: bool = False) -> Block:
        """One file's network, its blocks appended after those that it uses."""
        if spec.source not in self.sources:
            self.sources.append(spec.source)
        path = spec.source.path.resolve() if spec.source.path else None
        if path is not None:
            self._open.append(path)
        imported: dict[str, Block] = {}
        missing: set[str] = set()
        for use in spec.uses:
            try:
                self._use(use, spec.source, imported, missing)
            except SpecError as failure:
                self.diagnostics.extend(failure.diagnostics)
                missing |= {word.text for word in use.names} - imported.keys()
        if path is not None:
            self._open.pop()
        resolver = Resolver(imported, frozenset(missing), self._unfinished)
        main = resolver.resolve(spec, class_name(spec.source))
        self.diagnostics += resolver.diagnostics
        if not resolver.diagnostics and not missing:
            self.diagnostics += resolver.unused_parameters(is_compiled)
        self.blocks.extend(resolver.blocks)
        if path is not None:
            self._files[path] = resolver.exported
        return main

    def _use(
        self, use: tree.Use, source: Source, imported: dict[str, Block], missing: set[str]
    ) -> None:
        """The blocks of one `use`; those that it promises in vain are `missing`."""
        blocks = self._blocks_of(use, source)
        for word in use.names:
            if word.text in imported:
                self.diagnostics.extend(
                    error(
                        "E308",
                        f"two blocks are called `{word.text}`",
                        word.span,
                        note=f"the first is from {imported[word.text].source.name}",
                        help="use one of them only, or rename one in its file",
                    ).diagnostics
                )
            elif word.text in blocks:
                imported[word.text] = blocks[word.text]
            else:
                missing.add(word.text)
                help = unknown_key(word.text, blocks, "it defines") or "it defines none"
                self.diagnostics.extend(
                    error(
                        "E614",
                        f"{use.path} defines no block called `{word.text}`",
                        word.span,
                        help=help,
                    ).diagnostics
                )

    def _blocks_of(self, use: tree.Use, source: Source) -> dict[str, Block]:
        """What the used file defines, read if nothing has used it before. Raises SpecError."""
        path = _find(use, source)
        resolved = path.resolve()
        if resolved in self._open:
            circle = " uses ".join(
                p.name for p in [*self._open[self._open.index(resolved) :], path]
            )
            raise error(
                "E613",
                f"{use.path} uses this file in turn",
                use.path_span,
                note=circle,
                help="put what both need into a third file",
            )
        if resolved not in self._files:
            if any(source.path and source.path.resolve() == resolved for source in self.sources):
                raise SpecError(())  # It could not be read, and that is said already.
            try:
                used = read(path, _display(use.path, path, source))
            except OSError as failure:
                reason = failure.strerror or "it cannot be read"
                raise error("E612", f"cannot read {use.path}: {reason}", use.path_span) from None
            self.sources.append(used)
            self.resolve(parse(used))
        return self._files[resolved]


def read(path: Path, name: str | None = None) -> Source:
    """A file as a source. Raises OSError, and SpecError if it is no UTF-8."""
    data = path.read_bytes()
    try:
        return Source(name or str(path), data.decode("utf-8"), path)
    except UnicodeDecodeError as failure:
        line = data.count(b"\n", 0, failure.start) + 1
        raise error(
            "E112",
            f"{name or path} is no UTF-8 text: line {line} holds a byte that is no character",
            None,
            help="save it as UTF-8",
        ) from None


def class_name(source: Source) -> str:
    """The file's stem in CamelCase: `squeeze_net.arch` is `SqueezeNet`."""
    stem = source.path.stem if source.path else "network"
    words = [word for word in re.split(r"[^0-9A-Za-z]+", stem) if word]
    name = "".join(word[0].upper() + word[1:] for word in words) or "Network"
    return name if name[0].isalpha() else f"Net{name}"


def _find(use: tree.Use, source: Source) -> Path:
    """The used file: beside the file that uses it, or in the zoo. Raises SpecError."""
    folder = source.path.parent if source.path else None
    if _is_absolute(use.path):
        raise error(
            "E612",
            f"`use` takes no path from the root, such as {use.path}",
            use.path_span,
            note="it would be another file on another machine",
            help=f"write the path from the folder of {source.name}"
            if folder
            else "write the path of a file in the zoo",
        )
    if folder is not None and _climbs_out(use.path, folder):
        raise error(
            "E612",
            f"{use.path} climbs out of every folder that {source.name} stands in",
            use.path_span,
            help=f"write the path from the folder of {source.name}",
        )
    try:
        if folder is not None and (folder / use.path).is_file():
            return folder / use.path
        found = zoo.path_of(use.path)
    except (OSError, ValueError):
        found = None  # No system has a file of such a name.
    if found is not None:
        return found
    where = "neither beside this one nor in the zoo" if folder else "in the zoo"
    raise error(
        "E612",
        f"there is no file {use.path}, {where}",
        use.path_span,
        help=_near_file(use.path, source)
        or (
            f"put it beside {source.name}"
            if folder
            else "a text that is no file can use the zoo's files only"
        ),
    )


def _near_file(wanted: str, source: Source) -> str:
    """A help line with the file that was meant, if one is called nearly so."""
    folder = source.path.parent if source.path else None
    known = {path.removesuffix(zoo.SUFFIX): path for path in _known_files(wanted, folder)}
    if source.path is not None:
        known.pop(source.path.stem, None)
    near = suggest(wanted.removesuffix(zoo.SUFFIX), known)
    return f"did you mean `{known[near]}`?" if near else ""


def _is_absolute(path: str) -> bool:
    """Whether a path begins at a root or a drive, of whatever system; a spec is read on all."""
    return bool(PurePosixPath(path).anchor or PureWindowsPath(path).anchor)


def _climbs_out(path: str, folder: Path) -> bool:
    """Whether a path's `..` lead above the first of the folders around the spec."""
    depth = len(folder.resolve().parents)
    for part in path.replace("\\", "/").split("/"):
        depth += -1 if part == ".." else part not in ("", ".")
        if depth < 0:
            return True
    return False


def _known_files(wanted: str, folder: Path | None) -> list[str]:
    """Files that may have been meant: in the folder that was named, and what the zoo shares."""
    shared = zoo.folder()
    known = [p.relative_to(shared).as_posix() for p in shared.glob(f"{zoo.SHARED}/*{zoo.SUFFIX}")]
    try:
        if folder is not None:
            inner = (folder / wanted).parent
            prefix = Path(wanted).parent
            known += [(prefix / p.name).as_posix() for p in sorted(inner.glob(f"*{zoo.SUFFIX}"))]
    except (OSError, ValueError):
        pass
    return known


def _display(wanted: str, path: Path, source: Source) -> str:
    """The name that errors show: beside the user's file, as the user reaches it."""
    if source.path is not None and path == source.path.parent / wanted:
        return str(Path(source.name).parent / wanted)
    return zoo_name(path)


def zoo_name(path: Path) -> str:
    """A zoo file's name in messages: its path from the zoo's folder."""
    root = zoo.folder()
    return path.relative_to(root).as_posix() if root in path.parents else str(path)
