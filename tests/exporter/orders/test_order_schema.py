"""Where the attributes of an order are, and what is wrong with one that cannot be read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders import attributes_of, demo_orders
from epfilter.resources import orders, resource_info
from epfilter.targets import to_predicate
from support.rows import for_each

WHOLE = {
    "id": "1",
    "status": "complete",
    "payment": "paid",
    "shipping": "fulfilled",
    "external_ref": "ERP-1",
    "order_number": "100",
    "customer": {"name": "Ron", "email": "ron@example.com"},
    "contact": {"name": "April", "email": "april@example.com"},
    "shipping_address": {"first_name": "Ron", "last_name": "Swanson", "postcode": "46001"},
    "billing_address": {"first_name": None, "last_name": "Swanson", "postcode": "46002"},
    "relationships": {
        "customer": {"data": {"id": "c"}},
        "account": {"data": {"id": "a"}},
        "account_member": {"data": {"id": "m"}},
    },
    "meta": {
        "is_manual": False,
        "display_price": {
            "with_tax": {"amount": 120, "currency": "USD"},
            "without_tax": {"amount": 100},
        },
        "timestamps": {"created_at": "2018-09-01T00:00:00Z", "updated_at": "2018-09-02T00:00:00Z"},
    },
    "items": [{"product_id": "p1", "sku": "A"}, None, {"sku": "B"}],
}
SEEN = {
    "status": "complete",
    "payment": "paid",
    "shipping": "fulfilled",
    "name": "Ron",
    "email": "ron@example.com",
    "customer_id": "c",
    "account_id": "a",
    "account_member_id": "m",
    "contact.name": "April",
    "contact.email": "april@example.com",
    "shipping_postcode": "46001",
    "billing_postcode": "46002",
    "with_tax": 120,
    "without_tax": 100,
    "currency": "USD",
    "product_id": ["p1", None, None],
    "product_sku": ["A", None, "B"],
    "created_at": "2018-09-01T00:00:00Z",
    "updated_at": "2018-09-02T00:00:00Z",
    "external_ref": "ERP-1",
    "order_number": "100",
    "shipping_name": "Ron Swanson",
    "billing_name": "Swanson",
    "manual": False,
}


def _changed(order: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(order))
    inner: Any = found
    *holders, last = path.split(".")
    for name in holders:
        inner = inner[name]
    inner[last] = value
    return found


def test_every_attribute_of_the_resource_is_read() -> None:
    assert set(SEEN) == set(resource_info(orders).fields)
    found = attributes_of(WHOLE)
    assert {name: found[name] for name in SEEN} == SEEN


def test_a_missing_attribute_is_null() -> None:
    assert set(attributes_of({}).values()) == {None}


@for_each(
    ("path", "value", "seen"),
    [
        ("order_number", 1001, "1001"),
        ("payment", {"a": ["é"]}, '{"a":["é"]}'),
        ("meta.is_manual", "true", True),
        ("meta.display_price.with_tax.amount", "120", 120),
        ("meta.display_price.with_tax.amount", 120.0, 120),
        ("meta.display_price.with_tax.amount", 10**30, 10**30),
        ("customer", None, None),
        ("items", [], []),
    ],
)
def test_a_value_of_another_type_is_converted_if_that_is_unambiguous(
    path: str, value: object, seen: object
) -> None:
    assert seen in attributes_of(_changed(WHOLE, path, value)).values()


@for_each(
    ("path", "value", "message"),
    [
        ("customer", 5, "`customer` is not an object: 5."),
        ("meta.display_price", "x", '`meta.display_price` is not an object: "x".'),
        ("meta.is_manual", 1, "`meta.is_manual` is not true or false: 1."),
        (
            "meta.display_price.with_tax.amount",
            5.5,
            "`meta.display_price.with_tax.amount` is not a whole number: 5.5.",
        ),
        (
            "meta.display_price.with_tax.amount",
            "1e3",
            '`meta.display_price.with_tax.amount` is not a whole number: "1e3".',
        ),
        (
            "meta.timestamps.created_at",
            "soon",
            '`meta.timestamps.created_at` is not a timestamp: "soon".',
        ),
        (
            "meta.timestamps.created_at",
            "2018-02-30T00:00:00Z",
            '`meta.timestamps.created_at` is not a timestamp: "2018-02-30T00:00:00Z".',
        ),
        ("items", {}, "`items` is not a list: {}."),
        ("items", [5], "one of `items` is not an object: 5."),
    ],
)
def test_an_invalid_value_is_an_error(path: str, value: object, message: str) -> None:
    with pytest.raises(OrdersError) as caught:
        attributes_of(_changed(WHOLE, path, value))
    assert str(caught.value) == message


def test_every_demo_order_can_be_read() -> None:
    for order in demo_orders(200):
        assert attributes_of(order)["id"] == order["id"]


@pytest.mark.parametrize(
    "text",
    [
        "ge(created_at,2018-06-01):eq(payment,paid)",
        "gt(with_tax,20000)|lt(without_tax,5000)",
        "eq(currency,GBP):eq(manual,false)",
        "like(shipping_postcode,1*)|like(billing_postcode,2*)",
        "like(email,*@example.com):like(contact.name,A*)",
        "like(customer_id,*a)|like(account_id,*b)",
        "eq(product_sku,TABL_WAL_002)|eq(product_id,x)",
        "like(shipping_name,A*)|like(billing_name,*n)",
    ],
)
def test_a_filter_selects_orders_as_it_selects_their_attributes(text: str) -> None:
    matches = to_predicate(text, "orders")
    for order in demo_orders(300):
        assert matches(order) is matches(attributes_of(order))
