"""Benchmark of the translation of a filter to each target, compared with parsing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from benchmarks.cases import THREE_CALLS, and_case
from benchmarks.rows import FIRST, LAST
from benchmarks.timing import repeat_action, time_in_turns
from epfilter import Filter, parse
from epfilter.targets import to_elasticsearch, to_ep_ast, to_mongo, to_predicate

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

ROUNDS = 15
TERMS = (5_000, 10_000)
GROWTH_ROUNDS = 3
VALUES = 10_000
MEMBERSHIP_ROUNDS = 9

PARSE = "parse"
BY_HAND = ", by hand"
NARWHALS, FRAME = "to_narwhals", "filter_frame, lazy and empty"
SQL, COMPILED = "to_sqlalchemy", "to_sqlalchemy, compiled"
PREDICATE, RUN = "to_predicate", "to_sqlalchemy, run in SQLite"

Translate = Callable[[Filter], object]


def missing_packages() -> dict[str, str]:
    """Return the missing packages and the reason."""
    packages = {NARWHALS: "narwhals", FRAME: "polars", SQL: "sqlalchemy"}
    return {name: "not installed" for name, module in packages.items() if find_spec(module) is None}


def create_translators() -> dict[str, Translate]:
    """Return the translation to every available target."""
    missing = missing_packages()
    actions: dict[str, Translate] = {
        PREDICATE: to_predicate,
        "to_mongo": to_mongo,
        # Without a resource it raises an error for a date compared with a timestamp.
        "to_elasticsearch": lambda f: to_elasticsearch(f, "orders"),
        "to_ep_ast": to_ep_ast,
    }
    if not {NARWHALS, FRAME} & {*missing}:
        actions |= _frame_translators()[0]
    if SQL not in missing:
        actions |= _sql_translators()[0]
    return actions


def create_by_hand() -> dict[str, Callable[[], object]]:
    """Return hand-written conditions for the three calls, for targets that are packages."""
    missing = missing_packages()
    actions: dict[str, Callable[[], object]] = {}
    if not {NARWHALS, FRAME} & {*missing}:
        actions |= _frame_translators()[1]
    if SQL not in missing:
        actions |= _sql_translators()[1]
    return {f"{name}{BY_HAND}": action for name, action in actions.items()}


def _frame_translators() -> tuple[dict[str, Translate], dict[str, Callable[[], object]]]:
    import narwhals as nw
    import polars as pl

    from epfilter.targets import filter_frame, to_narwhals

    text = pl.String()
    columns = {
        "created_at": pl.Datetime("us", "UTC"),
        "payment": text,
        "email": text,
        "external_ref": text,
        "with_tax": pl.Int64(),
    }
    empty = pl.DataFrame(schema=columns).lazy()
    schema = nw.from_native(empty).collect_schema()

    def expression() -> nw.Expr:
        created = nw.col("created_at")
        return (created > FIRST) & (created < LAST) & (nw.col("payment") == "refunded")

    def filtered() -> object:
        return nw.from_native(empty).filter(expression()).to_native()

    ours: dict[str, Translate] = {
        NARWHALS: lambda f: to_narwhals(f, schema=schema),
        FRAME: lambda f: filter_frame(empty, f),
    }
    return ours, {NARWHALS: expression, FRAME: filtered}


def _sql_translators() -> tuple[dict[str, Translate], dict[str, Callable[[], object]]]:
    from sqlalchemy import Column, DateTime, Integer, MetaData, String, Table
    from sqlalchemy.dialects import postgresql

    from epfilter.targets import to_sqlalchemy

    created: Column[Any] = Column("created_at", DateTime(timezone=True))
    payment: Column[Any] = Column("payment", String)
    others = (Column("email", String), Column("external_ref", String), Column("with_tax", Integer))
    table = Table("orders", MetaData(), created, payment, *others)
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]

    def clause() -> ColumnElement[bool]:
        return (created > FIRST) & (created < LAST) & (payment == "refunded")

    ours: dict[str, Translate] = {
        SQL: lambda f: to_sqlalchemy(f, table),
        COMPILED: lambda f: to_sqlalchemy(f, table).compile(dialect=dialect),
    }
    return ours, {SQL: clause, COMPILED: lambda: clause().compile(dialect=dialect)}


def measure(rounds: int = ROUNDS) -> dict[str, float]:
    """Return the seconds to parse the three calls, and of each translation."""
    f = parse(THREE_CALLS)
    compared: dict[str, Callable[[], object]] = {PARSE: lambda: parse(THREE_CALLS)}
    compared |= {name: partial(translate, f) for name, translate in create_translators().items()}
    compared |= create_by_hand()
    return time_in_turns(
        {name: repeat_action(action) for name, action in compared.items()}, rounds=rounds
    )


def measure_membership(number: int = VALUES, rounds: int = MEMBERSHIP_ROUNDS) -> dict[str, float]:
    """Return the seconds to parse an `in` of many integers, to translate it, and to run it."""
    with create_membership_actions(number) as actions:
        timers = {name: repeat_action(action) for name, action in actions.items()}
        return time_in_turns(timers, rounds=rounds)


@contextmanager
def create_membership_actions(number: int) -> Iterator[dict[str, Callable[[], object]]]:
    """Yield the actions on an `in` of this many even numbers, and on a table of twice as many."""
    values = range(0, 2 * number, 2)
    text = f"in(with_tax,{','.join(map(str, values))})"
    f = parse(text)
    actions: dict[str, Callable[[], object]] = {
        PARSE: lambda: parse(text),
        PREDICATE: lambda: to_predicate(f),
    }
    if SQL in missing_packages():
        yield actions
        return
    from sqlalchemy import Column, Integer, MetaData, Table, create_engine, func, insert, select
    from sqlalchemy.pool import StaticPool

    from epfilter.targets import to_sqlalchemy

    table = Table("orders", MetaData(), Column("with_tax", Integer))
    count = select(func.count()).select_from(table)
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        table.create(connection)
        connection.execute(insert(table), [{"with_tax": each} for each in range(2 * number)])
        actions[RUN] = lambda: connection.scalar(count.where(to_sqlalchemy(f, table)))
        actions[RUN + BY_HAND] = lambda: connection.scalar(
            count.where(table.c.with_tax.in_([*values]))
        )
        yield actions
    engine.dispose()


def measure_growth(
    terms: tuple[int, int] = TERMS, rounds: int = GROWTH_ROUNDS
) -> dict[str, dict[str, float]]:
    """Return the seconds of each translation for an AND of a number of terms and of twice as many."""
    filters = {f"{number:,} terms": and_case(number).filters[0] for number in terms}
    return {
        name: time_in_turns(
            {size: repeat_action(partial(translate, f)) for size, f in filters.items()},
            rounds=rounds,
        )
        for name, translate in create_translators().items()
    }
