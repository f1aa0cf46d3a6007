"""Demo orders are the same each time, as the platform gives orders, and as many as asked for."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from itertools import islice
from uuid import UUID

import pytest

from epfilter.errors import FilterValueError
from epfilter.exporter.orders import attributes_of, demo_lines, demo_orders
from epfilter.resources import orders, resource_info
from epfilter.targets import to_predicate

SEPTEMBER = "gt(created_at,2018-09-01):lt(created_at,2018-10-01):eq(payment,refunded)"


def test_the_same_arguments_give_the_same_orders() -> None:
    assert [*demo_lines(50)] == [*demo_lines(50)]
    assert [*demo_lines(50, seed=1)] != [*demo_lines(50, seed=2)]


def test_a_line_is_an_order() -> None:
    for line, order in zip(demo_lines(50), demo_orders(50), strict=True):
        assert line.count("\n") == 1
        assert json.loads(line) == order


def test_there_are_as_many_orders_as_requested() -> None:
    assert [len([*demo_orders(rows)]) for rows in (0, 1, 7)] == [0, 1, 7]
    assert len([*islice(demo_orders(10**12), 3)]) == 3


def test_they_are_created_in_order_between_the_dates() -> None:
    made = [*demo_orders(300, start=date(2020, 2, 1), end=date(2020, 3, 1))]
    created = [order["meta"]["timestamps"]["created_at"] for order in made]
    assert created == sorted(created)
    assert created[0] >= "2020-02-01"
    assert created[-1] < "2020-03-01"


def test_they_are_realistic() -> None:
    made = [*demo_orders(3000)]
    ids = [UUID(order["id"]) for order in made]
    assert len(set(ids)) == 3000
    assert {name.version for name in ids} == {4}
    seen = [attributes_of(order) for order in made]
    for name, declared in resource_info(orders).fields.items():
        values = Counter(str(one[name]) for one in seen)
        assert len(values) > 1, name
        if declared.type.values:
            assert set(values) <= set(declared.type.values)
    for order in made:
        price = order["meta"]["display_price"]
        net = sum(item["value"]["amount"] for item in order["items"])
        assert price["without_tax"]["amount"] == net
        assert price["with_tax"]["amount"] == net + price["tax"]["amount"]
    emails = {one["email"] or one["contact.email"] for one in seen}
    assert all("@example." in str(email) for email in emails)


def test_the_first_example_of_the_platform_finds_some() -> None:
    matches = to_predicate(SEPTEMBER, "orders")
    assert 5 < sum(matches(attributes_of(order)) for order in demo_orders(2000)) < 50


@pytest.mark.parametrize(
    ("rows", "end", "message"),
    [
        (-1, date(2019, 1, 1), "the number of orders cannot be negative: -1."),
        (1, date(2018, 1, 1), "the end must be after the start. Hint: start is 2018-01-01."),
    ],
)
def test_invalid_arguments_are_refused(rows: int, end: date, message: str) -> None:
    with pytest.raises(FilterValueError) as caught:
        demo_lines(rows, end=end)
    assert str(caught.value) == message
