"""What a user chooses: which rules look, and where their thresholds are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from epfilter.errors import FilterTypeError, FilterValueError, describe_type

_CODE = re.compile(r"EPF[0-9]{0,3}")
_THRESHOLDS = ("max_calls", "max_bytes", "max_or_complexity", "max_in_values")


@dataclass(frozen=True)
class Settings:
    """Which rules look at a filter, and their thresholds.

    `select` and `ignore` hold codes (`EPF301`) or families (`EPF3`, or `EPF` for all). An empty
    `select` stands for all rules that are on by default; a selected family brings those that are
    off as well. `ignore` wins over `select`. Syntax mistakes (EPF1) are reported whatever is
    selected, because no rule can look at a damaged filter; only `ignore` leaves them out.

    The thresholds are the most that is let through: `max_calls` calls in a filter, `max_bytes`
    once percent-encoded, `max_or_complexity` alternatives, `max_in_values` values of an `in`.

    Raises FilterValueError for what is no code and for a threshold below 0, FilterTypeError for
    another type.

    >>> from epfilter import lint
    >>> lint("in(id,a,a)", settings=Settings(ignore=("EPF4",)))
    []
    >>> [found.code for found in lint("eq(a,1):eq(b,2)", settings=Settings(max_calls=1))]
    ['EPF301']
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    max_calls: int = 10
    max_bytes: int = 8192
    max_or_complexity: int = 4
    max_in_values: int = 200

    def __post_init__(self) -> None:
        for name in ("select", "ignore"):
            object.__setattr__(self, name, _codes(name, getattr(self, name)))
        for name in _THRESHOLDS:
            number = getattr(self, name)
            if type(number) is not int:
                raise FilterTypeError(f"{name} is a whole number, not {describe_type(number)}.")
            if number < 0:
                raise FilterValueError(f"{name} is at least 0, not {number}.")


def _codes(name: str, given: object) -> tuple[str, ...]:
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise FilterTypeError(
            f"{name} is a list of codes, not {describe_type(given)}.", hint=f'{name}=("EPF3",)'
        )
    codes = tuple(given)
    for code in codes:
        if not isinstance(code, str):
            raise FilterTypeError(f"a code of {name} is a str, not {describe_type(code)}.")
        if not _CODE.fullmatch(code):
            raise FilterValueError(
                f"`{code}` is neither a code nor a family of codes.",
                hint="a code is written as in EPF301, a family as in EPF3",
            )
    return codes
