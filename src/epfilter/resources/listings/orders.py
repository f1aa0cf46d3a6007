"""Orders, carts and the figures of orders."""

from __future__ import annotations

from epfilter.resources.declarations import Deprecation, Endpoint
from epfilter.resources.field_types import boolean, enum, integer, list_of, string, timestamp, uuid
from epfilter.resources.fields import Contains, Eq, EqLike, EqOrdered, ILike, Ordered
from epfilter.resources.groups import Group, Nested
from epfilter.resources.resource import Resource

__all__ = ["carts", "order_metrics", "orders"]


_DEPRECATED = Deprecation(since="2022-11-24")
_PARTIAL = (
    "the schema format is uuid but `like` is supported, so partial values with `*` must be accepted"
)
_MINOR_UNITS = "no decimals: 10000 means $100.00 (docs.moltin.com)"
_AMONG_OTHERS = "matches orders that contain the product, perhaps among others"
_OLD_NAMES = "deprecated for filtering on 2022-11-24 (changelog); only in docs.moltin.com"
_UUID_BY_EXAMPLE = "uuid judged from the examples; no schema"


class Contact(Group):
    """Who is asked about an order."""

    name = EqLike(string(), note="the row's own example filters on `name`, not `contact.name`")
    email = EqLike(string(), note="the row's own example filters on `email`, not `contact.email`")


class Orders(
    Resource,
    title="Orders",
    endpoints=(
        Endpoint("GET", "/v2/orders", "getCustomerOrders"),
        Endpoint(
            "POST",
            "/v2/jobs",
            "createJob",
            note=(
                "order export job: the same filter in body field data.filter (exporter.yaml, "
                "2024; docs.moltin.com jobs page)"
            ),
        ),
    ),
    source_conflicts=(
        (
            "docs.moltin.com orders-and-customers/orders/filtering.md (about 2019-2020) also "
            "lists `shipping_name` (eq, like)."
        ),
        (
            "docs.moltin.com orders-and-customers/orders/filtering.md (about 2019-2020) also "
            "lists `billing_name` (eq, like)."
        ),
        (
            "docs.moltin.com orders-and-customers/orders/filtering.md (about 2019-2020) gives "
            "`created_at` eq/gt/lt; the newest source gives eq/gt/ge/le/lt."
        ),
        (
            "docs.moltin.com orders-and-customers/orders/filtering.md (about 2019-2020) gives "
            "`updated_at` eq/gt/lt; the newest source gives eq/gt/ge/le/lt."
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
            "docs.moltin.com advises against `eq` on dates (use a range) and says exact "
            "timestamps cannot be filtered; newer tables list `eq` on created_at and "
            "updated_at."
        ),
        (
            "The status/payment/shipping enums come from the 2025-26 schemas; the 2024 spec "
            "declares them plain strings."
        ),
    ),
):
    """What may be asked of `GET /v2/orders`."""

    status = Eq(enum("complete", "incomplete", "cancelled", "processing"))
    payment = Eq(
        enum("authorized", "paid", "unpaid", "refunded", "partially_paid", "partially_authorized")
    )
    shipping = Eq(enum("unfulfilled", "fulfilled"))
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
    currency = Eq(string(), note="no enum; ISO codes such as USD")
    product_id = Eq(string(), multivalued=True, note=_AMONG_OTHERS)
    product_sku = Eq(string(), multivalued=True, note=_AMONG_OTHERS)
    created_at = EqOrdered(
        timestamp(),
        note=(
            "table says `date` with YYYY-MM-DD; the pagination guide filters orders with full "
            "timestamps such as ge(created_at,2018-04-16T10:11:59.715Z)"
        ),
    )
    updated_at = EqOrdered(
        timestamp(),
        note="table says `date` with YYYY-MM-DD; full timestamps appear in the filtering guide",
    )
    external_ref = EqLike(string())
    order_number = EqLike(string())
    shipping_name = EqLike(string(), deprecated=_DEPRECATED, note=_OLD_NAMES)
    billing_name = EqLike(string(), deprecated=_DEPRECATED, note=_OLD_NAMES)
    manual = Eq(
        boolean(),
        note=(
            "undocumented: epcc-cli's `manual-orders` resource sends it as a default filter; "
            "the schema has meta.is_manual (boolean)"
        ),
    )


class Carts(
    Resource,
    title="Carts",
    endpoints=(Endpoint("GET", "/v2/carts", "getCarts"),),
    note=(
        "Documented as bullet lists in the parameter description, not as a table; the only "
        "endpoint whose documentation describes `|` as OR."
    ),
):
    """What may be asked of `GET /v2/carts`."""

    account_ids = Contains(
        list_of(uuid()), note='prose says UUID format, yet one documented example uses "abc123"'
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
    """What may be asked of `GET /v2/metrics/orders/summary`."""

    product_ids = Contains(list_of(uuid()), note=_UUID_BY_EXAMPLE)
    product_skus = Contains(list_of(string()))
    promotion_ids = Contains(list_of(uuid()), note=_UUID_BY_EXAMPLE)
    promotion_codes = Contains(list_of(string()))


orders = Orders()
carts = Carts()
order_metrics = OrderMetrics()
