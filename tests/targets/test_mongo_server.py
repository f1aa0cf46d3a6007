"""Queries for MongoDB on a server, which selects by a path as mongod does and mongomock does not."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from epfilter import Filter, FilterTypeError, FilterValueError
from epfilter.targets import to_mongo, to_predicate
from support.differences import shows
from support.mongo_servers import store_documents
from support.one_meaning import (
    DOCUMENT,
    LOOSE_DOCUMENT,
    Row,
    agree,
    documents,
    rows,
    some_filters,
    some_nested_filters,
)
from support.rows import for_each

bson = pytest.importorskip("bson")

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "mongo_paths.jsonl")
    .read_text("utf-8")
    .splitlines()
]

fewer = settings(max_examples=min(settings().max_examples // 2, 100))


def find(database: Any, stored: list[dict[str, Any]], f: Filter | str, **options: Any) -> list[int]:
    """Return the positions of the documents that the query finds."""
    collection = store_documents(database, stored)
    return sorted(each["_id"] for each in collection.find(to_mongo(f, **options)))


@pytest.mark.slow
@for_each("case", CASES, ids=lambda case: case["filter"])
def test_a_path_selects_what_the_predicate_selects(
    case: dict[str, Any], mongo_database: Any
) -> None:
    stored = case["documents"]
    matching = to_predicate(case["filter"])
    assert [place for place, each in enumerate(stored) if matching(each)] == case["found"]
    assert find(mongo_database, stored, case["filter"]) == case["found"]


@fewer
@given(made=documents(DOCUMENT) | documents(LOOSE_DOCUMENT), fs=some_nested_filters)
def test_parts_of_any_type(mongo_database: Any, made: list[Row], fs: list[Filter]) -> None:
    collection = store_documents(mongo_database, made)
    agree("SecantusDB", lambda f: {each["id"] for each in collection.find(to_mongo(f))}, made, fs)


def _to_document(row: Row) -> Row:
    """Return a row in the types of BSON: a number is a double, a day the point in time it means."""
    day, price = row["day"], row["price"]
    midnight = None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)
    return row | {"day": midnight, "price": None if price is None else float(price)}


@fewer
@given(made=rows, fs=some_filters)
def test_fields_of_one_type(mongo_database: Any, made: list[Row], fs: list[Filter]) -> None:
    stored = [_to_document(row) for row in made]
    collection = store_documents(mongo_database, stored)
    agree("SecantusDB", lambda f: {each["id"] for each in collection.find(to_mongo(f))}, made, fs)


FIRST, SECOND = "507f1f77bcf86cd799439011", "507f1f77bcf86cd799439012"


def test_ids_of_documents(mongo_database: Any) -> None:
    customer = bson.ObjectId(SECOND)
    collection = store_documents(
        mongo_database,
        [
            {
                "_id": bson.ObjectId(FIRST),
                "n": 0,
                "customer": customer,
                "lines": [{"_id": customer}],
            },
            {"_id": FIRST, "n": 1, "customer": SECOND, "lines": []},
            {"_id": customer, "n": 2},
        ],
    )

    def select(text: str, **options: Any) -> list[int]:
        return sorted(each["n"] for each in collection.find(to_mongo(text, **options)))

    assert select(f"eq(_id,{FIRST})") == [0, 1]
    assert select(f"in(_id,{FIRST.upper()},{SECOND})") == [0, 2]
    assert select(f"gt(_id,{FIRST})") == [2]
    assert select(f"contains(lines._id,{SECOND})") == [0]
    assert select(f"eq(customer,{SECOND})") == [1]
    assert select(f"eq(customer,{SECOND})", types={"customer": bson.ObjectId}) == [0]
    assert select(f"eq(_id,{FIRST})", types={"_id": str}) == [1]
    assert select("like(_id,5*)") == [1]
    with pytest.raises(FilterValueError) as refusal:
        to_mongo("eq(_id,5)", types={"_id": bson.ObjectId})
    assert str(refusal.value) == (
        "`_id`: `5` is not an ObjectId. Hint: write it as 24 hexadecimal digits."
    )


def test_an_id_requires_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bson", None)
    with pytest.raises(FilterTypeError, match="may be an ObjectId, which requires PyMongo"):
        to_mongo(f"eq(_id,{FIRST})")
    assert to_mongo(f"eq(_id,{FIRST})", types={"_id": str}) == {"_id": {"$eq": FIRST}}
    assert to_mongo("eq(_id,5)", types={"_id": int}) == {"_id": {"$eq": 5}}


DAY = datetime(2018, 9, 1, tzinfo=UTC)


@shows(
    "MongoDB: Without a type, a value matches as every type that it reads as, and a UUID is a text.",
    "MongoDB: A document holds a point in time in milliseconds.",
    "MongoDB: `tags[0]` also reads the member `0` of an object.",
)
@for_each(
    ("text", "stored", "found", "options"),
    [
        ("eq(a[0],x)", [{"a": {"0": "x"}}, {"a": [{"0": "x"}]}, {"a": ["x"]}], [0, 1, 2], {}),
        ("eq(a,5)", [{"a": 5}, {"a": 5.0}, {"a": bson.Decimal128("5.0")}], [0, 1, 2], {}),
        ("eq(a,5)", [{"a": 5}, {"a": "5"}], [0], {"types": {"a": int}}),
        ("eq(a,5)", [{"a": 5}, {"a": "5"}], [0, 1], {}),
        ("eq(t,2018-09-01)", [{"t": DAY.replace(microsecond=999)}], [0], {}),
        ("gt(t,2018-09-01T00:00:00.0005Z)", [{"t": DAY.replace(microsecond=999)}], [], {}),
        ("eq(a,3fa85f64-5717-4562-b3fc-2c963f66afa6)", [{"a": bson.Binary(b"0" * 16, 4)}], [], {}),
    ],
)
def test_what_differs(
    mongo_database: Any,
    text: str,
    stored: list[dict[str, Any]],
    found: list[int],
    options: dict[str, Any],
) -> None:
    assert find(mongo_database, stored, text, **options) == found
