"""The outline of a text: its groups and calls as a tree."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from epfilter.editing.places import find_closing
from epfilter.errors import Span
from epfilter.located import Located
from epfilter.parser import parse_located
from epfilter.snippets import shorten

_OR = re.compile(r"[|｜∣¦]|\bor\b", re.IGNORECASE)


class Symbol(NamedTuple):
    """A call, or a group of terms joined with `and` or `or`.

    `name` is the text of a call, and the connective of a group. `selection` is the part that shows
    it: the operator of a call, and the whole of a group.

    >>> from epfilter.editing import symbols
    >>> symbols("eq(a,1)")[0]
    Symbol(name='eq(a,1)', kind='call', span=Span(start=0, end=7), selection=Span(start=0, end=2), \
children=())
    """

    name: str
    kind: Literal["call", "and", "or"]
    span: Span
    selection: Span
    children: tuple[Symbol, ...] = ()


def symbols(text: str) -> list[Symbol]:
    """Return the outline of a text: one tree, or nothing if no call can be read.

    Raises FilterTypeError if `text` is not a str.

    >>> root, = symbols("eq(a,1):(eq(b,2)|lt(c,3")
    >>> root.name, [child.name for child in root.children]
    ('and', ['eq(a,1)', 'or'])
    >>> [child.name for child in root.children[1].children]
    ['eq(b,2)', 'lt(c,3']
    """
    symbol = _to_symbol(text, parse_located(text))
    return [symbol] if symbol else []


def _to_symbol(text: str, term: Located) -> Symbol | None:
    if term.op_span is not None:
        end = find_closing(text, term) or term.span.end
        name = shorten(text[term.op_span.start : end], 60)
        return Symbol(name, "call", term.span, term.op_span)
    children = tuple(filter(None, [_to_symbol(text, child) for child in term.children]))
    if not children:
        return None
    first, second = term.children[:2]
    kind: Literal["and", "or"] = (
        "or" if _OR.search(text, first.span.end, second.span.start) else "and"
    )
    return Symbol(kind, kind, term.span, term.span, children)
