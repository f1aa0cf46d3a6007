"""Orders, carts and order metrics."""

from __future__ import annotations

from typing import Literal, get_args

from epfilter.resources.declarations import Deprecation, Endpoint
from epfilter.resources.field_types import boolean, enum, integer, list_of, string, timestamp, uuid
from epfilter.resources.fields import Contains, Eq, EqLike, EqOrdered, ILike, Ordered
from epfilter.resources.groups import FieldGroup, Nested
from epfilter.resources.listings import META_TIMESTAMPS
from epfilter.resources.resource import Resource
from epfilter.semantics import Location

__all__ = ["carts", "order_metrics", "orders"]


_DEPRECATED = Deprecation(since="2022-11-24")
_PARTIAL = "a UUID; `like` also accepts parts of it with `*`"
_MINOR_UNITS = "in minor units: 10000 means $100.00"
_AMONG_OTHERS = "matches orders that contain the product, among others"
_OLD_NAMES = "documented on docs.moltin.com only; the changelog deprecates it"
_UUID_BY_EXAMPLE = "the type is not documented; examples are UUIDs"


_Status = Literal["complete", "incomplete", "cancelled", "processing"]
_Payment = Literal[
    "authorized", "paid", "unpaid", "refunded", "partially_paid", "partially_authorized"
]
_Shipping = Literal["unfulfilled", "fulfilled"]


_LOCATIONS: dict[str, Location] = {
    **META_TIMESTAMPS,
    **{f"{name}_id": f"relationships.{name}.data.id" for name in ("customer", "account")},
    "account_member_id": "relationships.account_member.data.id",
    "name": "customer.name",
    "email": "customer.email",
    **{
        f"{address}_name": (f"{address}_address.first_name", f"{address}_address.last_name")
        for address in ("shipping", "billing")
    },
    "shipping_postcode": "shipping_address.postcode",
    "billing_postcode": "billing_address.postcode",
    "with_tax": "meta.display_price.with_tax.amount",
    "without_tax": "meta.display_price.without_tax.amount",
    "currency": "meta.display_price.with_tax.currency",
    "manual": "meta.is_manual",
    "product_id": "items.product_id",
    "product_sku": "items.sku",
}
"""Where an order has its attributes; its items are those of the response's `included`."""


class Contact(FieldGroup):
    """The contact person of an order."""

    name = EqLike(string(), note="the documented example filters on `name` instead")
    email = EqLike(string(), note="the documented example filters on `email` instead")


class Orders(
    Resource,
    title="Orders",
    endpoints=(
        Endpoint("GET", "/v2/orders", "getCustomerOrders"),
        Endpoint(
            "POST",
            "/v2/jobs",
            "createJob",
            note="order export job: the filter is in the body, as data.filter",
        ),
    ),
    source_conflicts=(
        (
            "docs.moltin.com orders-and-customers/orders/filtering.md (about 2019-2020) also "
            "lists `shipping_name` and `billing_name` (eq, like)."
        ),
        (
            "docs.moltin.com orders-and-customers/orders/filtering.md (about 2019-2020) lists eq, "
            "gt, lt for `created_at` and `updated_at`; the newest source lists eq, gt, ge, le, lt."
        ),
        (
            "docs.moltin.com orders-and-customers/orders/filtering.md (about 2019-2020) does "
            "not list `account_id`, `account_member_id`, `contact.name`, `contact.email`, "
            "`external_ref`, `order_number`."
        ),
        (
            "epcc-search-ast-helper README.md (undated) does not list `external_ref`, "
            "`order_number`."
        ),
        (
            "docs.moltin.com recommends ranges instead of `eq` on dates, because exact "
            "timestamps do not match; newer tables list `eq` for `created_at` and `updated_at`."
        ),
        (
            "The schemas of 2025 and 2026 declare `status`, `payment` and `shipping` as enums, the "
            "2024 spec as plain strings."
        ),
    ),
    locations=_LOCATIONS,
):
    """The filterable fields of `GET /v2/orders`."""

    status = Eq[_Status](enum(*get_args(_Status)))
    payment = Eq[_Payment](enum(*get_args(_Payment)))
    shipping = Eq[_Shipping](enum(*get_args(_Shipping)))
    name = EqLike(string(), aliases=("customer.name",))
    email = EqLike(string(), aliases=("customer.email",))
    customer_id = EqLike(uuid(), note=_PARTIAL)
    account_id = EqLike(uuid(), note=_PARTIAL)
    account_member_id = EqLike(uuid(), note=_PARTIAL)
    contact = Nested(Contact)
    shipping_postcode = EqLike(string())
    billing_postcode = EqLike(string())
    with_tax = Ordered(integer(), note=_MINOR_UNITS)
    without_tax = Ordered(integer(), note=_MINOR_UNITS)
    currency = Eq(string(), note="an ISO code such as USD; no list is documented")
    product_id = Eq(string(), multivalued=True, note=_AMONG_OTHERS)
    product_sku = Eq(string(), multivalued=True, note=_AMONG_OTHERS)
    created_at = EqOrdered(
        timestamp(),
        note=(
            "documented as a date, YYYY-MM-DD; the pagination guide uses full timestamps such as "
            "ge(created_at,2018-04-16T10:11:59.715Z)"
        ),
    )
    updated_at = EqOrdered(
        timestamp(),
        note="documented as a date, YYYY-MM-DD; the filtering guide uses full timestamps",
    )
    external_ref = EqLike(string())
    order_number = EqLike(string())
    shipping_name = EqLike(string(), deprecated=_DEPRECATED, note=_OLD_NAMES)
    billing_name = EqLike(string(), deprecated=_DEPRECATED, note=_OLD_NAMES)
    manual = Eq(
        boolean(),
        note=(
            "not documented; the `manual-orders` resource of epcc-cli uses it, and the schema has "
            "the boolean meta.is_manual"
        ),
    )


class Carts(
    Resource,
    title="Carts",
    endpoints=(Endpoint("GET", "/v2/carts", "getCarts"),),
    note="Accepts `|` as OR, which is documented for no other listing.",
):
    """The filterable fields of `GET /v2/carts`."""

    account_ids = Contains(
        list_of(uuid()), note='documented as UUIDs, but one example uses "abc123"'
    )
    name = ILike(string(), note="case-insensitive")


class OrderMetrics(
    Resource,
    title="Order metrics (summary and three time series)",
    endpoints=(
        Endpoint("GET", "/v2/metrics/orders/summary", "GetOrdersMetricsSummary"),
        Endpoint("GET", "/v2/metrics/orders/timeseries/count", "GetOrdersCountTimeSeries"),
        Endpoint("GET", "/v2/metrics/orders/timeseries/discount", "GetOrdersDiscountTimeSeries"),
        Endpoint("GET", "/v2/metrics/orders/timeseries/value", "GetOrdersValueTimeSeries"),
    ),
):
    """The filterable fields of `GET /v2/metrics/orders/summary`."""

    product_ids = Contains(list_of(uuid()), note=_UUID_BY_EXAMPLE)
    product_skus = Contains(list_of(string()))
    promotion_ids = Contains(list_of(uuid()), note=_UUID_BY_EXAMPLE)
    promotion_codes = Contains(list_of(string()))


orders = Orders()
carts = Carts()
order_metrics = OrderMetrics()
