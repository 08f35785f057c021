"""Small specs as tests write them: compiled, or complained of."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

import archdsl
from archdsl.diagnostics import Diagnostic, SpecError
from archdsl.network import Network

IMAGE = "[32x32x3] INPUT\n"


def network(text: str, **parameters: Any) -> Network:
    """The network of a spec; without an INPUT of its own it is fed with 32x32x3."""
    text = dedent(text).lstrip("\n")
    return archdsl.loads(text if " INPUT" in text else IMAGE + text, "a.arch", **parameters)


def shapes(text: str, **parameters: Any) -> dict[str, str]:
    """Path -> output of every layer, in order."""
    return {str(f.path): str(f.output) for f in network(text, **parameters).facts.layers()}


def paths(text: str, **parameters: Any) -> list[str]:
    """The full names of all layers, in order."""
    return list(shapes(text, **parameters))


def operands(text: str, path: str) -> tuple[str, ...]:
    """What feeds a layer."""
    return network(text).facts.flat.operands(path)


def complaints(text: str, **parameters: Any) -> tuple[Diagnostic, ...]:
    """What is said of a wrong spec."""
    with pytest.raises(SpecError) as caught:
        network(text, **parameters)
    return caught.value.diagnostics


def complaint(text: str, **parameters: Any) -> Diagnostic:
    """The only thing that is said of a wrong spec."""
    (diagnostic,) = complaints(text, **parameters)
    return diagnostic


def said(text: str, **parameters: Any) -> list[tuple[str, str]]:
    """Code and marked text of all that is said of a wrong spec."""
    return [
        (d.code, (d.mark or d.span).text if d.span else "") for d in complaints(text, **parameters)
    ]


def doubts(text: str, **parameters: Any) -> list[tuple[str, str]]:
    """Code and marked text of all warnings, those about missing activations left out."""
    return [
        (d.code, d.span.text if d.span else "")
        for d in network(text, **parameters).warnings
        if d.code not in ("W202", "W203")
    ]
