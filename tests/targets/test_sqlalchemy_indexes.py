"""Which index a condition can use, and how many parameters it has: as documented on the page about SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    select,
)
from sqlalchemy.exc import OperationalError

from epfilter.targets import UnsupportedFilterError, to_sqlalchemy

PARTS = Table(
    "parts",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("exact", String),
    Column("other", String),
    Column("n", Integer),
)
_COLLATIONS = {
    "sqlite": ("BINARY", "NOCASE"),
    "duckdb": ("C", "NOCASE"),
    "postgresql": ('"C"', '"und-x-icu"'),
}
"""The order of code points, which the column `exact` has, and that of the column `other`."""
_NUMBERS = {
    "sqlite": "WITH RECURSIVE made(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM made LIMIT 20000) "
    "SELECT i FROM made",
    "duckdb": "SELECT i FROM range(20000) made(i)",
    "postgresql": "SELECT i FROM generate_series(0, 19999) made(i)",
}
_EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN", "duckdb": "EXPLAIN ANALYZE", "postgresql": "EXPLAIN"}
_SEARCHED = {"sqlite": "SEARCH parts", "duckdb": "Index Scan", "postgresql": "Index"}
"""What stands in a plan that does not read every row."""


@pytest.fixture(scope="module", params=_COLLATIONS)
def database(request: pytest.FixtureRequest) -> Iterator[Connection]:
    name = request.param
    local = {"sqlite": "sqlite://", "duckdb": "duckdb:///:memory:"}
    engine = create_engine(local.get(name) or request.getfixturevalue("postgresql_url"))
    exact, other = _COLLATIONS[name]
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "CREATE TEMPORARY TABLE parts (id INTEGER PRIMARY KEY, "
            f"exact TEXT COLLATE {exact}, other TEXT COLLATE {other}, n INTEGER)"
        )
        connection.exec_driver_sql(
            f"INSERT INTO parts SELECT i, 'p' || i, 'p' || i, i FROM ({_NUMBERS[name]}) made"  # noqa: S608 - fixed texts
        )
        for column in ("exact", "other", "n"):
            connection.exec_driver_sql(f"CREATE INDEX by_{column} ON parts ({column})")
        connection.exec_driver_sql("ANALYZE")
        yield connection
        connection.rollback()
    engine.dispose()


def uses_index(database: Connection, f: str) -> bool:
    name = database.dialect.name
    made = select(PARTS.c.id).where(to_sqlalchemy(f, PARTS)).compile(database)
    values = made.params
    given = values if made.positiontup is None else tuple(values[key] for key in made.positiontup)
    plan = database.exec_driver_sql(f"{_EXPLAIN[name]} {made}", given)
    return _SEARCHED[name] in "\n".join(str(cell) for row in plan for cell in row)


@pytest.mark.parametrize(
    ("f", "databases"),
    [
        ("eq(exact,p5)", "sqlite duckdb postgresql"),
        ("in(exact,p5,p7)", "sqlite duckdb postgresql"),
        ("gt(exact,p9998)", "sqlite duckdb postgresql"),
        ("like(exact,p5)", "sqlite duckdb postgresql"),
        ("like(exact,p999*)", "sqlite postgresql"),
        ("like(exact,*999)", ""),
        ("ilike(exact,p5)", ""),
        ("eq(other,p5)", "duckdb postgresql"),
        ("in(other,p5,p7)", "duckdb postgresql"),
        ("gt(other,p9998)", "duckdb"),
        ("like(other,p5)", "duckdb"),
        ("like(other,p999*)", ""),
        ("ilike(other,p5)", ""),
        ("eq(n,5)", "sqlite duckdb postgresql"),
        ("in(n,5,7)", "sqlite duckdb postgresql"),
        ("gt(n,19990)", "sqlite duckdb postgresql"),
    ],
)
def test_which_index_is_used(database: Connection, f: str, databases: str) -> None:
    assert uses_index(database, f) == (database.dialect.name in databases.split())


def test_a_value_for_a_text_column_takes_two_parameters_in_postgresql(database: Connection) -> None:
    for f, several in (("in(n,1,2,3)", False), ("in(exact,a,b,c)", True)):
        made = select(PARTS.c.id).where(to_sqlalchemy(f, PARTS)).compile(database)
        twice = several and database.dialect.name == "postgresql"
        assert len(made.params) == (6 if twice else 3)


def _count(database: Connection, column: str, values: int) -> int:
    f = f"in({column},{','.join(map(str, range(values)))})"
    return len(database.execute(select(PARTS.c.id).where(to_sqlalchemy(f, PARTS))).all())


@pytest.mark.slow
def test_the_limit_of_parameters(database: Connection) -> None:
    name = database.dialect.name
    limit = 65_535
    if name == "duckdb":
        assert _count(database, "n", limit + 1) == 20_000
        return
    if name == "sqlite":
        driver = database.connection.dbapi_connection
        assert isinstance(driver, sqlite3.Connection)
        limit = min(driver.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER), 32_766)
        driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, limit)
    assert _count(database, "n", limit) == 20_000
    refused = OperationalError if name == "sqlite" else UnsupportedFilterError
    with pytest.raises(refused, match=r"too many SQL variables|at most 65,535 parameters"):
        _count(database, "n", limit + 1)
