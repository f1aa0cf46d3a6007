"""One filter, one meaning: every target selects the same rows, or says that it cannot.

The rows are made once and put into each engine in its own types. What the predicate selects is
what all others have to; the predicate itself is compared with the oracle, which says the meaning
in the fewest words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epfilter import Filter, fields
from epfilter.ast import And, Comparison, IsNull, Membership, Operator, Or
from epfilter.targets import (
    UnsupportedFilterError,
    filter_frame,
    to_mongo,
    to_predicate,
    to_sqlalchemy,
)
from filter_oracle import matches

duckdb = pytest.importorskip("duckdb")
mongomock = pytest.importorskip("mongomock")
pandas = pytest.importorskip("pandas")
polars = pytest.importorskip("polars")
pyarrow = pytest.importorskip("pyarrow")
sqlalchemy = pytest.importorskip("sqlalchemy")

Row = dict[str, Any]
Select = Callable[[Filter], set[int]]

_TEXTS = ["", "a", "A", "ab", "a%", "a_b", "a\\b", "*", "a*b", "é", "É", "x\ny", "5", "true", "Ω"]
_TEXTS += ["2018-09-01", "a'b", 'a"b', "),eq(a,1", " a", "a "]
_MOMENTS = [
    datetime(2018, 9, 1, tzinfo=UTC),
    datetime(2018, 9, 1, 10, 11, 12, 345000, tzinfo=UTC),
    datetime(2018, 8, 31, 22, 30, tzinfo=timezone(timedelta(hours=-4))),
    datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
]
_COLUMNS: Mapping[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(_TEXTS),
    "total": st.sampled_from([0, 1, -1, 5, 9, 10, 2**53 + 1, 2**63 - 1]),
    "price": st.sampled_from(
        [Decimal(text) for text in ("0.00", "5.00", "5.50", "-1.25", "10.00")]
    ),
    "paid": st.booleans(),
    "created_at": st.sampled_from(_MOMENTS),
    "day": st.sampled_from([date(2018, 9, 1), date(2018, 8, 31), date(2020, 2, 29)]),
}
_WRITTEN = st.sampled_from(
    [
        *_TEXTS,
        *("0", "1", "-1", "5.0", "5.5", "10", str(2**53 + 1), str(2**63), "1e1", "NaN", "false"),
        *("2018-09-01T10:11:12.345Z", "2018-09-01T02:30:00Z", "2020-02-29", "1535760000000"),
        *("a*", "*a", "*a*", "*b", "*%*", "*_*", "*\\*", "A*", "*\n*", "x*y", "**"),
    ]
)
_NAMES = st.sampled_from([*_COLUMNS])
_ORDERED = (Operator.GT, Operator.GE, Operator.LT, Operator.LE)
_calls = st.one_of(
    st.builds(
        Comparison,
        op=st.sampled_from([Operator.EQ, *_ORDERED, Operator.LIKE, Operator.ILIKE]),
        field=_NAMES,
        value=_WRITTEN,
    ),
    st.builds(
        Membership,
        op=st.just(Operator.IN),
        field=_NAMES,
        values=st.lists(_WRITTEN, min_size=1, max_size=3).map(tuple),
    ),
    st.builds(IsNull, field=_NAMES),
)


def _grouped(terms: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    several = st.lists(terms, min_size=2, max_size=3).map(tuple)
    return st.builds(And, terms=several) | st.builds(Or, terms=several)


filters = st.recursive(_calls, _grouped, max_leaves=4)
rows = st.lists(
    st.fixed_dictionaries({name: st.none() | values for name, values in _COLUMNS.items()}),
    min_size=1,
    max_size=12,
).map(lambda made: [{"id": i, **row} for i, row in enumerate(made)])


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


def _in_frame(frame: Any, ids: Callable[[Any], Iterable[int]]) -> Select:
    return lambda f: set(ids(filter_frame(frame, f)))


def _in_pandas(made: list[Row]) -> Select:
    frame = _arrow(made).to_pandas(types_mapper=pandas.ArrowDtype)
    return _in_frame(frame, lambda found: [int(one) for one in found["id"]])


def _in_polars(made: list[Row]) -> Select:
    return _in_frame(polars.from_arrow(_arrow(made)), lambda found: found["id"].to_list())


def _in_lazy_polars(made: list[Row]) -> Select:
    frame = polars.from_arrow(_arrow(made)).lazy()
    return _in_frame(frame, lambda found: found.collect()["id"].to_list())


def _in_pyarrow(made: list[Row]) -> Select:
    return _in_frame(_arrow(made), lambda found: found["id"].to_pylist())


def _in_duckdb(made: list[Row]) -> Select:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    relation = connection.from_arrow(_arrow(made))
    return _in_frame(relation, lambda found: [row[0] for row in found.select("id").fetchall()])


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
        return {one["id"] for one in collection.find(to_mongo(f))}

    return select


def _table(metadata: Any, dialect: str) -> Any:
    moment = sqlalchemy.DateTime(timezone=dialect != "sqlite")
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


def _in_database(engine: Any) -> Callable[[list[Row]], Select]:
    def put(made: list[Row]) -> Select:
        dialect = engine.dialect.name
        metadata = sqlalchemy.MetaData()
        table = _table(metadata, dialect)
        connection = engine.connect()
        metadata.create_all(connection)
        naive = dialect == "sqlite"
        connection.execute(sqlalchemy.insert(table), [_stored(row, naive=naive) for row in made])

        def select(f: Filter) -> set[int]:
            found = sqlalchemy.select(table.c.id).where(to_sqlalchemy(f, table))
            return set(connection.execute(found).scalars())

        select.close = lambda: (connection.rollback(), connection.close())  # type: ignore[attr-defined] # for the caller
        return select

    return put


def _stored(row: Row, *, naive: bool) -> Row:
    moment = row["created_at"]
    if moment is None or not naive:
        return row
    return row | {"created_at": moment.astimezone(UTC).replace(tzinfo=None)}


LOCAL: dict[str, Callable[[list[Row]], Select]] = {
    "pandas": _in_pandas,
    "polars": _in_polars,
    "lazy polars": _in_lazy_polars,
    "pyarrow": _in_pyarrow,
    "duckdb": _in_duckdb,
    "mongo": _in_mongo,
}


def _agree(
    name: str, put: Callable[[list[Row]], Select], made: list[Row], fs: list[Filter]
) -> None:
    select = put(made)
    refused: list[UnsupportedFilterError] = []
    try:
        for f in fs:
            matching = to_predicate(f)
            wanted = {row["id"] for row in made if matching(row)}
            assert wanted == {row["id"] for row in made if matches(f, row)}, str(f)
            try:
                found = select(f)
            except UnsupportedFilterError as error:
                refused.append(error)
            else:
                assert found == wanted, (name, str(f))
    finally:
        getattr(select, "close", lambda: None)()
    assert all(error.operator and error.field and error.target for error in refused)


some_filters = st.lists(filters, min_size=1, max_size=6)
fewer = settings(max_examples=min(settings().max_examples // 2, 200))
"""An example is up to six filters on a dozen rows, in an engine that takes its time."""


@pytest.mark.parametrize("name", LOCAL)
@fewer
@given(made=rows, fs=some_filters)
def test_engines_in_this_process(name: str, made: list[Row], fs: list[Filter]) -> None:
    _agree(name, LOCAL[name], made, fs)


@pytest.fixture(scope="module")
def sqlite() -> Iterator[Any]:
    engine = sqlalchemy.create_engine("sqlite://")
    yield engine
    engine.dispose()


@fewer
@given(made=rows, fs=some_filters)
def test_sqlite(sqlite: Any, made: list[Row], fs: list[Filter]) -> None:
    _agree("sqlite", _in_database(sqlite), made, fs)


@pytest.fixture(scope="module")
def postgresql(postgresql_url: str) -> Iterator[Any]:
    engine = sqlalchemy.create_engine(postgresql_url)
    yield engine
    engine.dispose()


@fewer
@given(made=rows, fs=some_filters)
def test_postgresql(postgresql: Any, made: list[Row], fs: list[Filter]) -> None:
    _agree("postgresql", _in_database(postgresql), made, fs)


@pytest.mark.parametrize("name", LOCAL)
def test_most_questions_are_answered(name: str) -> None:
    """Refusing everything would agree with everybody."""
    one = {"name": "a", "total": 5, "price": Decimal("5.00"), "paid": True}
    one |= {"created_at": _MOMENTS[0], "day": date(2018, 9, 1)}
    made = [{"id": 0, **dict.fromkeys(_COLUMNS)}, {"id": 1, **one}]
    select = LOCAL[name](made)
    assert select(Comparison(op="eq", field="name", value="a")) == {1}
    assert select(Comparison(op="like", field="name", value="*a")) == {1}
    assert select(Comparison(op="ge", field="created_at", value="2018-09-01")) == {1}
    assert select(Membership(op="in", field="total", values=("5", "6"))) == {1}
    assert select(IsNull(field="name")) == {0}
