"""Checks of arguments, and their types in words for messages; not public."""

from __future__ import annotations

from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.snippets import format_argument


def describe_type(value: object) -> str:
    """Return the type of a value in words, for messages.

    >>> describe_type(None), describe_type(5)
    ('None', 'a value of type int')
    """
    return "None" if value is None else f"a value of type {type(value).__name__}"


def require_int(
    name: str, value: object, least: int, most: int | None = None, *, hint: str | None = None
) -> int:
    """Return an argument that is an integer from `least` to `most`, or of at least `least`.

    Raises `FilterTypeError` for a value of another type, and `FilterValueError`, with the hint, for
    an integer out of range.

    >>> require_int("max_calls", -1, 0)
    Traceback (most recent call last):
    epfilter.errors.FilterValueError: `max_calls` must be at least 0, not -1.
    """
    if type(value) is not int:
        raise FilterTypeError(f"`{name}` must be an integer, not {describe_type(value)}.")
    if value < least or (most is not None and value > most):
        allowed = f"at least {least}" if most is None else f"from {least} to {most}"
        raise FilterValueError(
            f"`{name}` must be {allowed}, not {format_argument(value)}.", hint=hint
        )
    return value
