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
from functools import cache
from typing import TYPE_CHECKING

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
    trusted,
)
from epfilter.errors import Span
from epfilter.located import Located, Operand, located_call, operand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DEEPEST = MAX_DEPTH // 2 - 1
"""Open parentheses: each level can be an Or of And, and the whole text is one more."""

OPERATORS = {operator.value: operator for operator in Operator}

_CALL = f"(?:{patterns.COMPARISON}|{patterns.MEMBERSHIP}|{patterns.IS_NULL})"
_ESCAPE = re.compile(r"""\\([\\"'])""")


def tree(text: str) -> Filter | None:  # noqa: C901, PLR0912 - calls of functions would take as long as all the rest
    """The filter that a text is; None where this module does not recognise it."""
    finished: list[Filter] = []
    terms: list[Filter] = []
    around: list[tuple[list[Filter], list[Filter]]] = []
    ended = False
    for opening, op, field, value, of, listed, values, absent, closing, joint, rest in _cut()(text):
        if rest or ended:
            return None
        if opening:
            for _ in range(opening.count("(")):
                around.append((finished, terms))
                finished, terms = [], []
            if len(around) > _DEEPEST:
                return None
        if op:
            if field[0] in "\"'":
                field = unquoted(field)  # noqa: PLW2901 - what is written becomes what is meant
            if value[0] in "\"'":
                value = unquoted(value)  # noqa: PLW2901 - the same
            terms.append(trusted(Comparison, op=OPERATORS[op], field=field, value=value))
        elif of:
            texts = tuple([_plain(one) for one in _values()(values)])
            terms.append(trusted(Membership, op=OPERATORS[of], field=_plain(listed), values=texts))
        else:
            terms.append(trusted(IsNull, op=Operator.IS_NULL, field=_plain(absent)))
        if closing:
            for _ in range(closing.count(")")):
                if not around:
                    return None
                inner = _level(finished, terms)
                finished, terms = around.pop()
                terms.append(inner)
        if joint == "|":
            finished.append(_all(terms))
            terms = []
        ended = not joint
    return _level(finished, terms) if ended and not around else None


def call_at(text: str, start: int, end: int) -> Located | None:
    """The call that begins at `start`, with the place of its parts, where it follows the grammar.

    >>> call_at("eq(a, 'b'):", 0, 11).operands[1]
    Operand(text='b', span=Span(start=6, end=9), quoted=True, raw="'b'")
    """
    found = _call()(text, start, end)
    if found is None:
        return None
    op, of = found[1], found[4]
    node: Filter
    if op:
        operands = [_operand(text, found.span(2)), _operand(text, found.span(3))]
        field, value = operands
        node = trusted(Comparison, op=OPERATORS[op], field=field.text, value=value.text)
        op_span = found.span(1)
    elif of:
        operands = [_operand(text, found.span(5))]
        operands += [_operand(text, one.span()) for one in _places()(text, *found.span(6))]
        name, *values = [operand.text for operand in operands]
        node = trusted(Membership, op=OPERATORS[of], field=name, values=tuple(values))
        op_span = found.span(4)
    else:
        operands = [_operand(text, found.span(7))]
        node = trusted(IsNull, op=Operator.IS_NULL, field=operands[0].text)
        op_span = start, start + len(Operator.IS_NULL)
    return located_call(node, Span._make(found.span()), Span._make(op_span), tuple(operands))


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
    return operand(unquoted(raw) if quoted else raw, Span._make(span), quoted, raw)


def _plain(raw: str) -> str:
    return unquoted(raw) if raw[0] in "\"'" else raw


def _all(terms: list[Filter]) -> Filter:
    return terms[0] if len(terms) == 1 else trusted(And, op=Operator.AND, terms=tuple(terms))


def _level(finished: list[Filter], terms: list[Filter]) -> Filter:
    last = _all(terms)
    return trusted(Or, op=Operator.OR, terms=(*finished, last)) if finished else last


@cache
def _cut() -> Callable[[str], list[tuple[str, ...]]]:
    """Cuts a text into pieces; what fits none is the last item of the last one."""
    space = patterns.SPACE
    opening, closing = (rf"((?:\{sign}{space})*+)" for sign in "()")
    piece = rf"{space}{opening}{_CALL}{space}{closing}([:|]?){space}"
    return re.compile(rf"{piece}|((?s:.+))").findall


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
