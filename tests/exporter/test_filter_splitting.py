"""The parts of a filter together select what the filter selects."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import Filter, FilterTypeError, FilterValueError, parse, unparse
from epfilter.ast import And, Comparison, Membership, Operator, Or
from epfilter.errors import FilterSyntaxError, ResourceError, Severity
from epfilter.exporter.filter_splitting import Calendar, split
from epfilter.resources import (
    Alias,
    EqIn,
    EqInOrdered,
    Resource,
    date_,
    orders,
    string,
    timestamp,
)
from epfilter.targets import to_predicate
from support.rows import for_each


class Events(
    Resource, title="Events", aliases=(Alias("meta.created", "created_at"), Alias("no", "id"))
):
    id = EqIn(string())
    created_at = EqInOrdered(timestamp())


class Days(Resource, title="Days"):
    created_at = EqInOrdered(date_())


class Texts(Resource, title="Texts"):
    created_at = EqInOrdered(string())


class Histories(Resource, title="Histories"):
    created_at = EqInOrdered(timestamp(), multivalued=True)


_SPLIT_BY_CALENDAR = [
    (
        "month",
        "gt(created_at,2018-09-20):le(created_at,2018-11-05)",
        [
            "gt(created_at,2018-09-20):lt(created_at,2018-10-01)",
            "ge(created_at,2018-10-01):lt(created_at,2018-11-01)",
            "ge(created_at,2018-11-01):le(created_at,2018-11-05)",
        ],
    ),
    (
        "month",
        "ge(created_at,2018-12-01):lt(created_at,2019-02-01)",
        [
            "ge(created_at,2018-12-01):lt(created_at,2019-01-01)",
            "ge(created_at,2019-01-01):lt(created_at,2019-02-01)",
        ],
    ),
    (
        "week",
        "ge(created_at,2018-09-01):lt(created_at,2018-09-12)",
        [
            "ge(created_at,2018-09-01):lt(created_at,2018-09-03)",
            "ge(created_at,2018-09-03):lt(created_at,2018-09-10)",
            "ge(created_at,2018-09-10):lt(created_at,2018-09-12)",
        ],
    ),
    (
        "day",
        "ge(created_at,2020-02-28T23:30:00Z):lt(created_at,2020-03-01T00:00:00.001Z)",
        [
            "ge(created_at,2020-02-28T23:30:00Z):lt(created_at,2020-02-29)",
            "ge(created_at,2020-02-29):lt(created_at,2020-03-01)",
            "ge(created_at,2020-03-01):lt(created_at,2020-03-01T00:00:00.001Z)",
        ],
    ),
    # The bounds keep their time zones; the parts begin in UTC.
    (
        "month",
        "ge(created_at,2018-08-31T20:00:00-04:00):lt(created_at,2018-10-01T02:00:00+02:00)",
        ["ge(created_at,2018-08-31T20:00:00-04:00):lt(created_at,2018-10-01T02:00:00+02:00)"],
    ),
    (
        "day",
        "ge(created_at,1535753400000):lt(created_at,2018-09-01 10:00:00)",
        [
            "ge(created_at,1535753400000):lt(created_at,2018-09-01)",
            "ge(created_at,2018-09-01):lt(created_at,2018-09-01 10:00:00)",
        ],
    ),
    # The order of the terms is kept, and the tightest of several bounds counts.
    (
        "month",
        "eq(payment,paid):lt(created_at,2018-10-05):(eq(name,A)|eq(name,B)):gt(created_at,2018-09-20)",
        [
            "eq(payment,paid):lt(created_at,2018-10-01):(eq(name,A)|eq(name,B)):gt(created_at,2018-09-20)",
            "eq(payment,paid):lt(created_at,2018-10-05):(eq(name,A)|eq(name,B)):ge(created_at,2018-10-01)",
        ],
    ),
    (
        "month",
        "(ge(created_at,2018-09-01):gt(created_at,2018-09-01)):(lt(created_at,2018-10-05):(le(created_at,2018-10-05):lt(created_at,2019-01-01)))",
        [
            "gt(created_at,2018-09-01):lt(created_at,2018-10-01)",
            "ge(created_at,2018-10-01):lt(created_at,2018-10-05)",
        ],
    ),
    # Within one period nothing changes, not even a redundant bound.
    (
        "month",
        "ge(created_at,2018-09-02):(gt(created_at,2018-09-01):lt(created_at,2018-10-01))",
        ["ge(created_at,2018-09-02):(gt(created_at,2018-09-01):lt(created_at,2018-10-01))"],
    ),
    (
        "month",
        "ge(created_at,2018-09-01):le(created_at,2018-10-01)",
        ["ge(created_at,2018-09-01):le(created_at,2018-10-01)"],
    ),
    (
        "day",
        "ge(created_at,2018-09-01):le(created_at,2018-09-01)",
        ["ge(created_at,2018-09-01):le(created_at,2018-09-01)"],
    ),
    # The ends of time.
    (
        "day",
        "gt(created_at,9999-12-30T12:00:00Z):le(created_at,9999-12-31T23:59:59Z)",
        [
            "gt(created_at,9999-12-30T12:00:00Z):lt(created_at,9999-12-31)",
            "ge(created_at,9999-12-31):le(created_at,9999-12-31T23:59:59Z)",
        ],
    ),
    (
        "week",
        "ge(created_at,0001-01-01):lt(created_at,0001-01-09)",
        [
            "ge(created_at,0001-01-01):lt(created_at,0001-01-08)",
            "ge(created_at,0001-01-08):lt(created_at,0001-01-09)",
        ],
    ),
    (
        "month",
        "ge(created_at,9999-12-01):le(created_at,9999-12-31)",
        ["ge(created_at,9999-12-01):le(created_at,9999-12-31)"],
    ),
]


@for_each(("by", "text", "parts"), _SPLIT_BY_CALENDAR)
def test_a_window_is_split_by_the_calendar(by: Calendar, text: str, parts: list[str]) -> None:
    result = split(text, by=by)
    assert [unparse(part) for part in result] == parts
    assert result.disjoint


_CHUNKED = [
    (2, "eq(name,A)|eq(name,B)|eq(name,C)", ["eq(name,A)|eq(name,B)", "eq(name,C)"]),
    (1, "eq(name,A)|(eq(name,B)|eq(name,C))", ["eq(name,A)", "eq(name,B)", "eq(name,C)"]),
    (1, "eq(name,A)|eq(customer.name,B)", ["eq(name,A)", "eq(customer.name,B)"]),
    (3, "eq(name,A)|eq(name,B)|eq(name,C)", ["eq(name,A)|eq(name,B)|eq(name,C)"]),
    (2, "in(id,a,b,c,d,e)", ["in(id,a,b)", "in(id,c,d)", "in(id,e)"]),
    (
        1,
        "eq(payment,paid):((eq(name,A)|eq(name,B)):eq(currency,USD))",
        ["eq(payment,paid):eq(name,A):eq(currency,USD)", "eq(payment,paid):eq(name,B):eq(currency,USD)"],
    ),
    (
        1,
        "in(id,a,b):(eq(name,A)|eq(name,B))",
        ["in(id,a):eq(name,A)", "in(id,a):eq(name,B)", "in(id,b):eq(name,A)", "in(id,b):eq(name,B)"],
    ),
    # Terms that cannot be split into chunks.
    (1, "eq(name,A)|eq(email,B)", ["eq(name,A)|eq(email,B)"]),
    (1, "eq(unknown,A)|eq(missing,B)", ["eq(unknown,A)|eq(missing,B)"]),
    (1, "eq(name,A)|like(name,B*)", ["eq(name,A)|like(name,B*)"]),
    (1, "(eq(name,A)|eq(name,B)):eq(email,C)|eq(email,D)", ["((eq(name,A)|eq(name,B)):eq(email,C))|eq(email,D)"]),
    (1, "contains_all(id,a,b)", ["contains_all(id,a,b)"]),
    (1, "is_null(name)", ["is_null(name)"]),
]  # fmt: skip


@for_each(("most", "text", "parts"), _CHUNKED)
def test_values_are_split_into_chunks(most: int, text: str, parts: list[str]) -> None:
    result = split(text, max_values=most)
    assert [unparse(part) for part in result] == parts
    assert result.disjoint is (len(parts) == 1)


def test_window_and_values_are_split_together() -> None:
    result = split(
        "ge(created_at,2018-09-20):lt(created_at,2018-10-05):(eq(name,A)|eq(name,B))",
        by="month",
        max_values=1,
    )
    assert [unparse(part) for part in result] == [
        "ge(created_at,2018-09-20):lt(created_at,2018-10-01):eq(name,A)",
        "ge(created_at,2018-09-20):lt(created_at,2018-10-01):eq(name,B)",
        "ge(created_at,2018-10-01):lt(created_at,2018-10-05):eq(name,A)",
        "ge(created_at,2018-10-01):lt(created_at,2018-10-05):eq(name,B)",
    ]
    assert not result.disjoint


def test_aliases_stay_as_they_are_written() -> None:
    text = "ge(meta.created,2018-09-20):lt(created_at,2018-10-05):in(no,a,b)"
    assert [unparse(part) for part in split(text, by="month", resource=Events())] == [
        "ge(meta.created,2018-09-20):lt(created_at,2018-10-01):in(no,a,b)",
        "ge(meta.created,2018-10-01):lt(created_at,2018-10-05):in(no,a,b)",
    ]


def test_dates_are_split_at_midnight() -> None:
    text = "ge(created_at,2018-09-20):le(created_at,2018-10-01)"
    assert split(text, by="month", resource=Days()) == (parse(text),)
    assert len(split(text, by="week", resource=Days())) == 2


def test_unknown_fields_are_left_unchanged() -> None:
    text = "ge(created_at,2018-09-20):lt(created_at,2018-10-05):eq(nothing,1):gt(other,x)"
    assert len(split(text, by="month")) == 2


_WINDOW = "ge(created_at,2018-09-20):lt(created_at,2018-10-05)"


@for_each(
    ("text", "options", "error", "message"),
    [
        ("eq(payment,paid)", {"by": "month"}, FilterValueError, "the filter has no window on `created_at` to split. Hint: add one, such as ge(created_at,2018-09-01):lt(created_at,2018-10-01)."),
        ("eq(created_at,2018-09-01)", {"by": "day"}, FilterValueError, "has no window on `created_at`"),
        ("gt(updated_at,2018-09-01):lt(updated_at,2018-11-01)", {"by": "day"}, FilterValueError, "has no window on `created_at`"),
        ("gt(created_at,2018-09-01)", {"by": "month"}, FilterValueError, "the window on `created_at` has no upper bound. Hint: add one, such as lt(created_at,2018-10-01)."),
        ("eq(name,A):le(created_at,2018-09-01)", {"by": "month"}, FilterValueError, "the window on `created_at` has no lower bound. Hint: add one, such as ge(created_at,2018-10-01)."),
        (f"{_WINDOW}|eq(name,A)", {"by": "month"}, FilterValueError, "the filter is an OR without a common window on `created_at`. Hint: split each side"),
        (f"eq(name,A):({_WINDOW}|eq(name,B))", {"by": "month"}, FilterValueError, "has no window on `created_at`"),
        ("ge(created_at,2018-10-01):lt(created_at,2018-09-01)", {"by": "month"}, FilterValueError, "the window from `ge(created_at,2018-10-01)` to `lt(created_at,2018-09-01)` is empty: it ends before it begins."),
        ("ge(created_at,2018-10-01):lt(created_at,2018-10-01)", {"by": "month"}, FilterValueError, "is empty: it ends before it begins"),
        ("gt(created_at,2018-10-01):le(created_at,2018-10-01)", {"by": "month"}, FilterValueError, "is empty: it ends before it begins"),
        ("ge(created_at,0001-01-01):lt(created_at,9999-12-31)", {"by": "day"}, FilterValueError, "the filter would be split into more than 10,000 filters. Hint: use longer"),
        (f"{_WINDOW}:in(id,{','.join(map(str, range(5001)))})", {"by": "month", "max_values": 1}, FilterValueError, "more than 10,000 filters"),
        ("ge(created_at,soon):lt(created_at,2018-10-01)", {"by": "month"}, ResourceError, "`created_at`: `soon` is not a date or timestamp."),
        ("ge(created_at,2018-09-01):lt(created_at,2018-11-01)", {"by": "month", "resource": "no_such_thing"}, ResourceError, "there is no resource"),
        (_WINDOW, {"by": "month", "resource": "carts"}, FilterValueError, "has no window on `created_at`"),
        (_WINDOW, {"by": "month", "resource": Histories()}, FilterValueError, "has no window on `created_at`"),
        (_WINDOW, {"by": "month", "resource": Texts()}, FilterValueError, "has no window on `created_at`"),
        (_WINDOW, {"by": "year"}, FilterValueError, "a filter cannot be split by `year`. Hint: use month, week, day."),
        (_WINDOW, {"by": 1}, FilterTypeError, "`by` must be one of month, week, day, not a value of type int."),
        (_WINDOW, {"max_values": 0}, FilterValueError, "`max_values` must be at least 1, not 0."),
        (_WINDOW, {"max_values": True}, FilterTypeError, "`max_values` must be an integer, not a value of type bool."),
        (_WINDOW, {"resource": None}, FilterTypeError, "a resource or its name is expected, not None."),
        (_WINDOW, {"resource": 5}, FilterTypeError, "a resource or its name is expected, not a value of type int."),
        (None, {}, FilterTypeError, "a filter is expected, not None."),
        ("gt(a", {}, FilterSyntaxError, ""),
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_split_is_an_error(
    text: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        split(text, **options)
    assert message in str(caught.value)


def test_a_resource_without_the_operators_of_a_window_is_an_error() -> None:
    with pytest.raises(ResourceError, match="created_at"):
        split(
            "gt(created_at,2018-09-01):lt(created_at,2018-11-01)",
            by="month",
            resource="product_prices",
        )


def test_a_filter_that_needs_no_split_is_returned_unchanged() -> None:
    f = parse(_WINDOW)
    assert split(f)[0] is f
    assert split(f, by="month", max_values=3) == split(_WINDOW, by="month")
    assert split(parse("eq(name,A)"), max_values=5) == (parse("eq(name,A)"),)


def test_parts_are_a_tuple_that_can_be_copied_and_pickled() -> None:
    parts = split("eq(name,A)|eq(name,B)", max_values=1)
    assert isinstance(parts, tuple)
    for other in (copy.copy(parts), copy.deepcopy(parts), pickle.loads(pickle.dumps(parts))):  # noqa: S301 - made here
        assert (other, other.disjoint) == (parts, False)


@pytest.mark.slow
def test_many_values_are_split_in_linear_time() -> None:
    many = Or(terms=tuple(Comparison(op="eq", field="name", value=str(i)) for i in range(20_000)))
    assert len(split(many, max_values=20)) == 1_000


_MOMENTS = st.datetimes(
    datetime(2018, 8, 25),  # noqa: DTZ001 - hypothesis gives the zone
    datetime(2018, 11, 10),  # noqa: DTZ001 - the same
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-4)), timezone(timedelta(hours=14))]),
)
_MIDNIGHTS = st.dates(datetime(2018, 8, 25).date(), datetime(2018, 11, 10).date())  # noqa: DTZ001 - days have no zone
_TIMES = st.one_of(_MOMENTS.map(datetime.isoformat), _MIDNIGHTS.map(str))
_NAMES = ["A", "B", "C", "a"]


def _bounds(ops: list[Operator]) -> st.SearchStrategy[Filter]:
    return st.builds(Comparison, op=st.sampled_from(ops), field=st.just("created_at"), value=_TIMES)


_VALUES = st.one_of(
    st.lists(st.sampled_from(_NAMES), min_size=2, max_size=6).map(
        lambda names: Or(terms=tuple(Comparison(op="eq", field="name", value=n) for n in names))
    ),
    st.lists(st.sampled_from(["x", "y", "z"]), min_size=2, max_size=6).map(
        lambda skus: Or(
            terms=tuple(Comparison(op="eq", field="product_sku", value=sku) for sku in skus)
        )
    ),
    st.just(parse("eq(customer.name,A)|eq(name,B)")),
    st.just(parse("eq(payment,paid)")),
    st.just(parse("eq(payment,paid)|gt(created_at,2018-10-15)")),
)


@st.composite
def _windowed(draw: st.DrawFn) -> Filter:
    """A filter with a window, its terms in any order and grouping."""
    terms = [
        *draw(st.lists(_bounds([Operator.GT, Operator.GE]), min_size=1, max_size=2)),
        *draw(st.lists(_bounds([Operator.LT, Operator.LE]), min_size=1, max_size=2)),
        *draw(st.lists(_VALUES, max_size=2)),
    ]
    terms = draw(st.permutations(terms))
    if len(terms) > 2 and draw(st.booleans()):
        terms = [And(terms=tuple(terms[:2])), *terms[2:]]
    return And(terms=tuple(terms))


_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "created_at": st.one_of(
                _MOMENTS, _MIDNIGHTS.map(lambda day: f"{day}T00:00:00Z"), st.none()
            ),
            "name": st.sampled_from([*_NAMES, None]),
            "payment": st.sampled_from(["paid", "unpaid"]),
            "product_sku": st.lists(st.sampled_from(["x", "y", "z"]), max_size=3),
        }
    ),
    min_size=1,
    max_size=30,
)


@given(
    f=_windowed(),
    rows=_ROWS,
    by=st.sampled_from([None, *get_args(Calendar)]),
    most=st.sampled_from([None, 1, 2]),
)
def test_the_parts_together_select_what_the_filter_selects(
    f: Filter, rows: list[dict[str, Any]], by: Calendar | None, most: int | None
) -> None:
    expected = [*map(to_predicate(f, "orders"), rows)]
    try:
        parts = split(f, by=by, max_values=most)
    except FilterValueError as refusal:
        message = str(refusal)
    else:
        message = ""
    if message:
        assert "is empty: it ends before it begins" in message
        assert not any(expected)
        return
    selected = [[*map(to_predicate(part, "orders"), rows)] for part in parts]
    counts = [sum(column) for column in zip(*selected, strict=True)]
    assert [count > 0 for count in counts] == expected
    assert not parts.disjoint or max(counts) <= 1
    sound = _is_sound(f)
    for part in parts:
        assert parse(unparse(part)) == part
        assert _is_sound(part) >= sound
        assert most is None or all(len(values) <= most for values in _value_lists(part))


def _is_sound(f: Filter) -> bool:
    return all(diagnostic.severity is Severity.INFO for diagnostic in orders.check(f))


def _value_lists(f: Filter) -> list[tuple[Any, ...]]:
    """Return the values of each list under the AND at the top that could have been split."""
    terms = f.terms if isinstance(f, And) else (f,)
    return [
        term.terms
        for term in terms
        if isinstance(term, Or) and all(isinstance(t, Comparison) and t.op is Operator.EQ for t in term.terms)
    ] + [term.values for term in terms if isinstance(term, Membership)]  # fmt: skip


@given(
    begin=st.dates(datetime(2015, 1, 1).date(), datetime(2020, 1, 1).date()),  # noqa: DTZ001 - days have no zone
    days=st.integers(1, 400),
    by=st.sampled_from(get_args(Calendar)),
)
def test_no_part_crosses_a_boundary_of_the_calendar(begin: Any, days: int, by: Calendar) -> None:
    end = begin + timedelta(days)
    pieces = split(f"ge(created_at,{begin}):lt(created_at,{end})", by=by)
    name = {"month": "%Y-%m", "week": "%G-%V", "day": "%Y-%m-%d"}[by]
    expected: dict[str, list[str]] = {}
    for number in range(days):
        day = begin + timedelta(number)
        expected.setdefault(day.strftime(name), []).append(str(day))
    ends = [*[piece[0] for piece in expected.values()][1:], str(end)]
    assert [unparse(part) for part in pieces] == [
        f"ge(created_at,{piece[0]}):lt(created_at,{after})"
        for piece, after in zip(expected.values(), ends, strict=True)
    ]
