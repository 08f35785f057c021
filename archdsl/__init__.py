"""archdsl: one text for a neural network's table, figure, code and checkpoint keys.

>>> import archdsl
>>> net = archdsl.load("alexnet")
>>> net.totals.parameters
62378344
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archdsl.backend import BackendError, draw
    from archdsl.diagnostics import Diagnostic, SpecError
    from archdsl.network import Network, SpecNotFound, load, loads
    from archdsl.report.comparison import Comparison, compare
    from archdsl.report.difference import Difference, diff
    from archdsl.weights import WeightsDoNotFit, carry_weights

__version__ = "0.1.0"

__all__ = [
    "BackendError",
    "Comparison",
    "Diagnostic",
    "Difference",
    "Network",
    "SpecError",
    "SpecNotFound",
    "WeightsDoNotFit",
    "carry_weights",
    "compare",
    "diff",
    "draw",
    "load",
    "loads",
]

_HOMES = {
    "BackendError": "archdsl.backend",
    "Comparison": "archdsl.report.comparison",
    "Diagnostic": "archdsl.diagnostics",
    "Difference": "archdsl.report.difference",
    "Network": "archdsl.network",
    "SpecError": "archdsl.diagnostics",
    "SpecNotFound": "archdsl.network",
    "WeightsDoNotFit": "archdsl.weights",
    "carry_weights": "archdsl.weights",
    "compare": "archdsl.report.comparison",
    "diff": "archdsl.report.difference",
    "draw": "archdsl.backend",
    "load": "archdsl.network",
    "loads": "archdsl.network",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for only then: `archdsl list` needs neither lark nor networkx."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'archdsl' has no attribute {name!r}")
