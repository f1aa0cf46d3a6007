"""Draws the tree of a filter with box characters, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import click

from epfilter.ast import And, Comparison, Filter, IsNull, Membership, Or
from epfilter.printer import operands
from epfilter.snippets import make_printable

_Call = Comparison | Membership | IsNull

_WIDTH = 80
"""Columns after which the values of a call get branches of their own."""


def draw_tree(f: Filter) -> str:
    """The tree, one call a line; characters that would not show are written as escapes.

    >>> from epfilter import parse
    >>> print(click.unstyle(draw_tree(parse("gt(total,100):(eq(payment,paid)|is_null(payment))"))))
    and
    ├── gt  total  100
    └── or
        ├── eq       payment  paid
        └── is_null  payment
    """
    return "\n".join(_drawn([cast("_Call | And | Or", f)], root=True))


def _drawn(siblings: Sequence[_Call | And | Or], *, root: bool = False) -> Iterator[str]:
    """The lines of nodes below one parent; their operators and fields stand in columns."""
    calls = [node for node in siblings if not isinstance(node, (And, Or))]
    op_width = max((len(node.op.value) for node in calls), default=0)
    field_width = max((len(_operands(node)[0]) for node in calls), default=0)
    for position, node in enumerate(siblings, start=1):
        lead, follow = ("", "") if root else _branch(last=position == len(siblings))
        if isinstance(node, (And, Or)):
            yield lead + click.style(node.op.value, bold=True)
            below = _drawn(node.terms)
        else:
            field, *values = _operands(node)
            start = click.style(node.op.value.ljust(op_width), fg="cyan")
            line = f"{field.ljust(field_width)}  {', '.join(values)}".rstrip()
            long = len(values) > 1 and len(line) > _WIDTH
            yield f"{lead}{start}  {field if long else line}"
            below = _listed(values) if long else iter(())
        for line in below:
            yield follow + line


def _listed(values: Sequence[str]) -> Iterator[str]:
    for position, value in enumerate(values, start=1):
        yield _branch(last=position == len(values))[0] + value


def _branch(*, last: bool) -> tuple[str, str]:
    """What stands before the first line of a node, and before all that is below it."""
    first, below = ("└── ", "    ") if last else ("├── ", "│   ")
    return click.style(first, dim=True), click.style(below, dim=True)


def _operands(node: _Call) -> list[str]:
    """The operands as they are shown, the field first."""
    return [make_printable(operand) for operand in operands(node)]
