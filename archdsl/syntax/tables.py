"""The parser from its saved tables; `python -m archdsl.syntax.tables` writes them anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import lark
from lark.grammar import Rule
from lark.lexer import TerminalDef, Token

from archdsl.syntax.indentation import Indentation
from archdsl.syntax.lexing import OneByOneLexer

GRAMMAR = Path(__file__).with_name("arch.lark")
TABLES = Path(__file__).with_name("tables.json")

_WIDEST = 1000


def _takes_space(node: object) -> bool:
    """Whether a node counts for the extent of what holds it: line ends and indents do not."""
    return not (isinstance(node, Token) and node.type in ("_NL", "_INDENT", "_DEDENT"))


# The options that are code, which no table can hold.
_LIVE: dict[str, Any] = {
    "postlex": Indentation(),
    "propagate_positions": _takes_space,
    "_plugins": {"ContextualLexer": OneByOneLexer},
}


@cache
def parser() -> lark.Lark:
    """The LALR parser of specs (`start`) and of lone expressions (`expression`).

    Tables of another version of lark are not trusted: then the grammar is read, which takes
    longer and gives the same parser.
    """
    saved = json.loads(TABLES.read_text(encoding="utf-8"), object_pairs_hook=_with_numbers)
    if saved["lark"] != lark.__version__:
        return build()
    load: Callable[..., lark.Lark] = lark.Lark._load_from_dict
    return load(saved["data"], saved["memo"], **_LIVE)


def build() -> lark.Lark:
    """The same parser, made from the grammar."""
    return lark.Lark(
        GRAMMAR.read_text(encoding="utf-8"),
        parser="lalr",
        lexer="contextual",
        start=["start", "expression"],
        maybe_placeholders=False,
        **_LIVE,
    )


def saved_tables() -> str:
    """What tables.json has to hold: the same text for the same grammar and version of lark."""
    import hashlib

    data, memo = build().memo_serialize([TerminalDef, Rule])
    for option in _LIVE:
        del data["options"][option]
    data["parser"]["parser"] = _renumber(data["parser"]["parser"])
    for terminal in memo.values():
        # What `*` means at most differs between versions of Python.
        if width := terminal.get("pattern", {}).get("_width"):
            width[1] = min(width[1], _WIDEST)
    tables = {
        "lark": lark.__version__,
        "grammar": hashlib.sha256(GRAMMAR.read_text(encoding="utf-8").encode()).hexdigest(),
        "data": data,
        "memo": memo,
    }
    return json.dumps(tables, sort_keys=True, separators=(",", ":")) + "\n"


def _renumber(table: dict[str, Any]) -> dict[str, Any]:
    """The same table, its symbols in the alphabet's order and its states in the order of reach.

    Lark numbers both by the order of a set, which differs from run to run.
    """
    names = table["tokens"]
    symbols = sorted(names.values())
    rows = {
        state: sorted((symbols.index(names[symbol]), action) for symbol, action in row.items())
        for state, row in table["states"].items()
    }
    order = [state for _, state in sorted(table["start_states"].items())]
    for state in order:  # grows as it goes
        targets = [target for _, (reduces, target) in rows[state] if not reduces]
        order += [target for target in dict.fromkeys(targets) if target not in order]
    number = {state: index for index, state in enumerate(order)}
    return {
        "tokens": dict(enumerate(symbols)),
        "states": {
            number[state]: {
                symbol: (reduces, target if reduces else number[target])
                for symbol, (reduces, target) in rows[state]
            }
            for state in order
        },
        "start_states": {name: number[s] for name, s in table["start_states"].items()},
        "end_states": {name: number[s] for name, s in table["end_states"].items()},
    }


def _with_numbers(pairs: list[tuple[str, Any]]) -> dict[str | int, Any]:
    """A part of a table with its numbered keys as numbers again, which JSON made strings."""
    return {int(key) if key.isdecimal() else key: value for key, value in pairs}


if __name__ == "__main__":
    TABLES.write_text(saved_tables(), encoding="utf-8", newline="\n")
