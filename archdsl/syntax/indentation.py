"""Indentation as tokens: a level opens only under a line that ends in a colon."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

from lark.lark import PostLex
from lark.lexer import Token

from archdsl.diagnostics.diagnostic import suggest


class IndentationTrouble(Exception):
    """An indentation that cannot be read; offsets count from the start of the parsed text."""

    def __init__(self, code: str, message: str, help: str, start: int, end: int) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.help = help
        self.start = start
        self.end = end


@dataclass
class _Level:
    """The lines of one body: how deep they stand, and whether one of them has a claim."""

    width: int
    has_claim: bool = False


class Indentation(PostLex):
    """Turns the line breaks of a token stream into line ends, indents and dedents.

    A break holds every blank line and comment after it, so its tail is the next line's
    indentation. No token is read ahead: which ones can come depends on what the parser got.
    """

    always_accept = ("_NL",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """The same tokens, each line closed by `_NL`, each body in `_INDENT` and `_DEDENT`."""
        levels = [_Level(0)]
        line: list[Token] = []
        shallow: IndentationTrouble | None = None
        for token in stream:
            if token.type != "_NL":
                line.append(token)
                if shallow is not None and token.type != "LSQB" and line[0].type != "LSQB":
                    raise shallow
                if token.type == "RSQB" and line[0].type == "LSQB":
                    if shallow is not None:
                        _settle(levels[-1], line, shallow)
                        shallow = None
                    levels[-1].has_claim = True
                yield token
                continue
            blanks = token.rpartition("\n")[2]
            if "#" in blanks:  # the text ends in a comment, so no line follows
                continue
            if "\t" in blanks:
                raise IndentationTrouble(
                    "E102",
                    "a tab stands in the indentation",
                    "indent with blanks only",
                    _end(token) - len(blanks),
                    _end(token),
                )
            shallow = yield from _break(line, len(blanks), _end(token), levels)
            line = []
        yield from _break(line, 0, _end(line[-1]) if line else 0, levels)


def _break(
    line: list[Token], width: int, start: int, levels: list[_Level]
) -> Generator[Token, None, IndentationTrouble | None]:
    """What lies between a line and the one that starts at `start`, `width` blanks in.

    Returns what to raise unless that line turns out to have a claim that the lines above it are
    aligned under.
    """
    if not line:
        return None
    yield _mark("_NL", _end(line[-1]))
    opens = line[-1].type == "COLON"
    if width > levels[-1].width:
        if opens:
            levels.append(_Level(width))
            yield _mark("_INDENT", start)
        return None
    # `SOFTMAX:` is a layer that needs no description; every other colon wants a body.
    if opens and (len(line) < 2 or line[-2].type not in ("LAYER", "LAYER_LABEL")):
        raise _nothing_below(line)
    known = " or ".join(str(level.width) for level in levels)
    while len(levels) > 1 and width <= levels[-2].width and width < levels[-1].width:
        levels.pop()
        yield _mark("_DEDENT", start)
    if width == levels[-1].width:
        return None
    trouble = IndentationTrouble(
        "E103",
        "this line's indentation matches no line above",
        f"indent it by {known} blanks",
        start - width,
        start,
    )
    if levels[-1].has_claim:
        raise trouble
    return trouble


def _settle(level: _Level, line: list[Token], trouble: IndentationTrouble) -> None:
    """Take the depth of a line with a claim for its body's, if those above are aligned under it.

    Authors align the layers, and the claims stand before them:

        add:
                       CONV 64 1x1 filters
            [56x56x64] identity
    """
    width = trouble.end - trouble.start
    claim = _end(line[-1]) - trouble.end
    if width + claim > level.width:
        raise trouble
    level.width = width


def _nothing_below(line: list[Token]) -> IndentationTrouble:
    """What is said of a line whose colon opens nothing; it may be a misspelt `network`."""
    first, last = line[0], line[-1]
    if len(line) > 2 and suggest(first, ("network",)):
        assert first.start_pos is not None
        help_ = f"write `network {line[1]}`, without a colon"
        place = first.start_pos, _end(first)
        return IndentationTrouble("E101", f"`{first}` opens no line", help_, *place)
    return IndentationTrouble(
        "E104",
        "nothing stands under this colon",
        "indent the lines that belong under it",
        _end(last) - 1,
        _end(last),
    )


def _end(token: Token) -> int:
    assert token.end_pos is not None
    return token.end_pos


def _mark(type_: str, offset: int) -> Token:
    return Token(type_, "", start_pos=offset, end_pos=offset)
