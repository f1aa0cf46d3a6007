"""EPF402: a term that another term makes redundant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never, cast

from epfilter.analysis import find_redundant_parts
from epfilter.ast import Operator
from epfilter.errors import Fix
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context, Group, build_removal_edit


def _check(group: Group, _context: Context) -> Iterator[Finding]:
    if not group.is_outermost:
        return
    for redundant, reason in find_redundant_parts(group):
        part = cast("Call | Group", redundant)
        edit = build_removal_edit(part)
        yield Finding(
            _describe(group, part, cast("Call | Group", reason)),
            part.span,
            "remove it, or correct it",
            Fix("remove it", (edit,), safe=False) if edit else None,
        )


def _describe(group: Group, redundant: Call | Group, reason: Call | Group) -> str:
    match group.op:
        case Operator.AND:
            return f"`{redundant}` is redundant: it is always true when `{reason}` is true."
        case Operator.OR:
            reached = f"`{reason}` already matches everything that it matches."
            return f"`{redundant}` is redundant: {reached}"
        case _:
            assert_never(group.op)


RULE = Rule(
    code="EPF402",
    title="Redundant term",
    explanation=(
        "In an AND a term adds nothing if a narrower one is beside it; in an OR the narrower one "
        "adds nothing. The same holds for a group with a term that repeats or implies one beside "
        "it. Often a value or an operator is wrong. Values are compared by the type of the field. "
        "Without a resource, only what is true for every type is reported. The fix removes the "
        "term; it is not safe, because you may have meant a different term."
    ),
    bad=Example("gt(a,5):gt(a,3)"),
    good=Example("gt(a,3):lt(a,5)"),
    source="the meaning of the operators.",
    check_group=_check,
)
