"""Days, time zones and points in time; not public."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from epfilter.arguments import describe_type
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.snippets import shorten


def day_bounds(day: date, zone: tzinfo = UTC) -> tuple[date, date]:
    """Return the start of a day and the start of the next one, as dates or as datetimes.

    For UTC both are dates: a bare date means 00:00 UTC of that day. A day with a change of the
    clock is shorter or longer than 24 hours, and one that has no midnight starts at the change.

    Raises `FilterTypeError` for a `day` that is not a date and for a `zone` that is not a tzinfo,
    and `FilterValueError` for the last day of the calendar.

    >>> from zoneinfo import ZoneInfo
    >>> from epfilter.values import to_text
    >>> start, end = day_bounds(date(2018, 3, 25), ZoneInfo("Europe/Paris"))
    >>> to_text(start), to_text(end)
    ('2018-03-24T23:00:00Z', '2018-03-25T22:00:00Z')
    """
    if not isinstance(day, date) or isinstance(day, datetime):
        hint = {datetime: "use value.date()", str: "use date.fromisoformat(text)"}.get(type(day))
        raise FilterTypeError(f"a day must be a date, not {describe_type(day)}.", hint=hint)
    if not isinstance(zone, tzinfo):
        raise FilterTypeError(
            f"a time zone must be a tzinfo, not {describe_type(zone)}.",
            hint='use ZoneInfo("Europe/Paris")',
        )
    try:
        next_day = day + timedelta(days=1)
    except OverflowError:
        raise FilterValueError("the last day of the calendar has no next day.") from None
    if zone is UTC:
        return day, next_day
    midnight = time(tzinfo=zone)
    return datetime.combine(day, midnight), datetime.combine(next_day, midnight)


def resolve_timezone(timezone: tzinfo | str) -> tzinfo:
    """Return the time zone of a name, such as `Europe/Paris`, or the tzinfo itself.

    Raises FilterValueError for an unknown name, and FilterTypeError for another type.

    >>> resolve_timezone("Europe/Paris")
    zoneinfo.ZoneInfo(key='Europe/Paris')
    """
    if isinstance(timezone, tzinfo):
        return timezone
    if not isinstance(timezone, str):
        raise FilterTypeError(
            f"a time zone is a name or a tzinfo, not {describe_type(timezone)}.",
            hint='as in timezone="Europe/Paris"',
        )
    from zoneinfo import ZoneInfo

    try:
        return UTC if timezone.upper() == "UTC" else ZoneInfo(timezone)
    except (ValueError, OSError, KeyError):
        raise FilterValueError(
            f"there is no time zone `{shorten(timezone)}`.",
            hint="use a name such as UTC or Europe/Paris",
        ) from None


def to_timestamp(value: date) -> datetime:
    """Return the point in time of a date or a timestamp: a date means 00:00 UTC of that day.

    >>> to_timestamp(date(2018, 9, 1)).isoformat()
    '2018-09-01T00:00:00+00:00'
    """
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time(), UTC)
