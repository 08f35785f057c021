"""What a user gets by `pip install archdsl`: the wheel's content, counted and checked."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Build the wheel, print its table, and fail when something is missing or must not be there."""
    with tempfile.TemporaryDirectory() as scratch:
        wheel = build_wheel(Path(scratch))
        size = wheel.stat().st_size
        with ZipFile(wheel) as archive:
            names = archive.namelist()
    print(f"{wheel.name}: {len(names)} files, {size / 1024:.0f} KiB")
    for top, count in sorted(Counter(name.partition("/")[0] for name in names).items()):
        print(f"  {top:28} {count:4} files")
    checks = {
        "no top-level backends": not any(name.startswith("backends/") for name in names),
        "every spec inside": specs() <= set(names),
        "the grammar and its tables inside": {
            "archdsl/syntax/arch.lark",
            "archdsl/syntax/tables.json",
        }
        <= set(names),
    }
    for claim, holds in checks.items():
        print(f"  {claim}: {'yes' if holds else 'NO'}")
    return 0 if all(checks.values()) else 1


def build_wheel(folder: Path) -> Path:
    """The wheel, built into a folder with what this Python has installed."""
    options = ["--wheel", "--no-isolation", "--outdir", str(folder)]
    command = [sys.executable, "-m", "build", *options, str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True)
    if built.returncode:
        sys.exit(built.stdout + built.stderr)
    [wheel] = folder.glob("*.whl")
    return wheel


def specs() -> set[str]:
    """Where the wheel must hold each spec of the checkout."""
    paths = (ROOT / "specs").rglob("*.arch")
    return {f"archdsl/specs/{path.relative_to(ROOT / 'specs').as_posix()}" for path in paths}


if __name__ == "__main__":
    sys.exit(main())
