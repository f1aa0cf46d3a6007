"""One filter, one meaning, for the kinds of columns that only databases have.

Collations, character sets, floats of 32 and 64 bits, wide decimals, enums of texts and of numbers,
UUIDs, and lists: each database selects what the predicate selects among the same values.
"""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epfilter import F, Filter, parse
from epfilter.ast import And, Comparison, IsNull, Membership, Operator, Or
from epfilter.targets import UnsupportedFilterError, to_predicate, to_sqlalchemy
from epfilter.values import to_text
from support.sizes import slow_except

sqlalchemy = pytest.importorskip("sqlalchemy")

Row = dict[str, Any]
fewer = settings(
    max_examples=min(settings().max_examples // 2, 200),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Level(enum.Enum):
    LOW = 2
    MIDDLE = 9
    HIGH = 10


class State(enum.Enum):
    PAID = "paid"
    Due = "due"


ENGINES = ("sqlite", "duckdb", "postgresql", "mariadb")
_TEXTS = ["", "a", "A", "ab", "é", "É", "a ", "a%", "5", "\u212a", "k", "ß", "ss", "Ω"]
_DOUBLES = [0.1, 0.5, -2.0, 5.0, 1e23, 2.0**53, 2.0**60, 1e-320, 1.7976931348623157e308]
_DOUBLES += [0.1 + 0.2, 1 / 3, 123456.789]
_SINGLES = [0.1, 0.5, -2.0, 5.0, 16777216.0, 3.4e38, 0.3, 1e-40, 123456.79]
_WIDE = ["0", "0.1", "-5.5", "123456789012345678.1234567891", "123456789012345678.1234567892"]
_WIDE += ["9007199254740993.0", "9007199254740992.0"]
_IDS = [UUID(int=5), UUID("3fa85f64-5717-4562-b3fc-2c963f66afa6"), UUID(int=2**128 - 2**64)]
_IDS += [UUID("ffffffff-0000-1000-8000-000000000001"), UUID("00000001-ffff-4000-8000-ffffffffffff")]
_MOMENTS = [datetime(2018, 9, 1, tzinfo=UTC), datetime(2018, 9, 1, 10, 11, 12, 345678, UTC)]
_LISTS = [[], [1], [5, 1], [None, 5]]
VALUES: dict[str, list[Any]] = {
    "name": _TEXTS,
    "folded": _TEXTS,
    "latin": [text for text in _TEXTS if text not in ("\u212a", "Ω")],
    "ratio": _DOUBLES,
    "single": _SINGLES,
    "wide": [Decimal(text) for text in _WIDE],
    "level": list(Level),
    "state": list(State),
    "letter": ["b", "a", "c"],
    "uid": _IDS,
    "hex": _IDS,
    "seen": _MOMENTS,
    "nums": _LISTS,
}
_NEAR = ["9007199254740993", "0.30000000000000004", "0.3", "1e23", "99999999999999991611392"]
_NEAR += ["0.100000001", "0.1000000000000000055", "0.10000000149011612", "16777217", "2", "9", "10"]
_NEAR += ["3.4028235e38", "123456.79", "1152921504606846976", "1152921504606847000", "1e999", "x"]
_WRITTEN = [*_TEXTS, *_NEAR, *_WIDE, "-5.50", "paid", "due", "PAID", "*", "a*", "*a*", "*k", "😀"]
_WRITTEN += [*map(str, _IDS), "2018-09-01", "2018-09-01T10:11:12.345678Z", "b", "B", "😀*", "D*"]

_OF_TEXT = ("name", "folded", "latin", "letter")

rows = st.lists(
    st.fixed_dictionaries(
        {name: st.none() | st.sampled_from(values) for name, values in VALUES.items()}
    ),
    min_size=1,
    max_size=6,
)
_fields = st.sampled_from([*VALUES, "nums[0]", "nums[1]"])
_written = st.sampled_from(_WRITTEN)
_singles = st.sampled_from(
    [op for op in Operator if op in ("eq", "gt", "ge", "lt", "le", "like", "ilike", "contains")]
)
_several = st.sampled_from([Operator.IN, Operator.CONTAINS_ANY, Operator.CONTAINS_ALL])
_calls: st.SearchStrategy[Filter] = st.one_of(
    st.builds(Comparison, op=_singles, field=_fields, value=_written),
    st.builds(
        Membership,
        op=_several,
        field=_fields,
        values=st.lists(_written, min_size=1, max_size=4).map(tuple),
    ),
    st.builds(IsNull, field=_fields),
)
_pairs = st.lists(_calls, min_size=2, max_size=3).map(tuple)
some_filters = st.lists(
    _calls | st.builds(And, terms=_pairs) | st.builds(Or, terms=_pairs), min_size=4, max_size=12
)


def _table(name: str) -> Any:
    text, column = sqlalchemy.Text, sqlalchemy.Column
    folded = {
        "sqlite": "NOCASE",
        "duckdb": "NOCASE",
        "postgresql": "kinds_ci",
        "mariadb": "utf8mb4_general_ci",
    }[name]
    latin = sqlalchemy.String(20)
    if name == "mariadb":
        from sqlalchemy.dialects import mysql

        text = sqlalchemy.String(20)
        latin = mysql.VARCHAR(20, charset="latin1")
    lists = (
        []
        if name in ("sqlite", "mariadb")
        else [column("nums", sqlalchemy.ARRAY(sqlalchemy.Integer))]
    )
    return sqlalchemy.Table(
        "kinds",
        sqlalchemy.MetaData(),
        column("id", sqlalchemy.Integer, primary_key=True, autoincrement=False),
        column("name", text),
        column("folded", sqlalchemy.String(20, collation=folded)),
        column("latin", latin),
        column("ratio", sqlalchemy.Double),
        column("single", sqlalchemy.Float(24) if name == "mariadb" else sqlalchemy.REAL),
        column("wide", sqlalchemy.Numeric(30, 10)),
        column("level", sqlalchemy.Enum(Level)),
        column("state", sqlalchemy.Enum(State, values_callable=lambda e: [m.value for m in e])),
        column("letter", sqlalchemy.Enum("b", "a", "c", name="letter")),
        column("uid", sqlalchemy.Uuid),
        column("hex", sqlalchemy.Uuid(native_uuid=False)),
        column("seen", sqlalchemy.DateTime(timezone=name == "postgresql").with_variant(_micro(), "mysql")),
        *lists,
    )  # fmt: skip


def _micro() -> Any:
    from sqlalchemy.dialects import mysql

    return mysql.DATETIME(fsp=6)


class _AsyncConnection:
    """A connection of an asynchronous driver, used as one of a synchronous driver."""

    def __init__(self, url: str) -> None:
        from sqlalchemy.ext.asyncio import create_async_engine

        self._runner = asyncio.Runner()
        self._engine = create_async_engine(url)
        self._connection = self._runner.run(self._connect())

    async def _connect(self) -> Any:
        return await self._engine.connect()

    def execute(self, statement: Any) -> Any:
        return self._runner.run(self._connection.execute(statement))

    def rollback(self) -> None:
        self._runner.run(self._connection.rollback())

    def close(self) -> None:
        self._runner.run(self._connection.close())
        self._runner.run(self._engine.dispose())
        self._runner.close()


@pytest.fixture(
    scope="module", params=slow_except([*ENGINES, "asyncpg"], "sqlite", "duckdb", "postgresql")
)
def engine(request: pytest.FixtureRequest) -> Iterator[Any]:
    urls = {"sqlite": "sqlite://", "duckdb": "duckdb:///:memory:"}
    name = "postgresql" if request.param == "asyncpg" else request.param
    url = urls.get(name) or request.getfixturevalue(f"{name}_url")
    made = sqlalchemy.create_engine(url)
    with made.connect() as connection:
        if name == "postgresql":
            connection.exec_driver_sql(
                "CREATE COLLATION IF NOT EXISTS kinds_ci (provider=icu, locale='und-u-ks-level2', deterministic=false)"
            )
        table = _table(name)
        table.create(connection)
        connection.commit()
        if request.param == "asyncpg":
            pytest.importorskip("asyncpg")
            other = _AsyncConnection(url.replace("+psycopg:", "+asyncpg:"))
            yield name, other, table
            other.rollback()
            other.close()
        else:
            yield name, connection, table
            connection.rollback()
        table.drop(connection)
        connection.commit()
    made.dispose()


def _store(name: str, connection: Any, table: Any, made: list[Row]) -> None:
    connection.execute(sqlalchemy.delete(table))
    for number, row in enumerate(made):
        values = {key: value for key, value in row.items() if key in table.c}
        if name == "sqlite" or values["wide"] is None:
            values["wide"] = None  # it has floats of 15 digits
        else:
            wide = sqlalchemy.literal(str(values["wide"]), sqlalchemy.String)
            values["wide"] = sqlalchemy.cast(wide, sqlalchemy.Numeric(30, 10))
        if values["seen"] is not None and name != "postgresql":
            values["seen"] = values["seen"].replace(tzinfo=None)
        connection.execute(sqlalchemy.insert(table).values(id=number, **values))


@fewer
@given(made=rows, fs=some_filters)
def test_databases_select_what_the_predicate_selects(
    engine: Any, made: list[Row], fs: list[Filter]
) -> None:
    name, connection, table = engine
    if name == "sqlite":
        made = [{**row, "wide": None} for row in made]
    _store(name, connection, table, made)
    for f in fs:
        if "nums" in str(f) and "nums" not in table.c:
            continue
        refusal = ""
        try:
            found = select(connection, table, f)
        except UnsupportedFilterError as error:
            refusal = str(error)
        if refusal:
            assert (name, "15 digits" in refusal) == ("sqlite", True), f
            continue
        matching = to_predicate(f)
        assert found == {i for i, row in enumerate(made) if matching(row)}, (str(f), made)


def select(connection: Any, table: Any, f: Filter) -> set[int]:
    statement = sqlalchemy.select(table.c.id).where(to_sqlalchemy(f, table))
    try:
        return set(connection.execute(statement).scalars())
    except sqlalchemy.exc.DBAPIError as error:
        connection.rollback()
        raise AssertionError(str(f), str(error.orig)) from None


FOUND: list[tuple[str, list[Any], dict[str, list[int]]]] = [
    ("ratio", [2.0**53, 0.1, 1e23], {
        "lt(ratio,9007199254740993)": [0, 1], "eq(ratio,9007199254740993)": [], "eq(ratio,1e23)": [2],
        "gt(ratio,0.1000000000000000001)": [0, 2], "eq(ratio,0.1000000000000000001)": [],
    }),
    ("single", [0.1, 16777216.0], {
        "eq(single,0.1)": [0], "eq(single,0.100000001)": [], "gt(single,0.1000000001)": [1],
        "lt(single,16777216.5)": [0, 1], "eq(single,16777217)": [],
    }),
    ("wide", [Decimal(text) for text in _WIDE[3:5]], {
        "eq(wide,123456789012345678.1234567891)": [0], "gt(wide,123456789012345678.1234567891)": [1],
        "in(wide,123456789012345678.1234567891,123456789012345678.1234567892)": [0, 1],
    }),
    ("level", [Level.HIGH, Level.LOW, Level.MIDDLE], {
        "gt(level,9)": [0], "le(level,9.0)": [1, 2], "eq(level,10.0)": [0], "in(level,2,x)": [1],
        "contains_all(level,9)": [2], "like(level,9)": [], "eq(level,HIGH)": [],
    }),
    ("letter", ["b", "a", "c"], {"gt(letter,a)": [0, 2], "eq(letter,b)": [0], "like(letter,c*)": [2]}),
    ("latin", ["a", "\u00e9"], {'eq(latin,"\U0001f600")': [], 'in(latin,a,"\U0001f600")': [0],
        'gt(latin,"\u00ea")': [], 'like(latin,"*\U0001f600*")': []}),
    ("uid", _IDS, {f"lt(uid,{_IDS[1]})": [0, 4], f"contains_any(uid,{_IDS[3]},x)": [3],
        f"ge(uid,{_IDS[3]})": [2, 3]}),
    ("hex", _IDS, {f"lt(hex,{_IDS[1]})": [0, 4], f"contains(hex,{_IDS[3]})": [3],
        f"contains_all(hex,{_IDS[3]},{_IDS[3]})": [3]}),
    ("nums", _LISTS, {"eq(nums[1],abc)": [], "eq(nums[1],1.5)": [], "eq(nums[0],5)": [2],
        "contains_all(nums,1,5)": [2], "contains_any(nums,1,abc)": [1, 2], "eq(nums[2],abc)|eq(nums,1)": [1, 2]}),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(FOUND)), ids=lambda case: FOUND[case][0])
def test_what_each_kind_of_column_finds(engine: Any, case: int) -> None:
    name, connection, table = engine
    column, values, expected = FOUND[case]
    if column not in table.c or (name, column) == ("sqlite", "wide"):
        pytest.skip("the database has no such column")
    empty = dict.fromkeys(VALUES)
    _store(name, connection, table, [{**empty, column: value} for value in values])
    assert {f: sorted(select(connection, table, parse(f))) for f in expected} == expected


@pytest.mark.parametrize("column", VALUES)
def test_many_values(engine: Any, column: str) -> None:
    """So many values are one parameter."""
    name, connection, table = engine
    if column not in table.c or (name, column) == ("sqlite", "wide"):
        pytest.skip("the database has no such column")
    values = VALUES[column]
    made = [{**dict.fromkeys(VALUES), column: value} for value in [*values, None]]
    _store(name, connection, table, made)
    some = [value for value in values[::2] if value is not None]
    written = [1, 5] if column == "nums" else [to_text(value) for value in some]
    fillers = [*map(str, range(1000, 1150)), "x", "1.5", "-7", "1e40", str(2**64), "\U0001f600"]
    f = F[column].in_([*map(str, written), *fillers])
    matching = to_predicate(f)
    found = {number for number, row in enumerate(made) if matching(row)}
    assert found
    assert select(connection, table, f) == found
    if name == "postgresql":
        with pytest.raises(UnsupportedFilterError if column in _OF_TEXT else AssertionError):
            assert select(connection, table, F[column].in_([*fillers, "a\0"]))
    else:
        assert select(connection, table, F[column].in_([*fillers, "a\0"])) == set()


@pytest.mark.slow
def test_ten_thousand_values(engine: Any) -> None:
    name, connection, table = engine
    cells = {"name": "a", "ratio": 0.5, "level": Level.LOW, "uid": _IDS[0], "seen": _MOMENTS[0]}
    _store(name, connection, table, [dict.fromkeys(VALUES) | cells, dict.fromkeys(VALUES)])
    fillers = [str(number) for number in range(10_000)]
    for column, written in {"name": "a", "ratio": "0.5", "level": "2"}.items():
        assert select(connection, table, F[column].in_([*fillers, written])) == {0}, column
    others = [str(UUID(int=number)) for number in range(10, 10_000)]
    assert select(connection, table, F.uid.in_([*others, str(_IDS[0])])) == {0}


@pytest.mark.slow
@pytest.mark.parametrize("charset", ["", "&charset=latin1", "&charset=utf8mb3"])
@pytest.mark.parametrize("collation", ["latin1_swedish_ci", "utf8mb3_general_ci", "utf8mb4_bin"])
def test_character_sets_of_mariadb(mariadb_url: str, charset: str, collation: str) -> None:
    """A text that the column or the connection cannot hold is compared all the same."""
    table = sqlalchemy.Table(
        "charsets",
        sqlalchemy.MetaData(),
        sqlalchemy.Column("id", sqlalchemy.Integer, primary_key=True, autoincrement=False),
        sqlalchemy.Column("name", sqlalchemy.String(20, collation=collation)),
        prefixes=["TEMPORARY"],
    )
    engine = sqlalchemy.create_engine(mariadb_url + charset)
    made: list[Row] = [{"id": 0, "name": "a"}, {"id": 1, "name": "\u00e9"}, {"id": 2, "name": None}]
    with engine.connect() as connection:
        table.create(connection)
        connection.execute(sqlalchemy.insert(table), made)
        for written in ("a", "\u00e9", "\u03a9", "\U0001f600", "A"):
            field = F.name
            for f in (
                field.eq(written),
                field.in_("a", written),
                field.gt(written),
                field.le(written),
                field.like(f"*{written}"),
                field.ilike(f"*{written}*"),
            ):
                matching = to_predicate(f)
                assert select(connection, table, f) == {
                    row["id"] for row in made if matching(row)
                }, f
    engine.dispose()
