"""The program of the wheel `graphviz-pure`, which reads what is written in Graphviz's language."""

from __future__ import annotations

import json
import subprocess
from importlib.metadata import files
from pathlib import Path
from typing import Any


def laid_out(text: str) -> Any:
    """The layout of the graph in a DOT text, as Graphviz's JSON; its one document."""
    [program] = [
        Path(str(file.locate()))
        for file in files("graphviz-pure") or ()
        if file.stem == "graphviz-pure" and file.parent.name.lower() in ("bin", "scripts")
    ]
    done = subprocess.run(
        [program, "-Tjson"], input=text.encode(), capture_output=True, timeout=300, check=True
    )
    return json.loads(done.stdout)
