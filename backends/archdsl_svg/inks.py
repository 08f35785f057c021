"""The colours of paper, text and lines, the same in every drawing."""

INK = "#1A1A1A"
FAINT_INK = "#555555"
LINE = "#404040"
FRAME = "#9A9A9A"
# One white sheet rather than colours that follow the reader's dark mode: the tints were chosen for
# white, and the PNG and the PDF, which cannot follow anything, shall look the same as the SVG.
PAPER = "#FFFFFF"
