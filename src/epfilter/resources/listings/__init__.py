"""The listings of the platform: a module an area, loaded when one of its resources is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from epfilter.errors import FilterTypeError, ResourceError, describe_type
from epfilter.snippets import shorten
from epfilter.suggestions import suggest_name

if TYPE_CHECKING:
    from epfilter.resources.resource import Resource

_AREAS = {
    "accounts": (
        "account_addresses",
        "account_members",
        "account_memberships",
        "account_tags",
        "accounts",
        "unassigned_account_members",
    ),
    "catalogs": (
        "catalog_hierarchies",
        "catalog_nodes",
        "catalog_products",
        "catalog_release_hierarchies",
        "catalog_release_nodes",
        "catalog_release_products",
        "catalog_rules",
        "catalogs",
    ),
    "customers": (
        "customers",
        "user_authentication_info",
    ),
    "entries": ("custom_api_entries",),
    "extensions": (
        "custom_apis",
        "custom_fields",
        "flow_entries",
    ),
    "files": ("files",),
    "inventories": (
        "inventory_locations",
        "inventory_stock",
        "inventory_transactions",
    ),
    "legacy": (
        "legacy_brands",
        "legacy_categories",
        "legacy_collections",
        "legacy_products",
    ),
    "orders": (
        "carts",
        "order_metrics",
        "orders",
    ),
    "permissions": (
        "built_in_roles",
        "custom_api_role_policies",
    ),
    "personal_data": (
        "personal_data_erasure_requests",
        "personal_data_logs",
        "personal_data_related_data_entries",
    ),
    "pim": (
        "pim_custom_relationships",
        "pim_hierarchies",
        "pim_jobs",
        "pim_nodes",
        "pim_products",
    ),
    "prices": (
        "price_modifiers",
        "pricebook_prices",
        "pricebooks",
        "product_prices",
    ),
    "promotions": (
        "promotion_code_usages",
        "promotion_codes",
        "promotion_jobs",
        "promotion_usages",
        "promotions",
        "promotions_cm_search",
    ),
    "rule_promotions": (
        "rule_promotion_code_usages",
        "rule_promotion_codes",
        "rule_promotion_jobs",
        "rule_promotion_usages",
        "rule_promotions",
    ),
    "subscriptions": (
        "subscription_dunning_rules",
        "subscription_features",
        "subscription_imports",
        "subscription_invoices",
        "subscription_jobs",
        "subscription_offerings",
        "subscription_plans",
        "subscription_products",
        "subscription_schedules",
        "subscription_subscribers",
        "subscriptions",
    ),
}

AREA_OF = {name: area for area, names in _AREAS.items() for name in names}
"""The module of each resource."""


def resource_named(name: str) -> Resource:
    """The listing of this name, for names that are known when the program runs only.

    Raises ResourceError for a name that no listing has, with the nearest one.

    >>> resource_named("pim_products")
    <resource pim_products>
    >>> resource_named("order")
    Traceback (most recent call last):
        ...
    epfilter.errors.ResourceError: there is no resource `order`. Hint: did you mean `orders`?
    """
    if not isinstance(name, str):
        raise FilterTypeError(f"the name of a resource is a text, not {describe_type(name)}.")
    if name not in AREA_OF:
        raise ResourceError(
            f"there is no resource `{shorten(name)}`.",
            hint=suggest_name(name, AREA_OF, "`epfilter resources` lists them"),
        )
    return cast("Resource", getattr(import_module(f"{__name__}.{AREA_OF[name]}"), name))


def all_resources() -> tuple[Resource, ...]:
    """All listings, in the order of their names.

    >>> all_resources()[0]
    <resource account_addresses>
    """
    return tuple(resource_named(name) for name in sorted(AREA_OF))
