"""Reads valid text without the parser: almost every text is a filter, and almost all is regular.

`grammar/filter.lark` is the authority. Its only recursive rule is the group in parentheses. All
other rules, above all a call with its operands, are regular expressions. The module `patterns` has
these expressions; a program generates them from the grammar, and a test compares the two.

A text is read in two steps:

1. One expression splits it into pieces of the form

       (((  eq(field,value)  ))  :

   which are opening parentheses, one call, closing parentheses and a connective; all parts except
   the call are optional. A text that does not match becomes one last piece, and reading stops.
2. A loop over the pieces keeps a stack of the open parentheses. `:` binds tighter than `|`, so each
   level holds the finished alternatives and the terms of the current alternative.

The functions return None for every text that they do not recognise: for an invalid text, and for
parentheses so deep that the tree might exceed its limit. The parser then reads the text. Property
tests prove that both give the same result.
"""

from __future__ import annotations

import re
from functools import cache, partial
from typing import TYPE_CHECKING, cast

from epfilter import patterns
from epfilter.ast import (
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
from epfilter.limits import MAX_DEPTH
from epfilter.located import Located, Operand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_MAX_OPEN = MAX_DEPTH // 2 - 1
"""Open parentheses: each level can be an Or of Ands, and the whole text is one more level."""

_AND, _OR, _IS_NULL = Operator.AND, Operator.OR, Operator.IS_NULL
_OPERATORS = {operator.value: operator for operator in Operator}

_OPENING, _CLOSING, _CONNECTIVE, _REST = 1, 10, 11, 12
"""The groups of a piece; the groups of the call are between the parentheses."""

_CALL = f"(?:{patterns.COMPARISON}|{patterns.MEMBERSHIP}|{patterns.IS_NULL})"
_ESCAPE = re.compile(r"""\\([\\"'])""")

# The constructor of a named tuple is a Python function; these are not.
_new_span = partial(tuple.__new__, Span)
_new_operand = partial(tuple.__new__, Operand)
_new_located = partial(tuple.__new__, Located)


def read_tree(text: str) -> Filter | None:  # noqa: C901, PLR0912 - calls of functions would take as long as all the rest
    """Return the filter, or None for a text that this module does not recognise."""
    alternatives: list[Filter] = []
    terms: list[Filter] = []
    stack: list[tuple[list[Filter], list[Filter]]] = []
    ended = False
    for piece in _piece().findall(text):
        opening, op, field, value, in_op, in_field, values, _, null_field, closing, joint, rest = (
            piece
        )
        if rest or ended:
            return None
        if opening:
            for char in opening:
                if char == "(":
                    stack.append((alternatives, terms))
                    alternatives = []
                    terms = []
            if len(stack) > _MAX_OPEN:
                return None
        if op:
            if field[0] in "\"'":
                field = unquote(field)
            if value[0] in "\"'":
                value = unquote(value)
            terms.append(
                construct_unchecked(Comparison, op=_OPERATORS[op], field=field, value=value)
            )
        elif in_op:
            texts = tuple([_operand_text(raw) for raw in _find_values()(values)])
            terms.append(
                construct_unchecked(
                    Membership,
                    op=_OPERATORS[in_op],
                    field=_operand_text(in_field),
                    values=texts,
                )
            )
        else:
            terms.append(construct_unchecked(IsNull, op=_IS_NULL, field=_operand_text(null_field)))
        if closing:
            for char in closing:
                if char == ")":
                    if not stack:
                        return None
                    node = terms[0] if len(terms) == 1 else _all_of(terms)
                    if alternatives:
                        alternatives.append(node)
                        node = construct_unchecked(Or, op=_OR, terms=tuple(alternatives))
                    alternatives, terms = stack.pop()
                    terms.append(node)
        if joint == "|":
            alternatives.append(terms[0] if len(terms) == 1 else _all_of(terms))
            terms = []
        ended = not joint
    if not ended or stack:
        return None
    last = terms[0] if len(terms) == 1 else _all_of(terms)
    return construct_unchecked(Or, op=_OR, terms=(*alternatives, last)) if alternatives else last


def read_located(text: str) -> Located | None:
    """Return the located tree, or None for a text that this module does not recognise."""
    alternatives: list[Located] = []
    terms: list[Located] = []
    stack: list[tuple[list[Located], list[Located], int]] = []
    ended = False
    for piece in _piece().finditer(text):
        if ended or piece[_REST]:
            return None
        for start in _find_char("(", text, piece.span(_OPENING)):
            stack.append((alternatives, terms, start))
            alternatives, terms = [], []
        if len(stack) > _MAX_OPEN:
            return None
        terms.append(_locate_call(text, piece, _OPENING))
        for last in _find_char(")", text, piece.span(_CLOSING)):
            if not stack:
                return None
            inner = _locate_level(alternatives, terms)
            alternatives, terms, start = stack.pop()
            terms.append(inner._replace(span=Span(start, last + 1), parenthesized=True))
        connective = piece[_CONNECTIVE]
        if connective == "|":
            alternatives.append(_locate_group(And, terms))
            terms = []
        ended = not connective
    return _locate_level(alternatives, terms) if ended and not stack else None


def read_valid_call(text: str, start: int, end: int) -> Located | None:
    """Return the call at `start` with its spans, or None where no valid call starts.

    >>> read_valid_call("eq(a, 'b'):", 0, 11).operands[1]
    Operand(text='b', span=Span(start=6, end=9), quoted=True, raw="'b'")
    """
    match = _match_call()(text, start, end)
    return None if match is None else _locate_call(text, match, 0)


def unquote(raw: str) -> str:
    r"""Return the text of a quoted operand: without quotes, and with escapes replaced.

    A backslash escapes a backslash and a quote; before any other character it is itself.

    >>> unquote(r'"5\" \\ \d"')
    '5" \\ \\d'
    """
    inner = raw[1:-1]
    return _ESCAPE.sub(r"\1", inner) if "\\" in inner else inner


def _operand_text(raw: str) -> str:
    return unquote(raw) if raw[0] in "\"'" else raw


def _all_of(terms: list[Filter]) -> Filter:
    return construct_unchecked(And, op=_AND, terms=tuple(terms))


def _locate_call(text: str, match: re.Match[str], before: int) -> Located:
    """Return the matched call; `before` is the number of groups before the groups of the call."""
    op, list_op = match[before + 1], match[before + 4]
    node: Filter
    if op:
        op_span = match.span(before + 1)
        field = _locate_operand(text, match.span(before + 2))
        value = _locate_operand(text, match.span(before + 3))
        operands: tuple[Operand, ...] = (field, value)
        node = construct_unchecked(
            Comparison, op=_OPERATORS[op], field=field.text, value=value.text
        )
    elif list_op:
        op_span = match.span(before + 4)
        field = _locate_operand(text, match.span(before + 5))
        spans = [value.span() for value in _find_value_spans()(text, *match.span(before + 6))]
        values = [_locate_operand(text, span) for span in spans]
        operands = (field, *values)
        texts = tuple([value.text for value in values])
        node = construct_unchecked(
            Membership, op=_OPERATORS[list_op], field=field.text, values=texts
        )
    else:
        op_span = match.span(before + 7)
        field = _locate_operand(text, match.span(before + 8))
        operands = (field,)
        node = construct_unchecked(IsNull, op=_IS_NULL, field=field.text)
    end = text.index(")", operands[-1].span.end) + 1
    span = _new_span((op_span[0], end))
    return _new_located((node, span, _new_span(op_span), operands, (), False, ()))


def _locate_operand(text: str, span: tuple[int, int]) -> Operand:
    raw = text[span[0] : span[1]]
    quoted = raw[0] in "\"'"
    return _new_operand((unquote(raw) if quoted else raw, _new_span(span), quoted, raw))


def _locate_group(kind: type[And | Or], terms: list[Located]) -> Located:
    if len(terms) == 1:
        return terms[0]
    node = construct_unchecked(
        kind,
        op=_AND if kind is And else _OR,
        terms=tuple([cast("Filter", term.node) for term in terms]),
    )
    span = Span(terms[0].span.start, terms[-1].span.end)
    return Located(node, span, children=tuple(terms))


def _locate_level(alternatives: list[Located], terms: list[Located]) -> Located:
    last = _locate_group(And, terms)
    return _locate_group(Or, [*alternatives, last]) if alternatives else last


def _find_char(char: str, text: str, span: tuple[int, int]) -> Iterable[int]:
    start, end = span
    return [at for at in range(start, end) if text[at] == char] if start < end else ()


@cache
def _piece() -> re.Pattern[str]:
    """Return the pattern of a piece; its last group is a rest that is no piece."""
    space = patterns.SPACE
    opening, closing = (rf"((?:\{char}{space})*+)" for char in "()")
    piece = rf"{space}{opening}{_CALL}{space}{closing}([:|]?){space}"
    return re.compile(rf"{piece}|((?s:.+))")


@cache
def _match_call() -> Callable[[str, int, int], re.Match[str] | None]:
    return re.compile(_CALL).match


@cache
def _find_values() -> Callable[[str], list[str]]:
    return re.compile(patterns.VALUE).findall


@cache
def _find_value_spans() -> Callable[[str, int, int], Iterator[re.Match[str]]]:
    return re.compile(patterns.VALUE).finditer
