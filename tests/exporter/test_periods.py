"""Periods of exports: words, dates and timestamps as half-open bounds of `created_at`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from epfilter import F
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.exporter import within_period
from support.rows import for_each

NOW = datetime(2024, 3, 31, 1, 30, 15, 250, tzinfo=UTC)
"""A Sunday. In Paris the clock goes from 02:00 to 03:00 half an hour before."""

ENDS: list[tuple[Any, str, str]] = [
    ("2018-09-01", "UTC", "2018-09-01"),
    ("2018-09-01", "Europe/Paris", "2018-08-31T22:00:00Z"),
    ("2018-09-01T12:00:00Z", "Europe/Paris", "2018-09-01T12:00:00Z"),
    ("2018-09-01T12:00:00+05:00", "Europe/Paris", "2018-09-01T07:00:00Z"),
    ("2018-09-01T12:00:00", "Europe/Paris", "2018-09-01T10:00:00Z"),
    ("2018-09-01T12:00", "Europe/Paris", "2018-09-01T10:00:00Z"),
    ("2018-09-01 12:00Z", "Europe/Paris", "2018-09-01T12:00:00Z"),
    ("2018-09-01T12:00+05:00", "UTC", "2018-09-01T07:00:00Z"),
    ("2018-09-01 12:00:00.5", "utc", "2018-09-01T12:00:00.500Z"),
    ("today", "UTC", "2024-03-31"),
    ("Today", "America/New_York", "2024-03-30T04:00:00Z"),
    ("yesterday", "UTC", "2024-03-30"),
    ("yesterday", "Europe/Paris", "2024-03-29T23:00:00Z"),
    ("sunday", "UTC", "2024-03-31"),
    ("monday", "UTC", "2024-03-25"),
    ("monday", "Asia/Tokyo", "2024-03-24T15:00:00Z"),
    ("0 days ago", "UTC", "2024-03-31"),
    ("2 days ago", "UTC", "2024-03-29"),
    ("1 week ago", "UTC", "2024-03-24"),
    ("1 month ago", "UTC", "2024-02-29"),
    ("13 months ago", "UTC", "2023-02-28"),
    ("1 year ago", "UTC", "2023-03-31"),
    ("90 minutes ago", "UTC", "2024-03-31T00:00:15Z"),
    ("3 hours ago", "Europe/Paris", "2024-03-30T22:30:15Z"),
    (date(2018, 9, 1), "Europe/Paris", "2018-08-31T22:00:00Z"),
    (datetime(2018, 9, 1, 12), "Europe/Paris", "2018-09-01T10:00:00Z"),  # noqa: DTZ001 - in Paris
    (datetime(2018, 9, 1, 12, tzinfo=timezone(timedelta(hours=2))), "UTC", "2018-09-01T10:00:00Z"),
]


def test_ends_of_a_period() -> None:
    for end, zone, expected in ENDS:
        since = within_period(None, since=end, timezone=zone, now=NOW)
        assert str(since) == f"ge(created_at,{expected})", (end, zone)
        until = within_period(None, until=end, timezone=zone, now=NOW)
        assert str(until) == f"lt(created_at,{expected})", (end, zone)


def test_a_period_is_one_term_more_of_a_filter() -> None:
    f = F.payment.eq("paid") | F.payment.eq("refunded")
    bound = within_period(f, since="2 days ago", until="today", now=NOW)
    assert str(bound) == (
        "ge(created_at,2024-03-29):lt(created_at,2024-03-31):(eq(payment,paid)|eq(payment,refunded))"
    )
    assert within_period("eq(payment,paid)") == F.payment.eq("paid")
    assert within_period(None) is None


@for_each(
    "end",
    [
        *("", "tomorow", "2018-13-01", "2018-02-30", "640912546584", "5", "-1 days ago"),
        *("1 day", "3000 years ago", "999999 months ago", "999999 weeks ago", "last monday"),
    ],
)
def test_an_end_that_cannot_be_read(end: str) -> None:
    with pytest.raises(FilterValueError, match="is not a date or time"):
        within_period(None, since=end, now=NOW)


@pytest.mark.parametrize(("since", "until"), [("today", "today"), ("today", "yesterday")])
def test_an_empty_period(since: str, until: str) -> None:
    with pytest.raises(FilterValueError, match="the period is empty"):
        within_period(None, since=since, until=until, now=NOW)


def test_a_period_at_a_change_of_the_clock_is_compared_by_its_moments() -> None:
    """In Paris no clock showed 02:30 on 31 March; on 27 October 2024 they showed 02:15 twice."""
    ends = ("2024-03-31T02:30:00", "2024-03-31T03:30:00")
    with pytest.raises(FilterValueError, match="the period is empty"):
        within_period(None, since=ends[0], until=ends[1], timezone="Europe/Paris")
    zone = ZoneInfo("Europe/Paris")
    period = within_period(
        None,
        since=datetime(2024, 10, 27, 2, 45, tzinfo=zone),
        until=datetime(2024, 10, 27, 2, 15, tzinfo=zone, fold=1),
    )
    assert str(period) == "ge(created_at,2024-10-27T00:45:00Z):lt(created_at,2024-10-27T01:15:00Z)"


def test_arguments_of_a_wrong_type() -> None:
    with pytest.raises(FilterValueError, match="no time zone `Europe/Pariss`"):
        within_period(None, since="today", timezone="Europe/Pariss")
    with pytest.raises(FilterTypeError, match="a time zone is a name or a tzinfo"):
        within_period(None, since="today", timezone=5)  # type: ignore[arg-type] # the point
    with pytest.raises(FilterTypeError, match="an end of a period is a text or a date"):
        within_period(None, since=5)  # type: ignore[arg-type] # the point
    with pytest.raises(FilterTypeError, match="`now` is a datetime"):
        within_period(None, since="today", now="2018-09-01")  # type: ignore[arg-type] # the point
