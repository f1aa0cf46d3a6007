"""The text of a value as words; nothing in it can pass for words of the sentence around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from epfilter.errors import FilterValueError
from epfilter.snippets import make_printable
from epfilter.values import from_text

_PLAIN = re.compile(r"[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*|[+-]?[0-9]+(?:\.[0-9]+)?")
"""A word, or a number: what cannot be mistaken for anything else."""

_SENTENCE = re.compile(
    "after|all|and|any|are|at|before|begin|begins|both|case|conditions|contain|contains|either|end|"
    "ends|every|exactly|field|for|greater|has|have|ignoring|in|include|includes|is|least|less|match|"
    "matches|matching|most|no|not|null|objects|of|on|one|or|search|text|than|these|utc|value|whose|"
    "with",
    re.IGNORECASE,
)
"""Words of the sentence itself, which as values stand in quotes."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

_FRACTION = re.compile(r"\.([0-9]+)")


def value_words(text: str, kind: str = "") -> str:
    """A value of a type, by the name of the type; a text where there is none, or it is not of it.

    >>> value_words("2018-04-16T12:11:59.715+02:00", "datetime")
    '10:11:59.715 UTC on 16 April 2018'
    >>> value_words("2018-09-01", "date"), value_words("2018-09-01"), value_words("soon", "date")
    ('1 September 2018', '2018-09-01', '“soon”')
    """
    try:
        if kind == "datetime":
            return _moment(from_text(text, datetime), text)
        if kind == "date":
            return _day(from_text(text, date))
        if kind in {"integer", "number"}:
            from_text(text, Decimal)
            return text
    except FilterValueError:
        return quoted(text)
    return text_words(text)


def text_words(text: str) -> str:
    """A text: bare where it is a word or number, and else in curly quotes.

    >>> text_words("refunded"), text_words("New York"), text_words("or"), text_words("")
    ('refunded', '“New York”', '“or”', '“”')
    """
    plain = _PLAIN.fullmatch(text) and not _SENTENCE.fullmatch(text)
    return text if plain else quoted(text)


def quoted(text: str) -> str:
    r"""The text in curly quotes; where it holds what does not show, or such quotes, with escapes.

    >>> print(quoted("C:\\new"), quoted("C:\new"))
    “C:\new” “C:\new” (written with escapes)
    """
    if text.isprintable() and not re.search("[“”]", text):
        return f"“{text}”"
    escaped = make_printable(text.replace("\\", "\\\\"))
    escaped = escaped.replace("“", "\\u201c").replace("”", "\\u201d")
    return f"“{escaped}” (written with escapes)"


def listed(values: Sequence[str], word: str) -> str:
    """The values as a list that ends with `word`.

    >>> listed(["a", "b", "c"], "or")
    'a, b or c'
    """
    *others, last = values
    return f"{', '.join(others)} {word} {last}" if others else last


def _moment(moment: datetime, text: str) -> str:
    clock = f"{moment:%H:%M}"
    # Finer parts than microseconds are sent, too, so they are taken from the text.
    found = _FRACTION.search(text)
    fraction = (found[1] if found else f"{moment.microsecond:06d}").rstrip("0")
    if fraction:
        clock = f"{moment:%H:%M:%S}.{fraction.ljust(3, '0')}"
    elif moment.second:
        clock = f"{moment:%H:%M:%S}"
    return f"{clock} UTC on {_day(moment)}"


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year:04d}"
