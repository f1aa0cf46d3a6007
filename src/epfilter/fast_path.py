"""Reads well-formed text without the parser: most texts are filters, and a filter is regular.

`grammar/filter.lark` is the authority. Its only recursion is that of groups, `( … )`: everything
else, a call with its operands above all, is a regular expression. `patterns` has those, made from
the compiled grammar by a program and compared with it by a test, so the two cannot drift apart.

A text is read in two steps:

1. One expression cuts it into pieces of the form

       (((  eq(field,value)  ))  :

   opening parentheses, one call, closing ones, and a connective, all but the call perhaps empty.
   Where no piece fits, the rest of the text is taken as one, and this module gives up.
2. A loop over the pieces with an explicit stack for the open parentheses. `:` binds tighter than
   `|`, so each level holds the alternatives that are finished and the terms of the one being read.

It gives up on everything that it does not recognise, which then goes to the parser: what is no
filter at all, and parentheses so deep that the tree might have more levels than it may. Property
tests prove that what it does read, it reads as the parser does.
"""

from __future__ import annotations

import re
from functools import cache, partial
from typing import TYPE_CHECKING, cast

from epfilter import patterns
from epfilter.ast import (
    MAX_DEPTH,
    And,
    Comparison,
    Filter,
    IsNull,
    Membership,
    Operator,
    Or,
    construct_unchecked,
)
from epfilter.errors import Span
from epfilter.located import Located, Operand, changed, located_call, located_group, operand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_DEEPEST = MAX_DEPTH // 2 - 1
"""Open parentheses: each level can be an Or of And, and the whole text is one more."""

_AND, _OR, _IS_NULL = Operator.AND, Operator.OR, Operator.IS_NULL
OPERATORS = {operator.value: operator for operator in Operator}

_OPENING, _CLOSING, _JOINT, _REST = 1, 10, 11, 12
"""The groups of a piece; those of the call stand between the parentheses."""

_CALL = f"(?:{patterns.COMPARISON}|{patterns.MEMBERSHIP}|{patterns.IS_NULL})"
_span = partial(tuple.__new__, Span)
"""A Span of two numbers, in the fastest way."""
_ESCAPE = re.compile(r"""\\([\\"'])""")


def tree(text: str) -> Filter | None:  # noqa: C901, PLR0912 - calls of functions would take as long as all the rest
    """The filter that a text is; None where this module does not recognise it."""
    finished: list[Filter] = []
    terms: list[Filter] = []
    around: list[tuple[list[Filter], list[Filter]]] = []
    ended = False
    for piece in _piece().findall(text):
        opening, op, field, value, of, listed, values, _, absent, closing, joint, rest = piece
        if rest or ended:
            return None
        if opening:
            for sign in opening:
                if sign == "(":
                    around.append((finished, terms))
                    finished = []
                    terms = []
            if len(around) > _DEEPEST:
                return None
        if op:
            if field[0] in "\"'":
                field = unquoted(field)
            if value[0] in "\"'":
                value = unquoted(value)
            terms.append(
                construct_unchecked(Comparison, op=OPERATORS[op], field=field, value=value)
            )
        elif of:
            texts = tuple([_plain(one) for one in _values()(values)])
            terms.append(
                construct_unchecked(
                    Membership, op=OPERATORS[of], field=_plain(listed), values=texts
                )
            )
        else:
            terms.append(construct_unchecked(IsNull, op=_IS_NULL, field=_plain(absent)))
        if closing:
            for sign in closing:
                if sign == ")":
                    if not around:
                        return None
                    node = terms[0] if len(terms) == 1 else _all(terms)
                    if finished:
                        finished.append(node)
                        node = construct_unchecked(Or, op=_OR, terms=tuple(finished))
                    finished, terms = around.pop()
                    terms.append(node)
        if joint == "|":
            finished.append(terms[0] if len(terms) == 1 else _all(terms))
            terms = []
        ended = not joint
    return _level(finished, terms) if ended and not around else None


def located(text: str) -> Located | None:
    """The same with the place of everything in the text."""
    finished: list[Located] = []
    terms: list[Located] = []
    around: list[tuple[list[Located], list[Located], int]] = []
    ended = False
    for found in _piece().finditer(text):
        if ended or found[_REST]:
            return None
        for at in _places_of("(", text, found, _OPENING):
            around.append((finished, terms, at))
            finished, terms = [], []
        if len(around) > _DEEPEST:
            return None
        terms.append(_located_call(text, found, _OPENING))
        for at in _places_of(")", text, found, _CLOSING):
            if not around:
                return None
            inner = _located_level(finished, terms)
            finished, terms, start = around.pop()
            terms.append(
                changed(inner, node=inner.node, span=Span(start, at + 1), parenthesized=True)
            )
        joint = found[_JOINT]
        if joint == "|":
            finished.append(_located_group(And, terms))
            terms = []
        ended = not joint
    return _located_level(finished, terms) if ended and not around else None


def call_at(text: str, start: int, end: int) -> Located | None:
    """The call that begins at `start`, with the place of its parts, where it follows the grammar.

    >>> call_at("eq(a, 'b'):", 0, 11).operands[1]
    Operand(text='b', span=Span(start=6, end=9), quoted=True, raw="'b'")
    """
    found = _call()(text, start, end)
    return None if found is None else _located_call(text, found, 0)


def _located_call(text: str, found: re.Match[str], before: int) -> Located:
    """The call that was found; `before` is the number of groups before those of the call."""
    op, of = found[before + 1], found[before + 4]
    node: Filter
    if op:
        field = _operand(text, found.span(before + 2))
        value = _operand(text, found.span(before + 3))
        node = construct_unchecked(Comparison, op=OPERATORS[op], field=field.text, value=value.text)
        start, after = found.span(before + 1)
        operands: tuple[Operand, ...] = (field, value)
    elif of:
        field = _operand(text, found.span(before + 5))
        places = [one.span() for one in _places()(text, *found.span(before + 6))]
        values = [_operand(text, place) for place in places]
        texts = tuple([value.text for value in values])
        node = construct_unchecked(Membership, op=OPERATORS[of], field=field.text, values=texts)
        start, after = found.span(before + 4)
        operands = (field, *values)
    else:
        start, after = found.span(before + 7)
        field = _operand(text, found.span(before + 8))
        node = construct_unchecked(IsNull, op=_IS_NULL, field=field.text)
        operands = (field,)
    end = text.index(")", operands[-1].span.end) + 1
    return located_call(node, _span((start, end)), _span((start, after)), operands)


def _places_of(sign: str, text: str, found: re.Match[str], group: int) -> Iterable[int]:
    start, end = found.span(group)
    return [at for at in range(start, end) if text[at] == sign] if start < end else ()


def _located_group(kind: type[And | Or], terms: list[Located]) -> Located:
    if len(terms) == 1:
        return terms[0]
    node: Filter = construct_unchecked(
        kind,
        op=_AND if kind is And else _OR,
        terms=tuple([cast("Filter", term.node) for term in terms]),
    )
    span = Span(terms[0].span.start, terms[-1].span.end)
    return located_group(node, span, tuple(terms))


def _located_level(finished: list[Located], terms: list[Located]) -> Located:
    last = _located_group(And, terms)
    return _located_group(Or, [*finished, last]) if finished else last


def unquoted(raw: str) -> str:
    r"""What a quoted operand means: a backslash before a backslash or a quote stands for that.

    >>> unquoted(r'"5\" \\ \d"')
    '5" \\ \\d'
    """
    inner = raw[1:-1]
    return _ESCAPE.sub(r"\1", inner) if "\\" in inner else inner


def _operand(text: str, span: tuple[int, int]) -> Operand:
    raw = text[span[0] : span[1]]
    quoted = raw[0] in "\"'"
    return operand(unquoted(raw) if quoted else raw, _span(span), quoted, raw)


def _plain(raw: str) -> str:
    return unquoted(raw) if raw[0] in "\"'" else raw


def _all(terms: list[Filter]) -> Filter:
    return terms[0] if len(terms) == 1 else construct_unchecked(And, op=_AND, terms=tuple(terms))


def _level(finished: list[Filter], terms: list[Filter]) -> Filter:
    last = terms[0] if len(terms) == 1 else _all(terms)
    return construct_unchecked(Or, op=_OR, terms=(*finished, last)) if finished else last


@cache
def _piece() -> re.Pattern[str]:
    """Cuts a text into pieces; what fits none is the last item of the last one."""
    space = patterns.SPACE
    opening, closing = (rf"((?:\{sign}{space})*+)" for sign in "()")
    piece = rf"{space}{opening}{_CALL}{space}{closing}([:|]?){space}"
    return re.compile(rf"{piece}|((?s:.+))")


@cache
def _call() -> Callable[[str, int, int], re.Match[str] | None]:
    return re.compile(_CALL).match


@cache
def _values() -> Callable[[str], list[str]]:
    """The values of a list of them."""
    return re.compile(patterns.VALUE).findall


@cache
def _places() -> Callable[[str, int, int], Iterator[re.Match[str]]]:
    """The same with their places."""
    return re.compile(patterns.VALUE).finditer
