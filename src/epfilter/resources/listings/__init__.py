"""The listings of the platform: one module per area, loaded on first access of a resource.

`CONTRIBUTING.md` has a guide to adding a listing.
"""

from __future__ import annotations

AREAS: dict[str, tuple[str, ...]] = {
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

QUOTES_DOCUMENTED = frozenset(
    {
        *("accounts", "account_members", "unassigned_account_members", "user_authentication_info"),
        *("customers", "orders", "files", "pricebooks", "pricebook_prices", "price_modifiers"),
        *("product_prices", "promotions", "promotions_cm_search", "rule_promotions"),
        *("pim_products", "subscriptions"),
    }
)
"""The listings for which the platform documents quotes, and the characters that require them.

Source: the guide "Filtering" of 2024-11, which names the listings by their titles. It does not
state which of the listings of promotions it means.
"""

AREA_OF = {name: area for area, names in AREAS.items() for name in names}
"""The module of each listing, by the name of the listing."""

META_TIMESTAMPS = {
    "created_at": "meta.timestamps.created_at",
    "updated_at": "meta.timestamps.updated_at",
}
"""Where objects of the platform have their times, if their other attributes are at the top.

Source of the locations: the schemas of the responses in the platform's OpenAPI documents.
"""

ATTRIBUTES = {"*": "attributes.{field}"}
"""All attributes of objects in the format of JSON:API."""

PCM_ATTRIBUTES = {
    "created_at": "meta.created_at",
    "updated_at": "meta.updated_at",
    "owner": "meta.owner",
    **ATTRIBUTES,
}
"""The attributes of objects of product management."""
