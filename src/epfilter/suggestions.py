"""Suggests the known name that an unknown name probably stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple
from unicodedata import name as unicode_name

_MAX_COMPARED = 100
"""Characters of a name that are compared: the comparison takes quadratic time."""
_MAX_LISTED = 20
_LATIN = str.maketrans(
    "аеорсухіјѕһԁԛԝӏАВЕКМНОРСТУХІЈЅαικνορτυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijshdqwlABEKMHOPCTYXIJSaikvoptuABEZHIKMNOPTYX",
)
"""Cyrillic and Greek letters that look like Latin ones."""
_WORD = re.compile(r"[^\W\d_]+")


class LookAlike(NamedTuple):
    """A letter of another alphabet in a Latin word."""

    letter: str
    latin: str
    corrected: str
    """The whole text in Latin letters."""

    def __str__(self) -> str:
        title = unicode_name(self.letter).lower()
        return f"`{self.letter}` ({title}) only looks like `{self.latin}`"


def find_look_alike(text: str) -> LookAlike | None:
    """Return the first letter of a text that only looks like the Latin letters around it.

    The result is None unless each word with such a letter also has Latin letters.

    >>> find_look_alike("n\N{CYRILLIC SMALL LETTER A}me").corrected, find_look_alike("name")
    ('name', None)
    """
    if text.isascii():
        return None
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    for word in words:
        if not word.translate(_LATIN).isascii() or not any(char.isascii() for char in word):
            return None
    corrected = text.translate(_LATIN)
    for letter, latin in zip(text, corrected, strict=True):
        if letter != latin:
            return LookAlike(letter, latin, corrected)
    return None


def nearest_names(name: str, known: Iterable[str], count: int) -> list[str]:
    """Return up to `count` known names that resemble `name`, the most similar first.

    Case is ignored, and letters that look alike are equal.

    >>> nearest_names("payed", ["paid", "Payer", "open"], 2)
    ['Payer', 'paid']
    """
    by_lower = {each.lower(): each for each in reversed([*known])}
    compared = name[:_MAX_COMPARED].translate(_LATIN).lower()
    matches = get_close_matches(compared, by_lower, n=count, cutoff=0.6)
    return [by_lower[match] for match in matches]


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that resembles `name` most, or None where none resembles it.

    >>> nearest_name("staus", ["status", "total"]), nearest_name("zzz", ["status", "total"])
    ('status', None)
    """
    nearest = nearest_names(name, known, 1)
    return nearest[0] if nearest else None


def did_you_mean(*names: str, written: str = "") -> str:
    """Return the question whether one of the names was meant.

    If `written` differs by a letter that only looks like another, this letter is named first.

    >>> did_you_mean("eq"), did_you_mean("EPF401", "EPF402", "EPF403")
    ('did you mean `eq`?', 'did you mean `EPF401`, `EPF402` or `EPF403`?')
    """
    *others, last = [f"`{name}`" for name in names]
    look_alike = find_look_alike(written)
    reason = f"{look_alike}; " if look_alike else ""
    return f"{reason}did you mean {', '.join(others)}{' or ' if others else ''}{last}?"


def suggest_name(name: str, known: Iterable[str], otherwise: str | None = None) -> str | None:
    """Return the hint for an unknown name: the nearest known one, or else `otherwise`.

    >>> suggest_name("staus", ["status", "total"])
    'did you mean `status`?'
    >>> suggest_name("zzz", ["status", "total"], "the fields are `status`, `total`")
    'the fields are `status`, `total`'
    """
    nearest = nearest_name(name, known)
    return otherwise if nearest is None else did_you_mean(nearest, written=name)


def list_names(names: Iterable[str], limit: int = _MAX_LISTED) -> str:
    """Return the names in backticks, with `…` in place of those beyond `limit`.

    >>> list_names(["a", "b", "c"], 2)
    '`a`, `b`, …'
    """
    quoted = [f"`{name}`" for name in names]
    return ", ".join(quoted[:limit] + ["…"] * (len(quoted) > limit))
