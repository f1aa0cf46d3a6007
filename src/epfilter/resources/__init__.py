"""What each listing of the platform accepts, as typed declarations that also build filters.

A listing is loaded on first access: loading all of them would slow down every import.
"""

from typing import TYPE_CHECKING

from epfilter.resources.aliases import Alias, PatternAlias, PrefixAlias
from epfilter.resources.binding import or_complexity
from epfilter.resources.bound_tree import (
    BoundAnd,
    BoundCall,
    BoundComparison,
    BoundFilter,
    BoundIsNull,
    BoundMembership,
    BoundOr,
    bind_calls,
    bound_calls,
    fold_bound,
    map_bound,
)
from epfilter.resources.declarations import (
    Declaration,
    Deprecation,
    Endpoint,
    ResourceInfo,
    SourceConflict,
)
from epfilter.resources.field_types import (
    BoundValue,
    FieldType,
    boolean,
    date_,
    enum,
    integer,
    list_of,
    number,
    string,
    timestamp,
    unknown,
    uuid,
)
from epfilter.resources.fields import (
    Contains,
    ContainsAnyAll,
    ContainsAnyAllNull,
    Eq,
    EqGt,
    EqILike,
    EqILikeNull,
    EqIn,
    EqInLike,
    EqInLikeILikeText,
    EqInOrdered,
    EqInOrderedLike,
    EqInOrderedLikeNull,
    EqInOrderedNull,
    EqLike,
    EqLikeILike,
    EqNull,
    EqOrdered,
    Field,
    Gt,
    GtLt,
    ILike,
    ILikeNull,
    In,
    InOrderedNull,
    Like,
    LikeILike,
    NoOperators,
    Null,
    Ordered,
    Text,
    declaration_of,
)
from epfilter.resources.groups import FieldGroup, Keyed, Nested
from epfilter.resources.job_types import resource_of_job, suggest_job_type
from epfilter.resources.listings import AREA_OF as _AREA_OF
from epfilter.resources.policy import Accepts, Policy
from epfilter.resources.resolve import all_resources, documents_quotes, resource_named, resource_of
from epfilter.resources.resource import (
    Resource,
    check_located,
    resource_info,
    resource_schema,
)
from epfilter.resources.schema import FieldMatch, Schema

if TYPE_CHECKING:
    from epfilter.resources.listings.accounts import *
    from epfilter.resources.listings.catalogs import *
    from epfilter.resources.listings.customers import *
    from epfilter.resources.listings.entries import *
    from epfilter.resources.listings.extensions import *
    from epfilter.resources.listings.files import *
    from epfilter.resources.listings.inventories import *
    from epfilter.resources.listings.legacy import *
    from epfilter.resources.listings.orders import *
    from epfilter.resources.listings.permissions import *
    from epfilter.resources.listings.personal_data import *
    from epfilter.resources.listings.pim import *
    from epfilter.resources.listings.prices import *
    from epfilter.resources.listings.promotions import *
    from epfilter.resources.listings.rule_promotions import *
    from epfilter.resources.listings.subscriptions import *

__all__ = [
    "Accepts",
    "Alias",
    "BoundAnd",
    "BoundCall",
    "BoundComparison",
    "BoundFilter",
    "BoundIsNull",
    "BoundMembership",
    "BoundOr",
    "BoundValue",
    "Contains",
    "ContainsAnyAll",
    "ContainsAnyAllNull",
    "Declaration",
    "Deprecation",
    "Endpoint",
    "Eq",
    "EqGt",
    "EqILike",
    "EqILikeNull",
    "EqIn",
    "EqInLike",
    "EqInLikeILikeText",
    "EqInOrdered",
    "EqInOrderedLike",
    "EqInOrderedLikeNull",
    "EqInOrderedNull",
    "EqLike",
    "EqLikeILike",
    "EqNull",
    "EqOrdered",
    "Field",
    "FieldGroup",
    "FieldMatch",
    "FieldType",
    "Gt",
    "GtLt",
    "ILike",
    "ILikeNull",
    "In",
    "InOrderedNull",
    "Keyed",
    "Like",
    "LikeILike",
    "Nested",
    "NoOperators",
    "Null",
    "Ordered",
    "PatternAlias",
    "Policy",
    "PrefixAlias",
    "Resource",
    "ResourceInfo",
    "Schema",
    "SourceConflict",
    "Text",
    "account_addresses",
    "account_members",
    "account_memberships",
    "account_tags",
    "accounts",
    "all_resources",
    "bind_calls",
    "boolean",
    "bound_calls",
    "built_in_roles",
    "carts",
    "catalog_hierarchies",
    "catalog_nodes",
    "catalog_products",
    "catalog_release_hierarchies",
    "catalog_release_nodes",
    "catalog_release_products",
    "catalog_rules",
    "catalogs",
    "check_located",
    "custom_api_entries",
    "custom_api_role_policies",
    "custom_apis",
    "custom_fields",
    "customers",
    "date_",
    "declaration_of",
    "documents_quotes",
    "enum",
    "files",
    "flow_entries",
    "fold_bound",
    "integer",
    "inventory_locations",
    "inventory_stock",
    "inventory_transactions",
    "legacy_brands",
    "legacy_categories",
    "legacy_collections",
    "legacy_products",
    "list_of",
    "map_bound",
    "number",
    "or_complexity",
    "order_metrics",
    "orders",
    "personal_data_erasure_requests",
    "personal_data_logs",
    "personal_data_related_data_entries",
    "pim_custom_relationships",
    "pim_hierarchies",
    "pim_jobs",
    "pim_nodes",
    "pim_products",
    "price_modifiers",
    "pricebook_prices",
    "pricebooks",
    "product_prices",
    "promotion_code_usages",
    "promotion_codes",
    "promotion_jobs",
    "promotion_usages",
    "promotions",
    "promotions_cm_search",
    "resource_info",
    "resource_named",
    "resource_of",
    "resource_of_job",
    "resource_schema",
    "rule_promotion_code_usages",
    "rule_promotion_codes",
    "rule_promotion_jobs",
    "rule_promotion_usages",
    "rule_promotions",
    "string",
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
    "suggest_job_type",
    "timestamp",
    "unassigned_account_members",
    "unknown",
    "user_authentication_info",
    "uuid",
]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if not TYPE_CHECKING:
    # Type checkers must see the names above and no others.
    def __getattr__(name: str) -> object:
        if name not in _AREA_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = resource = resource_named(name)
        return resource
