"""Parts of a group that change nothing, contradict each other, or make it match everything.

Comparing each call with each other takes quadratic time. These functions select in one pass the
calls with the tightest or widest bounds, and compare the others with these few only. If the
possible types of a field lead to different selections, a result can be missed; none is ever wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from epfilter.analysis.conditions import Condition, Group
from epfilter.analysis.value_sets import ValueSet, are_disjoint, are_subsets, build_value_sets
from epfilter.ast import Operator

_MAX_COMPARED = 8
"""How many calls with patterns or with lists are compared with all others of a field."""

Part = Condition | Group


def find_repeated_parts(group: Group) -> Iterator[Part]:
    """Yield each part of a group that is equal to an earlier one, in any order of its own parts.

    >>> from epfilter.analysis import analyze_filter
    >>> group = analyze_filter("(eq(a,1)|eq(b,2)):(eq(b,2)|eq(a,1))")
    >>> [part.index for part in find_repeated_parts(group)]
    [1]
    """
    if not group.has_repeated_fields:
        return
    seen: set[int] = set()
    for part in group.parts:
        if part.equality_key in seen:
            yield part
        seen.add(part.equality_key)


def find_mergeable_call(group: Group) -> Condition | None:
    """Return the second call of an OR that one `in` can replace with the first; None for none.

    These are two calls with `eq` or `in` on one field that supports `in`.

    >>> from epfilter.analysis import analyze_filter
    >>> str(find_mergeable_call(analyze_filter("eq(a,1)|eq(b,1)|in(a,2,3)")).node)
    'in(a,2,3)'
    """
    if group.op is not Operator.OR or not group.is_outermost:
        return None
    seen: set[str] = set()
    for call in group.collect_calls():
        if call.op in (Operator.EQ, Operator.IN) and call.supports(Operator.IN):
            if call.path in seen:
                return call
            seen.add(call.path)
    return None


def find_redundant_parts(group: Group) -> Iterator[tuple[Part, Part]]:
    """Yield each part without which a group matches the same, and the part that is the reason.

    The group is one for which `is_outermost` is true; the parts of nested groups with the same
    connective are its parts, too. Equal parts of one parent are not compared. All the parts can be
    removed at once.

    >>> from epfilter.analysis import analyze_filter
    >>> group = analyze_filter("gt(a,5):gt(a,3):(eq(b,1)|ge(a,5))")
    >>> [str(getattr(part, "node", part.op)) for part, _ in find_redundant_parts(group)]
    ['or', 'gt(a,3)']
    """
    if not group.has_repeated_fields:
        return
    yield from _find_absorbed_groups(group)
    for calls in group.group_calls_by_field().values():
        if len(calls) > 1:
            yield from _find_redundant_calls(group.op, calls)


def _find_absorbed_groups(group: Group) -> Iterator[tuple[Part, Part]]:
    """Yield each nested group with a term that a part beside the group makes redundant.

    An example is `eq(a,1):(eq(a,1)|eq(b,2))`.
    """
    groups = group.collect_groups()
    if not groups:
        return
    members: list[Part] = [*group.collect_calls(), *groups]
    parts = {part.equality_key: part for part in reversed(members)}
    by_field = group.group_calls_by_field()
    for part in groups:
        if parts[part.equality_key] is not part:
            continue  # the same as an earlier part
        for term in part.parts:
            reason = parts.get(term.equality_key)
            if reason is None and isinstance(term, Condition):
                reason = _find_stronger_call(group, by_field.get(term.path, ()), term)
            if reason is not None:
                yield part, reason
                break


def _find_stronger_call(
    group: Group, calls: Sequence[Condition], term: Condition
) -> Condition | None:
    """Return the call of an AND that implies a term, or the one of an OR that the term implies."""
    for call in calls[:_MAX_COMPARED]:
        narrow, wide = (call, term) if group.op is Operator.AND else (term, call)
        if _implies(narrow, wide):
            return call
    return None


def find_dead_terms(group: Group) -> Iterator[tuple[Part, Condition]]:
    """Yield each term of an OR inside an AND that is never true there, and the call beside the OR.

    >>> from epfilter.analysis import analyze_filter
    >>> group = analyze_filter("is_null(a):(eq(a,1)|eq(b,2))")
    >>> [(str(part.node), str(reason.node)) for part, reason in find_dead_terms(group)]
    [('eq(a,1)', 'is_null(a)')]
    """
    if group.op is not Operator.AND or not group.has_repeated_fields:
        return
    by_field = group.group_calls_by_field()
    for choice in group.collect_groups():
        terms: list[Part] = [*choice.collect_calls(), *choice.collect_groups()]
        for term in terms:
            calls = [term] if isinstance(term, Condition) else term.collect_calls()
            reason = next(
                (
                    other
                    for call in calls
                    for other in by_field.get(call.path, ())[:_MAX_COMPARED]
                    if are_contradictory(other, call)
                ),
                None,
            )
            if reason is not None:
                yield term, reason


def are_contradictory(left: Condition, right: Condition) -> bool:
    """Return whether two calls on the same field are never both true.

    >>> from epfilter.analysis import analyze_filter
    >>> are_contradictory(*analyze_filter("is_null(a):eq(a,1)").parts)
    True
    """
    if left.is_rejected or right.is_rejected:
        return False
    if (left.op is Operator.IS_NULL) is not (right.op is Operator.IS_NULL):
        return True
    return left.is_single and have_disjoint_values(left, right)


def have_disjoint_values(left: Condition, right: Condition) -> bool:
    """Return whether no single value satisfies two calls on the same field."""
    sets, others = left.get_value_sets(), right.get_value_sets()
    return bool(sets and others) and are_disjoint(sets, others)


def _implies(narrow: Condition, wide: Condition) -> bool:
    sets, others = narrow.get_value_sets(), wide.get_value_sets()
    return bool(sets and others) and are_subsets(sets, others)


def _find_redundant_calls(
    op: Operator, calls: Sequence[Condition]
) -> Iterator[tuple[Condition, Condition]]:
    """Yield each call on one field that another call makes redundant, and that other call."""
    comparable = [call for call in calls if call.get_value_sets()]
    if len(comparable) == len(calls) == 2:
        yield from _compare_two(op, comparable[0], comparable[1])
        return
    lists = {call: values for call in calls if (values := _get_required_values(call))}
    find = _find_implied_calls if op is Operator.AND else _find_covered_calls
    if len(comparable) + len(lists) > 1:
        yield from find(comparable, lists)


def _compare_two(
    op: Operator, first: Condition, second: Condition
) -> Iterator[tuple[Condition, Condition]]:
    """Yield what is redundant of the only two calls on a field; of two equal ones the second."""
    if not _are_comparable(first, second):
        return
    pairs = ((first, second), (second, first))
    for reason, redundant in pairs:
        narrow, wide = (reason, redundant) if op is Operator.AND else (redundant, reason)
        if _implies(narrow, wide):
            yield redundant, reason
            return


def _get_required_values(call: Condition) -> frozenset[Any]:
    """Return the values that a `contains_all` with several values requires."""
    if call.op is not Operator.CONTAINS_ALL or call.get_value_sets() or call.is_rejected:
        return frozenset()
    sets = build_value_sets(Operator.CONTAINS_ANY, call.texts, call.field_type)
    return (sets[0].points or frozenset()) if sets else frozenset()


_Lists = dict[Condition, frozenset[Any]]


def _find_implied_calls(
    calls: Sequence[Condition], lists: _Lists
) -> Iterator[tuple[Condition, Condition]]:
    """Yield in an AND each call that a narrower one implies, and that narrower one."""
    narrowest = [*select_narrowest(calls), *select_patterns(calls)]
    singles = _index_single_values(calls)
    lists_by_value = {value: call for call, values in lists.items() for value in values}
    for wide in calls:
        points = wide.get_value_sets()[0].points or ()
        containing = next((lists_by_value[each] for each in points if each in lists_by_value), None)
        if containing is not None:
            yield wide, containing
            continue
        single = next((singles[each] for each in points if each in singles), None)
        for narrow in [*narrowest, single] if single is not None else narrowest:
            if _are_comparable(narrow, wide) and _implies(narrow, wide):
                if narrow.number > wide.number and _implies(wide, narrow):
                    continue  # the two are equal; only the later one is redundant
                yield wide, narrow
                break
    longest = sorted(lists, key=lambda call: -len(lists[call]))[:_MAX_COMPARED]
    yield from _find_pairs(
        lists, longest, lambda redundant, reason: lists[redundant] <= lists[reason]
    )


def _find_covered_calls(
    calls: Sequence[Condition], lists: _Lists
) -> Iterator[tuple[Condition, Condition]]:
    """Yield in an OR each call that a wider one covers, and that wider one."""
    widest = [*_select_widest(calls), *select_patterns(calls)]
    largest = _index_largest_sets(calls)
    for narrow in calls:
        points = narrow.get_value_sets()[0].points
        candidates = [*widest, largest[next(iter(points))]] if points else widest
        for wide in candidates:
            if _are_comparable(wide, narrow) and _implies(narrow, wide):
                if wide.number > narrow.number and _implies(wide, narrow):
                    continue  # the two are equal; only the later one is redundant
                yield narrow, wide
                break
    for narrow, values in lists.items():
        covering = next((largest[value] for value in values if value in largest), None)
        if covering is not None:
            yield narrow, covering
    shortest = sorted(lists, key=lambda call: len(lists[call]))[:_MAX_COMPARED]
    yield from _find_pairs(
        lists, shortest, lambda redundant, reason: lists[redundant] >= lists[reason]
    )


def _find_pairs(
    lists: _Lists,
    reasons: Sequence[Condition],
    is_redundant: Callable[[Condition, Condition], bool],
) -> Iterator[tuple[Condition, Condition]]:
    for call in lists:
        for reason in reasons:
            if not _are_comparable(call, reason) or not is_redundant(call, reason):
                continue
            if reason.number > call.number and is_redundant(reason, call):
                continue  # the two are equal; only the later one is redundant
            yield call, reason
            break


def _are_comparable(left: Condition, right: Condition) -> bool:
    """Return whether the calls are two different terms, and not the same in one parent."""
    are_equal = left.equality_key == right.equality_key and left.parent is right.parent
    return left is not right and not are_equal


def select_narrowest(calls: Sequence[Condition]) -> list[Condition]:
    """Return the calls with the smallest value sets; of equal calls, the first.

    For each possible type these are the call with the highest lower bound, the one with the lowest
    upper bound, and the one with the fewest values.
    """
    selected: dict[Condition, None] = {}
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


def _select_widest(calls: Sequence[Condition]) -> list[Condition]:
    """Return the calls with the largest intervals; of equal calls, the first.

    For each possible type these are the call with the lowest lower bound and the one with the
    highest upper bound.
    """
    selected: dict[Condition, None] = {}
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


def select_patterns(calls: Sequence[Condition]) -> list[Condition]:
    """Return the first calls with a pattern; there is no order among patterns to select by."""
    with_patterns = (call for call in calls if call.get_value_sets()[0].pattern is not None)
    return [*islice(with_patterns, _MAX_COMPARED)]


def _index_single_values(calls: Sequence[Condition]) -> dict[Any, Condition]:
    """Return for each value the first call that only matches with this value."""
    index: dict[Any, Condition] = {}
    for call in calls:
        points = call.get_value_sets()[0].points
        if points and len(points) == 1:
            index.setdefault(next(iter(points)), call)
    return index


def _index_largest_sets(calls: Sequence[Condition]) -> dict[Any, Condition]:
    """Return for each value the call with the most values that matches it."""
    index: dict[Any, Condition] = {}
    for call in calls:
        points = call.get_value_sets()[0].points or frozenset()
        for value in points:
            known = index.get(value)
            if known is None or _count(known.get_value_sets()[0]) < len(points):
                index[value] = call
    return index


def _count(values: ValueSet) -> int:
    return len(values.points or ())
