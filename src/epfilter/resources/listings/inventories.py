"""Stock, its transactions and its locations."""

from __future__ import annotations

from epfilter.ast import Operator
from epfilter.resources.declarations import Endpoint, SourceConflict
from epfilter.resources.field_types import string
from epfilter.resources.fields import Eq
from epfilter.resources.resource import Resource

__all__ = ["inventory_locations", "inventory_stock", "inventory_transactions"]


class InventoryStock(
    Resource,
    title="Inventories: stock for all products",
    endpoints=(Endpoint("GET", "/v2/inventories", "ListStock"),),
    note="Requires the header EP-Inventories-Multi-Location: true. No fields are documented.",
    source_conflicts=(
        SourceConflict(
            "The type `MultiLocationInventoryFilter` of the JavaScript SDK (2026-05) lists only "
            "`locations` (eq), the example of the parameter only `location`.",
            ("locations",),
            (Operator.EQ,),
        ),
    ),
):
    """The filterable fields of `GET /v2/inventories`."""

    location = Eq(
        string(),
        note="documented by an example only; its value is probably the slug of a location",
    )


class InventoryTransactions(
    Resource,
    title="Inventories: stock transactions of a product",
    endpoints=(Endpoint("GET", "/v2/inventories/{product_uuid}/transactions", "ListTransactions"),),
    note="No fields are documented.",
):
    """The filterable fields of `GET /v2/inventories/{product_uuid}/transactions`."""

    location = Eq(
        string(),
        note="documented by an example only; in the schema it is the slug of a location",
    )


class InventoryLocations(
    Resource,
    title="Inventories: locations",
    endpoints=(Endpoint("GET", "/v2/inventories/locations", "ListLocations"),),
    note=(
        "The fields are not documented; the documented example, eq(location,new-york), names a "
        "field that the objects do not have."
    ),
):
    """The filterable fields of `GET /v2/inventories/locations`."""


inventory_stock = InventoryStock()
inventory_transactions = InventoryTransactions()
inventory_locations = InventoryLocations()
