"""How large each box is, from the measured widths of its texts."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl_svg.font import text_width

from archdsl_graphviz import theme
from archdsl_graphviz.labels import Form
from archdsl_graphviz.model import Box, Frame, Panel, Style

COLUMN_FORMS = {Form.BOX, Form.TRAPEZOID, Form.BLOCK}
"""The forms that have one width in a panel."""


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height of a box; `room` is what the layout keeps free at each side of it."""

    width: float
    height: float
    room: float = 0.0


def panel_sizes(panel: Panel) -> dict[str, Size]:
    """Box path -> size. All boxes of a column have the width of the widest."""
    column = column_width(panel)
    ear = theme.ARC + 4 if any(b.skip is not Style.FLOW for b in panel.boxes) else 0.0
    rooms = dict.fromkeys((box.path for box in panel.boxes), 0.0)
    for frame in panel.frames:
        _make_room(frame, column, ear, rooms)
    return {box.path: _size(box, column, ear, rooms[box.path]) for box in panel.boxes}


def frame_margin(frame: Frame, column: float) -> float:
    """How far a frame reaches beside its widest box.

    A frame is at least twice as wide as its label: the edge into its middle passes beside it.
    """
    label = text_width(frame.label, theme.SMALL) + theme.FRAME_INSET + 8
    return max(theme.FRAME_MARGIN, label - column / 2)


def column_width(panel: Panel) -> float:
    """The one width of a panel's boxes."""
    needed = [_needed(box) for box in panel.boxes if box.form in COLUMN_FORMS]
    return max([theme.BOX_MINIMUM, *needed])


def _make_room(frame: Frame, column: float, ear: float, rooms: dict[str, float]) -> None:
    margin = frame_margin(frame, column + 2 * ear)
    for inner in frame.walk():
        for path in inner.boxes:
            rooms[path] += margin
    for inner in frame.frames:
        _make_room(inner, column, ear, rooms)


def _size(box: Box, column: float, ear: float, room: float) -> Size:
    height = theme.BOX_HEIGHT + theme.NOTE_HEIGHT * len(box.notes)
    if box.form in COLUMN_FORMS:
        return Size(column, height, room + ear)
    if box.form is Form.ROUND:
        return Size(theme.ROUND, theme.ROUND, room)
    if box.form is Form.PORT:
        return Size(_needed(box) - 2 * theme.BOX_PADDING + 8, theme.PORT, room)
    if box.form is Form.BAR:
        # From the middle of the first path's column to beyond the last one's.
        reach = (box.paths - 1) * (column + 2 * ear + theme.COLUMN_GAP)
        height += theme.BAR - theme.BOX_HEIGHT
        return Size(max(_needed(box), reach + 0.4 * column), height, room)
    return Size(_needed(box), height, room)


def _needed(box: Box) -> float:
    widths = [text_width(box.text, theme.TEXT)]
    widths += [text_width(note, theme.SMALL) for note in box.notes]
    # A little more with the length: a browser without the font sets a wider one.
    slant = 2 * theme.SLANT if box.form is Form.TRAPEZOID else 0.0
    return 1.06 * max(widths) + 2 * theme.BOX_PADDING + slant
