"""The located tree: the result of `parse_located`, with a span for every part of the text.

Both classes are named tuples. A text has several of them per call, and a named tuple is made in
less than half the time of a frozen dataclass.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from epfilter.ast import Filter
from epfilter.errors import Diagnostic, Span


class Operand(NamedTuple):
    """An operand of a call, with its span.

    `text` is its meaning. `raw` is the operand as written, with quotes and escapes.

    >>> from epfilter import parse_located
    >>> parse_located("eq(name,'Ron')").operands[1]
    Operand(text='Ron', span=Span(start=8, end=13), quoted=True, raw="'Ron'")
    """

    text: str
    span: Span
    quoted: bool
    raw: str


class Located(NamedTuple):
    """A call, or a group of terms, with its span.

    `node` is the filter, or None where an error keeps the text from being one: a damaged part is
    never left out silently. `span` includes the parentheses around it, and `parenthesized` is true
    if there are any. A call has `op_span`, the span of the operator as written, and `operands`,
    the field first. A group has `children`. After an error they hold what could be read. Equal
    terms stay separate.

    The root, and only the root, has `diagnostics`: all errors of the text.

    >>> from epfilter import parse_located
    >>> located = parse_located("eq(name,'Ron Swanson'):gt(total, 5)")
    >>> [(str(child.node), child.span) for child in located.children]
    [('eq(name,Ron Swanson)', Span(start=0, end=22)), ('gt(total,5)', Span(start=23, end=35))]
    >>> located.children[0].operands[1].raw
    "'Ron Swanson'"
    """

    node: Filter | None
    span: Span
    op_span: Span | None = None
    operands: tuple[Operand, ...] = ()
    children: tuple[Located, ...] = ()
    parenthesized: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()


def list_calls(located: Located) -> Iterator[Located]:
    """Yield all calls of a tree in the order of the text, also those with errors.

    >>> from epfilter import parse_located
    >>> [str(call.node) for call in list_calls(parse_located("eq(a,1):(eq(b,2)|is_null(c))"))]
    ['eq(a,1)', 'eq(b,2)', 'is_null(c)']
    """
    pending = [located]
    while pending:
        part = pending.pop()
        if part.op_span is not None:
            yield part
        pending.extend(reversed(part.children))
