"""Text -> tree: `parse` reads a spec, `parse_expression` a lone expression."""

from __future__ import annotations

from lark import Token, Tree, UnexpectedCharacters, UnexpectedToken

from archdsl.diagnostics.diagnostic import Diagnostic, SpecError, in_order
from archdsl.syntax import tables
from archdsl.syntax.builder import Builder
from archdsl.syntax.complaints import complain, is_empty_path
from archdsl.syntax.indentation import IndentationTrouble
from archdsl.syntax.pieces import PieceBuilder
from archdsl.syntax.recovery import without
from archdsl.syntax.sections import cut_about
from archdsl.syntax.source import Source, Span
from archdsl.syntax.tree import Expression, Spec

MOST = 20
"""Lines that cannot be read; those after them are left for the next time."""


def parse(source: Source) -> Spec:
    """The tree of a spec. Raises SpecError with every line that cannot be read."""
    text, about = cut_about(source)
    found: list[Diagnostic] = []
    while len(found) < MOST:
        try:
            # Without its trailing blanks a text ends in a token, never in an indentation.
            root = _run("start", text.rstrip(), source, 0)
            spec = Builder(source, 0, parse_expression).spec(root, about)
        except SpecError as failure:
            (wrong,) = failure.diagnostics
            if wrong in found:
                break
            found.append(wrong)
            # What an indentation means is not known once one of them is wrong.
            rest = without(text, source, wrong.span) if wrong.span else None
            if rest is None or rest == text or wrong.code in ("E102", "E103", "E104"):
                break
            text = rest
        else:
            if found:
                break
            return spec
    raise SpecError(in_order(found))


def parse_expression(text: str, source: Source, offset: int) -> Expression:
    """The tree of an expression that stands at `offset` of a source."""
    offset += len(text) - len(text.lstrip())
    root = _run("expression", text.strip(), source, offset)
    return PieceBuilder(source, offset, parse_expression).expression(root.children[0])


def _run(start: str, text: str, source: Source, offset: int) -> Tree[Token]:
    """Lark's tree of a text, or its trouble in our words."""
    session = tables.parser().parse_interactive(text, start)
    try:
        session.exhaust_lexer()
        end = Token("$END", "", start_pos=len(text), end_pos=len(text))
        root: Tree[Token] = session.feed_token(end)
    except IndentationTrouble as trouble:
        span = Span(source, offset + trouble.start, offset + trouble.end)
        help_ = trouble.help
        if trouble.code == "E104" and is_empty_path(text, trouble.start):
            help_ = "write `identity`, without a name, if the empty path is meant; else " + help_
        diagnostic = Diagnostic(trouble.code, trouble.message, span, help=help_)
    except UnexpectedToken as error:
        diagnostic = complain(session, error.token, source, offset)
    except UnexpectedCharacters as error:
        place = error.pos_in_stream or 0
        found = Token("UNKNOWN", text[place], start_pos=place, end_pos=place + 1)
        diagnostic = complain(session, found, source, offset)
    else:
        return root
    raise SpecError([diagnostic])
