"""The graphviz backend: a graph becomes a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archdsl.network import Network

__all__ = ["BACKEND", "Graphviz"]


class Graphviz:
    """Draws a network: an overview with repeats folded, and the inside of each distinct block."""

    formats: tuple[str, ...] = ("svg", "png", "pdf", "dot")

    def emit(self, network: Network, format: str) -> bytes:
        """The whole file. Raises BackendError where something is not installed."""
        from archdsl.backend import BackendError

        if format not in self.formats:
            raise BackendError(f"graphviz writes {', '.join(self.formats)}, not {format}")
        from archdsl_graphviz.picture import picture_of

        picture = picture_of(network)
        if format == "dot":
            from archdsl_graphviz.dot import dot_text

            return dot_text(picture).encode()
        from archdsl_graphviz.page import page_of
        from archdsl_graphviz.svg import svg_text

        svg = svg_text(page_of(picture))
        if format == "svg":
            return svg.encode()
        from archdsl_svg import raster

        return raster.png(svg) if format == "png" else raster.pdf(svg)


BACKEND = Graphviz()
"""What the entry point names."""
