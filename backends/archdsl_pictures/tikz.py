"""A scene as TikZ: one standalone document, with nothing but the package tikz."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl_svg.font import REGULAR
from archdsl_svg.geometry import Point

from archdsl_pictures.scene import Area, Disc, Group, Line, Mark, Scene, Tile, Words

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "×": r"\ensuremath{\times}",
    "·": r"\ensuremath{\cdot}",
    "³": r"\textsuperscript{3}",
    "⁶": r"\textsuperscript{6}",
    "⁹": r"\textsuperscript{9}",
    "…": r"\dots{}",
    "–": "--",
    "−": r"\ensuremath{-}",
    "→": r"\ensuremath{\to}",
}
_ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}


def tikz_text(scene: Scene) -> str:
    """The whole document; lengths are big points, y grows downwards."""
    return "\n".join(_document(scene)) + "\n"


def _document(scene: Scene) -> Iterator[str]:
    texts = [mark.text for mark in scene.walk() if isinstance(mark, Words)]
    yield f"% {_comment(scene.name)}: {_comment(scene.description)}"
    yield r"\documentclass[tikz,border=0pt]{standalone}"
    yield r"\usepackage[T1]{fontenc}"
    yield r"\usepackage{helvet}"
    yield r"\renewcommand{\familydefault}{\sfdefault}"
    if any(not _is_latin(char) for text in texts for char in text):
        yield "% Characters beyond Latin ones: for LuaLaTeX or XeLaTeX, with a font that has them."
        yield r"\usepackage{fontspec}"
        yield r"\setsansfont{Noto Sans CJK KR}"
    for colour in _colours(scene):
        yield rf"\definecolor{{{_name(colour)}}}{{HTML}}{{{colour.removeprefix('#')}}}"
    yield r"\begin{document}"
    unit = f"{scene.points:.4f}bp"
    yield rf"\begin{{tikzpicture}}[x={unit},y=-{unit},line width={scene.points:.4f}bp]"
    yield rf"\path[use as bounding box] (0,0) rectangle {_point((scene.width, scene.height))};"
    for mark in scene.marks:
        yield from _mark(mark, scene.points)
    yield r"\end{tikzpicture}"
    yield r"\end{document}"


def _mark(mark: Mark, scale: float) -> Iterator[str]:
    match mark:
        case Group(path, kind, _, marks):
            yield f"% {kind} {_comment(path)}"
            for inner in marks:
                yield from _mark(inner, scale)
        case Tile(rect, fill, line, radius, dash):
            look = _paint(fill, line) + _dash(dash, scale)
            # TikZ needs room for a corner: one that is as round as the side is high has none.
            round_by = min(radius, 0.49 * rect.height) * scale
            look += [f"rounded corners={round_by:.3f}bp"] if radius else []
            ends = _point((rect.left, rect.top)), _point((rect.right, rect.bottom))
            yield rf"\path[{','.join(look)}] {ends[0]} rectangle {ends[1]};"
        case Area(points, fill, line, dash):
            look = _paint(fill, line) + _dash(dash, scale)
            yield rf"\path[{','.join(look)}] {_chain(points)} -- cycle;"
        case Disc(center, radius, fill, line, dash):
            look = _paint(fill, line) + _dash(dash, scale)
            yield rf"\path[{','.join(look)}] {_point(center)} circle ({radius:.3f});"
        case Line(points, ink, width, dash, radius):
            look = [f"draw={_name(ink)}", f"line width={width * scale:.3f}bp"]
            look += _dash(dash, scale)
            look += (
                [f"rounded corners={radius * scale:.3f}bp"] if len(points) > 2 and radius else []
            )
            yield rf"\path[{','.join(look)}] {_chain(points)};"
        case Words():
            yield _words(mark, scale)


def _words(words: Words, scale: float) -> str:
    size = words.size * scale
    look = [
        f"anchor={_ANCHORS[words.anchor]}",
        "inner sep=0",
        f"text={_name(words.ink)}",
        rf"font=\fontsize{{{size:.2f}bp}}{{{1.2 * size:.2f}bp}}\selectfont"
        + (r"\bfseries" if words.weight != REGULAR else ""),
    ]
    look += ["rotate=90"] if words.is_turned else []
    return rf"\node[{','.join(look)}] at {_point(words.at)} {{{escaped(words.text)}}};"


def escaped(text: str) -> str:
    """A text as LaTeX that shows it; control characters are left out."""
    shown = (char for char in text if char.isprintable())
    return "".join(_ESCAPES.get(char, char) for char in shown)


def _comment(text: str) -> str:
    """A text that stays on the line of its comment."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _is_latin(char: str) -> bool:
    """Whether LaTeX's usual fonts have a character, or it is written as a command."""
    return ord(char) < 0x180 or char in _ESCAPES


def _colours(scene: Scene) -> list[str]:
    found: dict[str, None] = {}
    for mark in scene.walk():
        match mark:
            case Tile(_, fill, line) | Area(_, fill, line) | Disc(_, _, fill, line):
                found |= dict.fromkeys(filter(None, (fill, line)))
            case Line(_, ink) | Words(ink=ink):
                found[ink] = None
    return list(found)


def _name(colour: str) -> str:
    return f"c{colour.removeprefix('#')}"


def _paint(fill: str, line: str) -> list[str]:
    return [f"{what}={_name(c)}" for what, c in (("fill", fill), ("draw", line)) if c]


def _dash(dash: tuple[float, float] | None, scale: float) -> list[str]:
    if dash is None:
        return []
    on, off = (length * scale for length in dash)
    return [f"dash pattern=on {on:.3f}bp off {off:.3f}bp"]


def _point(point: Point) -> str:
    return f"({point[0]:.2f},{point[1]:.2f})"


def _chain(points: tuple[Point, ...]) -> str:
    return " -- ".join(map(_point, points))
