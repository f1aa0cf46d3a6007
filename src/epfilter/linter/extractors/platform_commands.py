"""The commands that take filters: `epcc`, the platform's command line, and `epfilter`.

Source: github.com/elasticpath/epcc-cli (2026), `external/resources/yaml` and `cmd/get.go`.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import NamedTuple

from epfilter.linter.extractors.requests import NO_CONTEXT, RequestContext

_SUBSCRIPTIONS = "/v2/subscriptions"

EPCC_PATHS = MappingProxyType(
    {
        "account-addresses": "/v2/accounts/{id}/addresses",
        "account-members": "/v2/account-members",
        "account-memberships": "/v2/accounts/{id}/account-memberships",
        "account-tags": "/v2/account-tags",
        "accounts": "/v2/accounts",
        "built-in-roles": "/v2/permissions/built-in-roles",
        "carts": "/v2/carts",
        "catalog-products": "/catalog/products",
        "custom-api-extensions-entries": "/v2/extensions/{slug}",
        "custom-api-role-policies": "/v2/permissions/custom-api-role-policies",
        "custom-api-settings-entries": "/v2/settings/extensions/custom-apis/{id}/entries",
        "custom-apis": "/v2/settings/extensions/custom-apis",
        "custom-fields": "/v2/settings/extensions/custom-apis/{id}/fields",
        "customers": "/v2/customers",
        "entries": "/v2/flows/{slug}/entries",
        "files": "/v2/files",
        "inventories": "/v2/inventories",
        "inventory-transactions": "/v2/inventories/{id}/transactions",
        "manual-orders": "/v2/orders",
        "metrics-orders-summary": "/v2/metrics/orders/summary",
        "metrics-orders-timeseries-counts": "/v2/metrics/orders/timeseries/count",
        "metrics-orders-timeseries-discounts": "/v2/metrics/orders/timeseries/discount",
        "metrics-orders-timeseries-values": "/v2/metrics/orders/timeseries/value",
        "mli-inventory-locations": "/v2/inventories/locations",
        "mli-inventory-product-transactions": "/v2/inventories/{id}/transactions",
        "mli-inventory-stocks": "/v2/inventories",
        "orders": "/v2/orders",
        "pcm-catalog-rules": "/catalogs/rules",
        "pcm-catalogs": "/catalogs",
        "pcm-child-products": "/catalog/products/{id}/relationships/children",
        "pcm-entries": "/v2/flows/{slug}/entries",
        "pcm-hierarchies": "/pcm/hierarchies",
        "pcm-hierarchy-node-children": "/pcm/hierarchies/{id}/children",
        "pcm-node-children": "/pcm/hierarchies/{id}/nodes/{id}/children",
        "pcm-nodes": "/pcm/hierarchies/{id}/nodes",
        "pcm-pricebook-modifiers": "/pcm/pricebooks/{id}/modifiers",
        "pcm-pricebooks": "/pcm/pricebooks",
        "pcm-product-prices": "/pcm/pricebooks/{id}/prices",
        "pcm-products": "/pcm/products",
        "personal-data-erasure-requests": "/v2/personal-data/erasure-requests",
        "personal-data-log-entries": "/v2/personal-data/logs",
        "personal-data-related-data-entries": "/v2/personal-data/related-data-entries",
        "promotion-codes": "/v2/promotions/{id}/codes",
        "promotions": "/v2/promotions",
        "rule-promotion-codes": "/v2/rule-promotions/{id}/codes",
        "rule-promotions": "/v2/rule-promotions",
        "subscription-dunning-rules": f"{_SUBSCRIPTIONS}/dunning-rules",
        "subscription-features": f"{_SUBSCRIPTIONS}/features",
        "subscription-imports": f"{_SUBSCRIPTIONS}/imports",
        "subscription-invoices": f"{_SUBSCRIPTIONS}/invoices",
        "subscription-jobs": f"{_SUBSCRIPTIONS}/jobs",
        "subscription-offerings": f"{_SUBSCRIPTIONS}/offerings",
        "subscription-schedules": f"{_SUBSCRIPTIONS}/schedules",
        "subscription-subscribers": f"{_SUBSCRIPTIONS}/subscribers",
        "subscriptions": f"{_SUBSCRIPTIONS}/subscriptions",
        "unassigned-account-memberships": (
            "/v2/accounts/{id}/account-memberships/unassigned-account-members"
        ),
        "user-authentication-infos": "/v2/authentication-realms/{id}/user-authentication-info",
        "v2-brands": "/v2/brands",
        "v2-categories": "/v2/categories",
        "v2-collections": "/v2/collections",
        "v2-products": "/v2/products",
    }
)
"""The endpoint of each resource of `epcc` that is a listing with a known description."""

_EPCC_VERBS = frozenset({"get", "get-all", "delete-all"})

_EPFILTER_LISTINGS = MappingProxyType(
    {
        "check": "",
        "parse": "",
        "format": "",
        "explain": "",
        "match": "",
        "translate": "",
        "payload": "orders",
        "export": "orders",
    }
)
"""The commands of `epfilter` with a filter as an argument, and the listing that it is for."""


class CommandFilter(NamedTuple):
    """The index of the word of a command that is a filter, and the request of the command."""

    word: int
    request: RequestContext


def find_command_filters(words: Sequence[str]) -> list[CommandFilter]:
    """Return the words of a command that are filters, for `epcc` and `epfilter`.

    >>> find_command_filters(["epcc", "get", "-s", "orders", "filter", "eq(id,1)"])[0].word
    5
    """
    for start, word in enumerate(words):
        match word.rpartition("/")[2]:
            case "epcc":
                return _find_in_epcc(words, start)
            case "epfilter":
                return _find_in_epfilter(words, start)
    return []


def _find_in_epcc(words: Sequence[str], start: int) -> list[CommandFilter]:
    """Return the words after `filter`; the resource is the first word of that name."""
    verb = next((i for i in range(start, len(words)) if words[i] in _EPCC_VERBS), len(words))
    paths = (EPCC_PATHS[word] for word in words[verb:] if word in EPCC_PATHS)
    path = next(paths, "")
    request = RequestContext(path) if path else NO_CONTEXT
    indices = range(verb + 1, len(words))
    return [CommandFilter(i, request) for i in indices if words[i - 1] == "filter"]


def _find_in_epfilter(words: Sequence[str], start: int) -> list[CommandFilter]:
    """Return the first argument that contains a call; file names and options do not."""
    command = words[start + 1] if start + 1 < len(words) else ""
    listing = _EPFILTER_LISTINGS.get(command)
    if listing is None:
        return []
    for i in range(start + 2, len(words)):
        name, has_value, value = words[i].partition("=")
        if name == "--resource":
            listing = value if has_value else "".join(words[i + 1 : i + 2])
    request = RequestContext(listing=listing)
    calls = (i for i in range(start + 2, len(words)) if "(" in words[i] and words[i][0] not in "-@")
    return [CommandFilter(i, request) for i in calls][:1]
