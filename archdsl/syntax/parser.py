"""Text -> tree: `parse` reads a spec, `parse_expression` a lone expression."""

from __future__ import annotations

from lark import Token, Tree, UnexpectedCharacters, UnexpectedToken

from archdsl.diagnostics.diagnostic import Diagnostic, SpecError
from archdsl.syntax import tables
from archdsl.syntax.builder import Builder
from archdsl.syntax.complaints import complain
from archdsl.syntax.indentation import IndentationTrouble
from archdsl.syntax.pieces import PieceBuilder
from archdsl.syntax.sections import cut_about
from archdsl.syntax.source import Source, Span
from archdsl.syntax.tree import Expression, Spec


def parse(source: Source) -> Spec:
    """The tree of a spec; raises SpecError at its first syntax error."""
    text, about = cut_about(source)
    # Without its trailing blanks a text ends in a token, never in an indentation.
    root = _run("start", text.rstrip(), source, 0)
    return Builder(source, 0, parse_expression).spec(root, about)


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
        diagnostic = Diagnostic(trouble.code, trouble.message, span, help=trouble.help)
    except UnexpectedToken as error:
        diagnostic = complain(session, error.token, source, offset)
    except UnexpectedCharacters as error:
        place = error.pos_in_stream or 0
        found = Token("UNKNOWN", text[place], start_pos=place, end_pos=place + 1)
        diagnostic = complain(session, found, source, offset)
    else:
        return root
    raise SpecError([diagnostic])
