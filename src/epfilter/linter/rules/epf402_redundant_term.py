"""EPF402: a term that another term makes redundant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from epfilter.ast import Operator
from epfilter.errors import Fix
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context, Group, build_removal_edit
from epfilter.linter.redundancy import (
    group_comparable_calls,
    index_largest_sets,
    index_single_values,
    select_narrowest,
    select_widest,
)
from epfilter.linter.value_sets import are_subsets


def _check(group: Group, _context: Context) -> Iterator[Finding]:
    if not group.is_outermost:
        return
    for calls in group_comparable_calls(group):
        match group.op:
            case Operator.AND:
                for redundant, reason in _find_implied_calls(calls):
                    message = (
                        f"`{redundant}` is redundant: it is always true when `{reason}` is true."
                    )
                    yield _build_finding(redundant, message)
            case Operator.OR:
                for redundant, reason in _find_covered_calls(calls):
                    message = (
                        f"`{redundant}` is redundant: `{reason}` already matches everything that "
                        "it matches."
                    )
                    yield _build_finding(redundant, message)
            case _:
                assert_never(group.op)


def _build_finding(redundant: Call, message: str) -> Finding:
    edit = build_removal_edit(redundant)
    fix = Fix("remove it", (edit,), safe=False) if edit else None
    return Finding(message, redundant.span, "remove it, or correct it", fix)


def _find_implied_calls(calls: list[Call]) -> Iterator[tuple[Call, Call]]:
    """Yield in an AND each call that a narrower one implies, and that narrower one."""
    narrowest, singles = select_narrowest(calls), index_single_values(calls)
    for wide in calls:
        candidates = [*narrowest]
        singles_in_wide = (singles.get(value) for value in wide.get_value_sets()[0].points or ())
        candidates += [call for call in [next(filter(None, singles_in_wide), None)] if call]
        for narrow in candidates:
            if _are_comparable(narrow, wide) and _is_subset(narrow, wide):
                if narrow.number > wide.number and _is_subset(wide, narrow):
                    continue  # the two are equal; only the later one is reported
                yield wide, narrow
                break


def _find_covered_calls(calls: list[Call]) -> Iterator[tuple[Call, Call]]:
    """Yield in an OR each call that a wider one covers, and that wider one."""
    widest, sets = select_widest(calls), index_largest_sets(calls)
    for narrow in calls:
        points = narrow.get_value_sets()[0].points
        candidates = [*widest, sets[next(iter(points))]] if points else widest
        for wide in candidates:
            if _are_comparable(wide, narrow) and _is_subset(narrow, wide):
                if wide.number > narrow.number and _is_subset(wide, narrow):
                    continue  # the two are equal; only the later one is reported
                yield narrow, wide
                break


def _is_subset(inner: Call, outer: Call) -> bool:
    return are_subsets(inner.get_value_sets(), outer.get_value_sets())


def _are_comparable(left: Call, right: Call) -> bool:
    """Return whether the calls are two different terms, and not duplicates (EPF403)."""
    are_duplicates = left.equality_key == right.equality_key and left.parent is right.parent
    return left is not right and not are_duplicates


RULE = Rule(
    code="EPF402",
    title="Redundant term",
    explanation=(
        "In an AND a term adds nothing if a narrower one is beside it; in an OR the narrower one "
        "adds nothing. Often a value or an operator is wrong. Values are compared by the type of "
        "the field. Without a resource, only what is true for every type is reported. The fix "
        "removes the term; it is not safe, because you may have meant a different term."
    ),
    bad=Example("gt(a,5):gt(a,3)"),
    good=Example("gt(a,3):lt(a,5)"),
    source="the meaning of the operators.",
    check_group=_check,
)
