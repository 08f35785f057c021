"""A spec that is compiled anew whenever it, or a file that it uses, is saved."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from archdsl.diagnostics import Diagnostic, Severity, SpecError
from archdsl.diagnostics.render import render_text
from archdsl.ir.load import read, zoo_name
from archdsl.network import compile_source, find_spec
from archdsl_page.record import record_of

NO_SUCH_FILE = "E612"
"""The code of a `use` of a file that is not there: it may come."""

Look = tuple[int, int, int]


class State(NamedTuple):
    """What the page shows: the last network that compiled, and what is said of the spec now.

    `number` counts compilations; `picture` is the number of the one that `network` is from.
    """

    number: int
    picture: int
    network: dict[str, Any] | None
    complaints: tuple[str, ...]
    is_wrong: bool


class Watch:
    """Holds the state of a spec. One thread calls `poll`; any may read `state` and `wait`."""

    def __init__(self, spec: str, settings: Mapping[str, str]) -> None:
        """Raises SpecNotFound if there is no such spec."""
        self._spec, self._settings = find_spec(spec), dict(settings)
        self._files: dict[Path, Look | None] = {self._spec: None}
        self._changed = threading.Condition()
        self.state = State(0, 0, None, (), False)
        self._compile()

    def poll(self) -> bool:
        """Compile if a file was saved since the last time; whether that was so."""
        if all(_look(path) == look for path, look in self._files.items()):
            return False
        self._compile()
        return True

    def wait(self, number: int, seconds: float) -> bool:
        """Wait until there is a state after `number`, at most some seconds; whether there is."""
        with self._changed:
            return self._changed.wait_for(lambda: self.state.number > number, seconds)

    def _compile(self) -> None:
        # Looked at before they are read: what is saved while this compiles is seen next time.
        looks = {path: _look(path) for path in self._files}
        before = self.state
        number = before.number + 1
        try:
            network = compile_source(read(self._spec, zoo_name(self._spec)), self._settings)
        except SpecError as failure:
            found = failure.diagnostics
            texts = tuple(render_text(d) for d in found if d.severity is Severity.ERROR)
            state = State(number, before.picture, before.network, texts, True)
            paths = {*looks, *_named(found)}
        except OSError as failure:
            text = f"error: cannot read {self._spec}: {failure.strerror}"
            state = State(number, before.picture, before.network, (text,), True)
            paths = set(looks)
        else:
            texts = tuple(map(render_text, network.warnings))
            state = State(number, number, record_of(network), texts, False)
            paths = {source.path for source in network.program.sources if source.path}
        self._files = {path: looks.get(path) or _look(path) for path in sorted(paths)}
        with self._changed:
            self.state = state
            self._changed.notify_all()


def _look(path: Path) -> Look | None:
    """What changes when a file is saved, however the editor does it; None if it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _named(diagnostics: Iterable[Diagnostic]) -> set[Path]:
    """The files that complaints stand in, and those that they miss."""
    paths = set[Path]()
    for diagnostic in diagnostics:
        if diagnostic.span is None or diagnostic.span.source.path is None:
            continue
        path = diagnostic.span.source.path
        paths.add(path)
        if diagnostic.code == NO_SUCH_FILE:
            paths.add(path.parent / diagnostic.span.text.strip('"'))
    return paths
