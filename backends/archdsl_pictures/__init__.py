"""The pictures' backend: a graph becomes a drawing on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archdsl.network import Network
    from archdsl.report.difference import Difference

__all__ = ["BACKEND", "Pictures"]

DRAWN = ("svg", "png", "pdf", "tex")
"""The formats that show a whole page, as a difference needs it."""


class Pictures:
    """Draws a network: an overview with repeats folded, and the inside of each distinct block."""

    formats: tuple[str, ...] = ("svg", "png", "pdf", "dot", "tex", "txt")

    def emit(self, network: Network, format: str, **options: Any) -> bytes:
        """The whole file; options are the fields of `Options`. Raises BackendError."""
        from archdsl.backend import BackendError

        if format not in self.formats:
            raise BackendError(f"pictures writes {', '.join(self.formats)}, not {format}")
        from archdsl_pictures.files import write

        return write(network, format, options)

    def draw(self, difference: Difference, format: str, **options: Any) -> bytes:
        """Two networks side by side; options are some of `Options`. Raises BackendError."""
        from archdsl.backend import BackendError

        if format not in DRAWN:
            raise BackendError(f"differences are drawn as {', '.join(DRAWN)}, not {format}")
        from archdsl_pictures.files import write_difference

        return write_difference(difference, format, options)


BACKEND = Pictures()
"""What the entry point names."""
