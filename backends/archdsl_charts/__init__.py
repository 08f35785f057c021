"""Charts of several networks: accuracy against operations, accuracy per parameter, sweeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archdsl.report.comparison import Comparison

__all__ = ["BACKEND", "Charts"]


class Charts:
    """Draws comparisons as SVG, and what is made of SVG: PNG, PDF, an interactive page."""

    charts: tuple[str, ...] = ("operations", "density", "sweep")
    formats: tuple[str, ...] = ("svg", "png", "pdf", "html")

    def draw(self, comparison: Comparison, chart: str, format: str) -> bytes:
        """The whole file. Raises BackendError where nothing can be drawn or something lacks."""
        from archdsl.backend import BackendError

        for kind, choice, known in (
            ("chart", chart, self.charts),
            ("format", format, self.formats),
        ):
            if choice not in known:
                raise BackendError(f"there is no {kind} {choice}; there are {', '.join(known)}")
        from archdsl_charts import density, operations, sweep

        draw = {"operations": operations.draw, "density": density.draw, "sweep": sweep.draw}[chart]
        sheet = draw(comparison)
        if format == "html":
            from archdsl_charts.page import page

            return page(comparison, sheet).encode()
        svg = sheet.svg()
        if format == "svg":
            return svg.encode()
        from archdsl_svg import raster

        return raster.png(svg) if format == "png" else raster.pdf(svg)


BACKEND = Charts()
"""What the entry point names."""
