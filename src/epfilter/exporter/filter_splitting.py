"""Splits a filter into several that together select the same: by the calendar, or by values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime
from itertools import islice, product, takewhile
from math import prod
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from epfilter.arguments import describe_type, require_int
from epfilter.ast import (
    LOWER_BOUND_OPERATORS,
    ORDERED_OPERATORS,
    UPPER_BOUND_OPERATORS,
    And,
    Comparison,
    Filter,
    Membership,
    Operator,
    Or,
    require_filter,
)
from epfilter.builder import all_of, any_of
from epfilter.errors import FilterTypeError, FilterValueError, ResourceError
from epfilter.parser import parse
from epfilter.resources import BoundComparison, resource_info, resource_of
from epfilter.snippets import shorten
from epfilter.times import to_timestamp

if TYPE_CHECKING:
    from epfilter.resources import Resource

Calendar = Literal["month", "week", "day"]
"""The length of the parts of a window; a week is an ISO 8601 week, from Monday."""

_T = TypeVar("_T")

_FIELD = "created_at"
_MAX_PARTS = 10_000


class Parts(tuple[Filter, ...]):  # noqa: SLOT001 - a tuple has no room for a slot
    """The filters that `split` makes from one: a tuple with the attribute `disjoint`.

    `.disjoint` is true if no row can match two of them, even if rows change between the exports of
    two parts.

    >>> parts = split("ge(created_at,2018-09-20):lt(created_at,2018-10-05)", by="month")
    >>> len(parts), parts.disjoint
    (2, True)
    """

    disjoint: bool

    def __new__(cls, filters: Iterable[Filter], *, disjoint: bool) -> Self:
        """Create the tuple of the filters in their order."""
        parts = super().__new__(cls, filters)
        parts.disjoint = disjoint
        return parts

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the arguments for a copy, also by pickle."""
        return (tuple(self),), {"disjoint": self.disjoint}


def split(
    filter: Filter | str,  # noqa: A002 - the name of the parameter everywhere in this package
    *,
    by: Calendar | None = None,
    max_values: int | None = None,
    resource: Resource | str = "orders",
) -> Parts:
    """Return filters that together select exactly what a filter, or its text, selects.

    With `by`, a window on `created_at` is split at the beginning of each month, ISO week (Monday)
    or day in UTC. The window is a lower bound (`gt`, `ge`) and an upper bound (`lt`, `le`) under
    the AND at the top; of several bounds the tightest counts. The parts are in chronological order.
    The outer bounds and all other terms stay as they are. A last part that would be a single
    instant, such as midnight in `le(created_at,2018-10-01)`, does not become a part of its own.

    With `max_values`, each `in`, and each OR of `eq` on one field, that has more values is split
    into chunks, anywhere under the AND at the top. With both options, each chunk is also split by
    the calendar.

    If there is nothing to split, the filter itself is the only part. `.disjoint` of the result is
    true unless values were split: an order may have two of the values, or change from one to the
    other between two exports.

    Raises FilterValueError if the window lacks a bound or ends before it begins, for more than
    10,000 parts, for any other `by`, and for `max_values` below 1. Raises ResourceError if a bound
    is not a timestamp, and if the resource does not support `ge` and `lt`. Raises FilterSyntaxError
    for a text that is not a filter, and FilterTypeError for arguments of other types.

    Source: the limits are known from the platform's error messages, such as "filter is too complex
    and has too many OR conditions". That a bare date means 00:00 UTC of that day is a
    decision.

    >>> for part in split(
    ...     "gt(created_at,2018-09-20):le(created_at,2018-11-05):eq(payment,paid)", by="month"
    ... ):
    ...     print(part)
    gt(created_at,2018-09-20):lt(created_at,2018-10-01):eq(payment,paid)
    ge(created_at,2018-10-01):lt(created_at,2018-11-01):eq(payment,paid)
    ge(created_at,2018-11-01):le(created_at,2018-11-05):eq(payment,paid)
    >>> [str(part) for part in split("eq(name,A)|eq(name,B)|eq(name,C)", max_values=2)]
    ['eq(name,A)|eq(name,B)', 'eq(name,C)']
    """
    f = parse(filter) if isinstance(filter, str) else require_filter(filter)
    resolved = resource_of(resource, 'as in split(f, resource="orders")')
    if resolved is None:
        raise FilterTypeError("a resource or its name is expected, not None.")
    _check_options(by, max_values)
    terms = list(_flatten(f, And))
    windows = [_WindowTerms()] if by is None else _split_window(f, terms, by, resolved)
    alternatives = [
        [term] if max_values is None else _split_values(term, max_values, resolved)
        for term in terms
    ]
    if len(windows) * prod(map(len, alternatives)) > _MAX_PARTS:
        raise _too_many_parts_error()
    disjoint = all(len(chunks) == 1 for chunks in alternatives)
    if disjoint and len(windows) == 1:
        return Parts((f,), disjoint=True)
    parts = (_build_part(window, chosen) for window in windows for chosen in product(*alternatives))
    return Parts(parts, disjoint=disjoint)


_WindowTerms = dict[int, Filter | None]
"""The terms of a window in one part, by their index under the AND; None for a term left out."""


def _build_part(window: _WindowTerms, terms: Sequence[Filter]) -> Filter:
    replaced = [window.get(index, term) for index, term in enumerate(terms)]
    return all_of(term for term in replaced if term is not None)


def _check_options(by: object, max_values: object) -> None:
    if by is not None and not isinstance(by, str):
        raise FilterTypeError(f"`by` must be one of {', '.join(_STARTS)}, not {describe_type(by)}.")
    if by is not None and by not in _STARTS:
        raise FilterValueError(
            f"a filter cannot be split by `{shorten(by)}`.", hint=f"use {', '.join(_STARTS)}"
        )
    if max_values is None:
        return
    require_int("max_values", max_values, 1, hint="use None to keep values together")


def _flatten(f: Filter, group: type[And | Or]) -> Iterator[Filter]:
    """Yield the terms of a group, and of the groups of the same kind inside it."""
    if isinstance(f, group):
        for term in f.terms:
            yield from _flatten(term, group)
    else:
        yield f


@dataclass(frozen=True, slots=True)
class _Bound:
    """One bound of the window: its term, the index of the term under the AND, and its instant."""

    index: int
    term: Comparison
    instant: datetime


def _split_window(
    f: Filter, terms: Sequence[Filter], by: Calendar, resource: Resource
) -> list[_WindowTerms]:
    """Return the terms of the window for each part."""
    lower, upper, others = _find_window(f, terms, resource)
    midnights = map(to_timestamp, _STARTS[by](lower.instant.date()))
    inside = takewhile(lambda midnight: midnight < upper.instant, midnights)
    cuts = [midnight.date() for midnight in islice(inside, _MAX_PARTS)]
    if not cuts:
        return [{}]
    if len(cuts) >= _MAX_PARTS:
        raise _too_many_parts_error()
    # The field names are those of the filter, which may be aliases. An operator that the resource
    # does not support is a ResourceError.
    lower_terms: list[Filter] = [resource[lower.term.field].ge(day) for day in cuts]
    upper_terms: list[Filter] = [resource[upper.term.field].lt(day) for day in cuts]
    left_out: _WindowTerms = dict.fromkeys(others)
    return [
        left_out | {lower.index: lower_term, upper.index: upper_term}
        for lower_term, upper_term in zip(
            [lower.term, *lower_terms], [*upper_terms, upper.term], strict=True
        )
    ]


def _find_window(
    f: Filter, terms: Sequence[Filter], resource: Resource
) -> tuple[_Bound, _Bound, list[int]]:
    """Return the tightest lower and upper bound, and the indexes of the other bounds."""
    bounds = [
        _Bound(index, term, instant)
        for index, term in enumerate(terms)
        if isinstance(term, Comparison) and (instant := _instant_of(term, resource)) is not None
    ]
    lowers = [bound for bound in bounds if bound.term.op in LOWER_BOUND_OPERATORS]
    uppers = [bound for bound in bounds if bound.term.op in UPPER_BOUND_OPERATORS]
    if not lowers or not uppers:
        raise _missing_window_error(f, has_lower=bool(lowers), has_upper=bool(uppers))
    lower = max(lowers, key=lambda bound: (bound.instant, bound.term.op is Operator.GT))
    upper = min(uppers, key=lambda bound: (bound.instant, bound.term.op is Operator.LE))
    is_closed = lower.term.op is Operator.GE and upper.term.op is Operator.LE
    if lower.instant > upper.instant or (lower.instant == upper.instant and not is_closed):
        raise FilterValueError(
            f"the window from `{lower.term}` to `{upper.term}` is empty: it ends before it begins.",
            hint="the lower bound must be earlier than the upper bound",
        )
    others = [bound.index for bound in bounds if bound not in (lower, upper)]
    return lower, upper, others


def _too_many_parts_error() -> FilterValueError:
    return FilterValueError(
        f"the filter would be split into more than {_MAX_PARTS:,} filters.",
        hint="use longer periods, or larger chunks of values",
    )


def _missing_window_error(f: Filter, *, has_lower: bool, has_upper: bool) -> FilterValueError:
    if isinstance(f, Or):
        return FilterValueError(
            f"the filter is an OR without a common window on `{_FIELD}`.",
            hint="split each side of the `|` separately, or put the OR in parentheses below a "
            f"window: ge({_FIELD},2018-09-01):lt({_FIELD},2018-10-01):(…|…)",
        )
    if has_lower or has_upper:
        missing, example = ("upper", "lt") if has_lower else ("lower", "ge")
        return FilterValueError(
            f"the window on `{_FIELD}` has no {missing} bound.",
            hint=f"add one, such as {example}({_FIELD},2018-10-01)",
        )
    return FilterValueError(
        f"the filter has no window on `{_FIELD}` to split.",
        hint=f"add one, such as ge({_FIELD},2018-09-01):lt({_FIELD},2018-10-01)",
    )


def _instant_of(term: Comparison, resource: Resource) -> datetime | None:
    """Return the instant of a bound on created_at, or None for every other term.

    Raises ResourceError if the value of a bound is invalid.
    """
    if term.op not in ORDERED_OPERATORS:
        return None
    try:
        # Any valid value, because the field is resolved before the value is checked.
        probe = resource.bind(Comparison(op=term.op, field=term.field, value="1970-01-01"))
    except ResourceError:
        return None
    assert isinstance(probe, BoundComparison)  # noqa: S101 - a comparison binds to this
    if probe.path != _FIELD or resource_info(resource).fields[probe.field].multivalued:
        return None
    bound = resource.bind(term)
    assert isinstance(bound, BoundComparison)  # noqa: S101 - the same
    return to_timestamp(bound.value) if isinstance(bound.value, date) else None


def _split_values(term: Filter, max_values: int, resource: Resource) -> list[Filter]:
    """Return the filters of at most so many values that replace a term, or the term itself."""
    if isinstance(term, Membership) and term.op is Operator.IN and len(term.values) > max_values:
        return [
            Membership(op=term.op, field=term.field, values=chunk)
            for chunk in _chunks(term.values, max_values)
        ]
    if isinstance(term, Or):
        alternatives = tuple(_flatten(term, Or))
        if len(alternatives) > max_values and _compare_one_field(alternatives, resource):
            return [any_of(chunk) for chunk in _chunks(alternatives, max_values)]
    return [term]


def _compare_one_field(terms: Sequence[Filter], resource: Resource) -> bool:
    """Return whether all terms are `eq` on the same field, possibly under several names."""
    by_name: dict[str, Comparison] = {}
    for term in terms:
        if not isinstance(term, Comparison) or term.op is not Operator.EQ:
            return False
        by_name[term.field] = term
    return len(by_name) == 1 or len({_field_path(term, resource) for term in by_name.values()}) == 1


def _field_path(term: Comparison, resource: Resource) -> str:
    """Return the path of the field, or its name if the resource does not accept the term."""
    try:
        bound = resource.bind(term)
    except ResourceError:
        return term.field
    assert isinstance(bound, BoundComparison)  # noqa: S101 - a comparison binds to this
    return bound.path


def _chunks(items: tuple[_T, ...], size: int) -> Iterator[tuple[_T, ...]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _month_starts(after: date) -> Iterator[date]:
    next_month = after.year * 12 + after.month
    return (date(month // 12, month % 12 + 1, 1) for month in range(next_month, 12 * (MAXYEAR + 1)))


def _week_starts(after: date) -> Iterator[date]:
    monday = after.toordinal() - after.weekday()
    return map(date.fromordinal, range(monday + 7, date.max.toordinal() + 1, 7))


def _day_starts(after: date) -> Iterator[date]:
    return map(date.fromordinal, range(after.toordinal() + 1, date.max.toordinal() + 1))


_STARTS: dict[Calendar, Callable[[date], Iterator[date]]] = {
    "month": _month_starts,
    "week": _week_starts,
    "day": _day_starts,
}
"""The first days of the periods that begin after a day."""
