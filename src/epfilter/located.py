"""What `parse_located` gives: the tree with the place of everything in the text."""

from __future__ import annotations

from dataclasses import dataclass, fields

from epfilter.ast import Filter
from epfilter.errors import Diagnostic, Span

MAX_REDUNDANT_PARENTHESES = 1000
"""The most parentheses that may stand around each other without grouping anything (decision)."""


@dataclass(frozen=True, slots=True)
class Operand:
    """One operand as it stands in the text.

    `text` is what it means, `raw` what is written, quotes and escapes included.

    >>> from epfilter import parse_located
    >>> parse_located("eq(name,'Ron')").operands[1]
    Operand(text='Ron', span=Span(start=8, end=13), quoted=True, raw="'Ron'")
    """

    text: str
    span: Span
    quoted: bool
    raw: str


@dataclass(frozen=True, slots=True)
class Located:
    """A call, or an and/or of several, with its place in the text.

    `node` is the filter that it stands for, or None where a mistake keeps it from being one: a
    damaged part is never left out silently. `span` takes in the parentheses around it,
    `parenthesized` says that there were any. A call has `op_span` (of the operator's name, as
    written) and `operands`, field first; an and/or has `children`. After mistakes they hold what
    could be read. Two equal terms stay two.

    On the root, and only there, `diagnostics` are all mistakes of the text.

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


# A frozen dataclass sets its members one by one through `object`, which takes several times as long
# as setting its slots.
_new = object.__new__
_set_text, _set_operand_span, _set_quoted, _set_raw = (
    Operand.__dict__[member.name].__set__ for member in fields(Operand)
)
(
    _set_node,
    _set_span,
    _set_op_span,
    _set_operands,
    _set_children,
    _set_parenthesized,
    _set_diagnostics,
) = (Located.__dict__[member.name].__set__ for member in fields(Located))


def operand(text: str, span: Span, quoted: bool, raw: str) -> Operand:  # noqa: FBT001 - as Operand
    """An Operand, made in the fastest way."""
    made = _new(Operand)
    _set_text(made, text)
    _set_operand_span(made, span)
    _set_quoted(made, quoted)
    _set_raw(made, raw)
    return made


def located_call(node: Filter, span: Span, op_span: Span, operands: tuple[Operand, ...]) -> Located:
    """The Located of a call, made in the fastest way."""
    made = _new(Located)
    _set_node(made, node)
    _set_span(made, span)
    _set_op_span(made, op_span)
    _set_operands(made, operands)
    _set_children(made, ())
    _set_parenthesized(made, False)  # noqa: FBT003 - the member's value
    _set_diagnostics(made, ())
    return made


def located_group(node: Filter | None, span: Span, children: tuple[Located, ...]) -> Located:
    """The Located of an and/or, made in the fastest way."""
    made = _new(Located)
    _set_node(made, node)
    _set_span(made, span)
    _set_op_span(made, None)
    _set_operands(made, ())
    _set_children(made, children)
    _set_parenthesized(made, False)  # noqa: FBT003 - the member's value
    _set_diagnostics(made, ())
    return made


def changed(
    located: Located,
    *,
    node: Filter | None,
    span: Span,
    parenthesized: bool,
    diagnostics: tuple[Diagnostic, ...] = (),
) -> Located:
    """Another Located with the same parts, made in the fastest way.

    >>> from epfilter import parse_located
    >>> changed(parse_located("eq(a,1)"), node=None, span=Span(0, 7), parenthesized=False).node
    """
    made = _new(Located)
    _set_node(made, node)
    _set_span(made, span)
    _set_op_span(made, located.op_span)
    _set_operands(made, located.operands)
    _set_children(made, located.children)
    _set_parenthesized(made, parenthesized)
    _set_diagnostics(made, diagnostics)
    return made
