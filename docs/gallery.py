"""Draws every network of the zoo for docs/gallery.md: `make gallery` runs this.

A picture is docs/gallery/NAME.svg. What is no network's picture any more is removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import archdsl
from archdsl import Network, zoo

HERE = Path(__file__).parent
PAGE, PICTURES = HERE / "gallery.md", HERE / "gallery"
HEAD = """# Gallery

Every network of the zoo, as `archdsl render NAME` draws it: the overview with its repeats folded,
the size of the feature maps at its side, and the inside of each distinct block. `make gallery`
draws this page anew.
"""


def picture_path(name: str) -> Path:
    """Where the picture of a network lies."""
    return PICTURES / f"{name.replace('/', '-')}.svg"


def page(names: list[str]) -> str:
    """The text of the page."""
    return "\n".join([HEAD, *(line for name in names for line in _section(name))])


def _section(name: str) -> Iterator[str]:
    network = archdsl.load(name)
    paper = next((e.text for e in network.program.about if e.key == "paper"), "")
    yield f"## {name}"
    yield ""
    if paper:
        yield f"{paper}."
        yield ""
    place = picture_path(name).relative_to(HERE).as_posix()
    yield f"![{network.class_name}, drawn by archdsl]({place})"
    yield ""


def picture(network: Network) -> bytes:
    """The picture of a network: as the command draws it, in the reader's theme."""
    return network.render("svg")


def main() -> None:
    """Write the page and its pictures."""
    names = zoo.names()
    PICTURES.mkdir(exist_ok=True)
    for path in set(PICTURES.glob("*.svg")) - set(map(picture_path, names)):
        path.unlink()
    for name in names:
        picture_path(name).write_bytes(picture(archdsl.load(name)))
    PAGE.write_text(page(names), encoding="utf-8")


if __name__ == "__main__":
    main()
