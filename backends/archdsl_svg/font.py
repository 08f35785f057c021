"""The shipped font: where its files lie, how wide a text is, which characters it lacks."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

FAMILY = "Noto Sans KR"
FALLBACKS = ("Noto Sans", "Source Sans 3", "Arial", "Malgun Gothic", "Apple SD Gothic Neo")
"""What a browser without the font takes: narrow enough for the boxes, the last two for Korean."""

REGULAR, SEMIBOLD = 400, 600
_FILES = {REGULAR: "NotoSansKR-Regular.ttf", SEMIBOLD: "NotoSansKR-SemiBold.ttf"}


def font_path(weight: int) -> Path:
    """The file of a weight."""
    return Path(str(files("archdsl_svg") / "fonts" / _FILES[weight]))


@dataclass(frozen=True, slots=True)
class Metrics:
    """Code point -> width in units of the em."""

    em: int
    widths: Mapping[int, int]

    def width(self, text: str, size: float) -> float:
        """How far a text reaches, without kerning; what the font lacks counts a whole em."""
        return sum(self.widths.get(ord(char), self.em) for char in text) * size / self.em


@cache
def metrics(weight: int) -> Metrics:
    """The metrics of a weight, read from its file."""
    return _read(font_path(weight).read_bytes())


def weight_for(text: str, weight: int) -> int:
    """The weight to set a text in: the regular where the semi-bold lacks one of its characters."""
    known = metrics(weight).widths
    return weight if all(ord(char) in known for char in text) else REGULAR


def text_width(text: str, size: float, weight: int = REGULAR) -> float:
    """The width of a text in pixels."""
    return metrics(weight_for(text, weight)).width(text, size)


def lacking(text: str) -> list[str]:
    """The characters that the font has no glyph for, in order."""
    known = metrics(REGULAR).widths
    return [char for char in dict.fromkeys(text) if ord(char) not in known]


def _read(data: bytes) -> Metrics:
    tables = {}
    for index in range(struct.unpack_from(">H", data, 4)[0]):
        tag, _, offset, _ = struct.unpack_from(">4sLLL", data, 12 + 16 * index)
        tables[tag] = offset
    (em,) = struct.unpack_from(">H", data, tables[b"head"] + 18)
    (count,) = struct.unpack_from(">H", data, tables[b"hhea"] + 34)
    advances = struct.unpack_from(">" + "Hh" * count, data, tables[b"hmtx"])[::2]
    # Glyphs behind the last advance share it.
    widths = {
        code: advances[min(glyph, count - 1)]
        for code, glyph in _characters(data, tables[b"cmap"]).items()
    }
    return Metrics(em, widths)


def _characters(data: bytes, start: int) -> dict[int, int]:
    """Code point -> glyph, from the character map of format 4 that both files have."""
    (offset,) = (
        offset
        for index in range(struct.unpack_from(">H", data, start + 2)[0])
        for platform, encoding, offset in [struct.unpack_from(">HHL", data, start + 4 + 8 * index)]
        if (platform, encoding) == (3, 1)
    )
    table = start + offset
    form, _, _, doubled = struct.unpack_from(">HHHH", data, table)
    assert form == 4, f"character map of format {form}"
    count = doubled // 2
    columns = [
        struct.unpack_from(
            f">{count}{code}", data, table + 14 + position * doubled + 2 * (position > 0)
        )
        for position, code in enumerate("HHhH")
    ]
    found = {}
    for segment, (end, first, delta, shift) in enumerate(zip(*columns, strict=True)):
        for code in range(first, min(end, 0xFFFE) + 1):
            glyph = code
            if shift:
                place = table + 16 + 3 * doubled + 2 * segment + shift + 2 * (code - first)
                (glyph,) = struct.unpack_from(">H", data, place)
            if glyph:
                found[code] = (glyph + delta) % 65536
    return found
