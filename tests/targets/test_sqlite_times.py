"""SQLite has texts for times, which many programs write: each is the instant that SQLAlchemy reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    Connection,
    Date,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    Table,
    create_engine,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects import sqlite

from epfilter import F
from epfilter.targets import UnsupportedFilterError, to_predicate, to_sqlalchemy

EVENTS = Table(
    "events",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", DateTime, server_default=func.now()),
    Column("short", sqlite.DATETIME(truncate_microseconds=True)),  # type: ignore[no-untyped-call] # of SQLAlchemy
)
DIALECT: Dialect = sqlite.dialect()


@pytest.fixture
def database() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        EVENTS.create(connection)
        yield connection
    engine.dispose()


def store(database: Connection, texts: list[str]) -> list[datetime | None]:
    """Store texts as another program does, and return what SQLAlchemy reads."""
    database.exec_driver_sql("DELETE FROM events")
    for number, written in enumerate(texts):
        database.execute(
            text("INSERT INTO events (id, at) VALUES (:id, :at)"), {"id": number, "at": written}
        )
    return list(database.execute(select(EVENTS.c.at).order_by(EVENTS.c.id)).scalars())


def find(database: Connection, f: Any) -> list[int]:
    found = select(EVENTS.c.id).where(to_sqlalchemy(f, EVENTS)).order_by(EVENTS.c.id)
    return list(database.execute(found).scalars())


WRITTEN = [
    "2018-09-01 10:11:12.000000",
    "2018-09-01 10:11:12",
    "2018-09-01T10:11:12",
    "2018-09-01T10:11:12Z",
    "2018-09-01T10:11:12.000Z",
    "2018-09-01 12:11:12+02:00",
    "2018-09-01T12:11:12.0+0200",
    "2018-09-01 06:11:12.000000-04",
    "2018-09-01T10:11:12,0",
    "2018-09-02 00:11:12+14:00",
    "2018-08-31 22:11:12-12:00",
]


def test_every_spelling_is_the_same_instant(database: Connection) -> None:
    store(database, WRITTEN)
    every = [*range(len(WRITTEN))]
    for f, ids in {
        "eq(at,2018-09-01T10:11:12Z)": every,
        "in(at,2018-09-01T10:11:12.000Z,2020-01-01)": every,
        "ge(at,2018-09-01T10:11:12Z)": every,
        "le(at,2018-09-01T10:11:12Z)": every,
        "gt(at,2018-09-01T10:11:12Z)": [],
        "lt(at,2018-09-01T10:11:12Z)": [],
        "gt(at,2018-09-01T10:11:11.999999Z)": every,
        "lt(at,2018-09-01T10:11:12.000001Z)": every,
    }.items():
        assert find(database, f) == ids, f


def _spell(moment: datetime, separator: str, precision: str, zone: str) -> str:
    return moment.isoformat(separator, precision) + zone


moments = st.datetimes(datetime(2018, 8, 31, 22), datetime(2018, 9, 1, 2)) | st.datetimes(  # noqa: DTZ001 - the zone is written
    datetime(1, 1, 3),  # noqa: DTZ001
    datetime(9999, 12, 29),  # noqa: DTZ001
)
zones = st.sampled_from(["", "Z", "+00:00", "+02:00", "-0430", "+14", "-12:00"])
spelled = st.builds(
    _spell,
    moments,
    st.sampled_from("T "),
    st.sampled_from(["minutes", "seconds", "milliseconds", "microseconds", "hours"]),
    zones,
) | moments.map(lambda moment: moment.date().isoformat())


@pytest.fixture(scope="module")
def shared() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        EVENTS.create(connection)
        yield connection
    engine.dispose()


@given(texts=st.lists(spelled, min_size=1, max_size=8), data=st.data())
def test_the_rows_are_those_of_the_predicate(
    shared: Connection, texts: list[str], data: st.DataObject
) -> None:
    read = store(shared, texts)
    known = [each.replace(tzinfo=each.tzinfo or UTC) for each in read if each is not None]
    value = data.draw(st.sampled_from(known) | moments.map(lambda each: each.replace(tzinfo=UTC)))
    field = F.at
    for f in (field.eq(value), field.in_(value, known[0]), field.gt(value), field.ge(value), field.lt(value), field.le(value)):  # fmt: skip
        matching = to_predicate(f)
        expected = [number for number, each in enumerate(read) if matching({"at": each})]
        assert find(shared, f) == expected, f


def test_texts_that_are_not_times_match_nothing(database: Connection) -> None:
    database.exec_driver_sql(
        "INSERT INTO events (at) VALUES ('now'), ('10:00'), (2458362.5), ('x')"
    )
    assert find(database, "ge(at,0001-01-01)|le(at,9999-12-31)|eq(at,2018-09-01)") == []


def test_a_default_of_the_database_and_a_format_without_fractions(database: Connection) -> None:
    moment = datetime(2018, 9, 1, 10, 11, 12)  # noqa: DTZ001 - UTC
    database.execute(insert(EVENTS).values(id=1, short=moment))
    now = F.at.gt("2020-01-01") & F.short.eq("2018-09-01T10:11:12Z")
    assert find(database, now) == [1]


@pytest.mark.parametrize("type_", [sqlite.DATETIME, sqlite.DATE])
def test_a_storage_format_of_its_own_is_refused(type_: Any) -> None:
    own = type_(storage_format="%(day)02d.%(month)02d.%(year)04d", regexp=r"(\d+)\.(\d+)\.(\d+)")
    generic = DateTime() if type_ is sqlite.DATETIME else Date()
    for each in (own, generic.with_variant(own, "sqlite")):
        table = Table("events", MetaData(), Column("at", each))
        with pytest.raises(UnsupportedFilterError, match="a storage format of its own"):
            to_sqlalchemy("gt(at,2018-09-01)", table).compile(dialect=DIALECT)


def test_an_index_helps(database: Connection) -> None:
    database.exec_driver_sql("CREATE INDEX by_at ON events (at)")
    for f in ("eq(at,2018-09-01)", "gt(at,2018-09-01)", "in(at,2018-09-01,2018-09-02)"):
        statement = select(EVENTS.c.id).where(to_sqlalchemy(f, EVENTS)).compile(database)
        values = statement.construct_params()
        names = statement.positiontup or ()
        given_values = tuple(str(values[name]) for name in names)
        plan = database.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given_values)
        assert "SEARCH events USING" in str(plan.all()), f
