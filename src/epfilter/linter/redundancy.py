"""The calls of a group that compare the same field, and the few that decide about the others.

Comparing each call with each other takes quadratic time. These functions select in one pass the
calls with the tightest or widest bounds, and rules compare the others with these few only. If the
possible types of a field lead to different selections, a rule can miss a finding; it never reports
a wrong one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from epfilter.ast import Operator
from epfilter.linter.model import Call, Context, Group
from epfilter.linter.value_sets import ValueSet
from epfilter.snippets import shorten

_LIST_OPERATORS = (Operator.CONTAINS, Operator.CONTAINS_ANY, Operator.CONTAINS_ALL)
_MAX_COMPARED = 8
"""How many calls with patterns or with lists are compared with all others of a field."""


def group_comparable_calls(group: Group) -> list[list[Call]]:
    """Return the calls whose values can be compared: one list per field with two calls or more."""
    comparable: list[list[Call]] = []
    for same_field in _group_calls_by_field(group):
        with_sets = [call for call in same_field if call.get_value_sets()]
        if len(with_sets) > 1:
            comparable.append(with_sets)
    return comparable


def _group_calls_by_field(group: Group) -> list[list[Call]]:
    """Return one list of calls per field with several calls; computed once per group."""
    if group.calls_by_field is None:
        calls = group.collect_calls()
        by_field: dict[str, list[Call]] = {}
        for call in calls:
            by_field.setdefault(call.path, []).append(call)
        group.calls_by_field = (
            []
            if len(by_field) == len(calls)
            else [same_field for same_field in by_field.values() if len(same_field) > 1]
        )
    return group.calls_by_field


def suggest_fewer_calls(context: Context) -> str:
    """Return the hint for a filter with too many calls or alternatives."""
    field = _find_field_for_in(context.groups)
    if field is None:
        return "split the filter"
    return f"use one `in` for the alternatives of `{shorten(field)}`, or split the filter"


def _find_field_for_in(groups: Iterable[Group]) -> str | None:
    """Return the first field with several alternatives that one `in` can replace; None for none.

    These are terms with `eq` or `in` of one OR, if the field supports `in`.
    """
    for group in groups:
        if group.op is not Operator.OR or not group.is_outermost:
            continue
        seen: set[str] = set()
        for call in group.collect_calls():
            if call.op in (Operator.EQ, Operator.IN) and call.supports(Operator.IN):
                if call.path in seen:
                    return call.field.raw
                seen.add(call.path)
    return None


def find_compared_nulls(group: Group) -> Iterator[tuple[Call, Call]]:
    """Yield each `is_null` of an AND with the first other call on the same field."""
    for calls in _group_calls_by_field(group):
        accepted = [call for call in calls if not call.is_rejected]
        null = next((call for call in accepted if call.op is Operator.IS_NULL), None)
        comparison = next((call for call in accepted if call.op is not Operator.IS_NULL), None)
        if null is not None and comparison is not None:
            yield null, comparison


def find_implied_lists(group: Group) -> Iterator[tuple[Call, Call]]:
    """Yield each redundant `contains`, `contains_any` and `contains_all`, and the reason.

    Values are compared by their text, so that the result holds for every type.
    """
    for calls in _group_calls_by_field(group):
        required = [
            (call, frozenset([operand.text for operand in call.values]))
            for call in calls
            if call.op in _LIST_OPERATORS and not call.is_rejected
        ]
        for redundant, values in required:
            for reason, others in required[:_MAX_COMPARED]:
                narrow, wide = (reason, others), (redundant, values)
                if group.op is Operator.OR:
                    narrow, wide = wide, narrow
                if not _list_implies(*narrow, *wide) or reason is redundant:
                    continue
                are_equal = _list_implies(*wide, *narrow)
                if are_equal and (
                    reason.number > redundant.number
                    or reason.equality_key == redundant.equality_key
                ):
                    continue  # of two equal calls, the later one is reported, or is EPF403
                yield redundant, reason
                break


def _list_implies(
    narrow: Call, required: frozenset[str], wide: Call, accepted: frozenset[str]
) -> bool:
    """Return whether each list that the first call matches is one that the second matches."""
    requires_all = narrow.op is not Operator.CONTAINS_ANY or len(required) == 1
    if wide.op is not Operator.CONTAINS_ANY or len(accepted) == 1:
        return requires_all and accepted <= required
    return not required.isdisjoint(accepted) if requires_all else required <= accepted


def select_narrowest(calls: Sequence[Call]) -> list[Call]:
    """Return the calls with the smallest value sets; of equal calls, the first.

    For each possible type these are the call with the highest lower bound, the one with the lowest
    upper bound, and the one with the fewest values.
    """
    selected: dict[Call, None] = {}
    for sets in zip(*[call.get_value_sets() for call in calls], strict=True):
        highest_low = lowest_high = fewest = None
        for i, values in enumerate(sets):
            if values.low is not None and not (
                highest_low is not None and sets[highest_low].starts_within(values)
            ):
                highest_low = i
            if values.high is not None and not (
                lowest_high is not None and sets[lowest_high].ends_within(values)
            ):
                lowest_high = i
            if values.points and not (
                fewest is not None and _count(sets[fewest]) <= len(values.points)
            ):
                fewest = i
        for best in (highest_low, lowest_high, fewest):
            if best is not None:
                selected[calls[best]] = None
    return [*selected]


def select_widest(calls: Sequence[Call]) -> list[Call]:
    """Return the calls with the largest intervals; of equal calls, the first.

    For each possible type these are the call with the lowest lower bound and the one with the
    highest upper bound.
    """
    selected: dict[Call, None] = {}
    for sets in zip(*[call.get_value_sets() for call in calls], strict=True):
        lowest_low = highest_high = None
        for i, values in enumerate(sets):
            if values.points is not None:
                continue
            if values.low is not None and not (
                lowest_low is not None and values.starts_within(sets[lowest_low])
            ):
                lowest_low = i
            if values.high is not None and not (
                highest_high is not None and values.ends_within(sets[highest_high])
            ):
                highest_high = i
        for best in (lowest_low, highest_high):
            if best is not None:
                selected[calls[best]] = None
    return [*selected]


def select_patterns(calls: Sequence[Call]) -> list[Call]:
    """Return the first calls with a pattern; there is no order among patterns to select by."""
    with_patterns = (call for call in calls if call.get_value_sets()[0].pattern is not None)
    return [*islice(with_patterns, _MAX_COMPARED)]


def index_single_values(calls: Sequence[Call]) -> dict[Any, Call]:
    """Return for each value the first call that matches this value only."""
    index: dict[Any, Call] = {}
    for call in calls:
        points = call.get_value_sets()[0].points
        if points and len(points) == 1:
            index.setdefault(next(iter(points)), call)
    return index


def index_largest_sets(calls: Sequence[Call]) -> dict[Any, Call]:
    """Return for each value the call with the most values that matches it."""
    index: dict[Any, Call] = {}
    for call in calls:
        points = call.get_value_sets()[0].points or frozenset()
        for value in points:
            known = index.get(value)
            if known is None or _count(known.get_value_sets()[0]) < len(points):
                index[value] = call
    return index


def _count(values: ValueSet) -> int:
    return len(values.points or ())
