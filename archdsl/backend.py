"""The door to backends: what one is, and how they are found.

A backend is an object behind an entry point of the group `archdsl.backends`, what draws charts of
several networks one of `archdsl.charts`; those that come with archdsl use the same door.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

from archdsl.diagnostics import suggest

if TYPE_CHECKING:
    from archdsl.network import Network
    from archdsl.report.comparison import Comparison
    from archdsl.report.difference import Difference

GROUP = "archdsl.backends"
CHARTS = "archdsl.charts"


class Backend(Protocol):
    """Something that writes a network down.

    `formats` are the file suffixes that it can write, without the dot, the default first. Its
    `emit` may have options, keywords with a default: torch has `devices`.
    """

    formats: tuple[str, ...]

    def emit(self, network: Network, format: str, **options: Any) -> bytes:
        """The whole file. The same network gives the same bytes."""
        ...


class ChartBackend(Protocol):
    """Something that draws comparisons: `charts` by name, in `formats`, the default first."""

    charts: tuple[str, ...]
    formats: tuple[str, ...]

    def draw(self, comparison: Comparison, chart: str, format: str) -> bytes:
        """The whole file. The same comparison gives the same bytes. Raises BackendError."""
        ...


@runtime_checkable
class DifferenceBackend(Backend, Protocol):
    """A backend that can also draw what differs between two networks."""

    def draw(self, difference: Difference, format: str, **options: Any) -> bytes:
        """The whole file. The same difference gives the same bytes. Raises BackendError."""
        ...


@runtime_checkable
class Viewer(Backend, Protocol):
    """A backend that can also show a spec while its author writes it."""

    def view(self, spec: str, settings: Mapping[str, str], ready: Callable[[str], None]) -> None:
        """Serve a picture of a spec until interrupted, new whenever a file of it is saved.

        `ready` is told the address. Raises SpecNotFound and OSError.
        """
        ...


class BackendError(Exception):
    """A backend that is not there, or that lacks what it needs; the text says what to install."""


class VainOption(BackendError):
    """An option that would change nothing in what is written, of which `taker` says what it is."""

    def __init__(self, taker: str, option: str) -> None:
        super().__init__(f"{taker} takes no {option}")
        self.taker, self.option = taker, option


def emit(name: str, network: Network, format: str, options: Mapping[str, Any]) -> bytes:
    """What the backend of that name writes. Raises BackendError, for an unknown option too."""
    found = find(name)
    known = signature(found.emit).parameters
    # A backend that takes any keyword looks at them itself.
    checks = any(parameter.kind is Parameter.VAR_KEYWORD for parameter in known.values())
    for option in options:
        if option not in known and not checks:
            raise VainOption(f"the backend {name}", option)
    write: Callable[..., bytes] = found.emit
    return write(network, format, **options)


def drawer_of(format: str) -> str:
    """The backend that draws in a format: the page for `html`, the pictures for every other."""
    return "page" if format == "html" else "pictures"


def names() -> list[str]:
    """The installed backends."""
    return sorted(point.name for point in entry_points(group=GROUP))


def find(name: str) -> Backend:
    """The backend of that name. Raises BackendError if none is installed."""
    for point in entry_points(group=GROUP, name=name):
        return cast(Backend, point.load())
    near = suggest(name, names())
    hint = f"did you mean {near}?" if near else f"installed: {', '.join(names())}"
    raise BackendError(f"no backend is called {name}; {hint}")


def draw(
    drawn: Comparison | Difference, format: str = "svg", chart: str = "", **options: Any
) -> bytes:
    """A comparison as a chart, or two networks side by side with what differs between them.

    A chart is `operations`, `density` or `sweep`, by default `sweep` for a sweep and `operations`
    for other comparisons, as `svg`, `png`, `pdf` or `html`. A difference is `svg`, `png`, `pdf` or
    `tex`, and takes options of pictures such as `theme="dark"`. Raises BackendError.
    """
    from archdsl.report.difference import Difference

    if isinstance(drawn, Difference):
        if chart:
            raise VainOption("a difference", "chart")
        return _draw_difference(drawn, format, options)
    if options:
        raise BackendError(f"no chart takes {', '.join(options)}")
    return _draw_chart(drawn, format, chart)


def _draw_difference(difference: Difference, format: str, options: Mapping[str, Any]) -> bytes:
    backend = find(drawer_of(format))
    if not isinstance(backend, DifferenceBackend):
        raise BackendError(f"a difference is drawn as a picture, not as {format}")
    return backend.draw(difference, format, **options)


def _draw_chart(comparison: Comparison, format: str, chart: str) -> bytes:
    for point in entry_points(group=CHARTS):
        backend = cast(ChartBackend, point.load())
        default = "sweep" if comparison.parameter else "operations"
        return backend.draw(comparison, chart or default, format)
    raise BackendError("nothing is installed that draws charts")
