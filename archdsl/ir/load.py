"""A spec and all that it uses: files -> one program."""

from __future__ import annotations

import re
from pathlib import Path

from archdsl import zoo
from archdsl.diagnostics import Diagnostic, SpecError, suggest
from archdsl.ir.program import Block, Program
from archdsl.ir.resolve import Resolver
from archdsl.syntax import tree
from archdsl.syntax.parser import parse
from archdsl.syntax.source import Source


def load_program(source: Source) -> Program:
    """The program of a spec. Raises SpecError with everything that is wrong in its words."""
    loader = _Loader()
    spec = parse(source)
    main = loader.resolve(spec)
    return Program(main, tuple(loader.blocks), spec.about, spec.expects, tuple(loader.sources))


class _Loader:
    """Resolves files, each once; `open` are those on the way, to find circles."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.sources: list[Source] = []
        self._files: dict[Path, dict[str, Block]] = {}
        self._open: list[Path] = []

    def resolve(self, spec: tree.Spec) -> Block:
        """One file's network, its blocks appended after those that it uses."""
        self.sources.append(spec.source)
        imported: dict[str, Block] = {}
        diagnostics: list[Diagnostic] = []
        for use in spec.uses:
            try:
                self._use(use, spec.source, imported)
            except SpecError as failure:
                diagnostics.extend(failure.diagnostics)
        if diagnostics:
            raise SpecError(diagnostics)
        resolver = Resolver(imported)
        main = resolver.resolve(spec, class_name(spec.source))
        if resolver.diagnostics:
            raise SpecError(resolver.diagnostics)
        self.blocks.extend(resolver.blocks)
        if spec.source.path is not None:
            own = {block.name: block for block in resolver.blocks}
            self._files[spec.source.path.resolve()] = own
        return main

    def _use(self, use: tree.Use, source: Source, imported: dict[str, Block]) -> None:
        path = _find(use.path, source)
        if path is None:
            beside = source.path.parent if source.path else Path()
            known = [p.name for p in beside.glob(f"*{zoo.SUFFIX}")]
            near = suggest(Path(use.path).name, known)
            raise SpecError(
                [
                    Diagnostic(
                        "E612",
                        f"there is no file {use.path}, neither beside this one nor in the zoo",
                        use.path_span,
                        help=f"did you mean {near}?" if near else "",
                    )
                ]
            )
        resolved = path.resolve()
        if resolved in self._open or (source.path and resolved == source.path.resolve()):
            raise SpecError(
                [Diagnostic("E613", f"{use.path} uses this file in turn", use.path_span)]
            )
        if resolved not in self._files:
            if source.path is not None:
                self._open.append(source.path.resolve())
            self.resolve(parse(read(path, _display(use.path, path, source))))
            if source.path is not None:
                self._open.pop()
        blocks = self._files[resolved]
        for word in use.names:
            if word.text not in blocks:
                near = suggest(word.text, blocks)
                raise SpecError(
                    [
                        Diagnostic(
                            "E614",
                            f"{use.path} defines no block called `{word.text}`",
                            word.span,
                            help=f"did you mean `{near}`?"
                            if near
                            else f"it defines {', '.join(blocks) or 'none'}",
                        )
                    ]
                )
            imported[word.text] = blocks[word.text]


def read(path: Path, name: str | None = None) -> Source:
    """A file as a source. Raises OSError, and SpecError if it is no UTF-8."""
    data = path.read_bytes()
    try:
        return Source(name or str(path), data.decode("utf-8"), path)
    except UnicodeDecodeError as failure:
        message = f"{name or path} is no UTF-8 text (byte {failure.start})"
        raise SpecError([Diagnostic("E112", message)]) from None


def class_name(source: Source) -> str:
    """The file's stem in CamelCase: `squeeze_net.arch` is `SqueezeNet`."""
    stem = source.path.stem if source.path else "network"
    words = [word for word in re.split(r"[^0-9A-Za-z]+", stem) if word]
    name = "".join(word[0].upper() + word[1:] for word in words) or "Network"
    return name if name[0].isalpha() else f"Net{name}"


def _find(wanted: str, source: Source) -> Path | None:
    """Beside the file that uses it, then in the zoo."""
    if source.path is not None and (source.path.parent / wanted).is_file():
        return source.path.parent / wanted
    return zoo.path_of(wanted)


def _display(wanted: str, path: Path, source: Source) -> str:
    """The name that errors show: beside the user's file, as the user reaches it."""
    if source.path is not None and path == source.path.parent / wanted:
        return str(Path(source.name).parent / wanted)
    return str(path)
