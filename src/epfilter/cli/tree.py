"""Drawings of filter trees with box characters, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import click

from epfilter.ast import And, Comparison, Filter, IsNull, Membership, Or
from epfilter.printer import print_operands
from epfilter.snippets import make_printable

_Call = Comparison | Membership | IsNull

_WIDTH = 80
"""Columns after which the values of a call get a branch each."""


def render_tree(f: Filter) -> str:
    """Return the tree with one call per line; unprintable characters are escaped.

    >>> from epfilter import parse
    >>> f = parse("gt(total,100):(eq(payment,paid)|is_null(payment))")
    >>> print(click.unstyle(render_tree(f)))
    and
    ├── gt  total  100
    └── or
        ├── eq       payment  paid
        └── is_null  payment
    """
    return "\n".join(_render_nodes([cast("_Call | And | Or", f)], root=True))


def _render_nodes(siblings: Sequence[_Call | And | Or], *, root: bool = False) -> Iterator[str]:
    """Yield the lines of nodes with one parent; their operators and fields are aligned."""
    calls = [node for node in siblings if not isinstance(node, (And, Or))]
    op_width = max((len(node.op.value) for node in calls), default=0)
    field_width = max((len(_printable_operands(node)[0]) for node in calls), default=0)
    for number, node in enumerate(siblings, start=1):
        branch, indent = ("", "") if root else _branch(last=number == len(siblings))
        if isinstance(node, (And, Or)):
            yield branch + click.style(node.op.value, bold=True)
            below = _render_nodes(node.terms)
        else:
            field, *values = _printable_operands(node)
            op = click.style(node.op.value.ljust(op_width), fg="cyan")
            line = f"{field.ljust(field_width)}  {', '.join(values)}".rstrip()
            is_long = len(values) > 1 and len(line) > _WIDTH
            yield f"{branch}{op}  {field if is_long else line}"
            below = _render_values(values) if is_long else iter(())
        for line in below:
            yield indent + line


def _render_values(values: Sequence[str]) -> Iterator[str]:
    for number, value in enumerate(values, start=1):
        yield _branch(last=number == len(values))[0] + value


def _branch(*, last: bool) -> tuple[str, str]:
    """Return the prefix of the first line of a node, and of all lines below it."""
    first, below = ("└── ", "    ") if last else ("├── ", "│   ")
    return click.style(first, dim=True), click.style(below, dim=True)


def _printable_operands(node: _Call) -> list[str]:
    """Return the operands with unprintable characters escaped, the field first."""
    return [make_printable(operand) for operand in print_operands(node)]
