"""Patterns as regular expressions that mean the same in PCRE and in Python."""

from __future__ import annotations

import re
from functools import cache

from epfilter.targets.terms import folded, pattern

_SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}]")
_BEGIN, _END = "^", r"(?![\s\S])"
"""Not `$`, which also stands before a line end at the end; and Python has no `\\z` before 3.14."""

_LAST_CASED = 0x1F000
"""No character from here on has a case."""


def expression(written: str, *, fold: bool) -> str:
    r"""A regular expression for `like`, or with the option `i` and `fold` for `ilike`.

    Nothing in it depends on other options, and only what stands between wildcards is searched.
    What Mongo's `i` does outside ASCII is documented nowhere, so such a character is written with
    all that fold to the same.

    >>> print(expression("*.jpg", fold=False), expression("a*b", fold=False))
    \.jpg(?![\s\S]) ^a\*b(?![\s\S])
    >>> print(expression("Ärmel*", fold=True))
    ^[Ää]rmel
    """
    text, anything_before, anything_after = pattern(written)
    inner = "".join([_literal(char, fold=fold) for char in text])
    begin = _BEGIN if inner == "" or not anything_before else ""
    return begin + inner + ("" if anything_after else _END)


def _literal(char: str, *, fold: bool) -> str:
    if char == "\0":
        # In BSON the expression ends at one.
        return r"\x00"
    if char.isascii():
        return _SPECIAL.sub(r"\\\g<0>", char)
    alike = _alike().get(folded(char), char) if fold else char
    return f"[{alike}]" if len(alike) > 1 else char


@cache
def _alike() -> dict[str, str]:
    """Of each folded character that is not alone, all that fold to it."""
    found: dict[str, list[str]] = {}
    for char in map(chr, range(_LAST_CASED)):
        if char.lower() != char or char.upper() != char:
            found.setdefault(folded(char), []).append(char)
    return {char: "".join(alike) for char, alike in found.items()}
