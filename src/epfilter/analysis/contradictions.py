"""Groups that are never or always true, with the terms that are the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from epfilter.analysis.conditions import Condition, Group
from epfilter.analysis.domains import NUMBER_INDEX, UNTYPED_DOMAINS, WorkLimit, WorkLimitError
from epfilter.analysis.redundancy import (
    are_contradictory,
    have_disjoint_values,
    select_narrowest,
    select_patterns,
)
from epfilter.analysis.requirements import collect_field_terms, is_possible, split_condition
from epfilter.ast import ORDERED_OPERATORS, Operator

_MAX_TERMS = 3
"""More terms are not searched for the few that contradict each other."""

_BASE_WORK = 1000
_WORK_PER_CALL = 50


class Contradiction(NamedTuple):
    """Terms on one field that are never all true, in the order of the text.

    `assumption` is empty if this is certain. Without a resource it is `single` if a list can match,
    of which each term matches another element, and `number` if also a text can match.

    >>> from epfilter.analysis import analyze_filter
    >>> (found,) = find_contradictions(analyze_filter("gt(a,10):lt(a,5)"), assume=True)
    >>> [str(term.node) for term in found.terms], found.assumption
    (['gt(a,10)', 'lt(a,5)'], 'number')
    """

    terms: tuple[Condition, ...]
    assumption: str = ""


def find_contradictions(group: Group, *, assume: bool = False) -> Iterator[Contradiction]:
    """Yield for each field of an AND the first contradiction between its terms.

    The group is one for which `is_outermost` is true. With `assume`, also find contradictions of
    single values and of numbers in fields of unknown type, if a term compares by order.

    >>> from epfilter.analysis import analyze_filter
    >>> text = "eq(payment,paid):eq(payment,refunded)"
    >>> (found,) = find_contradictions(analyze_filter(text, "orders"))
    >>> [str(term.node) for term in found.terms]
    ['eq(payment,paid)', 'eq(payment,refunded)']
    """
    if group.op is not Operator.AND or not group.has_repeated_fields:
        return
    if group.contradictions is None:
        contradictions = []
        for calls in group.group_calls_by_field().values():
            if len(calls) > 1:
                with suppress(WorkLimitError):
                    contradictions.append(_find_contradiction(calls))
        group.contradictions = tuple(filter(None, contradictions))
    for found in group.contradictions:
        if assume or not found.assumption:
            yield found


def _find_contradiction(calls: Sequence[Condition]) -> Contradiction | None:
    null = next((call for call in calls if call.op is Operator.IS_NULL), None)
    if null is not None:
        others = (call for call in calls if are_contradictory(null, call))
        other = next(others, None)
        return None if other is None else _build((null, other))
    comparable = [call for call in calls if call.get_value_sets()]
    if len(comparable) < 2:
        return None
    is_single = comparable[0].is_single
    if not (is_single or any(call.op in ORDERED_OPERATORS for call in comparable)):
        return None
    if len(comparable) == 2:
        return _compare_two(comparable[0], comparable[1])
    return _compare_many(comparable)


def _compare_many(calls: Sequence[Condition]) -> Contradiction | None:
    """Return what `_find_contradiction` returns for three or more calls on a field."""
    is_single = calls[0].is_single
    assumption = "" if is_single else "single"
    has_value = _has_single_value(calls)
    if not has_value:
        pair = _find_pair(calls, have_disjoint_values if is_single else _are_disjoint_in_order)
        if pair is not None:
            return _build(pair, assumption)
        if has_value is False:
            return _build(_select_reasons(calls), assumption)
    pair = None if is_single else _find_pair_of_numbers(calls)
    return None if pair is None else _build(pair, "number")


def _compare_two(left: Condition, right: Condition) -> Contradiction | None:
    """Return what `_find_contradiction` returns for the only two calls on a field, but faster."""
    if have_disjoint_values(left, right):
        return Contradiction((left, right), "" if left.is_single else "single")
    if left.is_single or not _are_disjoint_numbers(left, right):
        return None
    return Contradiction((left, right), "number")


def _find_pair_of_numbers(calls: Sequence[Condition]) -> tuple[Condition, Condition] | None:
    numeric = [call for call in calls if not call.get_value_sets()[NUMBER_INDEX].is_empty]
    sets = [call.get_value_sets()[NUMBER_INDEX] for call in numeric]
    if len(sets) < 2 or UNTYPED_DOMAINS[NUMBER_INDEX].has_value(sets, (), _get_limit(calls)):
        return None
    return _find_pair(numeric, _are_disjoint_numbers)


def _build(terms: Sequence[Condition], assumption: str = "") -> Contradiction:
    return Contradiction(tuple(sorted(terms, key=lambda term: term.number)), assumption)


def _find_pair(
    calls: Sequence[Condition], contradict: Callable[[Condition, Condition], bool]
) -> tuple[Condition, Condition] | None:
    """Return the first two calls in the text that contradict each other."""
    best: tuple[Condition, Condition] | None = None
    for narrow in [*select_narrowest(calls), *select_patterns(calls)]:
        for call in calls:
            first, second = (narrow, call) if narrow.number < call.number else (call, narrow)
            if best and best[1].number <= second.number:
                continue
            if contradict(narrow, call):
                best = first, second
    return best


def _are_disjoint_in_order(left: Condition, right: Condition) -> bool:
    return _compare_order(left, right) and have_disjoint_values(left, right)


def _are_disjoint_numbers(left: Condition, right: Condition) -> bool:
    if not _compare_order(left, right):
        return False
    numbers, others = left.get_value_sets()[NUMBER_INDEX], right.get_value_sets()[NUMBER_INDEX]
    return not (numbers.is_empty or others.is_empty) and numbers.is_disjoint(others)


def _compare_order(left: Condition, right: Condition) -> bool:
    """Return whether one of the calls compares by order, as is usual for single values."""
    return left.op in ORDERED_OPERATORS or right.op in ORDERED_OPERATORS


def _has_single_value(calls: Sequence[Condition]) -> bool | None:
    """Return whether one value satisfies all calls on one field; None if not decided.

    Raises WorkLimitError if the sets are too many.
    """
    (terms,) = collect_field_terms(calls).values()
    terms.is_single = True
    return is_possible(terms, None, _get_limit(calls))


def _get_limit(calls: Sequence[Condition]) -> WorkLimit:
    return WorkLimit(_BASE_WORK + _WORK_PER_CALL * len(calls))


def _select_reasons(calls: Sequence[Condition]) -> Sequence[Condition]:
    """Return two or three of the calls that contradict each other, or all if there are none."""
    points = [(each, call) for call in calls if (each := call.get_value_sets()[0].points)]
    if not points:
        return calls
    values, first = min(points, key=lambda pair: len(pair[0]))
    excluding = (
        next((call for call in calls if not call.get_value_sets()[0].contains(value)), first)
        for value in values
    )
    reasons = list(dict.fromkeys([first, *excluding]))
    return reasons if len(reasons) <= _MAX_TERMS and _has_single_value(reasons) is False else calls


def is_impossible(group: Group) -> bool:
    """Return whether the calls of an AND are certainly never all true.

    >>> from epfilter.analysis import analyze_filter
    >>> is_impossible(analyze_filter("is_null(a):eq(a,1)"))
    True
    """
    calls = [term for call in group.collect_calls() for term in split_condition(call)]
    limit = _get_limit(calls)
    try:
        terms = collect_field_terms(calls).values()
        return any(is_possible(each, None, limit) is False for each in terms)
    except WorkLimitError:
        return False


def find_tautology(group: Group) -> tuple[Condition, ...]:
    """Return terms of an OR on one field of which one is always true, or nothing.

    Only the declaration of a resource makes this certain: without one, a field may have values of
    another type or be a list, which can be empty.

    >>> from epfilter.analysis import analyze_filter
    >>> group = analyze_filter("is_null(given_name)|ilike(given_name,*)", "account_members")
    >>> [str(term.node) for term in find_tautology(group)]
    ['is_null(given_name)', 'ilike(given_name,*)']
    """
    if group.op is not Operator.OR or not group.has_repeated_fields:
        return ()
    for calls in group.group_calls_by_field().values():
        has_null = any(call.op is Operator.IS_NULL and not call.is_rejected for call in calls)
        if len(calls) < 2 or not has_null or not calls[0].is_single:
            continue
        (terms,) = collect_field_terms(calls).values()
        try:
            if is_possible(None, terms, _get_limit(calls)) is False:
                return tuple(calls)
        except WorkLimitError:
            continue
    return ()
