"""What a page in one file needs: data that ends no script, and digests for its policy."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256


def json_text(value: object) -> str:
    """A value as JSON that can stand inside a script element: no markup begins in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def digest(text: str) -> str:
    """The source that lets exactly this script or style run, in a Content-Security-Policy."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
