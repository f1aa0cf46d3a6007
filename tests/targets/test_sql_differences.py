"""Each difference that `meaning.md` and the page about SQL list for databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import (
    ARRAY,
    JSON,
    REAL,
    TIMESTAMP,
    Column,
    DateTime,
    Float,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    create_engine,
    insert,
    select,
    text,
)
from sqlalchemy.dialects import mysql

from epfilter import F, Filter
from epfilter.resources import EqInOrdered, Resource, timestamp
from epfilter.targets import UnsupportedFilterError, to_predicate, to_sqlalchemy
from support.differences import shows
from support.sizes import slow_except

ENGINES = ("sqlite", "duckdb", "postgresql", "mariadb")
THINGS = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(20)),
    Column("price", Numeric(30, 20)),
    Column("single", REAL().with_variant(Float(24), "mysql")),
    Column("seen", DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql")),
    prefixes=["TEMPORARY"],
)
MORE = Table(
    "more",
    MetaData(),
    Column("tags", ARRAY(Integer)),
    Column("data", JSON),
    Column("changed", TIMESTAMP),
)


@pytest.fixture(scope="module", params=slow_except(ENGINES, "sqlite", "duckdb", "postgresql"))
def database(request: pytest.FixtureRequest) -> Iterator[Any]:
    urls = {"sqlite": "sqlite://", "duckdb": "duckdb:///:memory:"}
    url = urls.get(request.param) or request.getfixturevalue(f"{request.param}_url")
    engine = create_engine(url)
    with engine.connect() as connection:
        THINGS.create(connection)
        moment = datetime(2018, 9, 1, 10, 11, 12, 345678)  # noqa: DTZ001 - UTC
        connection.execute(insert(THINGS).values(id=1, name="red dress", single=0.1, seen=moment))
        yield connection
        connection.rollback()
    engine.dispose()


def find(database: Any, f: Filter | str, table: Table = THINGS) -> list[int]:
    column = table.c.id if table is THINGS else table.c.tags
    return list(database.scalars(select(column).where(to_sqlalchemy(f, table))))


REFUSED: list[tuple[str, Filter | str, Table, set[str]]] = [
    ("full-text search", "text(name,dress)", THINGS, {*ENGINES} - {"postgresql"}),
    ("NUL", F.name.eq("\0"), THINGS, {"postgresql"}),
    ("lists", "eq(tags,1)", MORE, {"sqlite", "mariadb"}),
    ("JSON", "eq(data.a,1)", MORE, {"mariadb"}),
    ("time zone of the session", "gt(changed,2018-09-01)", MORE, {"mariadb"}),
    ("NUL|JSON", F["data.a"].eq("\0"), MORE, {"sqlite", "postgresql", "mariadb"}),
    ("15 digits", "eq(price,0.1234567890123456)", THINGS, {"sqlite"}),
]


@shows(
    "PostgreSQL: NUL in a text is not supported.",
    "SQLite: Lists, and NUL in JSON, are not supported.",
    "SQLite: A `Numeric` is not compared with more than 15 digits.",
    "MySQL, MariaDB: Lists, JSON and `TIMESTAMP` columns are not supported.",
)
@pytest.mark.parametrize("case", range(len(REFUSED)), ids=lambda case: REFUSED[case][0])
def test_what_is_refused(database: Any, case: int) -> None:
    words, f, table, engines = REFUSED[case]
    name = database.engine.url.get_backend_name().replace("mysql", "mariadb")
    statement = select(text("1")).where(to_sqlalchemy(f, table))
    if name in engines:
        with pytest.raises(UnsupportedFilterError, match=words):
            statement.compile(database)
    else:
        statement.compile(database)


class Moments(Resource):
    data = EqInOrdered(timestamp())


@shows(
    "SQL: Dates, timestamps and UUIDs of a resource are not compared with JSON, which stores them as text.",
)
def test_times_in_json_are_refused() -> None:
    with pytest.raises(UnsupportedFilterError, match="JSON has no datetime"):
        to_sqlalchemy("gt(data,2018-09-01)", MORE, Moments())


@shows(
    "SQL: `text` is not supported except in PostgreSQL, as full-text search with the configuration `simple`.",
)
def test_full_text_search_in_postgresql_is_simple(database: Any) -> None:
    if database.dialect.name == "postgresql":
        assert find(database, 'text(name,"dress RED")') == [1]
        assert find(database, "text(name,dresses)") == []


@shows(
    "SQL: A float of 32 bits is the number of its shortest text as one of 32 bits.",
)
def test_a_float_of_32_bits_is_its_shortest_text(database: Any) -> None:
    assert find(database, "eq(single,0.1)") == [1]
    assert find(database, "eq(single,0.10000000149011612)") == []


@shows(
    "SQL: Digits of a filter beyond microseconds are cut.",
)
def test_digits_beyond_microseconds_are_cut(database: Any) -> None:
    pandas = pytest.importorskip("pandas")
    moment = pandas.Timestamp("2018-09-01T10:11:12.345678901Z")
    for f, ids in {
        F.seen.eq(moment): [1],
        F.seen.in_(moment, "x"): [1],
        F.seen.ge(moment): [1],
        F.seen.le(moment): [1],
        F.seen.gt(moment): [],
        F.seen.lt(moment): [],
    }.items():
        assert find(database, f) == ids, f
        row = {"seen": datetime(2018, 9, 1, 10, 11, 12, 345678, UTC)}
        assert to_predicate(f)(row) == bool(ids), f


@shows(
    "SQLite: NaN is stored as NULL.",
    "SQLite: A time without hyphens and colons matches nothing.",
)
def test_sqlite_stores_nan_as_null_and_reads_no_basic_format() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        THINGS.create(connection)
        connection.execute(insert(THINGS).values(id=1, single=float("nan")))
        connection.execute(text("INSERT INTO things (id, seen) VALUES (2, '20180901T101112')"))
        assert find(connection, "is_null(single):is_null(seen)") == [1]
        assert find(connection, "ge(seen,0001-01-01)|le(seen,9999-12-31)") == []
    engine.dispose()


@shows(
    "SQLite, DuckDB: In JSON, numbers other than 64-bit integers are floats.",
)
@pytest.mark.parametrize("name", ["sqlite", "duckdb"])
def test_numbers_in_json_are_floats_but_for_integers_of_64_bits(name: str) -> None:
    table = Table("papers", MetaData(), Column("id", Integer), Column("data", JSON))
    engine = create_engine("sqlite://" if name == "sqlite" else "duckdb:///:memory:")
    with engine.connect() as connection:
        table.create(connection)
        connection.execute(
            text("INSERT INTO papers VALUES (1, :data)"), {"data": '{"a": 0.30000000000000004}'}
        )
        connection.execute(
            text("INSERT INTO papers VALUES (2, :data)"), {"data": '{"a": 9223372036854775807}'}
        )
        for f, ids in {
            "eq(data.a,0.30000000000000004)": [1],
            "eq(data.a,0.300000000000000041)": [],
            "eq(data.a,9223372036854775807)": [2],
            "lt(data.a,9223372036854775807)": [1],
        }.items():
            found = select(table.c.id).where(to_sqlalchemy(f, table)).order_by(table.c.id)
            assert list(connection.scalars(found)) == ids, f
    engine.dispose()
