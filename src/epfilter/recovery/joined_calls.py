"""Separates the calls of a text such as `eq(a,1:b,2)`, where only the first has an operator.

The JavaScript SDK of the platform writes this for nested objects: `{eq: {price: {gt: 1, lt: 2}}}`
becomes `eq(price.gt,1:price.lt,2)`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from epfilter.ast import CALL_OPERATORS_BY_NAME, Operator
from epfilter.errors import Span
from epfilter.recovery.operands import Call
from epfilter.recovery.operator_names import get_operand_limits

_VALUE_AND_FIELD = re.compile(r"(.*[^:|\s])\s*([:|])\s*([A-Za-z_][\w-]*(?:\.[\w-]+)*)", re.DOTALL)
"""A value, a connective, and the field of the next call."""


class JoinedCalls(NamedTuple):
    """The first connective without a call, and the calls that were probably meant."""

    connective: Span
    text: str
    calls: str | None


def split_joined_calls(call: Call) -> JoinedCalls | None:
    """Return the calls in one that has too many operands; None where it is not such a text.

    Each operand between the first field and the last value must be a value, a connective and a
    field. For a field such as `price.gt`, the operator is the last name of the path.
    """
    if call.op is None or get_operand_limits(call.op) != (2, 2) or call.gap:
        return None
    first, *middle, last = call.operands
    unquoted = (operand.raw for operand in middle if not operand.quoted)
    matches = [*filter(None, map(_VALUE_AND_FIELD.fullmatch, unquoted))]
    if not middle or len(matches) != len(middle):
        return None
    fields, values, connectives = [first.raw], [], []
    for match in matches:
        values.append(match[1])
        connectives.append(match[2])
        fields.append(match[3])
    values.append(last.raw)
    start = middle[0].span.start + matches[0].start(2)
    calls = [_write_call(call.op, *pair) for pair in zip(fields, values, strict=True)]
    joined = "".join(part for pair in zip(calls, [*connectives, ""], strict=True) for part in pair)
    return JoinedCalls(Span(start, start + 1), connectives[0], joined)


def _write_call(op: Operator, field: str, value: str) -> str:
    path, _, name = field.rpartition(".")
    nested = CALL_OPERATORS_BY_NAME.get(name)
    if op is Operator.EQ and path and nested and nested is not Operator.IS_NULL:
        return f"{nested}({path},{value})"
    return f"{op}({field},{value})"
