"""The strategies for users: what they generate is accepted, and rows match."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from epfilter import F, Filter, FilterSyntaxError, FilterTypeError, FilterValueError, fields, parse
from epfilter.errors import ResourceError
from epfilter.resources import (
    Policy,
    all_resources,
    declaration_of,
    integer,
    orders,
    resource_info,
)
from epfilter.targets import UnsupportedFilterError, to_predicate
from epfilter.testing import filters, rows, rows_matching, values
from support.rows import for_each
from support.sizes import slow_except

# Made once and not for each example, as in a decorator.
cached_filters, cached_rows, cached_rows_matching = (
    cache(filters),
    cache(rows),
    cache(rows_matching),
)

RESOURCES = [
    resource_info(resource).name
    for resource in all_resources()
    if any(declared.operators for declared in resource_info(resource).fields.values())
    and not resource_info(resource).only_required
]


@given(data=st.data())
@pytest.mark.parametrize("name", ["orders", "pim_nodes", "accounts"])
def test_filters_of_a_resource_are_accepted_by_it(name: str, data: st.DataObject) -> None:
    from epfilter.resources import resource_named

    f = data.draw(cached_filters(name))
    assert [each for each in resource_named(name).check(f) if each.severity == "error"] == []
    assert parse(str(f)) == f


@settings(max_examples=3)
@given(data=st.data())
@pytest.mark.parametrize("name", slow_except(RESOURCES, "orders", "pim_products", "accounts"))
def test_rows_of_every_listing_can_be_matched(name: str, data: st.DataObject) -> None:
    f = data.draw(cached_filters(name, max_calls=1))
    row = data.draw(cached_rows(name))
    assert isinstance(to_predicate(f, name)(row), bool)


POLICIES = {
    "all": Policy(orders),
    "fields": Policy(orders, only={"payment": "eq", "created_at": ..., "with_tax": "ge"}),
    "one call": Policy(orders, max_calls=1),
    "short": Policy(orders, max_length=60),
    "flat": Policy(orders, max_depth=1),
    "no alternatives": Policy(orders, max_or_complexity=1),
}


@given(data=st.data())
@pytest.mark.parametrize("name", POLICIES)
def test_filters_of_a_policy_are_accepted_by_it(name: str, data: st.DataObject) -> None:
    f = data.draw(cached_filters(POLICIES[name]))
    assert POLICIES[name].apply(str(f)) == f


def test_filters_of_a_policy_are_groups_where_it_allows_them() -> None:
    first = settings(phases=[Phase.generate], database=None, max_examples=1000)
    policy = Policy(orders, max_calls=3)
    found = find(filters(policy), lambda f: f.depth > 1, settings=first)
    assert policy.apply(str(found)) == found


@given(f=filters(max_calls=4))
def test_filters_without_a_resource_round_trip(f: Filter) -> None:
    assert parse(str(f)) == f
    assert fields(f)


def test_hostile_texts_and_nested_filters_occur() -> None:
    first = settings(phases=[Phase.generate], database=None, max_examples=1000)
    found = find(filters(), lambda f: '"' in str(f) and f.depth > 1, settings=first)
    assert found.depth > 1


CASES = [
    "gt(total,100):(eq(payment,paid)|like(name,Ron*))",
    "ge(created_at,2018-09-01):lt(created_at,2018-10-01)",
    "gt(a,1):lt(a,2)",
    "contains_all(tags,a,b):contains(tags,c)",
    "contains_any(tags,a,b)",
    "is_null(a):like(b.c.d,*x*)",
    "eq(items[2].sku,x):eq(items[0].sku,y)",
    "eq(a.b,1):eq(a,2)",
    "eq(a,1):eq(a,2)",
    "ilike(name,*RON*):in(id,1,2,3)",
    'lt(name,"b"):gt(name,"a")',
    "eq(paid,true):le(day,2018-09-01)",
    "eq(tags.length,2)",
]


@pytest.mark.parametrize("text", CASES)
@settings(max_examples=10, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
def test_matching_rows_match(text: str, data: st.DataObject) -> None:
    assert to_predicate(parse(text))(data.draw(cached_rows_matching(text)))


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(data=st.data())
def test_rows_that_match_a_filter_of_orders(data: st.DataObject) -> None:
    f = data.draw(cached_filters("orders", max_calls=3))
    orders.bind(f)
    if may_exclude_itself(f):
        return
    row = data.draw(rows_matching(f, orders))
    assert to_predicate(f, orders)(row)


def may_exclude_itself(f: Filter) -> bool:
    """Return whether two calls on one field can exclude each other."""
    return len(fields(f)) < str(f).count("(")


def test_nested_rows_have_the_members_of_the_json() -> None:
    row = find(rows_matching("eq(contact.name,Ron)"), bool)
    assert row == {"contact": {"name": "Ron"}}
    row = find(rows_matching("eq(items[1].sku,a)"), bool)
    assert row == {"items": [None, {"sku": "a"}]}


@given(amount=values(orders.with_tax), count=values(integer()), payment=values(orders.payment))
def test_values_have_the_type_of_the_field(amount: object, count: object, payment: object) -> None:
    assert isinstance(amount, int)
    assert isinstance(count, int)
    assert payment in declaration_of(orders.payment).type.values


@for_each(
    ("call", "error"),
    [
        (lambda: values("payment"), FilterTypeError),  # type: ignore[arg-type]
        (lambda: filters("order"), ResourceError),
        (lambda: filters(Policy(orders, only=[])), FilterValueError),
        (lambda: rows(5), FilterTypeError),  # type: ignore[arg-type]
        (lambda: rows_matching("eq(a"), FilterSyntaxError),
        (lambda: rows_matching("eq(paymnt,paid)", orders), ResourceError),
        (lambda: rows_matching("text(a,b)"), UnsupportedFilterError),
        (lambda: rows_matching("gt(with_tax,5):lt(with_tax,3)", orders), FilterValueError),
        (lambda: declaration_of(F.a), FilterTypeError),  # type: ignore[arg-type]
    ],
)
def test_invalid_arguments_raise(call: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        call()
