"""Translating takes work in proportion to the filter, and a row of a long filter little at all."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import narwhals as nw
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import JSON, Column, MetaData, Table, Text
from sqlalchemy.dialects import postgresql, sqlite

from epfilter import F, Filter, all_of, any_of
from epfilter.targets import (
    UnsupportedFilterError,
    to_django,
    to_elasticsearch,
    to_ep_ast,
    to_mongo,
    to_narwhals,
    to_predicate,
    to_rqb,
    to_sqlalchemy,
)
from epfilter.targets.or_to_in import MIN_TERMS
from support.counted_work import count_lines
from support.django_project import Order
from support.filter_oracle import matches
from support.sizes import slow_except

_TABLE = Table("orders", MetaData(), Column("a", Text), Column("j", JSON))
_COLUMNS = {"a": "name", "j": "contact"}
_SCHEMA = {"a": nw.String(), "j": nw.List(nw.String())}


def _sql(dialect: Any) -> Callable[[Filter], object]:
    return lambda f: to_sqlalchemy(f, _TABLE).compile(dialect=dialect)


TARGETS: dict[str, Callable[[Filter], object]] = {
    "predicate": to_predicate,
    "narwhals": lambda f: to_narwhals(f, schema=_SCHEMA),
    "sqlite": _sql(sqlite.dialect()),
    "postgresql": _sql(postgresql.dialect()),  # type: ignore[no-untyped-call] # SQLAlchemy gives it no types
    "django": lambda f: str(Order.objects.filter(to_django(f, Order, columns=_COLUMNS)).query),
    "mongo": to_mongo,
    "elasticsearch": to_elasticsearch,
    "ep_ast": to_ep_ast,
    "rqb": to_rqb,
}
FILTERS: dict[str, Callable[[int], Filter]] = {
    "equal": lambda n: any_of(F.a.eq(str(i)) for i in range(n)),
    "ordered": lambda n: any_of(F.a.gt(f"{i}.5") for i in range(n)),
    "dates": lambda n: all_of(F.a.ge(f"{1000 + i}-01-01") for i in range(n)),
    "mixed": lambda n: any_of(F.a.eq(str(i)) & F.a.like(f"*{i}") for i in range(n)),
    "several": lambda n: F.a.in_(str(i) for i in range(n)),
    "listed": lambda n: F.j.contains_all(str(i) for i in range(n)),
}


@pytest.mark.parametrize("shape", slow_except(FILTERS, "mixed"))
@pytest.mark.parametrize("target", slow_except(TARGETS, "predicate", "sqlite"))
def test_twice_the_terms_cost_twice_the_work(target: str, shape: str) -> None:
    translate, made = TARGETS[target], FILTERS[shape]
    translate(made(10))  # imports and caches
    small, large = made(400), made(800)
    once = count_lines(lambda: translate(small))
    assert count_lines(lambda: translate(large)) < 2.1 * once


@pytest.mark.parametrize("text", ["5", "x", "2018-09-01"])
def test_a_row_is_looked_up_among_all_values(text: str) -> None:
    values = [text, *(f"{place}" for place in range(100, 1100))]
    few, many = (to_predicate(any_of(F.a.eq(each) for each in values[:n])) for n in (100, 1001))
    row = {"a": "no such"}
    assert count_lines(lambda: many(row)) == count_lines(lambda: few(row))
    assert many({"a": text})
    assert many({"a": ["b", text]})
    assert not many(row)


def test_terms_on_one_field_are_joined_by_or_only() -> None:
    terms = [f"eq(a,{place})" for place in range(60)]
    either = to_predicate("|".join([*terms, "in(b,1,2)", "contains(a,60)", "eq(b,3)", "gt(a,70)"]))
    assert [value for value in (0, 59, 60, 61, 71) if either({"a": value})] == [0, 59, 60, 71]
    assert [value for value in (1, 2, 3, 4) if either({"b": value})] == [1, 2, 3]
    every = to_predicate(":".join(terms))
    assert not every({"a": 5})
    assert every({"a": list(range(60))})


_ONE_OF_MANY = st.sampled_from(("eq", "eq", "in_", "contains", "contains_any", "gt", "like"))
_CELLS = st.sampled_from(["1", "2", "x", "", 1, 2.5, True, None, [1, "x"], [None], []])
_ASKED = st.builds(
    lambda field, op, value: getattr(F[field], op)(value),
    st.sampled_from("ab"),
    _ONE_OF_MANY,
    st.sampled_from(["1", "2", "2.5", "x", "y", "true"]),
)


@given(
    st.lists(_ASKED, min_size=MIN_TERMS, max_size=3 * MIN_TERMS).map(any_of),
    st.lists(st.fixed_dictionaries({"a": _CELLS, "b": _CELLS}), min_size=1),
)
def test_a_long_or_means_the_same(f: Filter, rows: list[dict[str, Any]]) -> None:
    predicates = to_predicate(f), to_predicate(f & F.a.eq("x") | f)
    for row in rows:
        assert [matching(row) for matching in predicates] == [matches(f, _for_oracle(row))] * 2


def _for_oracle(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: Decimal(repr(cell)) if isinstance(cell, float) else cell for name, cell in row.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("driver", "limit"), [("psycopg", 65_535), ("asyncpg", 32_767), ("psycopg2", 10**6)]
)
def test_postgresql_reports_the_limit_of_parameters(driver: str, limit: int) -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy gives it no types
    dialect.driver = driver

    def compiled(values: int, **options: bool) -> int:
        f = F.a.in_(map(str, range(100_000))) & any_of([F.a.gt("x")] * values)
        condition = to_sqlalchemy(f, _TABLE)
        return len(condition.compile(dialect=dialect, compile_kwargs=options).params)

    taken = min(limit, 70_000) - 2  # a text is compared as the column does and by code point
    assert compiled(taken) == taken + 2
    if limit > 70_000:
        return
    assert compiled(taken + 1, literal_binds=True) == 0
    with pytest.raises(UnsupportedFilterError) as refused:
        compiled(taken + 1)
    assert str(refused.value) == (
        f"PostgreSQL cannot run `gt` on `a`: a statement can have at most {limit:,} parameters. "
        "Hint: filter by fewer values at a time, or split the filter at its ORs."
    )


def test_elasticsearch_gets_long_lists_in_chunks() -> None:
    query = to_elasticsearch(F.a.in_(map(str, range(100_000, 170_000))))["bool"]
    assert [len(each["terms"]["a"]) for each in query["should"]] == [65_536, 4_464]
    assert query["minimum_should_match"] == 1


@pytest.mark.parametrize("translate", [to_mongo, to_elasticsearch])
@pytest.mark.parametrize("op", ["in_", "contains_all"])
@pytest.mark.parametrize(
    "values",
    [[f"k{n}" for n in range(400)], [f"{n}.5" for n in range(400)]],
    ids=["text", "number"],
)
def test_the_work_of_a_query_is_linear(translate: Any, op: str, values: list[str]) -> None:
    def work(count: int) -> int:
        f = getattr(F.a, op)(values[:count])
        return count_lines(lambda: translate(f))

    assert work(400) < 2.5 * work(200)
