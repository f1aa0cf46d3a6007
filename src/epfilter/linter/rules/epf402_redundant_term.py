"""EPF402: a term that another term makes redundant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from epfilter.ast import Operator
from epfilter.errors import Fix
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context, Group, build_removal_edit
from epfilter.linter.redundancy import (
    find_implied_lists,
    group_comparable_calls,
    index_largest_sets,
    index_single_values,
    select_narrowest,
    select_patterns,
    select_widest,
)
from epfilter.linter.value_sets import are_subsets
from epfilter.snippets import shorten


def _check(group: Group, context: Context) -> Iterator[Finding]:
    if not group.is_outermost:
        return
    yield from _check_absorption(group, context)
    for redundant, reason in find_implied_lists(group):
        yield _build_finding(redundant, _describe(group, redundant, reason))
    for calls in group_comparable_calls(group):
        match group.op:
            case Operator.AND:
                pairs = _find_implied_calls(calls)
            case Operator.OR:
                pairs = _find_covered_calls(calls)
            case _:
                assert_never(group.op)
        for redundant, reason in pairs:
            yield _build_finding(redundant, _describe(group, redundant, reason))


def _check_absorption(group: Group, context: Context) -> Iterator[Finding]:
    """Yield a finding for each part that repeats a term beside it: `eq(a,1):(eq(a,1)|eq(b,2))`."""
    if not any(isinstance(part, Group) for part in group.parts):
        return
    terms = {part.equality_key: part for part in reversed(group.parts)}
    for part in group.parts:
        if not isinstance(part, Group) or part.op is group.op:
            continue
        if terms[part.equality_key] is not part:
            continue  # a repeated group is EPF403
        inner = (terms.get(term.equality_key) for term in part.parts)
        reason = next((term for term in inner if term is not None), None)
        if reason is not None:
            shown = [shorten(context.text[slice(*each.span)], 60) for each in (part, reason)]
            yield _build_finding(part, _describe(group, *shown))


def _describe(group: Group, redundant: Call | str, reason: Call | str) -> str:
    if group.op is Operator.AND:
        return f"`{redundant}` is redundant: it is always true when `{reason}` is true."
    return f"`{redundant}` is redundant: `{reason}` already matches everything that it matches."


def _build_finding(redundant: Call | Group, message: str) -> Finding:
    edit = build_removal_edit(redundant)
    fix = Fix("remove it", (edit,), safe=False) if edit else None
    return Finding(message, redundant.span, "remove it, or correct it", fix)


def _find_implied_calls(calls: list[Call]) -> Iterator[tuple[Call, Call]]:
    """Yield in an AND each call that a narrower one implies, and that narrower one."""
    narrowest = [*select_narrowest(calls), *select_patterns(calls)]
    singles = index_single_values(calls)
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
    widest = [*select_widest(calls), *select_patterns(calls)]
    sets = index_largest_sets(calls)
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
        "adds nothing. The same holds for a group that repeats a term beside it. Often a value or "
        "an operator is wrong. Values are compared by the type of the field. Without a resource, "
        "only what is true for every type is reported. The fix removes the term; it is not safe, "
        "because you may have meant a different term."
    ),
    bad=Example("gt(a,5):gt(a,3)"),
    good=Example("gt(a,3):lt(a,5)"),
    source="the meaning of the operators.",
    check_group=_check,
)
