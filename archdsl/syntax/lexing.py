"""Lark's contextual lexer, its terminals tried one by one.

Lark compiles an alternation of all terminals for each set that a state accepts: some forty regular
expressions for a small spec, half of the time that its parse takes. Here each terminal is compiled
once; what is found is the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from lark import Token, UnexpectedCharacters, UnexpectedToken
from lark.common import LexerConf
from lark.lexer import ContextualLexer, LexerState, TerminalDef

Pattern = re.Pattern[str]


class OneByOneLexer(ContextualLexer):
    """Reads the first terminal that matches, of those that the parser's state accepts."""

    def __init__(
        self,
        conf: LexerConf,
        states: dict[int, Collection[str]],
        always_accept: Collection[str] = (),
    ) -> None:
        # The order in which Lark tries terminals of one scanner.
        self._terminals = sorted(
            conf.terminals,
            key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name),
        )
        self._names = {terminal.name: terminal for terminal in self._terminals}
        self._states = states
        self._always = {*always_accept, *conf.ignore}
        self._ignored = frozenset(conf.ignore)
        self._compiled: dict[str, Pattern] = {}
        self._ordered: dict[int, list[tuple[str, Pattern]]] = {}

    def lex(self, lexer_state: LexerState, parser_state: Any) -> Iterator[Token]:
        """The tokens of a text. Raises Lark's errors where no accepted terminal stands."""
        text, counter = lexer_state.text.text, lexer_state.line_ctr
        while counter.char_pos < lexer_state.text.end:
            accepted = self._accepted(parser_state.position)
            found = _first(accepted, text, counter.char_pos)
            if found is None:
                raise self._complaint(accepted, lexer_state, parser_state)
            name, value = found
            token = Token(name, value, counter.char_pos, counter.line, counter.column)
            counter.feed(value, "\n" in value)
            token.end_line, token.end_column = counter.line, counter.column
            token.end_pos = counter.char_pos
            if name not in self._ignored:
                lexer_state.last_token = token
                yield token

    def _accepted(self, state: int) -> list[tuple[str, Pattern]]:
        """The terminals that a state accepts, in the order of trial."""
        if state not in self._ordered:
            names = self._always.union(self._states[state])
            self._ordered[state] = [
                (terminal.name, self._pattern(terminal))
                for terminal in self._terminals
                if terminal.name in names
            ]
        return self._ordered[state]

    def _pattern(self, terminal: TerminalDef) -> Pattern:
        if terminal.name not in self._compiled:
            self._compiled[terminal.name] = re.compile(terminal.pattern.to_regexp())
        return self._compiled[terminal.name]

    def _complaint(
        self, accepted: list[tuple[str, Pattern]], lexer_state: LexerState, parser_state: Any
    ) -> Exception:
        """What stands there: a terminal that does not belong, or no terminal at all."""
        text, counter = lexer_state.text.text, lexer_state.line_ctr
        allowed = {name for name, _ in accepted} - self._ignored or {"<END-OF-FILE>"}
        everything = [(terminal.name, self._pattern(terminal)) for terminal in self._terminals]
        found = _first(everything, text, counter.char_pos)
        if found is None:
            characters: Callable[..., Exception] = UnexpectedCharacters
            return characters(text, counter.char_pos, counter.line, counter.column, allowed)
        name, value = found
        token = Token(name, value, counter.char_pos, counter.line, counter.column)
        token.end_pos = counter.char_pos + len(value)
        misplaced: Callable[..., Exception] = UnexpectedToken
        return misplaced(token, allowed, state=parser_state, terminals_by_name=self._names)


def _first(
    terminals: list[tuple[str, Pattern]], text: str, position: int
) -> tuple[str, str] | None:
    for name, pattern in terminals:
        match = pattern.match(text, position)
        if match is not None:
            return name, match.group()
    return None
