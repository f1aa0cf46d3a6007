"""Data may have an attribute under its own name or under an alias of it."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from sqlalchemy import JSON, Column, Integer, MetaData, String, Table, create_engine, insert, select

from epfilter.errors import FilterValueError
from epfilter.resources import Alias, EqInOrderedNull, PatternAlias, PrefixAlias, Resource, integer
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
