"""What the compiler has to say about a spec: one value, many renderers."""

from archdsl.diagnostics.diagnostic import (
    Diagnostic,
    Frame,
    Severity,
    SpecError,
    did_you_mean,
    error,
    in_order,
    suggest,
)

__all__ = [
    "Diagnostic",
    "Frame",
    "Severity",
    "SpecError",
    "did_you_mean",
    "error",
    "in_order",
    "suggest",
]
