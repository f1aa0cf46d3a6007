"""One filter, one meaning: every target selects the same rows, or refuses the filter.

The rows are made once and put into each engine in its own types. What the predicate selects is
what all others have to; the predicate itself is compared with the oracle, which says the meaning
in the fewest words. Objects and lists are in test_one_meaning_nested, Spark in
test_dataframe_spark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings

from epfilter import Filter, fields
from epfilter.ast import Comparison, IsNull, Membership
from epfilter.targets import UnsupportedFilterError, to_mongo, to_sqlalchemy
from support.frame_engines import FRAMES
from support.one_meaning import COLUMNS, MOMENTS, Row, Select, agree, rows, some_filters

mongomock = pytest.importorskip("mongomock")
pyarrow = pytest.importorskip("pyarrow")
sqlalchemy = pytest.importorskip("sqlalchemy")
mysql = pytest.importorskip("sqlalchemy.dialects.mysql")


def _arrow(made: list[Row]) -> Any:
    schema = pyarrow.schema(
        [
            ("id", pyarrow.int64()),
            ("name", pyarrow.string()),
            ("total", pyarrow.int64()),
            ("price", pyarrow.decimal128(10, 2)),
            ("paid", pyarrow.bool_()),
            ("created_at", pyarrow.timestamp("us", "UTC")),
            ("day", pyarrow.date32()),
        ]
    )
    return pyarrow.Table.from_pylist(made, schema)


def _in_frame(name: str, made: list[Row]) -> Select:
    return FRAMES[name](_arrow(made))


def _in_mongo(made: list[Row]) -> Select:
    """Mongo has neither decimals of ours nor dates without a time; and mongomock takes True for 1."""
    collection = mongomock.MongoClient(tz_aware=True).shop.orders
    known = ("name", "total", "created_at")
    collection.insert_many(
        [{"id": row["id"]} | {name: row[name] for name in known} for row in made]
    )

    def select(f: Filter) -> set[int]:
        if {"price", "day", "paid"} & set(fields(f)):
            raise UnsupportedFilterError("eq", "price", "mongomock", "it does not keep the type")
        return {each["id"] for each in collection.find(to_mongo(f))}

    return select


def _table(metadata: Any, dialect: str) -> Any:
    moment = sqlalchemy.DateTime(timezone=dialect == "postgresql")
    moment = moment.with_variant(mysql.DATETIME(fsp=6), "mysql")
    return sqlalchemy.Table(
        "orders",
        metadata,
        sqlalchemy.Column("id", sqlalchemy.Integer, primary_key=True, autoincrement=False),
        sqlalchemy.Column("name", sqlalchemy.Text),
        sqlalchemy.Column("total", sqlalchemy.BigInteger),
        sqlalchemy.Column("price", sqlalchemy.Numeric(10, 2)),
        sqlalchemy.Column("paid", sqlalchemy.Boolean),
        sqlalchemy.Column("created_at", moment),
        sqlalchemy.Column("day", sqlalchemy.Date),
        prefixes=["TEMPORARY"],
    )


def _agree_in_database(engine: Any, made: list[Row], fs: list[Filter]) -> None:
    dialect = engine.dialect.name
    metadata = sqlalchemy.MetaData()
    table = _table(metadata, dialect)
    with engine.connect() as connection:
        metadata.create_all(connection)
        naive = dialect != "postgresql"
        connection.execute(sqlalchemy.insert(table), [_stored(row, naive=naive) for row in made])

        def select(f: Filter) -> set[int]:
            found = sqlalchemy.select(table.c.id).where(to_sqlalchemy(f, table))
            return set(connection.execute(found).scalars())

        agree(dialect, select, made, fs)
        connection.rollback()


def _stored(row: Row, *, naive: bool) -> Row:
    moment = row["created_at"]
    if moment is None or not naive:
        return row
    return row | {"created_at": moment.astimezone(UTC).replace(tzinfo=None)}


LOCAL: dict[str, Callable[[list[Row]], Select]] = {
    **{name: partial(_in_frame, name) for name in FRAMES},
    "mongo": _in_mongo,
}


fewer = settings(max_examples=min(settings().max_examples // 2, 200))
"""An example is up to six filters on a dozen rows, in an engine that takes its time."""


@pytest.mark.parametrize("name", LOCAL)
@fewer
@given(made=rows, fs=some_filters)
def test_engines_in_this_process(name: str, made: list[Row], fs: list[Filter]) -> None:
    agree(name, LOCAL[name](made), made, fs)


@pytest.fixture(
    scope="module",
    params=["sqlite", "postgresql_url", pytest.param("mariadb_url", marks=pytest.mark.slow)],
)
def engine(request: pytest.FixtureRequest) -> Iterator[Any]:
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue(request.param)
    engine = sqlalchemy.create_engine(url)
    yield engine
    engine.dispose()


@fewer
@given(made=rows, fs=some_filters)
def test_databases(engine: Any, made: list[Row], fs: list[Filter]) -> None:
    _agree_in_database(engine, made, fs)


@pytest.mark.parametrize("name", LOCAL)
def test_most_filters_are_supported(name: str) -> None:
    """Refusing everything would agree with everybody."""
    row = {"name": "a", "total": 5, "price": Decimal("5.00"), "paid": True}
    row |= {"created_at": MOMENTS[0], "day": date(2018, 9, 1)}
    made = [{"id": 0, **dict.fromkeys(COLUMNS)}, {"id": 1, **row}]
    select = LOCAL[name](made)
    assert select(Comparison(op="eq", field="name", value="a")) == {1}
    assert select(Comparison(op="like", field="name", value="*a")) == {1}
    assert select(Comparison(op="ge", field="created_at", value="2018-09-01")) == {1}
    assert select(Membership(op="in", field="total", values=("5", "6"))) == {1}
    assert select(IsNull(field="name")) == {0}
