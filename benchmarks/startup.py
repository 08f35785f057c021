"""What a compilation costs from the shell's point of view, beside the imports that it must pay for.

The three commands take turns, so that a slow minute of the machine slows them all.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "specs" / "googlenet.arch"
ROUNDS = 15

COMPILE = "archdsl compile specs/googlenet.arch"
LIBRARIES = 'python -c "import click, lark, networkx, pydantic"'
TORCH = 'python -c "import torch"'

AIMS = {LIBRARIES: 1.5, TORCH: 0.25}
"""How many times as long as each command a compilation may take."""


def main() -> None:
    """Print the medians, the ratios and whether each aim is met."""
    with tempfile.TemporaryDirectory() as scratch:
        # The installed command, found beside this Python as a shell would find it on its PATH.
        archdsl = str(Path(sys.executable).with_name("archdsl"))
        medians = measure(
            {
                COMPILE: [archdsl, "compile", str(SPEC), "-o", str(Path(scratch, "googlenet.py"))],
                LIBRARIES: [sys.executable, "-c", "import click, lark, networkx, pydantic"],
                TORCH: [sys.executable, "-c", "import torch"],
            }
        )
    width = max(map(len, medians))
    print(f"{f'whole process, median of {ROUNDS}':{width}}  seconds  ratio  aim")
    print(f"{COMPILE:{width}}  {medians[COMPILE]:7.3f}")
    for command, aim in AIMS.items():
        ratio = medians[COMPILE] / medians[command]
        verdict = "met" if ratio <= aim else "MISSED"
        print(f"{command:{width}}  {medians[command]:7.3f}  {ratio:5.2f}  <= {aim}: {verdict}")


def measure(commands: dict[str, list[str]]) -> dict[str, float]:
    """The median wall time of each command in seconds, after one uncounted round."""
    # Installed modules are compiled to bytecode once; an environment that forbids it for the
    # checkout's would measure Python's compiler at every start.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for counted in [False] + [True] * ROUNDS:
        for name, command in commands.items():
            start = perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
            if counted:
                times[name].append(perf_counter() - start)
    return {name: median(seconds) for name, seconds in times.items()}


if __name__ == "__main__":
    main()
