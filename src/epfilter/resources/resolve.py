"""What callers give where a resource is meant."""

from __future__ import annotations

from epfilter.errors import FilterTypeError, describe_type
from epfilter.resources.listings import resource_named
from epfilter.resources.resource import Resource


def resource_of(given: object, hint: str | None = None) -> Resource | None:
    """A resource itself, or the listing of a name, or None for None.

    Raises ResourceError for a name that no listing has, as `resource_named` does, and
    FilterTypeError with the hint for anything else.

    >>> from epfilter.resources import orders
    >>> resource_of("orders") is resource_of(orders), resource_of(None)
    (True, None)
    >>> resource_of(5, 'as in lint(text, "orders")')
    Traceback (most recent call last):
        ...
    epfilter.errors.FilterTypeError: a resource or its name is expected, not a value of type int. \
Hint: as in lint(text, "orders").
    """
    if given is None:
        return None
    if isinstance(given, str):
        return resource_named(given)
    if not isinstance(given, Resource):
        raise FilterTypeError(
            f"a resource or its name is expected, not {describe_type(given)}.", hint=hint
        )
    return given
