"""One filter as several that together select the same: by the calendar, and by chunks of values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, time
from itertools import islice, product, takewhile
from math import prod
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from epfilter.ast import And, Comparison, Filter, Membership, Operator, Or, require_filter
from epfilter.builder import all_of, any_of
from epfilter.errors import FilterTypeError, FilterValueError, ResourceError, describe_type
from epfilter.parser import parse
from epfilter.resources import BoundComparison, resource_info
from epfilter.resources.resolve import resource_of
from epfilter.snippets import shorten

if TYPE_CHECKING:
    from epfilter.resources import Resource

Calendar = Literal["month", "week", "day"]
"""What a window in time is cut into; a week is that of ISO 8601, from Monday."""

_T = TypeVar("_T")

_FIELD = "created_at"
_MOST_PARTS = 10_000

_LOWER = (Operator.GT, Operator.GE)
_UPPER = (Operator.LT, Operator.LE)


class Parts(tuple[Filter, ...]):  # noqa: SLOT001 - a tuple has no room for a slot
    """The filters that `split` makes of one: a tuple, with `.disjoint`.

    `.disjoint` says that no row belongs to two of them, also where rows change while one part
    after the other is exported.

    >>> parts = split("ge(created_at,2018-09-20):lt(created_at,2018-10-05)", by="month")
    >>> len(parts), parts.disjoint
    (2, True)
    """

    disjoint: bool

    def __new__(cls, filters: Iterable[Filter], *, disjoint: bool) -> Self:
        """The filters, in their order."""
        made = super().__new__(cls, filters)
        made.disjoint = disjoint
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """What a copy and pickle make it of."""
        return (tuple(self),), {"disjoint": self.disjoint}


def split(
    filter: Filter | str,  # noqa: A002 - as everywhere in this room
    *,
    by: Calendar | None = None,
    most_values: int | None = None,
    resource: Resource | str = "orders",
) -> Parts:
    """Filters that together select exactly what the filter, or the text of one, selects.

    With `by` a window on `created_at` is cut where a month, an ISO week (from Monday) or a day
    begins in UTC. The window is a lower bound (`gt`, `ge`) and an upper bound (`lt`, `le`) that
    stand under the AND at the top; of several the tightest counts. The parts are in the order of
    time; the outer bounds stay as they were written, and so do all other terms. A last part that
    would be one instant only, as midnight is in `le(created_at,2018-10-01)`, is none of its own.

    With `most_values` an `in`, or an OR of `eq` on one field, of more values than that is cut into
    chunks, wherever it stands under the AND at the top. With both, each chunk is cut by the
    calendar.

    Where there is nothing to cut, the filter itself is the only part. `.disjoint` of the result
    is true unless chunks were made: an order may have two of the values, or change from one to
    the other between two exports.

    Raises FilterValueError where there is no window with both bounds, where it ends before it
    begins, for more than 10,000 parts, for any other `by`, and for a `most_values` below 1;
    ResourceError for a bound that is no timestamp, and where the resource takes no `ge` and `lt`;
    FilterSyntaxError for a text that is no filter; FilterTypeError for other types.

    Source: that there are limits is said by the platform's own answers, "filter is too complex and
    has too many OR conditions"; that a bare date is its midnight UTC is a decision.

    >>> for part in split(
    ...     "gt(created_at,2018-09-20):le(created_at,2018-11-05):eq(payment,paid)", by="month"
    ... ):
    ...     print(part)
    gt(created_at,2018-09-20):lt(created_at,2018-10-01):eq(payment,paid)
    ge(created_at,2018-10-01):lt(created_at,2018-11-01):eq(payment,paid)
    ge(created_at,2018-11-01):le(created_at,2018-11-05):eq(payment,paid)
    >>> [str(part) for part in split("eq(name,A)|eq(name,B)|eq(name,C)", most_values=2)]
    ['eq(name,A)|eq(name,B)', 'eq(name,C)']
    """
    f = parse(filter) if isinstance(filter, str) else require_filter(filter)
    found = resource_of(resource, 'as in split(f, resource="orders")')
    if found is None:
        raise FilterTypeError("a resource or its name is expected, not None.")
    _check_options(by, most_values)
    terms = list(_flat(f, And))
    windows = [_Window()] if by is None else _windows(f, terms, by, found)
    chunks = [
        [term] if most_values is None else _chunks(term, most_values, found) for term in terms
    ]
    whole = all(len(made) == 1 for made in chunks)
    if len(windows) * prod(map(len, chunks)) > _MOST_PARTS:
        raise FilterValueError(
            f"the filter would become more than {_MOST_PARTS:,} filters.",
            hint="cut time into longer pieces, or values into larger chunks",
        )
    if whole and len(windows) == 1:
        return Parts((f,), disjoint=True)
    made = (_part(window, chosen) for window in windows for chosen in product(*chunks))
    return Parts(made, disjoint=whole)


_Window = dict[int, Filter | None]
"""What stands in the places of a window's bounds in one part; None for what is left out."""


def _part(window: _Window, terms: Sequence[Filter]) -> Filter:
    placed = [window.get(place, term) for place, term in enumerate(terms)]
    return all_of(term for term in placed if term is not None)


def _check_options(by: object, most_values: object) -> None:
    if by is not None and not isinstance(by, str):
        raise FilterTypeError(f"`by` is one of {', '.join(_STARTS)}, not {describe_type(by)}.")
    if by is not None and by not in _STARTS:
        raise FilterValueError(
            f"a window cannot be cut by `{shorten(by)}`.", hint=f"take one of {', '.join(_STARTS)}"
        )
    if most_values is None:
        return
    if type(most_values) is not int:
        raise FilterTypeError(f"most_values is a whole number, not {describe_type(most_values)}.")
    if most_values < 1:
        raise FilterValueError(
            f"most_values is at least 1, not {most_values}.", hint="None leaves values together"
        )


def _flat(f: Filter, node: type[And | Or]) -> Iterator[Filter]:
    """The terms of a group and of the groups of its kind in it."""
    if isinstance(f, node):
        for term in f.terms:
            yield from _flat(term, node)
    else:
        yield f


@dataclass(frozen=True, slots=True)
class _Bound:
    """One end of the window: where it stands under the AND, and which point in time it is."""

    place: int
    term: Comparison
    at: datetime


def _windows(f: Filter, terms: Sequence[Filter], by: Calendar, resource: Resource) -> list[_Window]:
    """What to put in the places of the window, piece by piece."""
    lower, upper, others = _ends(f, terms, resource)
    midnights = (datetime.combine(day, time(), UTC) for day in _STARTS[by](lower.at.date()))
    inside = takewhile(lambda midnight: midnight < upper.at, midnights)
    cuts = [cut.date() for cut in islice(inside, _MOST_PARTS + 1)]
    if not cuts:
        return [{}]
    # The names are those of the filter, which may be aliases; a ResourceError says what is not
    # to be had.
    begins: list[Filter] = [resource[lower.term.field].ge(day) for day in cuts]
    ends: list[Filter] = [resource[upper.term.field].lt(day) for day in cuts]
    left_out: _Window = dict.fromkeys(others)
    return [
        left_out | {lower.place: begin, upper.place: end}
        for begin, end in zip([lower.term, *begins], [*ends, upper.term], strict=True)
    ]


def _ends(
    f: Filter, terms: Sequence[Filter], resource: Resource
) -> tuple[_Bound, _Bound, list[int]]:
    """The tightest bounds of the window, and the places of the others."""
    bounds = [
        _Bound(place, term, at)
        for place, term in enumerate(terms)
        if isinstance(term, Comparison) and (at := _moment(term, resource)) is not None
    ]
    lowers = [bound for bound in bounds if bound.term.op in _LOWER]
    uppers = [bound for bound in bounds if bound.term.op in _UPPER]
    if not lowers or not uppers:
        raise _no_window(f, below=bool(lowers), above=bool(uppers))
    lower = max(lowers, key=lambda bound: (bound.at, bound.term.op is Operator.GT))
    upper = min(uppers, key=lambda bound: (bound.at, bound.term.op is Operator.LE))
    closed = lower.term.op is Operator.GE and upper.term.op is Operator.LE
    if lower.at > upper.at or (lower.at == upper.at and not closed):
        raise FilterValueError(
            f"nothing is in the window from `{lower.term}` to `{upper.term}`: it ends before it "
            "begins.",
            hint="the lower bound is the earlier one",
        )
    others = [bound.place for bound in bounds if bound not in (lower, upper)]
    return lower, upper, others


def _no_window(f: Filter, *, below: bool, above: bool) -> FilterValueError:
    if isinstance(f, Or):
        return FilterValueError(
            f"a filter that is an OR has no window on `{_FIELD}` that holds for all of it.",
            hint="split each side of the `|` on its own, or put the OR in parentheses below a "
            f"window: ge({_FIELD},2018-09-01):lt({_FIELD},2018-10-01):(…|…)",
        )
    if below or above:
        missing, example = ("upper", "lt") if below else ("lower", "ge")
        return FilterValueError(
            f"the window on `{_FIELD}` has no {missing} bound.",
            hint=f"add one, such as {example}({_FIELD},2018-10-01)",
        )
    return FilterValueError(
        f"the filter has no window on `{_FIELD}` to cut.",
        hint=f"add one, such as ge({_FIELD},2018-09-01):lt({_FIELD},2018-10-01)",
    )


def _moment(term: Comparison, resource: Resource) -> datetime | None:
    """The point in time of a bound on created_at; None for every other term."""
    if term.op not in (*_LOWER, *_UPPER):
        return None
    try:
        # Any good value: whether the name means the field is asked before the value is read.
        named = resource.bind(Comparison(op=term.op, field=term.field, value="1970-01-01"))
    except ResourceError:
        return None
    assert isinstance(named, BoundComparison)  # noqa: S101 - what a comparison is bound to
    if named.path != _FIELD or resource_info(resource).fields[named.field].several:
        return None
    found = resource.bind(term)
    assert isinstance(found, BoundComparison)  # noqa: S101 - the same
    if isinstance(found.value, datetime):
        return found.value
    return datetime.combine(found.value, time(), UTC) if isinstance(found.value, date) else None


def _chunks(term: Filter, most: int, resource: Resource) -> list[Filter]:
    """The filters of at most so many values each that a term becomes; itself where it is none."""
    if isinstance(term, Membership) and term.op is Operator.IN and len(term.values) > most:
        return [
            Membership(op=term.op, field=term.field, values=chunk)
            for chunk in _slices(term.values, most)
        ]
    if isinstance(term, Or):
        alternatives = tuple(_flat(term, Or))
        if len(alternatives) > most and _ask_one_field(alternatives, resource):
            return [any_of(chunk) for chunk in _slices(alternatives, most)]
    return [term]


def _ask_one_field(terms: Sequence[Filter], resource: Resource) -> bool:
    """Whether all are `eq` on one field, perhaps by several of its names."""
    named: dict[str, Comparison] = {}
    for term in terms:
        if not isinstance(term, Comparison) or term.op is not Operator.EQ:
            return False
        named[term.field] = term
    return len(named) == 1 or len({_path(term, resource) for term in named.values()}) == 1


def _path(term: Comparison, resource: Resource) -> str:
    """The field that the name means; the name itself where the resource does not take the term."""
    try:
        bound = resource.bind(term)
    except ResourceError:
        return term.field
    assert isinstance(bound, BoundComparison)  # noqa: S101 - what a comparison is bound to
    return bound.path


def _slices(things: tuple[_T, ...], most: int) -> Iterator[tuple[_T, ...]]:
    return (things[start : start + most] for start in range(0, len(things), most))


def _months(after: date) -> Iterator[date]:
    first = after.year * 12 + after.month
    return (date(month // 12, month % 12 + 1, 1) for month in range(first, 12 * (MAXYEAR + 1)))


def _weeks(after: date) -> Iterator[date]:
    monday = after.toordinal() - after.weekday()
    return map(date.fromordinal, range(monday + 7, date.max.toordinal() + 1, 7))


def _days(after: date) -> Iterator[date]:
    return map(date.fromordinal, range(after.toordinal() + 1, date.max.toordinal() + 1))


_STARTS: dict[Calendar, Callable[[date], Iterator[date]]] = {
    "month": _months,
    "week": _weeks,
    "day": _days,
}
"""The days on which the pieces after a day begin."""
