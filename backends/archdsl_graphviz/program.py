"""The program that lays graphs out: found through its package, started by its path."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

from archdsl.backend import BackendError

PACKAGE = "graphviz-pure"
TIMEOUT = 300


@cache
def program_path() -> Path:
    """Where the program lies. Raises BackendError if it is not installed.

    A virtual environment need not be on PATH, and another Graphviz there would give other bytes:
    PATH is never asked.
    """
    try:
        found = files(PACKAGE) or []
    except PackageNotFoundError:
        found = []
    for file in found:
        path = Path(str(file.locate()))
        if path.stem == PACKAGE and path.parent.name.lower() in ("bin", "scripts"):
            return path
    raise BackendError(f"pictures need the package {PACKAGE}: pip install {PACKAGE}")


def lay_out(text: str) -> list[dict[str, Any]]:
    """The layout of every graph in a DOT text, as Graphviz's JSON. Raises BackendError."""
    try:
        done = subprocess.run(
            [program_path(), "-Tjson"], input=text.encode(), capture_output=True, timeout=TIMEOUT
        )
    except OSError as failure:
        raise BackendError(f"{PACKAGE} cannot be started: {failure.strerror}") from failure
    except subprocess.TimeoutExpired as failure:
        raise BackendError(f"{PACKAGE} found no layout in {TIMEOUT} seconds") from failure
    if done.returncode != 0:
        complaint = done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
        raise BackendError(f"{PACKAGE} failed: {complaint}")
    return _documents(done.stdout.decode())


def _documents(text: str) -> list[dict[str, Any]]:
    """JSON documents that stand one behind the other."""
    decoder = json.JSONDecoder()
    found, position = [], 0
    while position < len(text):
        document, position = decoder.raw_decode(text, position)
        found.append(document)
        while position < len(text) and text[position].isspace():
            position += 1
    return found
