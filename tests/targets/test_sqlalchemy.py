"""A filter selects the same rows in every database, and never becomes part of the statement."""

from __future__ import annotations

import enum
import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb_engine
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    ARRAY,
    CHAR,
    JSON,
    REAL,
    TIMESTAMP,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Dialect,
    Double,
    Engine,
    Enum,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
    create_engine,
    delete,
    func,
    insert,
    select,
    text,
    type_coerce,
)
from sqlalchemy.dialects import mssql, mysql, postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, aliased, mapped_column, synonym
from sqlalchemy.pool import StaticPool

from epfilter import F, Filter, FilterError, FilterTypeError, FilterValueError, any_of, fields
from epfilter.ast import And, Comparison, IsNull, Membership, Operator, Or
from epfilter.errors import ResourceError
from epfilter.resources import EqIn, EqLike, Resource, date_, integer, string, timestamp, uuid
from epfilter.targets import UnsupportedFilterError, to_sqlalchemy
from support import filter_oracle
from support.filter_strategies import HOSTILE, filters, names, texts
from support.rows import for_each
from support.sizes import MANY_TERMS, divide_examples, slow_between

CASES = Path(__file__).parent / "data" / "sql.txt"
DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.psycopg.dialect(),  # type: ignore[no-untyped-call]
    "duckdb": duckdb_engine.Dialect(),
    "mysql": mysql.dialect(),
}
ID = UUID("3fa85f64-5717-4562-b3fc-2c963f66afa6")


def table(*columns: Column[Any], name: str = "items") -> Table:
    return Table(
        name,
        MetaData(),
        Column("id", Integer, primary_key=True, autoincrement=False),
        *columns,
        prefixes=["TEMPORARY"],
    )


ITEMS = table(
    Column("name", String),
    Column("note", Text),
    Column("n", SmallInteger),
    Column("big", BigInteger),
    Column("price", Numeric(18, 4)),
    Column("ratio", Double),
    Column("flag", Boolean),
    Column("day", Date),
    Column("seen", DateTime(timezone=True)),
    Column("local", DateTime),
    Column("uid", Uuid),
    Column("data", JSON(none_as_null=True)),
)
LISTS = table(Column("tags", ARRAY(Text)), Column("sizes", ARRAY(Integer)), name="lists")


@pytest.fixture(scope="module", params=["sqlite", "duckdb", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "postgresql":
        made = create_engine(request.getfixturevalue("postgresql_url"))
    else:
        path = "sqlite://" if request.param == "sqlite" else "duckdb:///:memory:"
        made = create_engine(path, poolclass=StaticPool)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def connected(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        ITEMS.create(connection)
        if engine.dialect.name != "sqlite":
            LISTS.create(connection)
        connection.commit()
        yield connection


@pytest.fixture
def database(connected: Connection) -> Iterator[Connection]:
    yield connected
    connected.rollback()


def fill(database: Connection, items: Table, rows: list[dict[str, Any]]) -> None:
    database.execute(delete(items))
    for number, row in enumerate(rows):
        database.execute(insert(items).values(id=number, **row))


def find_rows(
    database: Connection, items: Table, f: Filter | str, resource: Resource | None = None
) -> list[int]:
    condition = to_sqlalchemy(f, items, resource)
    return sorted(database.execute(select(items.c.id).where(condition)).scalars())


# The same rows as the oracle

CHARS = "aAbBkKſéÉ%_\\*!?[]' \n\x00~😀".replace("ſ", "")
words = st.text(CHARS, max_size=4)
decimals = st.decimals(-99999, 99999, places=4)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001 - made UTC
    lambda moment: moment.replace(tzinfo=UTC)
)
some_moments = st.one_of(st.just(datetime(2018, 9, 1, tzinfo=UTC)), moments)
DATA: dict[str, st.SearchStrategy[Any]] = {
    "name": words,
    "note": words,
    "n": st.integers(-3, 3),
    "big": st.one_of(st.integers(-3, 3), st.integers(-(2**63), 2**63 - 1)),
    "price": decimals,
    "flag": st.booleans(),
    "day": st.one_of(st.just(date(2018, 9, 1)), st.dates(date(2018, 8, 30), date(2018, 9, 3))),
    "seen": some_moments,
    "local": some_moments,
    "uid": st.one_of(st.just(ID), st.uuids()),
    "data.s": st.one_of(words, st.integers(-3, 3), st.booleans(), st.lists(words, max_size=3)),
    "data.n": st.one_of(st.integers(-(2**53), 2**53), st.lists(st.integers(-3, 3), max_size=2)),
}
NUMBERS = ["0", "5", "1.5", "-1.0000", "1e2", "2.00001", "9223372036854775808", "1e400", "-1e400"]
TIMES = ["2018-09-01", "2018-09-01T00:00:00Z", "2018-09-01T02:00:00.000+02:00", "1535760000000"]
WRITTEN: dict[str, st.SearchStrategy[str]] = {
    "n": st.one_of(st.sampled_from(NUMBERS), st.integers(-4, 4).map(str)),
    "price": st.one_of(st.sampled_from(NUMBERS), decimals.map(str)),
    "flag": st.sampled_from(["true", "false", "True", "1"]),
    "day": st.one_of(st.sampled_from(TIMES), DATA["day"].map(str)),
    "seen": st.one_of(st.sampled_from(TIMES), moments.map(lambda moment: moment.isoformat())),
    "uid": st.one_of(st.just(str(ID).upper()), st.uuids().map(str)),
    "words": st.builds(
        "".join, st.tuples(st.sampled_from(["", "*"]), words, st.sampled_from(["", "*"]))
    ),
}
WRITTEN |= {"big": st.one_of(WRITTEN["n"], DATA["big"].map(str)), "local": WRITTEN["seen"]}
WRITTEN |= {
    "data.n": WRITTEN["n"],
    "data.s": st.one_of(WRITTEN["words"], WRITTEN["n"], WRITTEN["flag"]),
}
OPERATORS = [
    Operator.EQ,
    Operator.GT,
    Operator.GE,
    Operator.LT,
    Operator.LE,
    Operator.LIKE,
    Operator.ILIKE,
]
SETS = [Operator.IN, Operator.CONTAINS_ANY, Operator.CONTAINS_ALL]


@st.composite
def calls(draw: st.DrawFn) -> Filter:
    field = draw(st.sampled_from(list(DATA)))
    values = st.one_of(*[WRITTEN.get(field, WRITTEN["words"])] * 4, st.sampled_from(["", "x"]))
    shape = draw(st.integers(0, 6))
    if shape == 0:
        return IsNull(field=field)
    if shape == 1:
        several = tuple(draw(st.lists(values, min_size=1, max_size=3)))
        return Membership(op=draw(st.sampled_from(SETS)), field=field, values=several)
    op = draw(st.sampled_from([*OPERATORS, Operator.CONTAINS]))
    return Comparison(op=op, field=field, value=draw(values))


def groups(terms: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    several = st.lists(terms, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(And, terms=several), st.builds(Or, terms=several))


rows = st.fixed_dictionaries({name: st.none() | data for name, data in DATA.items()})


def without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "ä")
    return [without_nul(item) for item in value] if isinstance(value, list) else value


def to_stored(row: dict[str, Any]) -> dict[str, Any]:
    flat = {name: value for name, value in row.items() if "." not in name}
    if flat["local"] is not None:
        flat["local"] = flat["local"].replace(tzinfo=None)
    return flat | {"data": {name[5:]: value for name, value in row.items() if "." in name}}


@pytest.mark.filterwarnings("ignore:Dialect sqlite.*does \\*not\\* support Decimal")
@settings(
    divide_examples(2),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(rows, min_size=1, max_size=5),
    st.lists(st.recursive(calls(), groups, max_leaves=5), min_size=4, max_size=10),
)
def test_a_filter_selects_the_rows_of_the_oracle(
    database: Connection, given_rows: list[dict[str, Any]], given_filters: list[Filter]
) -> None:
    database_name = database.dialect.name
    given_rows = [
        {
            k: without_nul(v) if database_name == "postgresql" or "." in k else v
            for k, v in row.items()
        }
        for row in given_rows
    ]
    fill(database, ITEMS, [to_stored(row) for row in given_rows])
    for f in given_filters:
        try:
            chosen = find_rows(database, ITEMS, f)
        except UnsupportedFilterError as error:
            refusal = str(error)
            chosen = []
        else:
            refusal = ""
        if refusal:
            expected = {"sqlite": "`data|15 digits", "postgresql": "NUL"}[database_name]
            assert re.search(expected, refusal), f
            continue
        assert chosen == [i for i, row in enumerate(given_rows) if filter_oracle.matches(f, row)], f


# Each kind of column

KINDS: list[tuple[str, list[Any], dict[str, Any]]] = [
    # Text by code point and with case; every sign for itself
    ("name", ["b", "a", "B", "é", "", None], {
        "gt(name,a)": [0, 3], "le(name,B)": [2, 4], "eq(name,A)": [], 'eq(name,"")': [4],
        "in(name,a,b)": [0, 1], "is_null(name)": [5], "like(name,*)": [0, 1, 2, 3, 4],
        'ge(name,"")': [0, 1, 2, 3, 4], "text(name,b)": UnsupportedFilterError,
    }),
    ("name", ["a%b", "axb", "a_b", "a\\b", "a!b", "a*b", "a\nb", "[a]b", "a'b"], {
        'like(name,"a%b")': [0], 'like(name,"*%b")': [0], 'like(name,"a_*")': [2],
        'like(name,"a\\\\*")': [3], "like(name,*\\!*)": FilterError, 'like(name,"*!*")': [4],
        "like(name,a*b)": [5], "like(name,a*)": [0, 1, 2, 3, 4, 5, 6, 8], 'like(name,"[a]*")': [7],
        'like(name,"*\'*")': [8], 'like(name,"*\n*")': [6], 'like(name,"%")': [],
    }),
    # The Kelvin sign folds to k and the long s to s; ß folds to itself, and İ has no simple folding
    ("name", ["Kite", "\u212aite", "kite", "SAS", "\u017fa\u017f", "Straße", "STRAẞE", "İi", "ΣΑΣ", "ας"], {
        "ilike(name,KITE)": [0, 1, 2], "ilike(name,k*)": [0, 1, 2], "ilike(name,*as*)": [3, 4],
        "ilike(name,*s)": [3, 4], 'ilike(name,"STRAßE")': [5, 6], "ilike(name,i*)": [],
        'ilike(name,"*ας")': [8, 9], 'ilike(name,"\u212aITE")': [0, 1, 2], "like(name,k*)": [2],
    }),
    ("n", [-1, 0, 5, 6, None], {
        "eq(n,5)": [2], "eq(n,05.0)": [2], "eq(n,5.5)": [], "gt(n,5.5)": [3], "lt(n,5.5)": [0, 1, 2],
        "ge(n,4.5)": [2, 3], "le(n,-0.5)": [0], "gt(n,1e999999999)": [], "lt(n,1e999999999)": [0, 1, 2, 3],
        "ge(n,-99999999999999999999)": [0, 1, 2, 3], "eq(n,99999)": [], "lt(n,99999)": [0, 1, 2, 3],
        "in(n,5,x,6.0)": [2, 3], "eq(n,x)": [], "like(n,5)": [], "gt(n,1e-999999999)": [2, 3],
        "eq(n,true)": [], "contains_all(n,5,x)": [], "contains_all(n,5,5.0)": [2],
    }),
    ("big", [2**63 - 1, -(2**63), 2**53 + 1], {
        "eq(big,9223372036854775807)": [0], "lt(big,9223372036854775808)": [0, 1, 2],
        "ge(big,9223372036854775807.5)": [], "gt(big,9223372036854775806.5)": [0],
        "eq(big,9007199254740992)": [], "le(big,-9223372036854775808)": [1],
        "lt(big,-9223372036854775808.5)": [],
    }),
    ("price", [Decimal("0.1"), Decimal("12.3456"), Decimal(10), Decimal(-3), None], {
        "eq(price,0.1)": [0], "eq(price,0.10000)": [0], "gt(price,0.1)": [1, 2], "eq(price,1e1)": [2],
        "gt(price,12.34559)": [1], "eq(price,12.34559)": [], "le(price,1e999999999)": [0, 1, 2, 3],
        "ge(price,1e40)": [], "gt(price,-1e40)": [0, 1, 2, 3], "lt(price,0.00001)": [3],
    }),
    ("ratio", [0.1, 1.5, -2.0, 1e308, None], {
        "eq(ratio,0.1)": [0], "gt(ratio,0.1)": [1, 3], "eq(ratio,1.50)": [1], "lt(ratio,1e999)": [0, 1, 2, 3],
        "gt(ratio,1e999)": [], "ge(ratio,-1e999)": [0, 1, 2, 3], "in(ratio,-2,x)": [2],
    }),
    ("flag", [True, False, None], {
        "eq(flag,true)": [0], "in(flag,false,0)": [1], "gt(flag,false)": [0], "eq(flag,1)": [],
        "is_null(flag)": [2], "like(flag,true)": [],
    }),
    ("day", [date(2018, 8, 31), date(2018, 9, 1), None], {
        "eq(day,2018-09-01)": [1], "lt(day,2018-09-01)": [0], "ge(day,2018-09-01T00:00:00Z)": [1],
        "ge(day,2018-08-31T00:00:01Z)": [1], "le(day,2018-08-31T23:00:00Z)": [0], "eq(day,2018-09-01T01:00:00Z)": [],
    }),
    ("seen", [datetime(2018, 9, 1, tzinfo=UTC), datetime(2018, 9, 1, 1, tzinfo=UTC), datetime(2018, 8, 31, 23, 59, 59, 999999, tzinfo=UTC), None], {
        "gt(seen,2018-09-01)": [1], "eq(seen,2018-09-01)": [0], "eq(seen,2018-09-01T02:00:00+02:00)": [0],
        "lt(seen,2018-09-01T00:00:00.000Z)": [2], "eq(seen,1535760000000)": [0], "eq(seen,x)": [],
    }),
    ("local", [datetime(2018, 9, 1), datetime(2018, 9, 1, 1), None], {  # noqa: DTZ001 - UTC
        "gt(local,2018-09-01)": [1], "eq(local,2018-09-01T02:00:00+02:00)": [0],
    }),
    ("uid", [ID, UUID(int=5), UUID(int=2**127), None], {
        f"eq(uid,{str(ID).upper()})": [0], f"gt(uid,{ID})": [2], f"lt(uid,{ID})": [1], "eq(uid,x)": [],
    }),
    ("data", [{"a": "x"}, {"a": [1, {"b": 2}]}, [{"a": "y"}, {"a": None}], {"a": 0.5}, {"a": True}, {"a": []}, None], {
        "eq(data.a,x)": [0], "in(data.a,x,y,1)": [0, 1, 2], "gt(data.a,0)": [0, 1, 2, 3], "eq(data.a,0.50)": [3],
        "eq(data.a,true)": [4], "eq(data.a.b,2)": [1], "eq(data.a[0],1)": [1], "eq(data[0].a,y)": [2],
        "is_null(data)": [6], "is_null(data.a)": [6], "is_null(data.a[1].b)": [0, 2, 3, 4, 5, 6],
        "like(data.a,*)": [0, 2], "contains_all(data.a,1,2)": [], "lt(data.a,1e999)": [1, 3],
        "eq(data.a[0][0][0],1)": [],
    }),
    ("data", [{"é\"'~/\\%": "ü😀\n"}, {"*": {"": 5}}], {
        "eq(\"data.é\\\"'~/\\\\%\",\"ü😀\n\")": [0], "eq(data.*.,5)": [1], "is_null(data.a)": [0, 1],
    }),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:Dialect sqlite.*does \\*not\\* support Decimal")
@pytest.mark.parametrize("case", range(len(KINDS)))
def test_a_value_means_the_same_in_every_database(database: Connection, case: int) -> None:
    column, values, expected = KINDS[case]
    fill(database, ITEMS, [{column: value} for value in values])
    for f, ids in expected.items():
        if isinstance(ids, list):
            assert find_rows(database, ITEMS, f) == ids, f
        elif not f.startswith("text") or database.dialect.name != "postgresql":
            with pytest.raises(ids):
                find_rows(database, ITEMS, f)


LIST_CASES = {
    "eq(tags,a)": [0], "contains(tags,a)": [0], "contains_any(tags,b,c)": [0, 1],
    "contains_all(tags,a,b)": [0], "contains_all(tags,b,b)": [0, 1], "gt(tags,b)": [], "like(tags,*)": [0, 1],
    "ilike(tags,B*)": [0, 1], "in(tags,a,x)": [0], "is_null(tags)": [3], "eq(tags[0],b)": [1],
    "is_null(tags[1])": [1, 2, 3], "eq(sizes,5.0)": [0], "gt(sizes,5.5)": [0], "contains_all(sizes,5,5.5)": [],
    "contains_all(sizes,5,x)": [], "lt(sizes,1e99)": [0], "like(sizes,*)": [], "eq(sizes,1e99)": [],
    "contains_any(sizes[1],6)": [0],
}  # fmt: skip


def test_lists(database: Connection) -> None:
    if database.dialect.name == "sqlite":
        with pytest.raises(
            UnsupportedFilterError, match="SQLite cannot run `eq` on `tags`: it has no"
        ):
            find_rows(database, LISTS, "eq(tags,a)")
        return
    tags = [["a", "b"], ["b"], [], None]
    fill(
        database,
        LISTS,
        [{"tags": t, "sizes": s} for t, s in zip(tags, [[5, 6], [], None, None], strict=True)],
    )
    for f, ids in LIST_CASES.items():
        assert find_rows(database, LISTS, f) == ids, f


def test_the_first_index_of_an_array_in_postgresql_is_any(database: Connection) -> None:
    if database.dialect.name != "postgresql":
        return
    database.execute(delete(LISTS))
    for number, tags in enumerate(("[0:2]={a,b,c}", "[-3:-2]={b,a}", "[5:5]={c}", "{a,c}", "{}")):
        database.execute(
            text("INSERT INTO lists (id, tags) VALUES (:id, CAST(:tags AS TEXT[]))"),
            {"id": number, "tags": tags},
        )
    for f, ids in {
        "eq(tags[0],a)": [0, 3],
        "eq(tags[1],a)": [1],
        "eq(tags[2],c)": [0],
        "is_null(tags[0])": [4],
        "is_null(tags[1])": [2, 4],
        "is_null(tags[2])": [1, 2, 3, 4],
        "contains(tags,a)": [0, 1, 3],
        "contains_all(tags,a,c)": [0, 3],
        "eq(tags,c)": [0, 2, 3],
        "is_null(tags)": [],
    }.items():
        assert find_rows(database, LISTS, f) == ids, f
    with pytest.raises(FilterValueError, match="the column of `tags` has no members"):
        find_rows(database, LISTS, "eq(tags.length,3)")


def test_nan_matches_nothing(database: Connection) -> None:
    if database.dialect.name == "sqlite":
        return  # it stores NaN as NULL
    fill(database, ITEMS, [{"ratio": float("nan")}, {"ratio": float("inf")}, {"ratio": 1}])
    found_by = {
        f: find_rows(database, ITEMS, f)
        for f in ("gt(ratio,0)", "ge(ratio,-1e999)", "lt(ratio,5)", "gt(ratio,1e999)")
    }
    assert list(found_by.values()) == [[1, 2], [1, 2], [2], [1]]


def test_a_float_of_32_bits_is_read_as_one(database: Connection) -> None:
    singles = table(Column("x", REAL), name="singles")
    singles.create(database)
    fill(database, singles, [{"x": 0.1}, {"x": 3.4e38}])
    for f, ids in {
        "eq(x,0.1)": [0],
        "gt(x,0.1)": [1],
        "lt(x,1e39)": [0, 1],
        "eq(x,1e-60)": [],
    }.items():
        assert find_rows(database, singles, f) == ids, f
    singles.drop(database)


def test_sqlite_refuses_numbers_of_more_digits_than_it_keeps(database: Connection) -> None:
    if database.dialect.name == "sqlite":
        with pytest.raises(UnsupportedFilterError, match="15 digits"):
            find_rows(database, ITEMS, "eq(price,0.1234567890123456)")


def test_a_collation_of_a_column_changes_nothing(database: Connection) -> None:
    name = database.dialect.name
    if name == "postgresql":
        database.execute(
            text(
                "CREATE COLLATION ci (provider=icu, locale='und-u-ks-level2', deterministic=false)"
            )
        )
    collated = table(
        Column("x", String(collation="ci" if name == "postgresql" else "NOCASE")), name="collated"
    )
    collated.create(database)
    fill(database, collated, [{"x": "a"}, {"x": "A"}, {"x": "B"}])
    for f, ids in {
        "eq(x,a)": [0],
        "in(x,A,b)": [1],
        "gt(x,B)": [0],
        "like(x,a*)": [0],
        "like(x,*a)": [0],
        "like(x,*A*)": [1],
        "ilike(x,a)": [0, 1],
        "ilike(x,*b*)": [2],
    }.items():
        assert find_rows(database, collated, f) == ids, f
    collated.drop(database)


def test_postgresql_searches_words_and_refuses_nul(database: Connection) -> None:
    if database.dialect.name != "postgresql":
        return
    fill(database, ITEMS, [{"name": "The red dress"}, {"name": "dressed"}, {"name": None}])
    assert find_rows(database, ITEMS, 'text(name,"dress red")') == [0]
    for f in ('text(n,"x")', 'text(data.a,"x")', 'text(*,"x")'):
        with pytest.raises(UnsupportedFilterError):
            find_rows(database, ITEMS, f)
    for with_nul in (F.name.eq("a\0"), F.name.like("*\0*"), F["data.\0"].eq("x")):
        with pytest.raises(UnsupportedFilterError, match="NUL"):
            find_rows(database, ITEMS, with_nul)


def test_postgresql_compares_chars_and_native_enums_as_text(database: Connection) -> None:
    if database.dialect.name != "postgresql":
        return
    odd = table(Column("c", CHAR(4)), Column("e", Enum("b", "a", name="letters")), name="odd")
    odd.create(database)
    fill(database, odd, [{"c": "ab", "e": "b"}, {"c": None, "e": "a"}])
    for f, ids in {
        "eq(c,ab)": [0],
        'eq(c,"ab  ")': [],
        "eq(e,x)": [],
        "gt(e,a)": [0],
        "in(e,a,x)": [1],
    }.items():
        assert find_rows(database, odd, f) == ids, f
    odd.drop(database)


def test_deep_and_wide_filters_run(database: Connection) -> None:
    fill(database, ITEMS, [{"n": 1}, {"n": 2}])
    deep: Filter = F.n.eq(1)
    for level in range(31):
        deep = Or(terms=(F.n.eq(0), And(terms=(F.n.ge(level % 2), deep))))
    assert find_rows(database, ITEMS, deep) == [0]
    wide = any_of([F.n.eq(2)] * 5000)
    assert find_rows(database, ITEMS, wide) == [1]
    assert find_rows(database, ITEMS, F.n.in_([str(n) for n in range(2, 5000)])) == [1]


@pytest.mark.parametrize("terms", MANY_TERMS)
def test_many_terms_make_one_condition(terms: int) -> None:
    wide = any_of([F.n.eq(2)] * terms)
    assert len(to_sqlalchemy(wide, ITEMS).compile(dialect=DIALECTS["sqlite"]).params) == 1
    wide = any_of([F.day.eq("2018-09-01")] * terms)
    assert len(to_sqlalchemy(wide, ITEMS).compile(dialect=DIALECTS["sqlite"]).params) == terms


@pytest.mark.parametrize("dialect", DIALECTS)
def test_literal_values_are_written_into_the_statement(dialect: str) -> None:
    f = F.n.in_(range(200)) & F.name.in_(map(str, range(200))) & F.price.eq("1.25")
    compiled = to_sqlalchemy(f, ITEMS).compile(
        dialect=DIALECTS[dialect], compile_kwargs={"literal_binds": True}
    )
    assert "199, " in str(compiled) or "199)" in str(compiled)
    assert "1.25" in str(compiled)
    assert not compiled.params


# The statement holds nothing of the filter


FIXED = {
    *(
        "items",
        "name",
        "AND",
        "OR",
        "IN",
        "IS",
        "NOT",
        "NULL",
        "LIKE",
        "ESCAPE",
        "COLLATE",
        "BINARY",
    ),
    *(
        "CAST",
        "CONVERT",
        "USING",
        "AS",
        "TEXT",
        "BLOB",
        "C",
        "VARCHAR",
        "INTEGER",
        "utf8mb4",
        "utf8mb3",
    ),
    *(
        "instr",
        "substr",
        "lower",
        "replace",
        "translate",
        "to_tsvector",
        "plainto_tsquery",
        "simple",
        "s",
    ),
}


@given(filters)
def test_no_field_and_no_value_becomes_part_of_the_statement(f: Filter) -> None:
    columns = dict.fromkeys(fields(f), ITEMS.c.name)
    for dialect in DIALECTS.values():
        try:
            compiled = to_sqlalchemy(f, ITEMS, columns=columns).compile(dialect=dialect)
        except UnsupportedFilterError:
            continue
        rest = re.sub(r"param_[0-9]+|1 = 0|'!'|'simple'|\"C\"|@@", "", str(compiled))
        assert set(re.findall(r"\w+", rest)) <= FIXED
        assert not set(rest) & set("'\"\\;|#*{}[]")


@pytest.mark.parametrize("dialect", DIALECTS)
@given(texts, st.sampled_from(["name", "n", "price", "flag", "seen", "uid"]))
def test_the_statement_is_the_same_for_every_value(dialect: str, value: str, field: str) -> None:
    for op in (F[field].eq, F[field].gt, F[field].in_):
        marked = f"⟦{value}⟧"
        try:
            compiled = to_sqlalchemy(op(marked), ITEMS).compile(dialect=DIALECTS[dialect])
        except UnsupportedFilterError:
            assert "\0" in value
            continue
        assert "⟦" not in str(compiled)
        exact = marked.encode() if dialect == "mysql" else marked
        assert set(compiled.params.values()) == ({exact} if field == "name" else set())


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "duckdb"])
@given(names.filter(lambda name: "\0" not in name))
def test_a_name_inside_json_is_a_parameter(dialect: str, name: str) -> None:
    f = F[f"data.⟦{name}"].eq("x")
    try:
        compiled = to_sqlalchemy(f, ITEMS).compile(dialect=DIALECTS[dialect])
    except UnsupportedFilterError:
        assert name.count(".") + name.count("[") > 15
        return
    assert "⟦" not in str(compiled)
    assert any("⟦" in str(value) for value in compiled.params.values())


@pytest.mark.parametrize("value", slow_between(HOSTILE, 3))
def test_a_hostile_value_is_found_by_itself_only(database: Connection, value: str) -> None:
    if database.dialect.name == "postgresql" and "\0" in value:
        return
    fill(database, ITEMS, [{"name": value, "data": {value: value}}, {"name": "other", "data": {}}])
    assert find_rows(database, ITEMS, F.name.eq(value)) == [0]
    assert find_rows(database, ITEMS, F.name.in_([value])) == [0]
    if value and "*" not in value:
        assert find_rows(database, ITEMS, F.name.like(f"*{value}*")) == [0]
        assert find_rows(database, ITEMS, F.name.ilike(value.upper())) == [0]
    if value and "\0" not in value and "[" not in value and "." not in value:
        assert find_rows(database, ITEMS, F[f"data.{value}"].eq(value)) == [0]


# What is to_sql, for people to review

_cases = [
    block.split("\n") for block in CASES.read_text(encoding="utf-8").strip().split("\n\n")[1:]
]


@for_each("case", _cases, ids=lambda case: case[0])
def test_a_filter_is_written_as_reviewed(case: list[str]) -> None:
    lists = case[0].startswith("list: ")
    for line in case[1:]:
        name, _, expected = line.strip().partition(": ")
        assert to_sql(case[0].removeprefix("list: "), LISTS if lists else ITEMS, name) == expected


def to_sql(f: str, items: Table, dialect: str) -> str:
    try:
        compiled = to_sqlalchemy(f, items).compile(dialect=DIALECTS[dialect])
    except UnsupportedFilterError as error:
        return f"refused: {error}"
    return f"{compiled} {list(compiled.params.values())!r}"


# Tables, classes and columns


class Base(DeclarativeBase):
    pass


class Status(enum.Enum):
    PAID = "paid"
    DUE = "due"


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    mail: Mapped[str] = mapped_column("e_mail")
    status: Mapped[Status | None] = mapped_column(Enum(Status))
    email = synonym("mail")


def test_a_mapped_class() -> None:
    made = create_engine("sqlite://")
    Base.metadata.create_all(made)
    with Session(made) as session:
        session.add_all(
            [
                Order(id=1, mail="a@b.c", status=Status.PAID),
                Order(id=2, mail="x", status=Status.DUE),
                Order(id=3, mail="y"),
            ]
        )
        session.flush()
        cases = {
            "eq(mail,x)": [2], "eq(e_mail,x)": [2], "like(email,*@*)": [1], "eq(status,paid)": [1],
            "eq(status,PAID)": [], "gt(status,due)": [1], "in(status,due,paid)": [1, 2],
            "ilike(status,*A*)": [1], "like(status,d*)": [2], "like(status,*e)": [2], "like(status,due)": [2],
            "is_null(status)": [3], "ge(status,due)": [1, 2], "lt(status,paid)": [2], "le(status,due)": [2],
        }  # fmt: skip
        for f, ids in cases.items():
            assert (
                session.scalars(
                    select(Order.id).where(to_sqlalchemy(f, Order)).order_by(Order.id)
                ).all()
                == ids
            ), f
        other = aliased(Order)
        both = select(Order.id).join(other, other.id == Order.id + 1)
        assert session.scalars(both.where(to_sqlalchemy("eq(mail,x)", other))).all() == [1]
        assert session.scalar(select(func.count()).where(to_sqlalchemy("gt(id,1)", Order))) == 2
        assert session.query(Order).filter(to_sqlalchemy("eq(id,2)", Order)).one().mail == "x"
        assert session.scalars(
            select(Order.id).where(~to_sqlalchemy("eq(id,2)|eq(id,3)", Order))
        ).all() == [1]
    made.dispose()


def test_the_columns_of_a_mapping_come_first() -> None:
    columns = {
        "contact.name": ITEMS.c.name,
        "total": ITEMS.c.n + 1,
        "n": type_coerce(ITEMS.c.n, String),
    }
    condition = to_sqlalchemy("eq(contact.name,x):gt(total,5):eq(n,7)", ITEMS, columns=columns)
    assert str(condition.compile(dialect=DIALECTS["sqlite"])) == (
        "(items.name COLLATE BINARY = ? AND items.n + ? > ? AND items.n COLLATE BINARY = ?)"
    )


class Tickets(Resource):
    number = EqIn(integer())
    subject = EqLike(string())
    opened = EqIn(timestamp())
    closed = EqIn(date_())
    key = EqIn(uuid())


TICKETS = table(
    Column("number", Numeric),
    Column("subject", Integer),
    Column("opened", Date),
    Column("closed", DateTime),
    Column("key", String),
    name="tickets",
)


def test_a_resource_gives_the_types() -> None:
    def params(f: str) -> list[Any]:
        return list(
            to_sqlalchemy(f, TICKETS, Tickets()).compile(dialect=DIALECTS["sqlite"]).params.values()
        )

    assert params("eq(number,5)") == [5]
    assert params("eq(opened,2018-09-01)") == [date(2018, 9, 1)]
    assert params("eq(opened,2018-09-01T01:00:00Z)") == []
    assert params("eq(closed,2018-09-01)")[-1] == datetime(2018, 9, 1)  # noqa: DTZ001 - UTC
    with pytest.raises(ResourceError, match="not a whole number"):
        params("eq(number,x)")
    with pytest.raises(FilterTypeError) as caught:
        params(f"eq(key,{ID})")
    assert str(caught.value) == (
        "the resource declares `key` as a value of type UUID, but its column is of type String. "
        "Hint: pass columns={…} with an expression of that type, made by type_coerce or cast."
    )
    data = table(Column("opened", JSON))
    with pytest.raises(UnsupportedFilterError, match="JSON has no datetime"):
        to_sqlalchemy("eq(opened,2018-09-01)", data, Tickets())


MISTAKES = {
    "eq(nmae,x)": "there is no column for the field `nmae`. Hint: did you mean `name`?",
    "eq(name.first,x)": "the column of `name` has no members: its type is String. Hint: only JSON columns have members; or pass columns={…} with an expression.",
    "eq(zzzz,x)": "there is no column for the field `zzzz`. Hint: the columns are `id`, `name`, `note`, `n`, `big`, `price`, `ratio`, `flag`, `day`, `seen`, `local`, `uid`, `data`.",
}


@pytest.mark.parametrize("f", MISTAKES)
def test_a_field_without_column(f: str) -> None:
    with pytest.raises(FilterValueError) as caught:
        to_sqlalchemy(f, ITEMS)
    assert str(caught.value) == MISTAKES[f]


def test_arguments_of_a_wrong_type() -> None:
    for arguments in (
        (5, ITEMS),
        ("eq(name,x)", "items"),
        ("eq(name,x)", int),
        ("eq(name,x)", ITEMS, 5),
    ):
        with pytest.raises(FilterTypeError):
            to_sqlalchemy(*arguments)
    for columns in ([1], {5: ITEMS.c.name}, {"name": "name"}):
        with pytest.raises(FilterTypeError):
            to_sqlalchemy("eq(name,x)", ITEMS, columns=columns)  # type: ignore[arg-type]


def test_incomparable_column_types() -> None:
    odd = table(
        Column("raw", LargeBinary),
        Column("seen", TIMESTAMP),
        Column("single", Float),
        Column("uid", Uuid),
    )
    with pytest.raises(UnsupportedFilterError, match="the column's type, LargeBinary"):
        to_sqlalchemy("eq(raw,x)", odd)
    assert str(to_sqlalchemy("is_null(raw)", odd)) == "items.raw IS NULL"
    with pytest.raises(UnsupportedFilterError, match=r"MySQL.*time zone of the session"):
        to_sqlalchemy("eq(seen,2018-09-01)", odd).compile(dialect=DIALECTS["mysql"])
    assert to_sqlalchemy("eq(single,0.1)", odd).compile(dialect=DIALECTS["mysql"]).params != {
        "param_1": 0.1
    }


def test_variants_of_a_type() -> None:
    varied = table(
        Column("small", Integer().with_variant(BigInteger, "postgresql")),
        Column("uid", Uuid().with_variant(CHAR(36), "sqlite")),
    )
    for dialect in DIALECTS.values():
        assert to_sqlalchemy("eq(small,5)", varied).compile(dialect=dialect).params
    with pytest.raises(UnsupportedFilterError, match="a type of another kind in this database"):
        to_sqlalchemy(f"eq(uid,{ID})", varied).compile(dialect=DIALECTS["sqlite"])
    assert to_sqlalchemy(f"eq(uid,{ID})", varied).compile(dialect=DIALECTS["postgresql"]).params


def test_an_unknown_database() -> None:
    with pytest.raises(
        UnsupportedFilterError, match=r"mssql cannot run `eq` on `name`.*use one of sqlite"
    ):
        to_sqlalchemy("eq(name,x)", ITEMS).compile(dialect=mssql.dialect())  # type: ignore[no-untyped-call]


def test_an_error_is_not_wrapped(database: Connection) -> None:
    if database.dialect.name != "postgresql":
        with pytest.raises(UnsupportedFilterError), Session(database) as session:
            session.execute(select(ITEMS).where(to_sqlalchemy("text(name,x)", ITEMS)))


def test_a_limit_of_the_engine_is_an_error_of_the_engine() -> None:
    with create_engine("sqlite://").connect() as connection:
        ITEMS.create(connection)
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 10)
        with pytest.raises(OperationalError, match="too many SQL variables"):
            find_rows(connection, ITEMS, any_of([F.n.eq(2)] * 11))


def test_statements_with_different_filters_are_not_confused(database: Connection) -> None:
    fill(database, ITEMS, [{"n": 1, "flag": True}])
    for f, ids in (
        ("eq(n,1)", [0]),
        ("eq(n,2)", []),
        ("eq(n,1.0)", [0]),
        ("eq(flag,true)", [0]),
        ("eq(flag,false)", []),
    ):
        assert find_rows(database, ITEMS, f) == ids
