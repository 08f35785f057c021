"""The overview as an outline, for a terminal that is too narrow for the drawing.

A line a box, from above; paths that stand side by side in the drawing are branches here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from archdsl_units.folding import Style

from archdsl.report.text import columns_of, cut
from archdsl_pictures.model import Box, Edge, Panel
from archdsl_pictures.structure import Framed, Leaf, Parallel, Part, Series, structure_of

BRANCH, LAST = ("├─ ", "│  "), ("└─ ", "   ")
"""What stands before the first line of a branch, and before its further ones."""
INSIDE = "· "
"""What stands before what a frame holds."""
AS_IT_IS = "as it is"
_SKIPS = {Style.IDENTITY: "past it: a skip", Style.PROJECTION: "past it: a projected skip"}
LEAST_ROOM = 12
"""Columns for words; where lines begin so far to the right that fewer are left, they are cut."""


def outline(panel: Panel, width: int) -> list[str]:
    """The lines, each in at most so many columns; long ones go on in the next line."""
    structure = structure_of(panel)
    boxes = {box.path: box for box in panel.boxes}
    lines = _Lines(boxes, structure.loose)
    return [line for text in lines.of(structure.top) for line in _folded(*text, width)]


Text = tuple[str, str, str]
"""What stands before a line, before its continuation, and the line itself."""


class _Lines:
    def __init__(self, boxes: Mapping[str, Box], loose: Iterable[Edge]) -> None:
        self.boxes = boxes
        self.also: dict[str, list[str]] = {}
        for edge in loose:
            self.also.setdefault(edge.target, []).append(edge.source)

    def of(self, part: Part) -> Iterator[Text]:
        """The lines of a part."""
        match part:
            case Leaf(path):
                yield "", "  ", self._line(self.boxes[path])
            case Series(parts):
                for inner in parts:
                    yield from self.of(inner)
            case Framed(frame, inside):
                yield "", "  ", frame.label
                yield from _behind(INSIDE, INSIDE, self.of(inside))
            case Parallel(columns, skips, lanes, asides):
                paths = [list(self.of(path)) for path in (*columns, *skips, *asides) if path.parts]
                paths += [[("", "  ", AS_IT_IS)] for _ in lanes]
                yield from _branches(paths)

    def _line(self, box: Box) -> str:
        words = [box.text, *box.notes]
        words += [box.shape] if box.shows_shape else []
        words += [_SKIPS[box.skip]] if box.skip in _SKIPS else []
        words += [f"and from {path}" for path in self.also.get(box.path, ())]
        return "  ".join(words)


def _branches(paths: Sequence[list[Text]]) -> Iterator[Text]:
    """The paths as branches; a single one is none."""
    if len(paths) == 1:
        yield from paths[0]
        return
    for number, path in enumerate(paths, start=1):
        yield from _behind(*(LAST if number == len(paths) else BRANCH), path)


def _behind(first: str, further: str, texts: Iterable[Text]) -> Iterator[Text]:
    before = first
    for start, continued, line in texts:
        yield before + start, further + continued, line
        before = further


def _folded(before: str, further: str, text: str, width: int) -> Iterator[str]:
    """One line in as many as the width asks for."""
    line = before
    is_begun = False
    for word in text.split(" "):
        longer = f"{line} {word}" if is_begun else f"{line}{word}"
        has_room = width - columns_of(further) >= LEAST_ROOM
        if is_begun and has_room and columns_of(longer) > width:
            yield cut(line.rstrip(), width)
            longer = f"{further}{word}"
        line, is_begun = longer, True
    yield cut(line.rstrip(), width)
