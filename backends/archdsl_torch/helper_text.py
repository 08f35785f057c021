"""Classes that torch lacks: real files in `helpers/`, pasted into what needs them."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files


def helper_text(name: str) -> str:
    """A helper class's text, without the imports that its own file needs."""
    text = (files("archdsl_torch") / "helpers" / f"{name}.py").read_text(encoding="utf-8")
    return text[text.index("\nclass ") + 1 :].rstrip()


@cache
def helper_classes() -> frozenset[str]:
    """The names of all helper classes, which no block's class may have."""
    found = set()
    for entry in (files("archdsl_torch") / "helpers").iterdir():
        if entry.name.endswith(".py"):
            found |= set(re.findall(r"^class (\w+)", entry.read_text(encoding="utf-8"), re.M))
    return frozenset(found)
