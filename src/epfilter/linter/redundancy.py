"""The calls of a group that compare the same field, and the few that decide about the others.

Comparing each call with each other takes quadratic time. These functions select in one pass the
calls with the tightest or widest bounds, and rules compare the others with these few only. If the
possible types of a field lead to different selections, a rule can miss a finding; it never reports
a wrong one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from epfilter.linter.model import Call, Group


def comparable_calls(group: Group) -> list[list[Call]]:
    """Return the calls whose values can be compared: one list per field with two calls or more."""
    if group.calls_by_field is None:
        group.calls_by_field = _comparable_calls(group.collect_calls())
    return group.calls_by_field


def _comparable_calls(calls: list[Call]) -> list[list[Call]]:
    by_field: dict[str, list[Call]] = {}
    for call in calls:
        by_field.setdefault(call.path, []).append(call)
    if len(by_field) == len(calls):
        return []
    comparable: list[list[Call]] = []
    for same_field in by_field.values():
        if len(same_field) > 1:
            with_sets = [call for call in same_field if call.value_sets()]
            if len(with_sets) > 1:
                comparable.append(with_sets)
    return comparable


def select_narrowest(calls: Sequence[Call]) -> list[Call]:
    """Return the calls with the smallest value sets; of equal calls, the first.

    For each possible type these are the call with the highest lower bound, the one with the lowest
    upper bound, and the one with the fewest values.
    """
    selected: dict[Call, None] = {}
    for i in range(len(calls[0].value_sets())):
        highest_low = lowest_high = fewest = None
        for call in calls:
            values = call.value_sets()[i]
            if values.low is not None and not (
                highest_low and highest_low.value_sets()[i].starts_within(values)
            ):
                highest_low = call
            if values.high is not None and not (
                lowest_high and lowest_high.value_sets()[i].ends_within(values)
            ):
                lowest_high = call
            if values.points and not (fewest and _count(fewest, i) <= len(values.points)):
                fewest = call
        selected |= dict.fromkeys(call for call in (highest_low, lowest_high, fewest) if call)
    return [*selected]


def select_widest(calls: Sequence[Call]) -> list[Call]:
    """Return the calls with the largest intervals; of equal calls, the first.

    For each possible type these are the call with the lowest lower bound and the one with the
    highest upper bound.
    """
    selected: dict[Call, None] = {}
    for i in range(len(calls[0].value_sets())):
        lowest_low = highest_high = None
        for call in calls:
            values = call.value_sets()[i]
            if values.points is not None:
                continue
            if values.low is not None and not (
                lowest_low and values.starts_within(lowest_low.value_sets()[i])
            ):
                lowest_low = call
            if values.high is not None and not (
                highest_high and values.ends_within(highest_high.value_sets()[i])
            ):
                highest_high = call
        selected |= dict.fromkeys(call for call in (lowest_low, highest_high) if call)
    return [*selected]


def index_single_values(calls: Sequence[Call]) -> dict[Any, Call]:
    """Return for each value the first call that matches this value only."""
    index: dict[Any, Call] = {}
    for call in calls:
        points = call.value_sets()[0].points
        if points and len(points) == 1:
            index.setdefault(next(iter(points)), call)
    return index


def index_largest_sets(calls: Sequence[Call]) -> dict[Any, Call]:
    """Return for each value the call with the most values that matches it."""
    index: dict[Any, Call] = {}
    for call in calls:
        for value in call.value_sets()[0].points or ():
            known = index.get(value)
            if known is None or _count(known, 0) < _count(call, 0):
                index[value] = call
    return index


def _count(call: Call, type_index: int) -> int:
    return len(call.value_sets()[type_index].points or ())
