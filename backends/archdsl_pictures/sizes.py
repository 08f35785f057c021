"""How large each box is, from the measured widths of its texts."""

from __future__ import annotations

from collections.abc import Iterable

from archdsl_svg.font import text_width
from archdsl_units import theme
from archdsl_units.folding import Style
from archdsl_units.labels import Form

from archdsl_pictures.arrange import Size, Title
from archdsl_pictures.model import Box, Panel

COLUMN_FORMS = {Form.BOX, Form.TRAPEZOID, Form.BLOCK}
"""The forms that have one width in a panel."""


def panel_sizes(panel: Panel, is_turned: bool, crowds: Iterable[set[str]] = ()) -> dict[str, Size]:
    """Box path -> size. All boxes of a column have the width of the widest.

    Those of a crowd are as wide as the widest in it: many paths side by side need the room. Where
    the flow runs to the right, sizes are turned as the layout is.
    """
    crowded = set[str]()
    widths: dict[str, float] = {}
    for crowd in crowds:
        crowded |= crowd
        widths |= dict.fromkeys(crowd, _column_width(b for b in panel.boxes if b.path in crowd))
    column = _column_width(box for box in panel.boxes if box.path not in crowded)
    return {b.path: _size(b, widths.get(b.path, column), is_turned) for b in panel.boxes}


def frame_title(label: str, is_turned: bool) -> Title:
    """The room of a frame's label: beside the line of the flow, or along it where that is level."""
    room = text_width(label, theme.SMALL) + theme.FRAME_INSET + 8
    return Title(along=room) if is_turned else Title(across=room)


def _column_width(boxes: Iterable[Box]) -> float:
    """The one width of boxes that stand in columns."""
    needed = [_needed(box) for box in boxes if box.form in COLUMN_FORMS]
    return max([theme.BOX_MINIMUM, *needed])


def label_size(box: Box) -> tuple[float, float]:
    """Width and height of the shape that stands where an edge leaves; nothing where none does."""
    if not box.shows_shape:
        return 0.0, 0.0
    return text_width(box.shape, theme.SMALL), theme.SMALL + 1


def _size(box: Box, column: float, is_turned: bool) -> Size:
    width, height = _sides(box, column)
    wide, high = label_size(box)
    is_bar = box.form is Form.BAR
    ear = 0.0
    if box.skip is not Style.FLOW:
        ear = theme.ARC + (theme.STACK if box.count > 1 else 0.0)
    elif box.count > 1:
        ear = theme.STACK
    if is_turned:
        # A bar is as narrow as in the other direction, its text turned.
        width, height = (height, width) if not is_bar else (width, height)
        return Size(width, height, ear, wide + 4 if wide else 0.0, is_bar)
    return Size(width, height, ear, high + 2 if high else 0.0, is_bar)


def _sides(box: Box, column: float) -> tuple[float, float]:
    height = theme.BOX_HEIGHT + theme.NOTE_HEIGHT * len(box.lines)
    if box.form in COLUMN_FORMS:
        return column, height
    if box.form is Form.ROUND:
        return theme.ROUND, theme.ROUND
    if box.form is Form.PORT:
        return _needed(box) - 2 * theme.BOX_PADDING + 8, theme.PORT
    if box.form is Form.BAR:
        return max(_needed(box), 0.7 * column), height + theme.BAR - theme.BOX_HEIGHT
    return _needed(box), height


def _needed(box: Box) -> float:
    widths = [text_width(box.text, theme.TEXT)]
    widths += [text_width(note, theme.SMALL) for note in box.lines]
    # A little more with the length: a browser without the font sets a wider one.
    slant = 2 * theme.SLANT if box.form is Form.TRAPEZOID else 0.0
    return 1.06 * max(widths) + 2 * theme.BOX_PADDING + slant
