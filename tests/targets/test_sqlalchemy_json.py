"""Documents in columns of JSON that a database cannot read: they match nothing, and break nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import JSON, Column, Integer, MetaData, Table, create_engine, select, text
from sqlalchemy.dialects import postgresql

from epfilter import F
from epfilter.targets import to_sqlalchemy
from support.differences import shows

DOCUMENTS = Table(
    "papers",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("data", JSON),
)
READABLE = [
    '{"a": "x"}',
    '{"b": 1}',
    r'{"a": "\\u0000"}',
    r'{"a": "\ud83d\ude00"}',
    r'{"a": "\\\\ud800 \ud83D\uDE00"}',
    "null",
]
UNREADABLE = {
    "sqlite": ['{"a": NaN}', "", "{", '{"a": "x", "b": Infinity}'],
    "duckdb": ["", "{", '{"a"'],
    "postgresql": [
        r'{"a": "x\u0000"}',
        r'{"b": "\ud800"}',
        r'{"b": "\\\ud83d x"}',
        r'{"b": "\ude00\ud83d"}',
        r'{"\u0000": "x"}',
    ],
}


@pytest.fixture(params=UNREADABLE)
def database(request: pytest.FixtureRequest) -> Iterator[Any]:
    local = {"sqlite": "sqlite://", "duckdb": "duckdb:///:memory:"}
    engine = create_engine(local.get(request.param) or request.getfixturevalue("postgresql_url"))
    type_ = "JSON" if request.param == "postgresql" else "TEXT"
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE TEMPORARY TABLE papers (id INTEGER, data {type_})")
        for number, document in enumerate([*READABLE, *UNREADABLE[request.param]]):
            connection.execute(
                text("INSERT INTO papers VALUES (:id, :data)"), {"id": number, "data": document}
            )
        connection.execute(text("INSERT INTO papers VALUES (99, NULL)"))
        yield connection
        connection.rollback()
    engine.dispose()


@shows(
    "SQL: A document that the database cannot read as JSON matches nothing.",
)
def test_unreadable_documents_match_nothing(database: Any) -> None:
    for f, ids in {
        F["data.a"].eq("x"): [0],
        F["data.b"].ge(1): [1],
        F["data.a"].eq("\\u0000"): [2],
        F["data.a"].eq("😀"): [3],
        F["data.a"].like("*😀"): [3, 4],
        F["data.a"].is_null(): [1, 5, 99],
        F.data.is_null(): [5, 99],
        F["data.length"].is_null(): [0, 1, 2, 3, 4, 5, 99],
    }.items():
        found = select(DOCUMENTS.c.id).where(to_sqlalchemy(f, DOCUMENTS)).order_by(DOCUMENTS.c.id)
        assert list(database.scalars(found)) == ids, f


def test_jsonb_is_always_readable() -> None:
    for type_ in (postgresql.JSONB(), JSON().with_variant(postgresql.JSONB(), "postgresql")):
        table = Table("papers", MetaData(), Column("data", type_))
        compiled = to_sqlalchemy("eq(data.a,x)", table).compile(
            dialect=postgresql.dialect()  # type: ignore[no-untyped-call] # of SQLAlchemy
        )
        assert "regexp" not in str(compiled)
