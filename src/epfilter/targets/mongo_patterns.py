"""Patterns as regular expressions that mean the same in PCRE and in Python."""

from __future__ import annotations

import re

from epfilter.semantics import case_variants, fold_case, parse_pattern

_SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}]")
_BEGIN, _END = "^", r"(?![\s\S])"
"""Not `$`, which also stands before a line end at the end; and Python has no `\\z` before 3.14."""


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
    text, any_prefix, any_suffix = parse_pattern(written)
    inner = "".join([_literal(char, fold=fold) for char in text])
    begin = _BEGIN if inner == "" or not any_prefix else ""
    return begin + inner + ("" if any_suffix else _END)


def _literal(char: str, *, fold: bool) -> str:
    if char == "\0":
        # In BSON the expression ends at one.
        return r"\x00"
    if char.isascii():
        return _SPECIAL.sub(r"\\\g<0>", char)
    if not fold:
        return char
    folded = fold_case(char)
    variants = case_variants().get(folded)
    return char if variants is None else f"[{''.join(sorted(folded + variants))}]"
