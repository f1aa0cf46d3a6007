"""Data may have an attribute under its own name or under an alias of it."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pandas as pd
import polars as pl
import pytest
from sqlalchemy import JSON, Column, Integer, MetaData, String, Table, create_engine, insert, select

from epfilter.builder import F
from epfilter.errors import FilterValueError, ResourceError, UnsupportedFilterError
from epfilter.resources import (
    Alias,
    EqInOrderedNull,
    EqOrdered,
    PatternAlias,
    PrefixAlias,
    Resource,
    integer,
    string,
    timestamp,
)
from epfilter.targets import filter_frame, to_predicate, to_sqlalchemy
from support.rows import for_each


class Tickets(
    Resource,
    aliases=(
        Alias("nr", "number"),
        PrefixAlias("attributes.", ""),
        PatternAlias("n([a-z]+)r", r"n\1r"),
    ),
):
    number = EqInOrderedNull(integer(), aliases=("meta.number",))


TICKETS = Tickets()
ROWS: list[tuple[dict[str, Any], bool]] = [
    ({"number": 5}, True),
    ({"number": "5"}, True),
    ({"meta.number": 5}, True),
    ({"meta": {"number": 5}}, True),
    ({"nr": 5}, True),
    ({"attributes": {"number": 5}}, True),
    ({"attributes.number": "5"}, True),
    ({"number": None, "nr": 5}, True),
    ({"number": 4, "nr": 5}, False),
    ({"nr": 4, "attributes": {"number": 5}}, False),
    ({"other": 5}, False),
]


@pytest.mark.parametrize("written", ["number", "meta.number", "nr", "attributes.number"])
@for_each(("row", "found"), ROWS)
def test_a_row_is_read_under_the_first_name_that_has_a_value(
    written: str,
    row: dict[str, Any],
    found: bool,  # noqa: FBT001 - what is expected
) -> None:
    assert to_predicate(f"eq({written},5)", TICKETS)(row) is found
    assert to_predicate(f"ge({written},5):le({written},5)", TICKETS)(row) is found


ORDER = {
    "id": "1",
    "customer": {"name": "Ann"},
    "meta": {
        "timestamps": {"created_at": datetime(2024, 5, 31, 16, tzinfo=UTC)},
        "display_price": {"with_tax": {"amount": 6000, "currency": "USD"}},
    },
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ge(created_at,2024-05-31)", True),
        ("lt(created_at,2024-05-31)", False),
        ("ge(with_tax,6000):eq(currency,USD)", True),
        ("eq(name,Ann)", True),
    ],
)
def test_orders_as_the_platform_returns_them(text: str, found: bool) -> None:  # noqa: FBT001 - what is expected
    assert to_predicate(text, "orders")(ORDER) is found
    frame = pl.DataFrame([ORDER])
    assert filter_frame(frame, text, "orders").height == found
    flat = pd.json_normalize([ORDER])
    assert len(filter_frame(flat, text, "orders")) == found
    assert to_predicate(text, "orders")(flat.to_dict("records")[0]) is found
    assert len(filter_frame(pd.DataFrame([ORDER]), text, "orders")) == found


def test_a_struct_without_the_member_is_not_the_column() -> None:
    frame = pl.DataFrame([{"customer": {"id": 1}, "meta": {"timestamps": {"x": 1}}}])
    for text in ("eq(name,Ann)", "ge(created_at,2024-05-31)"):
        with pytest.raises(FilterValueError, match="the frame has no column"):
            filter_frame(frame, text, "orders")


def test_items_in_a_frame_are_refused() -> None:
    frame = pl.DataFrame([{"id": "1", "items": [{"sku": "deck"}]}])
    with pytest.raises(UnsupportedFilterError, match="list of objects"):
        filter_frame(frame, "eq(product_sku,deck)", "orders")


class Parcels(Resource, locations={"sent_at": "meta.sent_at", "*": "attributes.{field}"}):
    weight = EqInOrderedNull(integer())
    sent_at = EqOrdered(timestamp())


def test_locations_of_a_resource_of_your_own() -> None:
    matching = to_predicate("eq(weight,5):ge(sent_at,2024-01-01)", Parcels())
    assert matching({"attributes": {"weight": 5}, "meta": {"sent_at": "2024-02-01"}})
    assert matching({"attributes.weight": 5, "sent_at": "2024-02-01"})
    assert not matching({"attributes": {"weight": 5, "sent_at": "2024-02-01"}})


class Letters(Resource, locations={"receiver": ("to.first", "to.last")}):
    receiver = EqInOrderedNull(string())


@for_each(
    ("row", "found"),
    [
        ({"to": {"first": "Ann", "last": "Lee"}}, "Ann Lee"),
        ({"to.first": "Ann", "to.last": "Lee"}, "Ann Lee"),
        ({"to": {"first": None, "last": "Lee"}}, "Lee"),
        ({"to": {"first": ""}}, ""),
        ({"to": {"first": "Ann", "last": 5}}, "Ann"),
        ({"receiver": "Bo", "to": {"first": "Ann"}}, "Bo"),
        ({"to": {"first": None}}, None),
        ({"to": "Ann"}, None),
    ],
)
def test_a_location_joins_texts(row: dict[str, Any], found: str | None) -> None:
    f = F.receiver.is_null() if found is None else F.receiver.eq(found)
    for seen in (row, MappingProxyType(row)):  # generated code, and the general way
        assert to_predicate(f, Letters())(seen)
        assert not to_predicate("eq(receiver,Ann L)", Letters())(seen)
    with pytest.raises(FilterValueError, match="the frame has no column"):
        filter_frame(pl.DataFrame({"to": [{"first": "Ann", "last": "Lee"}]}), f, Letters())


def test_a_location_of_no_field() -> None:
    with pytest.raises(ResourceError, match=r"a location for `wieght`, .* did you mean `weight`"):

        class Wrong(Resource, locations={"wieght": "attributes.weight"}):
            weight = EqInOrderedNull(integer())


def test_a_field_is_null_if_no_name_has_a_value() -> None:
    missing = to_predicate("is_null(number)", TICKETS)
    assert [missing({name: value}) for name, value in ROWS_OF_ONE] == [False, False, True, True]


ROWS_OF_ONE = [("number", 5), ("nr", 5), ("nr", None), ("other", 5)]


@pytest.mark.parametrize("column", ["number", "meta.number", "nr", "attributes.number"])
@pytest.mark.parametrize("written", ["number", "meta.number", "nr", "attributes.number"])
def test_a_table_is_read_under_the_first_name_that_is_a_column(written: str, column: str) -> None:
    frame = pl.DataFrame({"id": [0, 1], column: [4, 5]})
    assert filter_frame(frame, f"eq({written},5)", TICKETS)["id"].to_list() == [1]
    table = Table("tickets", MetaData(), Column("id", Integer), Column(column, Integer))
    assert _ids(table, f"eq({written},5)", [{"id": 0, column: 4}, {"id": 1, column: 5}]) == [1]


def test_the_own_name_comes_first() -> None:
    frame = pl.DataFrame({"id": [0], "nr": [5], "number": [4]})
    assert filter_frame(frame, "eq(nr,5)", TICKETS).is_empty()


def test_an_alias_may_be_a_path_inside_a_column() -> None:
    frame = pl.DataFrame({"id": [0, 1], "meta": [{"number": 5}, None]})
    assert filter_frame(frame, "eq(number,5)", TICKETS)["id"].to_list() == [0]
    table = Table("tickets", MetaData(), Column("id", Integer), Column("meta", JSON))
    assert _ids(table, "eq(number,5)", [{"id": 0, "meta": {"number": 5}}]) == [0]


def test_the_error_names_the_own_name() -> None:
    with pytest.raises(FilterValueError, match=r"^the frame has no column `number`\."):
        filter_frame(pl.DataFrame({"id": [0]}), "eq(nr,5)", TICKETS)
    table = Table("tickets", MetaData(), Column("id", String))
    with pytest.raises(FilterValueError, match=r"^there is no column for the field `number`\."):
        to_sqlalchemy("eq(nr,5)", table, TICKETS)


def _ids(table: Table, text: str, rows: list[dict[str, Any]]) -> list[int]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        table.create(connection)
        connection.execute(insert(table), rows)
        found = connection.scalars(
            select(table.c.id).where(to_sqlalchemy(text, table, TICKETS))
        ).all()
    engine.dispose()
    return list(found)
