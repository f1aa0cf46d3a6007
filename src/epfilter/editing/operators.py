"""The operators in words: the names of their operands, and what a call selects."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from epfilter.ast import Operator
from epfilter.errors import Span

_PATTERN = "`*` at the beginning or the end is any text"
_VALUES = ("field", "value", "…")
_OPERATORS = {
    Operator.EQ: (("field", "value"), "the field equals the value"),
    Operator.GT: (("field", "value"), "the field is greater than the value"),
    Operator.GE: (("field", "value"), "the field is greater than the value, or equal to it"),
    Operator.LT: (("field", "value"), "the field is less than the value"),
    Operator.LE: (("field", "value"), "the field is less than the value, or equal to it"),
    Operator.LIKE: (("field", "pattern"), f"the whole text matches; {_PATTERN}"),
    Operator.ILIKE: (("field", "pattern"), f"the whole text matches in any case; {_PATTERN}"),
    Operator.CONTAINS: (("field", "value"), "the list contains the value"),
    Operator.TEXT: (("field", "words"), "a full-text search for the words; `*` is any field"),
    Operator.IN: (_VALUES, "the field equals one of the values"),
    Operator.CONTAINS_ANY: (_VALUES, "the list contains at least one of the values"),
    Operator.CONTAINS_ALL: (_VALUES, "the list contains all of the values"),
    Operator.IS_NULL: (("field",), "the field has no value"),
}


class CallForm(NamedTuple):
    """The form of a call, such as `in(field,value,…)`, with the span of each operand."""

    label: str
    parameters: tuple[Span, ...]
    meaning: str
    repeats: bool
    """Whether the last operand can stand any number of times."""


@cache
def form_of(op: Operator) -> CallForm:
    """Return the form of the calls of an operator.

    >>> form_of(Operator.LIKE).label, form_of(Operator.IS_NULL).parameters
    ('like(field,pattern)', (Span(start=8, end=13),))
    """
    names, meaning = _OPERATORS[op]
    parameters: list[Span] = []
    start = len(op.value) + 1
    for name in names:
        parameters.append(Span(start, start + len(name)))
        start += len(name) + 1
    return CallForm(f"{op}({','.join(names)})", tuple(parameters), meaning, names is _VALUES)
