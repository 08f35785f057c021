"""Classes and functions that torch lacks: real files in `helpers/`, pasted into what needs them."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files


def helper_text(name: str) -> str:
    """A helper's text, without the imports that its own file needs."""
    text = (files("archdsl_torch") / "helpers" / f"{name}.py").read_text(encoding="utf-8")
    _, _, definition = text.partition("\n\n\n")
    return definition.rstrip()


@cache
def helper_names() -> frozenset[str]:
    """The names of all helpers, which no block's class and no variable may have."""
    found = set()
    for entry in (files("archdsl_torch") / "helpers").iterdir():
        if entry.name.endswith(".py"):
            found |= set(
                re.findall(r"^(?:class|def) (\w+)", entry.read_text(encoding="utf-8"), re.M)
            )
    return frozenset(found)
