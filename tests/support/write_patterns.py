"""Makes `src/epfilter/patterns.py` of the grammar: run it after every change of the grammar.

    python tests/support/write_patterns.py

A test compares the file with what this makes. Each call of the language is a rule of the grammar
without recursion, but for its list of values; so it is one regular expression, put together here
from the rules and terminals that lark has compiled.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epfilter import parser

if TYPE_CHECKING:
    from lark import Lark

FILE = Path(__file__).parents[2] / "src" / "epfilter" / "patterns.py"

_CAPTURED = {"COMPARISON", "MEMBERSHIP", "IS_NULL", "_field", "_value"}
"""What a reader needs of a call; of several values it takes the whole list."""


class Grammar:
    """The rules and terminals of the grammar, as regular expressions."""

    def __init__(self, lark: Lark) -> None:
        self.terminals = {one.name: one.pattern.to_regexp() for one in lark.terminals}
        self.rules: dict[str, list[list[Any]]] = {}
        for rule in lark.rules:
            self.rules.setdefault(str(rule.origin.name), []).append(list(rule.expansion))
        (ignored,) = lark.ignore_tokens
        # White space is one class of characters, as often as it likes.
        self.space = f"{self.terminals[ignored].removesuffix('+')}*+"
        assert re.fullmatch(r"\[[^\[\]]+\]\*\+", self.space)

    def terminal(self, name: str) -> str:
        """A terminal, matched as a lexer does: the longest text, never a shorter one."""
        return f"(?>{self.terminals[name]})"

    def of(self, name: str, *, captured: frozenset[str] = frozenset()) -> str:
        """A rule with white space between its parts."""
        expansions = self.rules.get(name)
        if expansions is None:
            found = self.terminal(name)
        elif len(expansions) == 2 and expansions[1][0].name == name:
            # How lark writes `(…)+`: the list, or a longer list before one more.
            assert expansions[1][1:] == expansions[0]
            found = f"(?:{self._sequence(expansions[0], frozenset())}{self.space})++"
            return f"({found})" if captured else found
        else:
            choices = [self._sequence(one, captured) for one in expansions]
            found = choices[0] if len(choices) == 1 else f"(?>{'|'.join(choices)})"
        return f"({found})" if name in captured else found

    def _sequence(self, symbols: list[Any], captured: frozenset[str]) -> str:
        return self.space.join(self.of(str(one.name), captured=captured) for one in symbols)

    def literal(self, name: str) -> str:
        """The one text of a terminal that is punctuation."""
        (one,) = [one for one in parser._lark().terminals if one.name == name]
        return str(one.pattern.value)


def module() -> str:
    """The text of the file."""
    grammar = Grammar(parser._lark())
    captured = frozenset(_CAPTURED)
    constants = {
        "SPACE": grammar.space,
        "BARE": grammar.terminals["BARE"],
        "QUOTED": f"{grammar.terminals['QUOTED']}|{grammar.terminals['EMPTY']}",
        "COMPARISON": grammar.of("comparison", captured=captured),
        "MEMBERSHIP": grammar.of("membership", captured=captured),
        "IS_NULL": grammar.of("is_null", captured=captured),
        "VALUE": grammar.of("_value"),
        "OPENING": grammar.literal("LPAR"),
        "CLOSING": grammar.literal("RPAR"),
        "COMMA": grammar.literal("COMMA"),
        "AND": grammar.literal("COLON"),
        "OR": grammar.literal("VBAR"),
    }
    lines = [
        '"""The language as regular expressions, made from grammar/filter.lark; not to be edited.',
        "",
        "`python tests/support/write_patterns.py` makes this file, and a test compares. It saves",
        "the first `parse` from compiling the grammar.",
        '"""',
        "",
        "# ruff: noqa: E501 - a pattern is one line",
        "",
    ]
    lines += [f"{name} = {json.dumps(pattern)}" for name, pattern in constants.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(module(), encoding="utf-8")
