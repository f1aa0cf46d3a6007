"""Tables of Ibis in databases select what the predicate does, whatever the collation of a column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import narwhals as nw
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import make_url

from epfilter import F, Filter
from epfilter.errors import FilterTypeError, FilterValueError, UnsupportedFilterError
from epfilter.targets import filter_frame, to_predicate
from support.differences import shows
from support.one_meaning import Row, agree, rows, some_filters
from support.sizes import slow_except

pytestmark = [
    pytest.mark.filterwarnings("ignore:Unable to set session timezone"),
    pytest.mark.filterwarnings("ignore:The 'future.infer_string' option"),
    # Ibis 12 calls what DuckDB 2 has under another name.
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),
]

sqlalchemy = pytest.importorskip("sqlalchemy")

_COLUMNS = {
    "sqlite": "id INTEGER, name TEXT COLLATE NOCASE, total BIGINT, price NUMERIC(10,2), "
    "paid BOOLEAN, created_at TIMESTAMP, day DATE, weight REAL, other VARCHAR(20)",
    "postgres": "id INTEGER, name TEXT COLLATE nocase, total BIGINT, price NUMERIC(10,2), "
    "paid BOOLEAN, created_at TIMESTAMPTZ, day DATE, weight DOUBLE PRECISION, "
    'other VARCHAR(20) COLLATE "en-US-x-icu", tags TEXT[], single REAL',
    "mysql": "id INTEGER, name VARCHAR(20) COLLATE utf8mb4_general_ci, total BIGINT, "
    "price NUMERIC(10,2), paid BOOLEAN, created_at DATETIME(6), day DATE, weight DOUBLE, "
    "other VARCHAR(20) CHARACTER SET latin1, single FLOAT",
}


def _connect_sqlite(request: pytest.FixtureRequest) -> Any:
    folder: Path = request.getfixturevalue("tmp_path_factory").mktemp("sqlite")
    return ibis.sqlite.connect(folder / "orders.db")


def _connect_postgres(request: pytest.FixtureRequest) -> Any:
    url = make_url(request.getfixturevalue("postgresql_url")).set(drivername="postgresql")
    connection = ibis.connect(url.render_as_string(hide_password=False))
    connection.raw_sql(
        "CREATE COLLATION IF NOT EXISTS nocase "
        "(provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
    )
    return connection


def _connect_mysql(request: pytest.FixtureRequest) -> Any:
    return ibis.connect(request.getfixturevalue("mysql_url"))


_CONNECT: dict[str, Callable[[pytest.FixtureRequest], Any]] = {
    "sqlite": _connect_sqlite,
    "postgres": _connect_postgres,
    "mysql": _connect_mysql,
}


class Database:
    """A table of Ibis whose rows a test replaces."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.name = connection.name
        self.run(
            f"DROP TABLE IF EXISTS ibis_orders; CREATE TABLE ibis_orders ({_COLUMNS[self.name]})"
        )
        table = connection.table("ibis_orders")
        # MySQL has no type for booleans; Ibis reads theirs as integers.
        self.table = table.mutate(paid=table.paid.cast("boolean"))

    def run(self, sql: str) -> None:
        """Run statements."""
        for statement in sql.split("; "):
            with closing(self.connection.raw_sql(statement)):
                self.connection.con.commit()

    def insert(self, made: list[Row]) -> None:
        """Replace the rows."""
        self.run("DELETE FROM ibis_orders")
        for row in made:
            names, values = ", ".join(row), ", ".join(self._literal(each) for each in row.values())
            self.run(f"INSERT INTO ibis_orders ({names}) VALUES ({values})")  # noqa: S608 - a test's own

    def _literal(self, value: Any) -> str:
        match value:
            case None:
                return "NULL"
            case str():
                escaped = value.replace("'", "''")
                return (
                    f"'{escaped.replace(chr(92), chr(92) * 2)}'"
                    if self.name == "mysql"
                    else f"'{escaped}'"
                )
            case datetime():
                utc = value.astimezone(UTC)
                return f"'{utc.isoformat(' ') if self.name == 'postgres' else utc.replace(tzinfo=None).isoformat(' ')}'"
            case bool() | int() | float() | Decimal():
                return "'NaN'" if value != value else str(value)  # noqa: PLR0124 - NaN
            case list():
                return f"ARRAY[{', '.join(map(self._literal, value))}]::TEXT[]"
            case _:
                return f"'{value}'"

    def select(self, f: Filter | str) -> set[int]:
        """Return the ids of the rows that a filter selects."""
        selected = self.connection.compile(filter_frame(self.table, f).select("id"))
        with closing(self.connection.raw_sql(selected)) as cursor:
            found = {row[0] for row in cursor.fetchall()}
        self.connection.con.rollback()
        return found


@pytest.fixture(scope="module", params=slow_except(_CONNECT, "sqlite"))
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    connection = _CONNECT[request.param](request)
    yield Database(connection)
    connection.disconnect()


@settings(
    max_examples=min(settings().max_examples // 2, 200),
    suppress_health_check=[HealthCheck.too_slow],
)
@given(made=rows, fs=some_filters)
def test_a_database_selects_what_the_predicate_does(
    database: Database, made: list[Row], fs: list[Filter]
) -> None:
    database.insert(made)
    agree(database.name, database.select, made, fs)


_TEXTS = ["AB", "ab", "a_b", "aXb", "a%", "a\\b", "a'b", "ß", "K", "ı", "", "a ", None]
_HOSTILE = [
    "'); DROP TABLE ibis_orders; --",
    "\\'; DROP TABLE ibis_orders; --",
    "\\",
    "%",
    "_",
    ":a ?",
]
_TEXT_FILTERS: list[Filter] = [
    *(F.name.eq(text) for text in (*filter(None, _TEXTS), "", *_HOSTILE)),
    *(F.name.like(f"*{text}*") for text in (*filter(None, _TEXTS), *_HOSTILE)),
    *(F.name.lt("a"), F.name.gt("Z"), F.name.ge("ß"), F.name.like("a_*"), F.name.like("*%")),
    *(F.name.ilike("AB"), F.name.ilike("*k*"), F.name.ilike("*I*"), F.name.is_null()),
    F.name.in_("ab", "x", "y", "z", "w", "v"),
    *(F.other.eq("ab"), F.other.in_("AB", "x"), F.other.lt("a"), F.other.like("a_*")),
    *(F.other.ilike("aB*"), F.other.gt("B"), F.name.eq("a ") & F.other.eq("a ")),
]


def test_collations_change_nothing(database: Database) -> None:
    made = [
        {"id": number, "name": text, "other": text if text is None or text < "ā" else "é"}
        for number, text in enumerate(_TEXTS)
    ]
    database.insert(made)
    for f in _TEXT_FILTERS:
        matching = to_predicate(f)
        expected = {row["id"] for row in made if matching(row)}
        assert database.select(f) == expected, str(f)


def test_floats_are_compared_exactly_and_nan_matches_nothing(database: Database) -> None:
    values = [0.1, 0.5, -1.5, 1e300, 9007199254740992.0, None]
    if database.name == "postgres":
        values.append(float("nan"))
    made: list[Row] = [{"id": number, "weight": value} for number, value in enumerate(values)]
    if database.name != "sqlite":
        made.append({"id": 99, "single": 0.1})
    database.insert(made)
    for f in (
        *("eq(weight,0.1)", "gt(weight,0.1)", "le(weight,0.5)", "lt(weight,1e400)", "gt(weight,0)"),
        *("in(weight,0.1,1e300,7)", "ge(weight,-1.5)", "eq(weight,x)", "lt(weight,-1)"),
    ):
        matching = to_predicate(f)
        assert database.select(f) == {row["id"] for row in made if matching(row)}, f
    if database.name != "sqlite":
        assert database.select("eq(single,0.1)") == {99}
        assert database.select("lt(single,0.1)|gt(single,0.1)") == set()


def test_nul_is_a_character_or_refused(database: Database) -> None:
    database.insert([{"id": 0, "name": "a"}])
    if database.name == "postgres":
        with pytest.raises(UnsupportedFilterError, match="PostgreSQL cannot run `eq` on `name`"):
            database.select(F.name.eq("a\0"))
    else:
        assert database.select(F.name.eq("a\0")) == set()


def test_lists_of_postgresql(database: Database) -> None:
    if database.name != "postgres":
        return
    lists = [["a", "b"], ["B"], [], None]
    database.insert([{"id": number, "tags": tags} for number, tags in enumerate(lists)])
    for f, expected in {
        "eq(tags,b)": {0},
        "contains_all(tags,a,b)": {0},
        "contains_any(tags,x,B)": {1},
        "like(tags,*)": {0, 1},
        "ilike(tags,b*)": {0, 1},
        "eq(tags[1],b)": {0},
        "gt(tags.length,1)": {0},
        "is_null(tags)": {3},
    }.items():
        assert database.select(f) == expected, f


@shows(
    "Ibis on SQLite: A statement has at most 900,000 bytes.",
)
def test_many_values(database: Database) -> None:
    database.insert([{"id": 7, "total": 7, "name": "7"}, {"id": 8, "total": 10**6, "name": "x"}])
    assert database.select(F.total.in_(range(2000))) == {7}
    assert database.select(F.name.in_(map(str, range(2000)))) == {7}
    if database.name == "sqlite":
        with pytest.raises(UnsupportedFilterError, match="statement would be too long"):
            database.select(F.name.in_(str(number) * 60 for number in range(8000)))


def test_conditions_of_the_caller(database: Database) -> None:
    database.insert(
        [{"id": 0, "name": "a", "total": 1}, {"id": 1, "name": "b", "total": 2}, {"id": 2}]
    )
    selected = filter_frame(
        database.table,
        "text(name,x)|eq(total,1)",
        override={("text", "name"): lambda _: nw.col("total") > 1},
    )
    assert selected.schema() == database.table.schema()
    assert sorted(selected.select("id").to_pyarrow()["id"].to_pylist()) == [0, 1]
    again = filter_frame(selected.mutate(more=1), "gt(more,0):eq(name,b)")
    assert again.select("id").to_pyarrow()["id"].to_pylist() == [1]
    with pytest.raises(FilterTypeError, match="it returns an expression of narwhals"):
        filter_frame(database.table, "eq(name,a)", override={("eq", "name"): lambda _: 5})


@shows(
    "Ibis on SQL: In SQLite, PostgreSQL, MySQL and MariaDB the rows are those of the SQL below, without JSON.",
)
def test_an_unknown_column_and_a_column_without_comparisons(database: Database) -> None:
    with pytest.raises(FilterValueError, match="no column for the field `nam`"):
        database.select("eq(nam,a)")
    others = {"data": ibis.literal("{}").cast("json")}
    if database.name == "postgres":
        others["at"] = ibis.time(5, 0, 0)
    for name, value in others.items():
        with pytest.raises(UnsupportedFilterError, match="cannot be compared"):
            filter_frame(database.table.mutate(**{name: value}), f"eq({name},5)")


@shows(
    "Ibis on MySQL: A `TIMESTAMP` is not supported in a session that is not in UTC.",
)
def test_a_timestamp_of_mysql_is_refused_unless_the_session_is_in_utc(database: Database) -> None:
    if database.name != "mysql":
        return
    database.run("DROP TABLE IF EXISTS moments; CREATE TABLE moments (id INT, at TIMESTAMP NULL)")
    database.run("SET time_zone = '+00:00'; INSERT INTO moments VALUES (1, '2018-09-01 00:00:00')")
    table = database.connection.table("moments")
    selected = filter_frame(table, "ge(at,2018-09-01)")
    assert selected.count().to_pyarrow().as_py() == 1
    database.run("SET time_zone = '+02:00'")
    with pytest.raises(UnsupportedFilterError, match="time zone of the session"):
        filter_frame(table, "ge(at,2018-09-01)")
    database.run("SET time_zone = '+00:00'")


@shows(
    "dataframes: An engine or a backend of Ibis that no test covers requires `allow_untested`.",
)
def test_other_backends_are_refused_unless_they_are_allowed() -> None:
    table = ibis.polars.connect({"t": ibis.memtable({"id": [1, 2]}).to_polars()}).table("t")
    with pytest.raises(FilterTypeError) as refusal:
        filter_frame(table, "eq(id,1)")
    assert str(refusal.value) == (
        "epfilter is not tested with Ibis on polars, which may select other rows. "
        "Hint: pass allow_untested=True to try it."
    )
    selected = filter_frame(table, "eq(id,1)", allow_untested=True)
    assert selected.to_pyarrow()["id"].to_pylist() == [1]
