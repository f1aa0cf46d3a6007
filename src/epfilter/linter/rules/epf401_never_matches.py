"""EPF401: terms that are never true together."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.ast import ORDERED_OPERATORS, Operator
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context, Group
from epfilter.linter.redundancy import (
    find_compared_nulls,
    group_comparable_calls,
    select_narrowest,
    select_patterns,
)
from epfilter.linter.value_sets import are_disjoint

_EQUALITIES = (Operator.EQ, Operator.IN)


def _check(group: Group, _context: Context) -> Iterator[Finding]:
    if group.op is not Operator.AND or not group.is_outermost:
        return
    for null, comparison in find_compared_nulls(group):
        first, second = sorted((null, comparison), key=lambda call: call.number)
        yield Finding(
            f"`{first}` and `{second}` are never both true: a missing value satisfies only "
            "`is_null`.",
            second.span,
            "to match both, join the terms with `|`",
        )
    for calls in group_comparable_calls(group):
        if calls[0].is_multivalued:
            continue
        pair = _find_contradiction(calls)
        if pair is not None:
            first, second = pair
            yield Finding(
                f"`{first}` and `{second}` are never both true.",
                second.span,
                _choose_hint(group, first, second),
            )


def _choose_hint(group: Group, first: Call, second: Call) -> str:
    if first.op in _EQUALITIES and second.op in _EQUALITIES:
        if first.supports(Operator.IN):
            return "to match any of several values, use one `in`"
        return "to match any of several values, join the terms with `|`"
    if group.parent is not None:
        return "correct one of them; this part of the filter matches nothing"
    return "correct one of them; the whole filter matches nothing"


def _find_contradiction(calls: list[Call]) -> tuple[Call, Call] | None:
    """Return the first two calls in the text that contradict each other."""
    best: tuple[Call, Call] | None = None
    for narrow in [*select_narrowest(calls), *select_patterns(calls)]:
        for call in calls:
            first, second = (narrow, call) if narrow.number < call.number else (call, narrow)
            if best and best[1].number <= second.number:
                continue
            if _have_one_value(narrow, call) and are_disjoint(
                narrow.get_value_sets(), call.get_value_sets()
            ):
                best = first, second
    return best


def _have_one_value(left: Call, right: Call) -> bool:
    """Return whether the field has a single value: as declared, or because order is compared."""
    is_ordered = left.op in ORDERED_OPERATORS or right.op in ORDERED_OPERATORS
    return left.field_type is not None or is_ordered


RULE = Rule(
    code="EPF401",
    title="Never matches",
    explanation=(
        "Two terms of one AND contradict each other: a range that ends before it begins, two "
        "different values of a field that has one, an `in` without the value of an `eq`, a pattern "
        "that this value does not match, `is_null` and a comparison of the same field. Values are "
        "compared by the type of the field. Without a resource, only terms that contradict each "
        "other for every type are reported.\n"
        "A list can contain two values at once, so it is never reported. Without a resource it is "
        "not known whether a field is a list; the field is taken for a single value only if one of "
        "the terms compares by order (`gt`, `ge`, `lt`, `le`)."
    ),
    bad=Example("gt(a,5):lt(a,3)"),
    good=Example("gt(a,3):lt(a,5)"),
    source="the meaning of the operators; the platform returns no entries and no error.",
    check_group=_check,
)
