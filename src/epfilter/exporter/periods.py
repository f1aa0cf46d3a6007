"""Periods of an export by words such as `yesterday`, as bounds of `created_at`."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import cast

from epfilter.arguments import describe_type
from epfilter.ast import Filter, fields
from epfilter.builder import all_of
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.resources import orders
from epfilter.snippets import shorten
from epfilter.templates import as_filter
from epfilter.times import day_bounds, resolve_timezone, to_timestamp
from epfilter.values import from_text_or_none

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_AGO = re.compile(r"([0-9]{1,6}) (minute|hour|day|week|month|year)s? ago")
_NAIVE = re.compile(r"[0-9-]{10}[T ][0-9:.]+", re.ASCII)
_TO_THE_MINUTE = re.compile(r"[0-9-]{10}[t ][0-9]{2}:[0-9]{2}(?=z|[+-]|$)")
_HINT = "as in 2018-09-01, 2018-09-01T12:00:00Z, yesterday, today, monday or `2 days ago`"


class EmptyPeriodError(FilterValueError):
    """A period that ends before it begins."""


def within_period(
    f: Filter | str | None,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    timezone: tzinfo | str = UTC,
    now: datetime | None = None,
) -> Filter | None:
    """Return the filter, ANDed with a period of `created_at`: from `since` to before `until`.

    Each end is a date, a timestamp, or a text: one of these, `today`, `yesterday`, the name of a
    weekday (the last one, which may be today), or for example `2 days ago`. Days, weeks, months
    and years ago are the beginning of that day in `timezone`, a name such as `Europe/Paris` or a
    tzinfo; so is a date. A timestamp without zone is in `timezone`. `now` is the current time, by
    default that of the system.

    Without a filter the result is the period alone, or None without both.

    Raises FilterValueError for an end or a time zone that cannot be read, and for a period that
    is empty, and FilterTypeError for an argument of a wrong type.

    >>> now = datetime(2018, 9, 3, 4, 30, tzinfo=UTC)
    >>> str(within_period("eq(payment,paid)", since="yesterday", until="today", now=now))
    'ge(created_at,2018-09-02):lt(created_at,2018-09-03):eq(payment,paid)'
    >>> str(within_period(None, since="1 month ago", timezone="Europe/Paris", now=now))
    'ge(created_at,2018-08-02T22:00:00Z)'
    """
    zone = resolve_timezone(timezone)
    current = current_time() if now is None else now
    if not isinstance(current, datetime):
        raise FilterTypeError(f"`now` is a datetime, not {describe_type(now)}.")
    current = current.astimezone(zone)
    start, end = (None if each is None else _read_end(each, current) for each in (since, until))
    terms = [
        None if start is None else orders.created_at.ge(start),
        None if end is None else orders.created_at.lt(end),
        None if f is None else as_filter(f),
    ]
    if start is not None and end is not None:
        # In UTC, because times of one zone compare by what its clocks show.
        first, last = (to_timestamp(each).astimezone(UTC) for each in (start, end))
        if last <= first:
            raise EmptyPeriodError(
                "the period is empty: it ends before it begins.",
                hint="`since` is the first moment of it, `until` the first one after it",
            )
    return all_of(terms, default=None)


def require_appendable(f: Filter | None) -> None:
    """Raise FilterValueError for a filter whose orders cannot be appended to a file.

    An append exports the orders created since the newest one of the file, so it would miss every
    older order that `updated_at` selects.

    >>> from epfilter import parse
    >>> require_appendable(parse("eq(payment,refunded)"))
    """
    if f is not None and "updated_at" in fields(f):
        raise FilterValueError(
            "an append cannot select by `updated_at`: it misses an older order that has changed.",
            hint="export each period of `updated_at` to a new file",
        )


def current_time() -> datetime:
    """Return the time of the system, in UTC."""
    return datetime.now(UTC)


def _read_end(end: str | date, now: datetime) -> date:
    """Return an end of a period, as a day of UTC or a time."""
    zone = cast("tzinfo", now.tzinfo)
    if isinstance(end, datetime):
        return end if end.tzinfo is not None else end.replace(tzinfo=zone)
    if isinstance(end, date):
        return day_bounds(end, zone)[0]
    if not isinstance(end, str):
        raise FilterTypeError(
            f"an end of a period is a text or a date, not {describe_type(end)}.", hint=_HINT
        )
    text = _TO_THE_MINUTE.sub(r"\g<0>:00", end.strip().lower())
    ago = _AGO.fullmatch(text)
    try:
        if ago is not None and ago[2] in ("minute", "hour"):
            # In UTC, because a difference of local times ignores changes of the clock.
            moment = now.astimezone(UTC) - timedelta(**{f"{ago[2]}s": int(ago[1])})
            return moment.replace(microsecond=0)
        day = _days_ago(now.date(), int(ago[1]), ago[2]) if ago else _read_day(text, now.date())
        if day is not None:
            return day_bounds(day, zone)[0]
        point = None if text.isdigit() else from_text_or_none(text, datetime)
    except (OverflowError, ValueError):
        point = None
    if point is None:
        raise FilterValueError(f"`{shorten(end)}` is not a date or time.", hint=_HINT)
    return point.replace(tzinfo=zone) if _NAIVE.fullmatch(text.upper()) else point


def _read_day(text: str, today: date) -> date | None:
    if text in ("today", "yesterday"):
        return today - timedelta(days=text == "yesterday")
    if text in _DAYS:
        return today - timedelta(days=(today.weekday() - _DAYS.index(text)) % 7)
    return from_text_or_none(text, date)


def _days_ago(today: date, number: int, unit: str) -> date:
    """Return the day so many units before today; a month without that day has an earlier one."""
    if unit in ("day", "week"):
        return today - timedelta(days=number * (7 if unit == "week" else 1))
    months = today.year * 12 + today.month - 1 - number * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
