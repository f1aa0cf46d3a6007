"""One filter, one meaning, inside objects and lists too: nested and missing keys in every target.

The predicate and Mongo (in test_mongo_server) read documents as they are, SQL reads them in JSON
columns, dataframes in columns of structs and lists. An engine without an expression for a filter
refuses it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from epfilter import Filter, parse
from epfilter.targets import UnsupportedFilterError, to_mongo, to_sqlalchemy
from support.frame_engines import FRAMES
from support.mongo_servers import store_documents
from support.one_meaning import (
    DOCUMENT,
    LOOSE_DOCUMENT,
    Row,
    Select,
    agree,
    documents,
    some_nested_filters,
)

pyarrow = pytest.importorskip("pyarrow")
sqlalchemy = pytest.importorskip("sqlalchemy")

fewer = settings(max_examples=min(settings().max_examples // 2, 200))
"""An example is up to six filters on several documents, in an engine that takes its time."""

_ITEM = pyarrow.struct(
    [
        ("sku", pyarrow.string()),
        ("n", pyarrow.int64()),
        ("of", pyarrow.struct([("id", pyarrow.string())])),
    ]
)
_CONTACT = pyarrow.struct(
    [
        ("email", pyarrow.string()),
        ("age", pyarrow.int64()),
        ("address", pyarrow.struct([("zip", pyarrow.string())])),
    ]
)
_SCHEMA = pyarrow.schema(
    [
        ("id", pyarrow.int64()),
        ("contact", _CONTACT),
        ("items", pyarrow.list_(_ITEM)),
        ("tags", pyarrow.list_(pyarrow.string())),
        ("sizes", pyarrow.list_(pyarrow.int64())),
    ]
)


def _arrow(made: list[Row]) -> Any:
    return pyarrow.Table.from_pylist(made, _SCHEMA)


@pytest.mark.parametrize("name", FRAMES)
@fewer
@given(made=documents(DOCUMENT), fs=some_nested_filters)
def test_columns_of_structs_and_lists(name: str, made: list[Row], fs: list[Filter]) -> None:
    agree(name, FRAMES[name](_arrow(made)), made, fs)


_METADATA = sqlalchemy.MetaData()
_TABLE = sqlalchemy.Table(
    "documents",
    _METADATA,
    sqlalchemy.Column("id", sqlalchemy.Integer, primary_key=True, autoincrement=False),
    *[
        sqlalchemy.Column(name, sqlalchemy.JSON(none_as_null=True))
        for name in ("contact", "items", "tags", "sizes")
    ],
    prefixes=["TEMPORARY"],
)


@pytest.fixture(scope="module", params=["sqlite", "duckdb", "postgresql"])
def connection(request: pytest.FixtureRequest) -> Iterator[Any]:
    addresses = {"sqlite": "sqlite://", "duckdb": "duckdb://"}
    url = addresses.get(request.param) or request.getfixturevalue("postgresql_url")
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as connected:
        _METADATA.create_all(connected)
        yield connected
        connected.rollback()
    engine.dispose()


def _in_database(connection: Any, made: list[Row]) -> Select:
    connection.execute(sqlalchemy.delete(_TABLE))
    every = dict.fromkeys(("contact", "items", "tags", "sizes"))
    connection.execute(sqlalchemy.insert(_TABLE), [{**every, **row} for row in made])

    def select(f: Filter) -> set[int]:
        found = sqlalchemy.select(_TABLE.c.id).where(to_sqlalchemy(f, _TABLE))
        return set(connection.execute(found).scalars())

    return select


@fewer
@given(made=documents(DOCUMENT) | documents(LOOSE_DOCUMENT), fs=some_nested_filters)
def test_columns_of_json(connection: Any, made: list[Row], fs: list[Filter]) -> None:
    name = connection.engine.dialect.name
    agree(name, _in_database(connection, made), made, fs)


_ROWS: list[Row] = [
    {
        "id": 0,
        "contact": {"email": "a@b.c", "age": 5, "address": {"zip": "46001"}},
        "items": [{"sku": "a", "n": 5, "of": {"id": "x"}}, {"sku": "b"}],
        "tags": ["gift", None],
        "sizes": [1, 9],
    },
    {
        "id": 1,
        "contact": {"address": None},
        "items": [{"sku": None}, None],
        "tags": [],
        "sizes": [],
    },
    {"id": 2, "contact": None},
    {"id": 3},
]
_ANSWERED = {
    "eq(contact.email,a@b.c)": {0},
    "is_null(contact.email)": {1, 2, 3},
    "ge(contact.age,4.5)": {0},
    "like(contact.address.zip,46*)": {0},
    "is_null(contact.address.zip)": {1, 2, 3},
    "is_null(contact)": {2, 3},
    "eq(items[0].sku,a)": {0},
    "is_null(items[1].sku)": {1, 2, 3},
    "eq(items.length,2)": {0, 1},
    "contains_all(tags,gift)": {0},
    "is_null(tags)": {2, 3},
    "is_null(tags[0])": {1, 2, 3},
    "eq(tags.length,0)": {1},
    "gt(sizes,8):lt(sizes,2)": {0},
}
_THROUGH_OBJECTS = {
    "eq(items.sku,b)": {0},
    "in(items.n,4,5)": {0},
    "like(items.of.id,*)": {0},
    "contains_all(items.sku,a,b)": {0},
    "is_null(items.sku)": {1, 2, 3},
    "like(tags,gi*)": {0},
}


@pytest.mark.parametrize("name", FRAMES)
def test_supported_filters_on_columns_of_structs(name: str) -> None:
    select = FRAMES[name](_arrow(_ROWS))
    assert {text: select(parse(text)) for text in _ANSWERED} == _ANSWERED
    for text in (*_THROUGH_OBJECTS, "eq(items,a)", "eq(contact,a)", "gt(contact.address,a)"):
        with pytest.raises(UnsupportedFilterError):
            select(parse(text))


def test_supported_filters_in_mongo(mongo_database: Any) -> None:
    collection = store_documents(mongo_database, _ROWS)
    wanted = {**_ANSWERED, **_THROUGH_OBJECTS}
    found = {text: {each["id"] for each in collection.find(to_mongo(text))} for text in wanted}
    assert found == wanted
    for text in ("gt(tags.length,1)", "is_null(tags.length)"):
        with pytest.raises(UnsupportedFilterError):
            to_mongo(text)


def test_supported_filters_on_columns_of_json(connection: Any) -> None:
    select, wanted = _in_database(connection, _ROWS), {**_ANSWERED, **_THROUGH_OBJECTS}
    assert {text: select(parse(text)) for text in wanted} == wanted
    assert select(parse("gt(tags.length,1)")) == {0}
    assert select(parse("is_null(tags.length)")) == {2, 3}
