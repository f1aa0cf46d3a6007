"""Suggests the known name that an unknown name probably stands for."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_MAX_COMPARED = 100
"""Characters of a name that are compared: the comparison takes quadratic time."""
_MAX_LISTED = 20


def nearest_names(name: str, known: Iterable[str], count: int) -> list[str]:
    """Return up to `count` known names that resemble `name`, the most similar first.

    Case is ignored.

    >>> nearest_names("payed", ["paid", "Payer", "open"], 2)
    ['Payer', 'paid']
    """
    by_lower = {each.lower(): each for each in reversed([*known])}
    matches = get_close_matches(name[:_MAX_COMPARED].lower(), by_lower, n=count, cutoff=0.6)
    return [by_lower[match] for match in matches]


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that resembles `name` most, or None where none resembles it.

    >>> nearest_name("staus", ["status", "total"]), nearest_name("zzz", ["status", "total"])
    ('status', None)
    """
    nearest = nearest_names(name, known, 1)
    return nearest[0] if nearest else None


def did_you_mean(*names: str) -> str:
    """Return the question whether one of the names was meant.

    >>> did_you_mean("eq"), did_you_mean("EPF401", "EPF402", "EPF403")
    ('did you mean `eq`?', 'did you mean `EPF401`, `EPF402` or `EPF403`?')
    """
    *others, last = [f"`{name}`" for name in names]
    return f"did you mean {', '.join(others)}{' or ' if others else ''}{last}?"


def suggest_name(name: str, known: Iterable[str], otherwise: str | None = None) -> str | None:
    """Return the hint for an unknown name: the nearest known one, or else `otherwise`.

    >>> suggest_name("staus", ["status", "total"])
    'did you mean `status`?'
    >>> suggest_name("zzz", ["status", "total"], "the fields are `status`, `total`")
    'the fields are `status`, `total`'
    """
    nearest = nearest_name(name, known)
    return otherwise if nearest is None else did_you_mean(nearest)


def list_names(names: Iterable[str], limit: int = _MAX_LISTED) -> str:
    """Return the names in backticks, with `…` in place of those beyond `limit`.

    >>> list_names(["a", "b", "c"], 2)
    '`a`, `b`, …'
    """
    quoted = [f"`{name}`" for name in names]
    return ", ".join(quoted[:limit] + ["…"] * (len(quoted) > limit))
