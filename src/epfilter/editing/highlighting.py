"""Tokens for highlighting: every character that is not white space belongs to one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple, cast

from epfilter.ast import TEXT_OPERATORS
from epfilter.editing.places import find_opening, operator_of
from epfilter.errors import Span
from epfilter.located import Located, list_calls
from epfilter.parser import parse_located
from epfilter.resources import Resource, Schema, resource_of, resource_schema
from epfilter.values import from_text_or_none

TokenKind = Literal[
    "operator",
    "field",
    "string",
    "number",
    "boolean",
    "date",
    "enum",
    "connective",
    "punctuation",
    "invalid",
]
_OTHER = re.compile(r"(?P<connective>[:|])|(?P<punctuation>[(),])|(?P<invalid>[^\s(),:|]+)")
_KINDS_OF_TYPES: dict[str, TokenKind] = {
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "date",
    "enum": "enum",
}


class Token(NamedTuple):
    """A piece of a text, and its kind.

    >>> from epfilter.editing import tokens
    >>> tokens("eq(a,1)")[0]
    Token(span=Span(start=0, end=2), kind='operator')
    """

    span: Span
    kind: TokenKind


def tokens(text: str, resource: Resource | str | None = None) -> list[Token]:
    """Return the tokens of a text in its order; white space belongs to no token.

    The kind of a value is that of its field in the resource. Without a resource, or for a field
    that it does not have, the kind is that of the text. An operand in quotes is one token.

    Raises FilterTypeError for an argument of the wrong type, and ResourceError for the name of an
    unknown resource.

    >>> text = "ge(created_at,2018-09-01)|eq(total,5)"
    >>> print(*[f"{text[slice(*token.span)]}={token.kind}" for token in tokens(text)][:4])
    ge=operator (=punctuation created_at=field ,=punctuation
    """
    located = parse_located(text)
    resolved = resource_of(resource, hint='as in tokens(text, "orders")')
    schema = None if resolved is None else resource_schema(resolved)
    named = [token for call in list_calls(located) for token in _read_call(text, call, schema)]
    found: list[Token] = []
    end = 0
    for token in named:
        found += _read_others(text, end, token.span.start)
        found.append(token)
        end = token.span.end
    found += _read_others(text, end, len(text))
    return found


def _read_call(text: str, call: Located, schema: Schema | None) -> Iterator[Token]:
    """Yield the tokens of the operator and the operands."""
    op = operator_of(text, call)
    if call.op_span is not None:
        yield Token(call.op_span, "operator" if op else "invalid")
    declared = schema.find(call.operands[0].text) if schema and call.operands else None
    type_ = declared and (declared.declared.type.item or declared.declared.type)
    opening = find_opening(text, call)
    for index, operand in enumerate(call.operands):
        span = Span(operand.span.start, operand.span.start + len(operand.raw.rstrip()))
        is_field = index == 0 and not text[opening : span.start].strip()
        if is_field:
            yield Token(span, "field")
        elif op in TEXT_OPERATORS or (operand.quoted and type_ is None):
            yield Token(span, "string")
        elif type_ is None:
            yield Token(span, _kind_of_text(operand.text))
        else:
            yield Token(span, _KINDS_OF_TYPES.get(type_.name, "string"))


def _kind_of_text(text: str) -> TokenKind:
    if text in {"true", "false"}:
        return "boolean"
    if from_text_or_none(text, Decimal) is not None:
        return "number"
    return "string" if from_text_or_none(text, datetime) is None else "date"


def _read_others(text: str, start: int, end: int) -> Iterator[Token]:
    """Yield the tokens between names and operands."""
    for match in _OTHER.finditer(text, start, end):
        yield Token(Span(*match.span()), cast("TokenKind", match.lastgroup))
