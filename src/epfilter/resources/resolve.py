"""Finding the listings of the platform by their names."""

from __future__ import annotations

from importlib import import_module
from typing import cast, overload

from epfilter.arguments import describe_type
from epfilter.errors import FilterTypeError, ResourceError
from epfilter.resources.listings import AREA_OF, QUOTES_DOCUMENTED
from epfilter.resources.resource import Resource, resource_info
from epfilter.snippets import shorten
from epfilter.suggestions import suggest_name


def resource_named(name: str) -> Resource:
    """Return the listing of this name, for names that are known at run time only.

    Raises ResourceError, with the nearest name as a hint, if no listing has this name.

    >>> resource_named("pim_products")
    <resource pim_products>
    >>> resource_named("order")
    Traceback (most recent call last):
        ...
    epfilter.errors.ResourceError: there is no resource `order`. Hint: did you mean `orders`?
    """
    if not isinstance(name, str):
        raise FilterTypeError(f"the name of a resource must be a str, not {describe_type(name)}.")
    if name not in AREA_OF:
        raise ResourceError(
            f"there is no resource `{shorten(name)}`.",
            hint=suggest_name(name, AREA_OF, "`epfilter resources` lists them"),
        )
    area = import_module(f"epfilter.resources.listings.{AREA_OF[name]}")
    return cast("Resource", getattr(area, name))


def all_resources() -> tuple[Resource, ...]:
    """Return all listings, in the order of their names.

    >>> all_resources()[0]
    <resource account_addresses>
    """
    return tuple(resource_named(name) for name in sorted(AREA_OF))


def documents_quotes(resource: Resource) -> bool:
    """Return whether quoted operands are documented for a listing; True for your own resources.

    >>> documents_quotes(resource_named("orders")), documents_quotes(resource_named("carts"))
    (True, False)
    """
    name = resource_info(resource).name
    is_listing = name in AREA_OF and resource_named(name) is resource
    return not is_listing or name in QUOTES_DOCUMENTED


@overload
def resource_of(resource: None, hint: str | None = None) -> None: ...
@overload
def resource_of(resource: Resource | str, hint: str | None = None) -> Resource: ...
@overload
def resource_of(resource: object, hint: str | None = None) -> Resource | None: ...
def resource_of(resource: object, hint: str | None = None) -> Resource | None:
    """Return a resource itself, the listing of a name, or None for None.

    Call it where users pass a resource or its name; `hint` shows them how.

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
    if resource is None or isinstance(resource, Resource):
        return resource
    if isinstance(resource, str):
        return resource_named(resource)
    raise FilterTypeError(
        f"a resource or its name is expected, not {describe_type(resource)}.", hint=hint
    )
