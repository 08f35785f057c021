"""How a picture looks: Okabe-Ito tints, and every size and gap in pixels."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl.ops import Family

BLOCK = "block"
"""The kind of a box that stands for a whole block."""


@dataclass(frozen=True, slots=True)
class Paint:
    """A box's line and its fill, a tint of the line that dark text stays readable on."""

    line: str
    fill: str


# The Okabe-Ito colours, told apart by colour-blind readers; fills are a quarter of them on white.
_BLUE = Paint("#0072B2", "#D3E6F1")
_SKY = Paint("#3C93CC", "#E4F2FB")
_GREEN = Paint("#009E73", "#D2EEE5")
_VERMILION = Paint("#D55E00", "#F8DFCC")
_PURPLE = Paint("#B05C8A", "#F5E3EC")
_ORANGE = Paint("#C98500", "#FCEBC8")
_YELLOW = Paint("#A89B00", "#FBF8CC")
_GREY = Paint("#666666", "#EEEEEE")
_WHITE = Paint("#666666", "#FFFFFF")

PAINTS: dict[str, Paint] = {
    Family.INPUT: _WHITE,
    Family.CONVOLUTION: _BLUE,
    Family.POOLING: _VERMILION,
    Family.NORMALIZATION: _GREEN,
    Family.DENSE: _PURPLE,
    Family.ACTIVATION: _YELLOW,
    Family.REGULARIZATION: _GREY,
    Family.MERGE: _ORANGE,
    Family.RESHAPE: _GREY,
    BLOCK: _SKY,
}
"""The paint of each kind of box, in the legend's order."""

PANEL = "#FFFFFF"
DIFFERENT = "#B3122B"
"""The rim and the sign of what differs between two networks."""
RIM = 2.2
"""How wide the rim is."""
SIGN = 6.5
"""The radius of the disc that the sign stands in."""
HEAT = (
    "#FFFFFF", "#FEF3E6", "#FDE5CA", "#FBD5AB", "#F8C38B",
    "#F4AF6C", "#EF994E", "#E88331", "#DF6D17",
)  # fmt: skip
"""From no cost to the most: white to Okabe and Ito's vermilion, all light enough for dark text."""
STAGES = ("#FAFAF9", "#F6F7F6", "#F1F3F2", "#EDEFEE", "#E8EBEA", "#E4E8E6", "#DFE4E2", "#DBE0DE")
"""The tint of each size of feature maps, from the input on; the last is for all further ones."""

TEXT = 12.0
SMALL = 9.5
HEADING = 20.0
PANEL_HEADING = 13.0

BOX_PADDING = 14.0
BOX_MINIMUM = 92.0
LINE_HEIGHT = 13.0
BOX_HEIGHT = 26.0
NOTE_HEIGHT = 12.0
SLANT = 9.0
"""How far a pooling's trapezoid comes in at each side."""
ROUND = 20.0
BAR = 20.0
BAR_END = 24.0
"""How far a bar reaches beyond the middle of its outer paths."""
PORT = 16.0
RANK_GAP = 34.0
COLUMN_GAP = 22.0
LANE = 16.0
"""Between the lanes of skips."""
ARC = 15.0
"""How far the line of a folded block's skip stands out at the block's side."""

FRAME_MARGIN = 16.0
FRAME_HEAD = 20.0
"""How far a frame reaches above its first row: its label, and the heads of arrows."""
FRAME_INSET = 7.0
"""Where a frame's label begins."""
STACK = 3.0
"""How far the second sheet of a folded repeat looks out behind the first."""
PAGE_MARGIN = 24.0
PANEL_PADDING = 14.0
PANEL_GAP = 22.0

DARK = {
    "#D3E6F1": "#16384C", "#0072B2": "#56A9DC",
    "#E4F2FB": "#1B2F3D", "#3C93CC": "#5FB2E6",
    "#D2EEE5": "#123B30", "#009E73": "#35C09A",
    "#F8DFCC": "#4A2A14", "#D55E00": "#EE8A3F",
    "#F5E3EC": "#432635", "#B05C8A": "#D58DB4",
    "#FCEBC8": "#43330F", "#C98500": "#E5A93C",
    "#FBF8CC": "#3C3910", "#A89B00": "#CFC23A",
    "#EEEEEE": "#33373A", "#666666": "#A5ABAF",
    "#B3122B": "#FF8B94",
    "#FAFAF9": "#191C1E", "#F6F7F6": "#1D2123", "#F1F3F2": "#212628", "#EDEFEE": "#262B2E",
    "#E8EBEA": "#2A3033", "#E4E8E6": "#2E3538", "#DFE4E2": "#333A3D", "#DBE0DE": "#373F42",
    "#FEF3E6": "#2A1D14", "#FDE5CA": "#3A2518", "#FBD5AB": "#4B2D1A", "#F8C38B": "#5D351B",
    "#F4AF6C": "#703E1C", "#EF994E": "#83471C", "#E88331": "#97511B", "#DF6D17": "#AB5B19",
}  # fmt: skip
"""Colour on white paper -> colour on a dark screen, of all that only these pictures have."""
