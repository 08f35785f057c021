"""Facts about a graph: shapes, parameters, multiply-adds, depth. Each pass is one file."""

from archdsl.passes.facts import PASSES, Facts, LayerFacts, Totals, analyze

__all__ = ["PASSES", "Facts", "LayerFacts", "Totals", "analyze"]
