"""The types of values, and whether a type has a value that some sets contain and others do not.

The search tries values around the bounds of the sets. For intervals and single values these decide;
patterns need a proof where no value is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from itertools import permutations
from typing import Any
from uuid import UUID

from epfilter.analysis.value_sets import ValueSet
from epfilter.resources import FieldType
from epfilter.semantics import Pattern

_MAX_PATTERNS = 12
"""More patterns on one field are not compared."""

_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_FIRST = datetime.min.replace(tzinfo=timezone(timedelta(hours=23, minutes=59)))
_LAST = datetime.max.replace(tzinfo=timezone(-timedelta(hours=23, minutes=59)))
"""The first and the last point in time that a `datetime` can have, which differ from UTC's."""

_MAX_UUID = 2**128 - 1


class WorkLimitError(Exception):
    """The limit of the work is reached, so a question is left undecided."""


@dataclass(slots=True)
class WorkLimit:
    """The number of set comparisons that a question may still cost."""

    left: int

    def spend(self, amount: int) -> None:
        """Subtract an amount; raise WorkLimitError if less is left."""
        self.left -= amount
        if self.left < 0:
            raise WorkLimitError


@dataclass(frozen=True, slots=True)
class Domain:
    """The values of one type.

    `find_neighbors` returns the given bounds with the values directly beside them, so that between
    two bounds, if there is any value, one is returned. `samples` are the first values to try. If
    data may contain other values than those of the declaration, such as a new value of an enum,
    `declared` decides which ones are certain to occur.
    """

    find_neighbors: Callable[[Sequence[Any]], Iterable[Any]]
    samples: tuple[Any, ...]
    declared: Callable[[Any], bool] | None = None

    def has_value(
        self, required: Sequence[ValueSet], excluded: Sequence[ValueSet], limit: WorkLimit
    ) -> bool | None:
        """Return whether a value is in all `required` sets and in none of the `excluded` ones.

        The result is None if this cannot be decided.
        """
        if any(each.is_empty for each in required):
            return False
        required = reduce_required(required)
        points = [each.points for each in required if each.points]
        if points:
            smallest = min(points, key=len)
            candidates: Iterable[Any] = smallest
            is_complete = True
        else:
            excluded = reduce_excluded(excluded)
            candidates = self._find_candidates([*required, *excluded])
            is_complete = not any(values.pattern for values in (*required, *excluded))
        is_possible = False
        for value in candidates:
            limit.spend(len(required) + len(excluded) + 1)
            if all(values.contains(value) for values in required) and not any(
                values.contains(value) for values in excluded
            ):
                if self.declared is None or self.declared(value):
                    return True
                is_possible = True
        if is_possible:
            return None
        return False if is_complete or _is_impossible(required, excluded) else None

    def _find_candidates(self, sets: Sequence[ValueSet]) -> Iterator[Any]:
        yield from self.samples
        bounds = {bound for values in sets for bound in _get_bounds(values)}
        yield from self.find_neighbors([*bounds])
        patterns = [values for values in sets if values.pattern is not None]
        if patterns:
            yield from _build_texts(patterns, [*bounds])


def _get_bounds(values: ValueSet) -> Iterable[Any]:
    if values.points is not None:
        return values.points
    return [bound for bound in (values.low, values.high) if bound is not None]


def reduce_required(sets: Sequence[ValueSet]) -> list[ValueSet]:
    """Return a few sets with the same common values: of all intervals only the two narrowest."""
    if len(sets) == 1:
        return [*sets]
    intervals = [each for each in sets if each.points is None and each.pattern is None]
    others = [each for each in sets if each.points is not None or each.pattern is not None]
    if not intervals:
        return others or [ValueSet()]
    low = high = intervals[0]
    for interval in intervals[1:]:
        low = low if low.starts_within(interval) else interval
        high = high if high.ends_within(interval) else interval
    return [*others, low] if low is high else [*others, low, high]


def reduce_excluded(sets: Sequence[ValueSet]) -> list[ValueSet]:
    """Return a few sets with the same values in all: one set of points, the widest intervals."""
    if len(sets) < 2:
        return [*sets]
    points = [each.points for each in sets if each.points]
    reduced = [each for each in sets if each.pattern is not None]
    if points:
        reduced.append(ValueSet(points=frozenset().union(*points)))
    upward = downward = None
    for each in sets:
        if each.points is not None or each.pattern is not None:
            continue
        if each.low is None and each.high is None:
            return [each]
        if each.high is None:
            upward = each if upward is None or upward.starts_within(each) else upward
        elif each.low is None:
            downward = each if downward is None or downward.ends_within(each) else downward
        else:
            reduced.append(each)
    return [*reduced, *[each for each in (upward, downward) if each is not None]]


def _is_impossible(required: Sequence[ValueSet], excluded: Sequence[ValueSet]) -> bool:
    """Return whether no value exists because of two of the sets."""
    if len(required) + len(excluded) > _MAX_PATTERNS:
        return False
    return any(one.is_disjoint(other) for one, other in permutations(required, 2)) or any(
        one.is_subset(other) for one in required for other in excluded
    )


def _build_texts(patterns: Sequence[ValueSet], bounds: Sequence[str]) -> Iterator[str]:
    """Yield texts that match as many of the patterns as possible, and as little else."""
    if len(patterns) > _MAX_PATTERNS:
        return
    starts = [_get_part(each, lambda pattern: not pattern.any_prefix) for each in patterns]
    ends = [_get_part(each, lambda pattern: not pattern.any_suffix) for each in patterns]
    inner = dict.fromkeys(
        each.pattern.text
        for each in patterns
        if each.pattern and each.pattern.any_prefix and each.pattern.any_suffix
    )
    exact, folded = (max((part[i] for part in starts), key=len) for i in (0, 1))
    start = exact + folded[len(exact) :]
    exact, folded = (max((part[i] for part in ends), key=len) for i in (0, 1))
    end = folded[: max(0, len(folded) - len(exact))] + exact
    known = "".join([*inner, start, end])
    separators = [char for char in ("\0", "\N{OBJECT REPLACEMENT CHARACTER}") if char not in known]
    yield from (each.pattern.text for each in patterns if each.pattern)
    yield start + end
    for separator in separators:
        for beginning in (start, *bounds):
            text = separator.join([beginning, *inner, end])
            yield from (text, text.upper(), start + text[len(start) :].upper())


def _get_part(values: ValueSet, is_anchored: Callable[[Pattern], bool]) -> tuple[str, str]:
    """Return the anchored text of a pattern of `like`, and that of a pattern of `ilike`."""
    pattern = values.pattern
    if pattern is None or not is_anchored(pattern):
        return "", ""
    return ("", pattern.text) if values.ignores_case else (pattern.text, "")


def _find_near_texts(bounds: Sequence[str]) -> Iterator[str]:
    for bound in bounds:
        yield bound
        yield f"{bound}\0"  # the next text in the order of code points


def _find_near_numbers(bounds: Sequence[Decimal]) -> Iterator[Decimal]:
    digits = max((len(bound.as_tuple().digits) for bound in bounds), default=0)
    # With more digits than any bound has, the next number is below the next bound.
    context = Context(prec=digits + 3, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])
    for bound in bounds:
        yield from (bound, bound.next_plus(context), bound.next_minus(context))


def _find_near_integers(bounds: Sequence[int]) -> Iterator[int]:
    for bound in bounds:
        yield from (bound, bound + 1, bound - 1)


def _find_near_times(bounds: Sequence[datetime]) -> Iterator[datetime]:
    for bound in bounds:
        yield bound
        for step in (_MICROSECOND, -_MICROSECOND, _DAY, -_DAY):
            try:
                yield bound + step
            except OverflowError:
                continue


def _find_near_uuids(bounds: Sequence[UUID]) -> Iterator[UUID]:
    for bound in bounds:
        yield bound
        for number in (bound.int + 1, bound.int - 1):
            if 0 <= number <= _MAX_UUID:
                yield UUID(int=number)


_TEXTS = Domain(_find_near_texts, ("",))
_NUMBERS = Domain(_find_near_numbers, (Decimal(0),))
_INTEGERS = Domain(_find_near_integers, (0,))
_TIMESTAMPS = Domain(_find_near_times, (_FIRST, _LAST))
_BOOLEANS = Domain(lambda bounds: bounds, (False, True))
_UUIDS = Domain(_find_near_uuids, (UUID(int=0),))
_DAYS = Domain(
    _find_near_times,
    (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)),
    lambda value: value.timetz() == time(tzinfo=UTC),
)

UNTYPED_DOMAINS = (_TEXTS, _NUMBERS, _TIMESTAMPS, _BOOLEANS, _UUIDS)
"""The types that a value may have if no resource is given, in the order of `build_value_sets`."""

NUMBER_INDEX = 1
"""The position of numbers in `UNTYPED_DOMAINS` and in the value sets of an untyped field."""

_DOMAINS = {
    "string": _TEXTS,
    "integer": _INTEGERS,
    "number": _NUMBERS,
    "boolean": _BOOLEANS,
    "date": _DAYS,
    "datetime": _TIMESTAMPS,
    "uuid": _UUIDS,
}


def get_domain(field_type: FieldType[Any]) -> Domain:
    """Return the values of a declared type, which is not a list and not unknown."""
    if not field_type.values:
        return _DOMAINS[field_type.name]
    values = tuple(field_type.read(text) for text in field_type.values)
    domain = _TEXTS if field_type.name == "enum" else _DOMAINS[field_type.name]
    return Domain(domain.find_neighbors, (*values, *domain.samples), frozenset(values).__contains__)
