"""The specs that come with archdsl, by name: `googlenet`, `torchvision/resnet50`."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

SUFFIX = ".arch"
SHARED = "blocks"
"""The folder of what specs share; nothing in it is a network."""


def folder() -> Path:
    """Where the specs lie: inside the package, or beside it in a checkout."""
    packaged = Path(str(files("archdsl") / "specs"))
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "specs"


def names() -> list[str]:
    """Every network's name, in order."""
    root = folder()
    found = (path.relative_to(root).with_suffix("") for path in root.rglob(f"*{SUFFIX}"))
    return sorted(path.as_posix() for path in found if path.parts[0] != SHARED)


def path_of(name: str) -> Path | None:
    """The file of a network or of a shared file, or None if the zoo has none of that name."""
    root = folder()
    path = root / (name if name.endswith(SUFFIX) else name + SUFFIX)
    inside = root.resolve() in path.resolve().parents
    return path if inside and path.is_file() else None
