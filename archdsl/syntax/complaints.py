"""What a syntax error says: what was found, what could stand there, what to write instead."""

from __future__ import annotations

import re

from lark import Token, Tree
from lark.parsers.lalr_interactive_parser import InteractiveParser

from archdsl.diagnostics.diagnostic import Diagnostic, suggest
from archdsl.syntax.pieces import LIKE_A_LAYER, STRUCTURE_WORDS, call_of
from archdsl.syntax.source import Source, Span

_CLOSING = {"LPAR": ")", "LSQB": "]", "LBRACE": "}"}

_MEANT = {
    "×": "`x`",
    "→": "`->`",
    "–": "`-`",
    "−": "`-`",
    "…": "`..`",
    "“": '`"`',
    "”": '`"`',
    ";": "`,`",
    "\N{NO-BREAK SPACE}": "an ordinary blank",
}

# What people call a terminal, where its name in the grammar is not a sign's or a keyword's.
_KINDS = {
    "LAYER": "a layer",
    "CALL": "a block",
    "LABEL": "a name",
    "LAYER_LABEL": "a name",
    "NAME": "a name",
    "REFERENCE": "a name",
    "WORD": "a word",
    "NUMBER": "a number",
    "FIGURE": "a number",
    "PERCENT": "a number",
    "TRUTH": "a number",
    "INCOMING": "a name",
    "LBRACE": "`{`",
    "RBRACE": "`}`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "LSQB": "`[`",
    "RSQB": "`]`",
    "ROLE": "a role in parentheses",
    "STRING": "a file in quotes",
    "ARROW": "`->`",
    "COMMA": "`,`",
    "COLON": "`:`",
    "EQUAL": "`=`",
    "DOTS": "`..`",
    "_BY": "`x`",
    "_TIMES": "`x`",
    "_NL": "the end of the line",
    "_FROM": "`from`",
    "_IF": "`if`",
    "_IN": "`in`",
    "_WITH": "`with`",
    "_WITHIN": "`within`",
    "PLUS": "an operator",
    "MINUS": "an operator",
    "MULTIPLY": "an operator",
    "COMPARE": "an operator",
    "AND": "an operator",
    "OR": "an operator",
    "NOT": "an operator",
}
_MOST_KINDS = 4

_SIDE = r"(?:[0-9]+|\{[^{}]*\})"
_INPUT = re.compile(rf"\s*(INPUT\w*)[ \t]*:?[ \t]*(\[?({_SIDE}x{_SIDE}x{_SIDE})\]?)", re.IGNORECASE)
_MERGE = re.compile(r"(?:[^:#]*:[ \t]*)?(?:add|concat|multiply|join)\b[^:]*:")


def is_empty_path(text: str, at: int) -> bool:
    """Whether the colon at a place ends a name that stands alone, directly under a merge word."""
    *above, line = text[: at + 1].split("\n")
    name = line.strip()
    if not re.fullmatch(r"\w+[ \t]*:", name) or _MERGE.fullmatch(name) or name == "path:":
        return False
    depth = len(line) - len(line.lstrip(" "))
    for before in reversed(above):
        content = before.partition("#")[0].strip()
        if content and len(before) - len(before.lstrip(" ")) < depth:
            return _MERGE.fullmatch(content) is not None
    return False


def complain(session: InteractiveParser, found: Token, source: Source, offset: int) -> Diagnostic:
    """The diagnostic for a token that cannot stand where the session is."""
    return _Complaint(session, found, source, offset).diagnostic()


class _Complaint:
    """A token out of place, with the line around it and what the parser has open."""

    def __init__(
        self, session: InteractiveParser, found: Token, source: Source, offset: int
    ) -> None:
        self.found = found
        self.source = source
        self.offset = offset
        self.span = self._place(found)
        self.stack: list[Token | Tree[Token]] = session.parser_state.value_stack
        self.accepted: set[str] = session.accepts()  # type: ignore[no-untyped-call]
        line, column = source.position(self.span.start)
        text = source.line(line).rstrip("\r")
        self.before, self.after = text[: column - 1], text[column - 1 :]

    def diagnostic(self) -> Diagnostic:
        """What the first rule that knows the mistake says, else what could stand there."""
        rules = (
            self._lookalike,
            self._input,
            self._unclosed,
            self._expectation,
            self._range,
            self._behind_colon,
            self._name_in_chain,
            self._from,
            self._arrow_sign,
            self._else_if,
            self._equals,
            self._comparison,
            self._colon,
            self._percent,
            self._repeat,
            self._parenthesis,
            self._claim,
            self._repeat_of_repeat,
            self._times,
            self._size,
            self._bare_block,
            self._arrow,
            self._missing_colon,
            self._block,
        )
        for rule in rules:
            if (diagnostic := rule()) is not None:
                return diagnostic
        return self._expected()

    def _say(
        self, message: str, help: str = "", span: Span | None = None, code: str = "E101"
    ) -> Diagnostic:
        return Diagnostic(code, message, span or self.span, help=help)

    def _place(self, token: Token) -> Span:
        assert token.start_pos is not None
        assert token.end_pos is not None
        return Span(self.source, self.offset + token.start_pos, self.offset + token.end_pos)

    def _open(self, *types: str) -> Token | None:
        """The last token of these types in what is not complete yet."""
        for node in reversed(self.stack):
            if isinstance(node, Token) and node.type in types:
                return node
        return None

    def _open_bracket(self) -> Token | None:
        """The last bracket whose closing one was not read."""
        closed = 0
        for node in reversed(self.stack):
            if not isinstance(node, Token):
                continue
            if node in _CLOSING.values():
                closed += 1
            elif node.type in _CLOSING:
                if not closed:
                    return node
                closed -= 1
        return None

    def _word_before(self) -> str:
        word = re.search(r"([A-Za-z_][\w-]*)\s*$", self.before)
        return word[1] if word else ""

    # --- The rules, each for one kind of mistake ---

    def _lookalike(self) -> Diagnostic | None:
        meant = _MEANT.get(self.found)
        if meant is None and self.found.isalpha() and not self.found.isascii():
            message = f"`{self.found}` is no letter that a name or a word can have"
            help_ = "names become names in Python: write them with the letters a to z"
            return self._say(message, help_, code="E301")
        if meant is None:
            return None
        return self._say(f"the character `{self.found}` means nothing here", f"write {meant}")

    def _input(self) -> Diagnostic | None:
        """`INPUT: 32x32x3`, whose sides stand before the word."""
        line = _INPUT.match(self.before + self.after)
        if line is None or line.start(2) > len(self.before):
            return None
        start = self.span.start - len(self.before)
        place = Span(self.source, start + line.start(2), start + line.end(2))
        help_ = f"write `[{line[3]}] {line[1].upper()}`"
        return self._say("the size of the images stands before INPUT, in brackets", help_, place)

    def _unclosed(self) -> Diagnostic | None:
        if self.found == '"' and '"' not in self.after[1:]:
            return self._say("these quotes are not closed", 'write `"` where they end')
        opening = self.found if self.found.type == "LPAR" else self._open_bracket()
        if opening is None:
            return None
        closing = _CLOSING[opening.type]
        rest = self.after[1:] if opening is self.found else self.after
        following = re.search(f"[{re.escape(opening + closing)}]", rest)
        if following is not None and following[0] == closing:
            return None
        message = f"this `{opening}` is not closed"
        return self._say(message, f"write `{closing}` where it ends", self._place(opening))

    def _expectation(self) -> Diagnostic | None:
        head = self._open("_EXPECT", "COLON")
        if self._open("_EXPECT") is None or head is None or head.type == "_EXPECT":
            return None
        help_ = (
            "write a number and what it counts, as in `6,998,552 parameters` or "
            "`1.5G multiply-adds within 10%`"
        )
        if "COMMA" in self.accepted and self.found[0].isdigit():
            help_ = f"write `, {self.found}`: a comma stands between two figures"
        return self._say("this expectation cannot be read", help_, code="E105")

    def _range(self) -> Diagnostic | None:
        """`for i in 1 to 3:`."""
        head = re.match(r"\s*for\b.*\bin\s+(\S+)\s*$", self.before)
        if self.found != "to" or head is None:
            return None
        last = re.match(r"to\s+([^\s:]+)", self.after)
        help_ = f"write `{head[1]}..{last[1]}`" if last else "write it like `1..3`"
        return self._say("a range has two dots between its ends", help_)

    def _behind_colon(self) -> Diagnostic | None:
        if self.accepted != {"_NL"} or not self.before.rstrip().endswith(":"):
            return None
        head = self.stack[-2]
        if isinstance(head, Tree) and head.data == "description":
            start, end = head.meta.start_pos, head.meta.end_pos
            place = Span(self.source, self.offset + start, self.offset + end)
            word = place.text.split()[0].rstrip(",")
            if suggest(word, ("auxiliary",)):
                place = Span(self.source, place.start, place.start + len(word))
                return self._say(f"`{word}` opens no line", "write `auxiliary`", place)
            if word not in STRUCTURE_WORDS:
                message = f"`{place.text}` is neither a layer word nor a name"
                help_ = f"layer words are in capitals, as in `{place.text.upper()}:`"
                return self._say(message, help_, place)
        message = "a line goes on behind a colon that opens indented lines"
        return self._say(message, "put it on an indented line", code="E111")

    def _name_in_chain(self) -> Diagnostic | None:
        name = self.span
        if self.found.type == "COLON" and (last := re.search(r"->\s*(\w+)\s*$", self.before)):
            start = name.start - len(self.before) + last.start(1)
            name = Span(self.source, start, start + len(last[1]))
        elif self.found.type != "LABEL" or not self.before.rstrip().endswith("->"):
            return None
        message = f"the name `{name.text}` stands inside a chain"
        return self._say(message, "give it a line of its own", name, "E109")

    def _from(self) -> Diagnostic | None:
        if self.found.type != "_FROM" or not self.before.rstrip().endswith("->"):
            return None
        return self._say(
            "`from` opens a chain, and stands nowhere else in it",
            "give it a line of its own",
            code="E604",
        )

    def _arrow_sign(self) -> Diagnostic | None:
        """`=>`, `- >` and `-->`, which mean `->`; in a condition `=>` means `>=`."""
        sign = re.match(r"=>|-[ \t]+>|--+>", self.after)
        if sign is None:
            return None
        place = Span(self.source, self.span.start, self.span.start + sign.end())
        if sign[0] == "=>" and self._open("LBRACE", "_IF"):
            return self._say("`=>` does not compare", "write `>=`", place)
        return self._say(f"`{sign[0]}` is no arrow", "write `->`", place)

    def _else_if(self) -> Diagnostic | None:
        """`elif n == 2:`."""
        line = re.match(r"\s*(elif|elseif|elsif)\b", self.before)
        if line is None:
            return None
        start = self.span.start - len(self.before)
        place = Span(self.source, start + line.start(1), start + line.end(1))
        return self._say(f"`{line[1]}` opens no line", "write `else if`", place)

    def _equals(self) -> Diagnostic | None:
        if self.found.type != "EQUAL":
            return None
        word = self._word_before()
        if self._open("LBRACE", "_IF"):
            return self._say("`=` does not compare", "write `==`")
        if word and not self._open("LPAR", "_FOR"):
            if self.before.rpartition("]")[2].strip() == word:
                return self._say("a name ends in a colon", f"write `{word}:`")
            return self._say("`=` stands in calls only", f"write `{word}` and its value")
        return None

    def _comparison(self) -> Diagnostic | None:
        if self.found.type != "COMPARE" or self._open("COMPARE") is None:
            return None
        return self._say("comparisons do not follow one another", "join them by `and`")

    def _colon(self) -> Diagnostic | None:
        if self.found.type != "COLON":
            return None
        word = self._word_before()
        if self._open("LPAR"):
            return self._say("an argument's value stands behind `=`", f"write `{word} = `")
        if self._open("_NETWORK"):
            return self._say("no colon stands here", f"write `{self.before.strip()}`")
        if LIKE_A_LAYER.fullmatch(word):
            help_ = f"write `->` before `{word}`, or give it a line"
            return self._say(f"`{word}` stands inside another layer's description", help_)
        if word and not self._open("_IF", "_FOR", "_BLOCK", "_EXPECT"):
            return self._say(
                f"no colon stands behind `{word}` here", f"write `{word}` and its value"
            )
        return None

    def _percent(self) -> Diagnostic | None:
        if self.found != "%" and not self.before.rstrip().endswith("%"):
            return None
        return self._say(
            "`%` is the remainder here",
            "a rate is `50%` in a description, and a number from 0 to 1 in braces and arguments",
        )

    def _repeat(self) -> Diagnostic | None:
        """`3xUnit(16)`, which is read as a number and a word."""
        read = self.before + ("" if self.found == "(" else self.found)
        glued = re.search(r"(\w*[0-9]|\{[^{}]*\})\s*x([A-Z]\w*)$", read)
        if glued is None:
            return None
        help_ = f"write `{glued[1]} x {glued[2]}`"
        return self._say("a repeat has blanks around its `x`", help_)

    def _parenthesis(self) -> Diagnostic | None:
        if self.found.type != "LPAR":
            return None
        word = self._word_before()
        if word and self.before.endswith(word):
            return self._say(f"`->` is missing before `{word}`", f"write `-> {word}(`")
        if word and re.search(r"(^|->|[:\]]|\bx)\s*$", self.before.rstrip().removesuffix(word)):
            help_ = f"write `{word}(`"
            return self._say("a block's arguments follow its name without a blank", help_)
        return self._say("a role is words in parentheses", "write it like `(class scores)`")

    def _size(self) -> Diagnostic | None:
        if self.found.type == "_BY":
            return self._say("a size has two sides, height and width", "write it like `3x3`")
        behind = re.search(r"[0-9}]\s+x\s+$", self.before) and re.match("[0-9{]", self.after)
        if behind or re.match(r"x\s+[0-9{]", self.after):
            return self._say("a size has no blanks around its `x`", "write it like `3x3`")
        return None

    def _repeat_of_repeat(self) -> Diagnostic | None:
        """`3 x 2 x Unit(16)`."""
        line = self.before + self.after
        found = re.search(r"\b(\d+)\s+x\s+(\d+)\s+x\s+(?=[A-Z])", line)
        if found is None or not found.start() <= len(self.before) <= found.end():
            return None
        start = self.span.start - len(self.before)
        place = Span(self.source, start + found.start(), start + found.end(2))
        help_ = f"write `{int(found[1]) * int(found[2])} x`, or give what is repeated a block"
        return self._say("a repeat is of a layer or a block, not of a repeat", help_, place)

    def _times(self) -> Diagnostic | None:
        """`2 * Unit(16)`."""
        count = re.search(r"(?:^|->|[:\]])\s*(\w+)\s*$", self.before)
        if count is None or not re.match(r"\*[ \t]*[A-Z]", self.after):
            return None
        written = count[1] if count[1].isdigit() else f"{{{count[1]}}}"
        return self._say("a repeat is written with an `x`", f"write `{written} x`")

    def _bare_block(self) -> Diagnostic | None:
        """A block's name in a chain, without its arguments."""
        help_ = call_of(self.found, self.source)
        if not help_ or not re.search(r"(->|\sx)\s*$", self.before):
            return None
        return self._say(f"the block `{self.found}` is used without parentheses", help_)

    def _claim(self) -> Diagnostic | None:
        if self.found.type == "_NL" and self.before.endswith("]"):
            return self._say("a claim stands alone", "write the layer behind it, on the same line")
        opening = self._open_bracket()
        if opening is None or opening.type != "LSQB":
            return None
        start = self._place(opening).end
        inside = self.source.text[start:].partition("]")[0]
        if not re.fullmatch(r"[\d{}\w\s,*x]+", inside):
            return None
        sides = "x".join(re.split(r"\s*[,x*]\s*", inside.strip()))
        return self._say("a claim's sides are joined by `x`, without blanks", f"write `[{sides}]`")

    def _arrow(self) -> Diagnostic | None:
        steps = ("LAYER", "LAYER_LABEL", "CALL", "_IDENTITY")
        if self.found.type not in steps or "ARROW" not in self.accepted:
            return None
        help_ = f"write `-> {self.found}`, or give it a line"
        return self._say(f"`->` is missing before `{self.found}`", help_)

    def _missing_colon(self) -> Diagnostic | None:
        opens = self._open("_IF", "_FOR", "_BLOCK", "_ELSE", "_EXPECT")
        if self.found.type != "_NL" or opens is None or "COLON" not in self.accepted:
            return None
        return self._say("a colon is missing", f"write `{self.before.strip()}:`")

    def _block(self) -> Diagnostic | None:
        if not self.before.rstrip().endswith("block") or self._open("_BLOCK") is None:
            return None
        help_ = f"write `block {self.found}():`"
        return self._say("a block's parameters follow its name in parentheses", help_)

    # --- Where no rule knows the mistake ---

    def _expected(self) -> Diagnostic:
        if self.found.type == "$END":
            return self._say("an expression is missing")
        if self.found.type == "_INDENT":
            help_ = "only names, structure words, `if`, `for` and `block` open indented lines"
            return self._say("these lines belong to nothing above them", help_)
        kinds = {_KINDS.get(type_, "") for type_ in self.accepted} - {""}
        could = ""
        if 0 < len(kinds) <= _MOST_KINDS:
            *others, last = sorted(kinds, key=lambda kind: (kind.startswith("`"), kind))
            could = f"{', '.join(others)} or {last}" if others else last
        if self.found.type == "_NL":
            return self._say(f"the line ends too early: {could or 'something'} is missing")
        return self._say(f"`{self.found}` cannot stand here" + (could and f", but {could} can"))
