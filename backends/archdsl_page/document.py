"""The page as one file: style, script and record in it, and a policy that lets nothing else in."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import Any

from archdsl_svg.html import digest, json_text

from archdsl_page.look import look_of, style_of

SCRIPTS = ("layout.js", "network.js", "picture.js", "table.js", "page.js")
"""One script in pieces, in the order in which they need each other."""


def page_text(record: dict[str, Any]) -> str:
    """The page of a record, on its own."""
    return _page(record["name"], record, "'none'")


def live_text() -> str:
    """The page that asks the server beside it what to show."""
    return _page("archdsl", None, "'self'")


def _page(name: str, record: dict[str, Any] | None, server: str) -> str:
    """The filled page, which may talk to `server` and to nobody else."""
    data = {"look": look_of(), "network": record, "isLive": record is None}
    style = _file("page.css") + style_of()
    script = '"use strict";\n(() => {\n' + "\n".join(map(_file, SCRIPTS)) + "\n})();\n"
    policy = (
        f"default-src 'none'; script-src {digest(script)}; style-src {digest(style)}; "
        f"font-src data:; connect-src {server}; base-uri 'none'; form-action 'none'"
    )
    parts = {
        "NAME": escape(name),
        "POLICY": escape(policy),
        "STYLE": style,
        "DATA": json_text(data),
        "SCRIPT": script,
    }
    # Split once, so that nothing of the author's can stand for a part.
    head, *pieces = _file("page.html").split("{{")
    filled = [f"{parts[part]}{rest}" for part, _, rest in (p.partition("}}") for p in pieces)]
    return "".join([head, *filled])


def _file(name: str) -> str:
    return (files("archdsl_page") / "web" / name).read_text(encoding="utf-8")
