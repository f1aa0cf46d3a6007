"""Which index a condition can use, and how many parameters it has: as documented on the page about SQL."""

from __future__ import annotations

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

from epfilter import F
from epfilter.targets import to_sqlalchemy

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


MANY = ",".join(map(str, range(0, 300, 2)))


@pytest.mark.parametrize("f", [f"in(n,{MANY})", f"in(exact,{MANY})"])
def test_many_values_are_one_parameter_and_can_use_an_index(database: Connection, f: str) -> None:
    if database.dialect.name == "postgresql":  # the table is so small that reading it all is faster
        database.exec_driver_sql("SET LOCAL enable_seqscan = off")
    assert uses_index(database, f) == (database.dialect.name != "duckdb")
    compiled = to_sqlalchemy(f, PARTS).compile(database)
    twice = database.dialect.name == "postgresql" and "exact" in f
    assert len(compiled.params) == 1 + twice
    # An index scan would try every pair of values of two arrays.
    assert str(compiled).count("= ANY") == (database.dialect.name == "postgresql")


@pytest.mark.slow
@pytest.mark.parametrize("column", ["n", "exact", "other"])
def test_100_000_values(database: Connection, column: str) -> None:
    prefix = "" if column == "n" else "p"
    f = F[column].in_([f"{prefix}{number}" for number in range(100_000)])
    found = select(PARTS.c.id).where(to_sqlalchemy(f, PARTS))
    assert len(database.scalars(found).all()) == 20_000
