"""Stock, its transactions and its locations."""

from __future__ import annotations

from epfilter.resources.declarations import Endpoint
from epfilter.resources.field_types import string
from epfilter.resources.fields import Eq
from epfilter.resources.resource import Resource

__all__ = ["inventory_locations", "inventory_stock", "inventory_transactions"]


class InventoryStock(
    Resource,
    title="Inventories: stock for all products",
    endpoints=(Endpoint("GET", "/v2/inventories", "ListStock"),),
    note="Needs the header EP-Inventories-Multi-Location: true. No attribute table.",
):
    """What may be asked of `GET /v2/inventories`."""

    location = Eq(
        string(),
        note=(
            "only evidence is the shared Filter parameter's example; the value looks like a "
            "location slug"
        ),
    )


class InventoryTransactions(
    Resource,
    title="Inventories: stock transactions of a product",
    endpoints=(Endpoint("GET", "/v2/inventories/{product_uuid}/transactions", "ListTransactions"),),
    note="No attribute table.",
):
    """What may be asked of `GET /v2/inventories/{product_uuid}/transactions`."""

    location = Eq(
        string(),
        note=(
            "only evidence is the shared Filter parameter's example; the schema has attribute "
            "`location`, a location slug"
        ),
    )


class InventoryLocations(
    Resource,
    title="Inventories: locations",
    endpoints=(Endpoint("GET", "/v2/inventories/locations", "ListLocations"),),
    note=(
        "Has the shared Filter parameter (example eq(location,new-york)), but the schema "
        "has no `location` attribute and no attribute table exists."
    ),
):
    """What may be asked of `GET /v2/inventories/locations`."""


inventory_stock = InventoryStock()
inventory_transactions = InventoryTransactions()
inventory_locations = InventoryLocations()
