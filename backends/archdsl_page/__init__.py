"""The page backend: a network as one interactive page, alone or kept up to date by a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archdsl.network import Network

__all__ = ["BACKEND", "Page"]


class Page:
    """Draws a network in the reader's browser, where blocks open and close."""

    formats: tuple[str, ...] = ("html",)

    def emit(self, network: Network, format: str) -> bytes:
        """The whole page in one file that asks no network for anything. Raises BackendError."""
        from archdsl.backend import BackendError

        if format not in self.formats:
            raise BackendError(f"page writes {', '.join(self.formats)}, not {format}")
        from archdsl_page.document import page_text
        from archdsl_page.record import record_of

        return page_text(record_of(network)).encode()

    def view(self, spec: str, settings: Mapping[str, str], ready: Callable[[str], None]) -> None:
        """Serve the page on loopback until interrupted, new whenever a file of the spec is saved.

        `ready` is called once, with the page's address. Raises SpecNotFound and OSError.
        """
        from archdsl_page.server import serve
        from archdsl_page.watch import Watch

        serve(Watch(spec, settings), ready)


BACKEND = Page()
"""What the entry point names."""
