"""The accessors of the platform's JavaScript SDK, and the endpoints that they send requests to.

Source: github.com/elasticpath/js-sdk (2026), `src/index.js` and `src/endpoints`.
"""

from __future__ import annotations

from types import MappingProxyType

_RELEASE = "/catalogs/{id}/releases/{id}"

ACCESSOR_PATHS = MappingProxyType(
    {
        "AccountAddresses": "/v2/accounts/{id}/addresses",
        "AccountMembers": "/v2/account-members",
        "AccountMembers.UnassignedAccountMembers": (
            "/v2/accounts/{id}/account-memberships/unassigned-account-members"
        ),
        "AccountMemberships": "/v2/accounts/{id}/account-memberships",
        "AccountTags": "/v2/account-tags",
        "Accounts": "/v2/accounts",
        "Brands": "/v2/brands",
        "Catalogs": "/catalogs",
        "Catalogs.Nodes": f"{_RELEASE}/nodes",
        "Catalogs.Products": f"{_RELEASE}/products",
        "Catalogs.Rules": "/catalogs/rules",
        "Categories": "/v2/categories",
        "Collections": "/v2/collections",
        "CustomApiRolePolicies": "/v2/permissions/custom-api-role-policies",
        "CustomApis": "/v2/settings/extensions/custom-apis",
        "CustomApis.GetEntries": "/v2/settings/extensions/custom-apis/{id}/entries",
        "CustomApis.GetEntriesBySlug": "/v2/extensions/{slug}",
        "CustomApis.GetFields": "/v2/settings/extensions/custom-apis/{id}/fields",
        "CustomRelationships": "/pcm/custom-relationships",
        "Customers": "/v2/customers",
        "DataEntries": "/v2/personal-data/related-data-entries",
        "ErasureRequests": "/v2/personal-data/erasure-requests",
        "Files": "/v2/files",
        "Flows.GetEntries": "/v2/flows/{slug}/entries",
        "Hierarchies": "/pcm/hierarchies",
        "Hierarchies.Children": "/pcm/hierarchies/{id}/children",
        "Hierarchies.Nodes": "/pcm/hierarchies/{id}/nodes",
        "Inventories": "/v2/inventories",
        "Metrics.GetOrderCountTimeSeries": "/v2/metrics/orders/timeseries/count",
        "Metrics.GetOrderDiscountTimeSeries": "/v2/metrics/orders/timeseries/discount",
        "Metrics.GetOrderMetricsSummary": "/v2/metrics/orders/summary",
        "Metrics.GetOrderValueTimeSeries": "/v2/metrics/orders/timeseries/value",
        "MultiLocationInventories": "/v2/inventories",
        "MultiLocationInventories.Locations": "/v2/inventories/locations",
        "Orders": "/v2/orders",
        "PCM": "/pcm/products",
        "PCM.AttachNodes": "/pcm/products",
        "PCM.DetachNodes": "/pcm/products",
        "PCM.ExportProducts": "/pcm/products",
        "PCM.GetChildProducts": "/pcm/products/{id}/children",
        "PCM.Jobs": "/pcm/jobs",
        "PersonalData": "/v2/personal-data/logs",
        "PriceBooks": "/pcm/pricebooks",
        "PriceBooks.PriceModifiers": "/pcm/pricebooks/{id}/modifiers",
        "PriceBooks.Prices": "/pcm/pricebooks/{id}/prices",
        "Products": "/v2/products",
        "Promotions": "/v2/promotions",
        "Promotions.Codes": "/v2/promotions/{id}/codes",
        "Promotions.PromotionJobs": "/v2/promotions/{id}/jobs",
        "RulePromotions": "/v2/rule-promotions",
        "RulePromotions.Codes": "/v2/rule-promotions/{id}/codes",
        "RulePromotions.Jobs": "/v2/rule-promotions/{id}/jobs",
        "ShopperCatalog.Hierarchies": "/catalog/hierarchies",
        "ShopperCatalog.Hierarchies.GetHierarchyChildren": "/catalog/hierarchies/{id}/children",
        "ShopperCatalog.Hierarchies.GetHierarchyNodes": "/catalog/hierarchies/{id}/nodes",
        "ShopperCatalog.Nodes": "/catalog/nodes",
        "ShopperCatalog.Nodes.GetNodeProducts": "/catalog/nodes/{id}/relationships/products",
        "ShopperCatalog.Products": "/catalog/products",
        "SubscriptionDunningRules": "/v2/subscriptions/dunning-rules",
        "SubscriptionInvoices": "/v2/subscriptions/invoices",
        "SubscriptionJobs": "/v2/subscriptions/jobs",
        "SubscriptionOfferings": "/v2/subscriptions/offerings",
        "SubscriptionPlans": "/v2/subscriptions/plans",
        "SubscriptionProducts": "/v2/subscriptions/products",
        "SubscriptionSchedules": "/v2/subscriptions/schedules",
        "SubscriptionSubscribers": "/v2/subscriptions/subscribers",
        "Subscriptions": "/v2/subscriptions/subscriptions",
        "UserAuthenticationInfo": "/v2/authentication-realms/{id}/user-authentication-info",
    }
)
"""The path that each accessor lists, with the method that sends the request where it matters.

A method that takes the filter in its body has the path of the listing that accepts it.
"""


def find_accessor_path(name: str) -> str:
    """Return the path that an accessor lists; empty for a name that is not one.

    Names after the accessor are methods; those that are not in the table list its own path.

    >>> find_accessor_path("ShopperCatalog.Nodes.GetNodeProducts.then")
    '/catalog/nodes/{id}/relationships/products'
    >>> find_accessor_path("Orders.All"), find_accessor_path("getOrders")
    ('/v2/orders', '')
    """
    while name:
        if name in ACCESSOR_PATHS:
            return ACCESSOR_PATHS[name]
        name = name.rpartition(".")[0]
    return ""
