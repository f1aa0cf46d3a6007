"""An attribute of unknown type: every target reads its values as the type of the data."""

from __future__ import annotations

from typing import Any

import mongomock
import polars as pl
import pytest
from sqlalchemy import JSON, Column, Integer, MetaData, Table, create_engine, insert, select

from epfilter.resources import (
    ContainsAnyAllNull,
    EqInOrderedLikeNull,
    EqOrdered,
    Resource,
    integer,
    list_of,
    string,
    unknown,
)
from epfilter.targets import (
    filter_frame,
    to_elasticsearch,
    to_mongo,
    to_narwhals,
    to_predicate,
    to_sqlalchemy,
)
from support.rows import for_each


class Entries(Resource):
    value = EqInOrderedLikeNull(unknown())
    label = EqInOrderedLikeNull(unknown())
    marks = ContainsAnyAllNull(list_of(unknown()))
    title = EqInOrderedLikeNull(string())
    position = EqOrdered(integer())


ENTRIES = Entries()
ROWS: list[dict[str, Any]] = [
    {"id": 0, "value": 5, "label": "5", "marks": [5, 6], "title": "5", "position": 1},
    {"id": 1, "value": 12, "label": "x", "marks": ["5"], "title": "x", "position": 12},
    {"id": 2, "value": None, "label": None, "marks": None, "title": None, "position": None},
]
ASKED = [
    ("eq(value,5)", [0]),
    ("gt(value,5.5)", [1]),
    ("in(label,5,7)", [0]),
    ("like(label,x*)", [1]),
    ("contains_any(marks,5)", [0, 1]),
    ("contains_all(marks,5,6)", [0]),
    ("is_null(value)|eq(value,x)", [2]),
    ("eq(title,5):lt(position,5)|ge(value,12)", [0, 1]),
]


@for_each(("text", "ids"), ASKED)
def test_the_predicate_reads_a_value_as_the_type_of_the_row(text: str, ids: list[int]) -> None:
    assert [row["id"] for row in filter(to_predicate(text, ENTRIES), ROWS)] == ids


@for_each(("text", "ids"), ASKED)
def test_mongo_matches_every_type_that_a_value_reads_as(text: str, ids: list[int]) -> None:
    collection = mongomock.MongoClient().shop.entries
    collection.insert_many([dict(row) for row in ROWS])
    assert [row["id"] for row in collection.find(to_mongo(text, ENTRIES))] == ids


@pytest.mark.parametrize(("text", "ids"), ASKED)
def test_json_decides_the_type(text: str, ids: list[int]) -> None:
    table = Table(
        "entries",
        MetaData(),
        Column("id", Integer),
        *[
            Column(name, Integer if name == "position" else JSON(none_as_null=True))
            for name in ROWS[0]
            if name != "id"
        ],
    )
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        table.create(connection)
        connection.execute(insert(table), ROWS)
        found = connection.scalars(select(table.c.id).where(to_sqlalchemy(text, table, ENTRIES)))
        assert list(found) == ids
    engine.dispose()


@pytest.mark.parametrize(("text", "ids"), [case for case in ASKED if "marks" not in case[0]])
def test_a_column_decides_the_type(text: str, ids: list[int]) -> None:
    frame = pl.DataFrame([{k: v for k, v in row.items() if k != "marks"} for row in ROWS])
    assert filter_frame(frame, text, ENTRIES)["id"].to_list() == ids


def test_a_column_is_text_without_a_schema() -> None:
    frame = pl.DataFrame({"id": [0, 1], "value": ["5", "05"]})
    assert filter_frame(frame, "eq(value,5)", ENTRIES)["id"].to_list() == [0]
    assert to_narwhals("eq(value,5)", ENTRIES) is not None


def test_elasticsearch_gets_the_text() -> None:
    assert to_elasticsearch("eq(value,5)", ENTRIES) == {"term": {"value": {"value": "5"}}}
