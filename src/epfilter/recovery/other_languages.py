"""Translates filters of languages that the platform, or its clients, use for other parameters.

These are `filter[status]=live` of JSON:API, and `price:>=10 && name:=Ron` of the parameter
`filter_by` of `POST /catalog/multi-search`.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote_plus

from epfilter.ast import Operator
from epfilter.printer import print_operand
from epfilter.recovery.operator_names import get_operand_limits, suggest_operator

_FIELD = r"[A-Za-z_][\w.-]*+"
_MEMBER = re.compile(
    rf"filter(?:\[|%5B)({_FIELD})(?:\]|%5D)(?:(?:\[|%5B)([A-Za-z_]++)(?:\]|%5D))?=([^\s()]++)",
    re.IGNORECASE,
)
_TERM = re.compile(
    rf"({_FIELD}):(?:(>=|<=|>|<|!=|=)[ ]*+(\[[^\[\]]*+\]|`[^`]*+`|[^\[\]`&|<>=]++)"
    r"|[ ]*+(\[[^\[\]]*+\]))"
)
_JOINT = re.compile(r"(&&|\|\|)")
_RANGE = re.compile(r"\s*([^\s.]\S*?)\s*\.\.\s*(\S+)\s*")
_SYMBOLS = {">=": Operator.GE, "<=": Operator.LE, ">": Operator.GT, "<": Operator.LT}


class Translation(NamedTuple):
    """The language that a text is in, and the filter that means the same, or None."""

    language: str
    filter: str | None


def translate_other_language(text: str) -> Translation | None:
    """Return what a text of another language means, or None for any other text.

    >>> translate_other_language("filter[status]=live&filter[price][gte]=10").filter
    'eq(status,live):ge(price,10)'
    >>> translate_other_language("price:[10..20] || name:=`Ron S`").filter
    '(ge(price,10):le(price,20))|eq(name,Ron S)'
    """
    return _translate_members(text) or _translate_terms(text)


def _translate_members(text: str) -> Translation | None:
    """Return the translation of parameters of a URL."""
    members = [_MEMBER.fullmatch(part) for part in text.removeprefix("?").strip("&").split("&")]
    terms = [_translate_member(*member.groups()) for member in members if member]
    if len(terms) < len(members):
        return None
    return Translation("this is a filter of JSON:API", _join(terms, ":"))


def _translate_terms(text: str) -> Translation | None:
    """Return the translation of `filter_by`; none where `&&` and `||` are mixed."""
    *parts, last = _JOINT.split(text)
    terms = [_TERM.fullmatch(part.strip()) for part in (*parts[::2], last)]
    symbols = {*parts[1::2]}
    is_or = "||" in symbols
    translated = [_translate_term(*term.groups(), is_or=is_or) for term in terms if term]
    if len(translated) < len(terms):
        return None
    joined = None if len(symbols) > 1 else _join(translated, "|" if is_or else ":")
    return Translation("this is the language of `filter_by` in multi-search", joined)


def _join(terms: list[str | None], connective: str) -> str | None:
    known = [term for term in terms if term is not None]
    return connective.join(known) if len(known) == len(terms) else None


def _translate_member(field: str, word: str | None, value: str) -> str | None:
    op = Operator.EQ if word is None else suggest_operator(word)
    if op is None or op is Operator.IS_NULL:
        return None
    values = unquote_plus(value).split(",")
    if len(values) > 1 and op is Operator.EQ:
        op = Operator.IN
    _, most = get_operand_limits(op)
    if most is not None and len(values) > 1:
        return None
    return _print_call(op, field, values)


def _translate_term(
    field: str, symbol: str | None, value: str | None, values: str | None, *, is_or: bool
) -> str | None:
    if symbol == "!=":
        return None
    operand = (value or values or "").strip()
    if not operand.startswith("["):
        op = _SYMBOLS.get(symbol or "=", Operator.EQ)
        return _print_call(op, field, [operand.strip("`")])
    if symbol in _SYMBOLS:
        return None
    bounds = _RANGE.fullmatch(operand[1:-1])
    if bounds:
        both = ":".join(
            _print_call(op, field, [bound])
            for op, bound in zip((Operator.GE, Operator.LE), bounds.groups(), strict=True)
        )
        return f"({both})" if is_or else both
    items = [item.strip().strip("`") for item in operand[1:-1].split(",")]
    return _print_call(Operator.IN, field, items)


def _print_call(op: Operator, field: str, values: list[str]) -> str:
    operands = [print_operand(field, field=True), *map(print_operand, values)]
    return f"{op}({','.join(operands)})"
