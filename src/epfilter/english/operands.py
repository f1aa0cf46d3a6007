"""The text of a value as words that cannot be confused with words of the sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal

from epfilter.errors import FilterValueError
from epfilter.snippets import make_printable
from epfilter.values import from_text

_WORD_OR_NUMBER = re.compile(r"[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*|[+-]?[0-9]+(?:\.[0-9]+)?")
"""A text that is unambiguous without quotes."""

_RESERVED_WORD = re.compile(
    "after|all|and|any|are|at|before|begin|begins|both|case|conditions|contain|contains|either|end|"
    "ends|every|exactly|field|for|greater|has|have|ignoring|in|include|includes|is|least|less|match|"
    "matches|matching|most|no|not|null|objects|of|on|one|or|search|text|than|these|utc|value|whose|"
    "with",
    re.IGNORECASE,
)
"""A word of the sentence itself: as a value it is quoted."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

_FRACTION = re.compile(r"\.([0-9]+)")


def value_words(text: str, type_name: str = "", timezone: tzinfo = UTC) -> str:
    """Return a value in words, by the name of its type.

    Without a type name, or if the text is not a value of the type, it is a text. A point in time
    is shown in `timezone`, with its difference from UTC.

    >>> value_words("2018-04-16T12:11:59.715+02:00", "datetime")
    '10:11:59.715 UTC on 16 April 2018'
    >>> from zoneinfo import ZoneInfo
    >>> value_words("2018-09-01", "datetime", ZoneInfo("Europe/Paris"))
    '02:00 UTC+02:00 on 1 September 2018'
    >>> value_words("2018-09-01", "date"), value_words("2018-09-01"), value_words("soon", "date")
    ('1 September 2018', '2018-09-01', '“soon”')
    """
    try:
        if type_name == "datetime":
            return _moment_words(_convert_timezone(from_text(text, datetime), timezone), text)
        if type_name == "date":
            return _day_words(from_text(text, date))
        if type_name in {"integer", "number"}:
            from_text(text, Decimal)
            return text
    except FilterValueError:
        return quote(text)
    return text_words(text)


def text_words(text: str) -> str:
    """Return a word or number as it is, and any other text in curly quotes.

    >>> text_words("refunded"), text_words("New York"), text_words("or"), text_words("")
    ('refunded', '“New York”', '“or”', '“”')
    """
    is_plain = _WORD_OR_NUMBER.fullmatch(text) and not _RESERVED_WORD.fullmatch(text)
    return text if is_plain else quote(text)


def quote(text: str) -> str:
    r"""Return the text in curly quotes.

    Characters that are not printable, and curly quotes, are escaped, and a note follows.

    >>> print(quote("C:\\new"), quote("C:\new"))
    “C:\new” “C:\new” (written with escapes)
    """
    if text.isprintable() and not re.search("[“”]", text):
        return f"“{text}”"
    escaped = make_printable(text.replace("\\", "\\\\"))
    escaped = escaped.replace("“", "\\u201c").replace("”", "\\u201d")
    return f"“{escaped}” (written with escapes)"


def join_words(words: Sequence[str], conjunction: str) -> str:
    """Return the words as a list with the conjunction before the last.

    >>> join_words(["a", "b", "c"], "or")
    'a, b or c'
    """
    *others, last = words
    return f"{', '.join(others)} {conjunction} {last}" if others else last


def _convert_timezone(moment: datetime, timezone: tzinfo) -> datetime:
    """Return the moment in a time zone, or in UTC where the calendar does not have it there."""
    try:
        return moment.astimezone(timezone)
    except (OverflowError, ValueError):
        return moment


def _moment_words(moment: datetime, text: str) -> str:
    clock = f"{moment:%H:%M}"
    # The text may be more precise than the microseconds of a datetime.
    match = _FRACTION.search(text)
    fraction = (match[1] if match else f"{moment.microsecond:06d}").rstrip("0")
    if fraction:
        clock = f"{moment:%H:%M:%S}.{fraction.ljust(3, '0')}"
    elif moment.second:
        clock = f"{moment:%H:%M:%S}"
    # A difference in hours is exact: a name such as CST or Europe/Paris is not.
    difference = moment.replace(microsecond=0).isoformat()[19:] if moment.utcoffset() else ""
    return f"{clock} UTC{difference} on {_day_words(moment)}"


def _day_words(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year:04d}"
