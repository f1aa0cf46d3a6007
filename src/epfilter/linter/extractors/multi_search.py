"""The parameter `filter_by` of `POST /catalog/multi-search`, which has a language of its own."""

from __future__ import annotations

import re

from epfilter.ast import And, Comparison, Filter, Membership, Operator, Or
from epfilter.errors import FilterSyntaxError
from epfilter.parser import parse

SEARCH_PARAMETER = "filter_by"

_SYMBOLS = {
    Operator.EQ: ":=",
    Operator.GT: ":>",
    Operator.GE: ":>=",
    Operator.LT: ":<",
    Operator.LE: ":<=",
}
_PLAIN_VALUE = re.compile(r"[\w.@-]+")


def translate_to_search(text: str) -> str | None:
    """Return a filter in the language of `filter_by`, or None if that has no such filter.

    >>> translate_to_search("ge(price,10):in(color,red,dark blue)")
    'price:>=10 && color:=[red, `dark blue`]'
    >>> translate_to_search("like(name,Ron*)")
    """
    try:
        return _translate(parse(text))
    except FilterSyntaxError:
        return None


def _translate(f: Filter) -> str | None:
    if isinstance(f, (And, Or)):
        terms = [_translate(term) for term in f.terms]
        known = [
            f"({text})" if isinstance(term, (And, Or)) else text
            for term, text in zip(f.terms, terms, strict=True)
            if text is not None
        ]
        symbol = " && " if isinstance(f, And) else " || "
        return symbol.join(known) if len(known) == len(terms) else None
    if isinstance(f, Comparison) and f.op in _SYMBOLS and "`" not in f.value:
        return f"{f.field}{_SYMBOLS[f.op]}{_quote(f.value)}"
    if isinstance(f, Membership) and f.op is Operator.IN and "`" not in "".join(f.values):
        return f"{f.field}:=[{', '.join(map(_quote, f.values))}]"
    return None


def _quote(value: str) -> str:
    return value if _PLAIN_VALUE.fullmatch(value) else f"`{value}`"
