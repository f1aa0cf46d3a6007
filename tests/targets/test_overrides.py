"""`override`: the caller's own condition for the calls of one operator and field."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import narwhals as nw
import polars as pl
import pytest
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, Text, create_engine, func, insert, select
from sqlalchemy.dialects import sqlite

from epfilter import F, FilterTypeError, FilterValueError, all_of, any_of
from epfilter.ast import Filter, construct_call
from epfilter.errors import ResourceError
from epfilter.resources import BoundCall
from epfilter.targets import (
    UnsupportedFilterError,
    filter_frame,
    to_django,
    to_elasticsearch,
    to_mongo,
    to_narwhals,
    to_predicate,
    to_sqlalchemy,
)
from epfilter.targets.or_to_in import MIN_TERMS
from support.django_project import Order, clear_tables, connect
from support.rows import for_each

TABLE = Table("rows", MetaData(), Column("a", Text), Column("n", Integer))
SCHEMA = {"a": nw.String(), "n": nw.Int64()}
ROWS = [{"a": a, "n": n} for a in ("x", "y", "*x", "", None) for n in (1, 2, 3, None)]
DJANGO_COLUMNS = {"a": "name", "n": "total"}
FRAME = pl.DataFrame(ROWS, schema={"a": pl.String, "n": pl.Int64})


def _sql_rows(f: Filter, **options: Any) -> list[dict[str, Any]]:
    engine = create_engine("sqlite://")
    TABLE.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(TABLE), ROWS)
        query = select(TABLE).where(to_sqlalchemy(f, TABLE, **options))
        return [dict(row) for row in connection.execute(query).mappings()]


def _django_rows(f: Filter, **options: Any) -> list[dict[str, Any]]:
    database = connect()
    clear_tables(database)
    Order.objects.using(database).bulk_create(
        [Order(id=number, name=row["a"], total=row["n"]) for number, row in enumerate(ROWS)]
    )
    found = Order.objects.using(database).filter(
        to_django(f, Order, columns=DJANGO_COLUMNS, **options)
    )
    return [ROWS[order.id] for order in found.order_by("id")]


def _predicate_rows(f: Filter, **options: Any) -> list[dict[str, Any]]:
    return list(filter(to_predicate(f, **options), ROWS))


TARGETS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "predicate": (to_predicate, _predicate_rows),
    "mongo": (to_mongo, to_mongo),
    "elasticsearch": (to_elasticsearch, to_elasticsearch),
    "sqlalchemy": (lambda f: to_sqlalchemy(f, TABLE), _sql_rows),
    "django": (lambda f: to_django(f, Order, columns=DJANGO_COLUMNS), _django_rows),
    "narwhals": (
        lambda f: to_narwhals(f, schema=SCHEMA),
        lambda f, **options: filter_frame(FRAME, f, **options).to_dicts(),
    ),
}
"""Each target: the condition of a filter, and what the filter selects or its query."""


def _unbind(call: BoundCall) -> Filter:
    return construct_call(call.op, call.field, [*map(str, call.values)])


_terms = st.one_of(
    st.builds(
        lambda field, op, value: getattr(F[field], op)(value),
        st.sampled_from("an"),
        st.sampled_from(["eq", "gt", "le", "like", "in_"]),
        st.sampled_from(["x", "y*", "1", "2"]),
    ),
    st.sampled_from([F.a.is_null(), F.n.is_null()]),
)
_filters = st.recursive(
    _terms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(all_of),
        st.lists(inner, min_size=2, max_size=4).map(any_of),
    ),
    max_leaves=8,
)
_keys = st.sets(
    st.tuples(st.sampled_from(["eq", "gt", "like", "in", "is_null"]), st.sampled_from("an")),
    min_size=1,
)


@pytest.mark.parametrize("target", TARGETS)
@given(f=_filters, keys=_keys)
def test_what_the_target_makes_itself_changes_nothing(
    target: str, f: Filter, keys: set[tuple[str, str]]
) -> None:
    translate, run = TARGETS[target]
    override = dict.fromkeys(keys, lambda call: translate(_unbind(call)))
    assert run(f, override=override) == run(f)


def test_a_condition_of_the_caller_stands_for_the_call() -> None:
    f = F.a.eq("X") & F.n.ge(2)
    expected = [{"a": "x", "n": 2}, {"a": "x", "n": 3}]
    own: dict[str, Callable[[BoundCall], Any]] = {
        "predicate": lambda call: lambda row: row["a"] and row["a"].upper() == call.values[0],
        "sqlalchemy": lambda call: func.upper(TABLE.c.a) == call.values[0],
        "django": lambda call: Q(name__iexact=call.values[0]),
        "narwhals": lambda call: nw.col("a").str.to_uppercase() == call.values[0],
    }
    for target, build in own.items():
        _, run = TARGETS[target]
        assert run(f, override={("eq", "a"): build}) == expected
    assert to_mongo(f, override={("eq", "a"): lambda call: {"A": call.values[0]}}) == {
        "$and": [{"A": "X"}, to_mongo(F.n.ge(2))]
    }
    assert to_elasticsearch(f, override={("eq", "a"): lambda _: {"match": {"a": "X"}}}) == {
        "bool": {"filter": [{"match": {"a": "X"}}, {"range": {"n": {"gte": "2"}}}]}
    }


def test_a_call_without_a_counterpart_or_a_column_gets_one() -> None:
    f = F.words.text("summer dress") | F.n.eq(3)
    with pytest.raises(UnsupportedFilterError):
        to_predicate(f)
    own = {("text", "words"): lambda call: lambda _: call.values[0] == "summer dress"}
    assert to_predicate(f, override=own)({"n": 1})
    no_column: Any = {("text", "words"): lambda call: nw.col("n") == len(call.values)}
    assert filter_frame(FRAME, f, override=no_column).height == 10
    expression: Any = {("text", "words"): lambda call: TABLE.c.n == len(call.values)}
    assert len(_sql_rows(f, override=expression)) == 10


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("op", ["eq", "in"])
def test_no_call_of_a_long_or_is_merged_away_and_none_is_made(target: str, op: str) -> None:
    translate, run = TARGETS[target]
    seen: list[BoundCall] = []

    def build(call: BoundCall) -> Any:
        seen.append(call)
        return translate(_unbind(call))

    f = any_of([*(F.a.eq(f"v{number}") for number in range(MIN_TERMS)), F.a.in_("x", "y")])
    result = run(f, override={(op, "a"): build})
    assert {each.op for each in seen} == {op}
    assert len({each.values for each in seen}) == (MIN_TERMS if op == "eq" else 1)
    if target not in ("mongo", "elasticsearch"):
        assert result == run(f)


def test_the_parameters_of_an_expression_keep_their_order() -> None:
    f = F.n.ge(1) & F.a.eq("x") & F.n.le(3)
    condition = to_sqlalchemy(
        f, TABLE, override={("eq", "a"): lambda call: func.lower(TABLE.c.a) == call.values[0]}
    )
    compiled: Any = condition.compile(dialect=sqlite.dialect())
    assert [compiled.params[name] for name in compiled.positiontup] == [1, "x", 3]


def test_with_a_resource_the_values_have_its_types() -> None:
    seen: list[BoundCall] = []

    def build(call: BoundCall) -> dict[str, Any]:
        seen.append(call)
        return {}

    to_mongo(
        "ge(with_tax,5):eq(customer.email,a)",
        "orders",
        override={("ge", "with_tax"): build, ("eq", "email"): build},
    )
    to_mongo("eq(email,a)", "orders", override={("eq", "customer.email"): build})
    assert [(each.path, each.values) for each in seen] == [
        ("with_tax", (5,)),
        ("email", ("a",)),
        ("email", ("a",)),
    ]


@pytest.mark.parametrize("target", TARGETS)
@for_each(
    ("override", "kind", "message"),
    [
        ([], FilterTypeError, "`override` is a mapping, not a value of type list."),
        ({"eq": len}, FilterTypeError, "a key of override is an operator and the name of a field."),
        ({("eq", 5): len}, FilterTypeError, "a key of override is an operator and the name of"),
        ({("eq", "a"): 5}, FilterTypeError, "`override` maps to functions, not to a value of type"),
        ({("eqq", "a"): len}, FilterValueError, "override: there is no operator `eqq`."),
        ({("and", "a"): len}, FilterValueError, "override: there is no operator `and`."),
        (
            {("eq", "a"): lambda _: 5},
            FilterTypeError,
            "`override`: the function for `eq` on `a` returns a value of type int.",
        ),
    ],
)
def test_an_invalid_override_is_an_error(
    target: str, override: Any, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind) as error:
        TARGETS[target][1](F.a.eq(1), override=override)
    assert str(error.value).startswith(message)


def test_a_field_that_the_resource_does_not_have_is_an_error() -> None:
    with pytest.raises(ResourceError, match="`orders` has no field `emial`"):
        to_mongo("eq(email,a)", "orders", override={("eq", "emial"): lambda _: {}})
    with pytest.raises(FilterValueError, match=r"is one of the fields `locales.\{locale\}.name`"):
        to_mongo("eq(sku,a)", "pim_nodes", override={("eq", "locales.fr-FR.name"): lambda _: {}})


def _match_x(_: BoundCall) -> Callable[[Any], bool]:
    return _is_x


def _is_x(row: Any) -> bool:
    return bool(row["a"] == "x")


def test_a_predicate_with_a_function_can_be_pickled() -> None:
    predicate = to_predicate("eq(a,y)", override={("eq", "a"): _match_x})
    copy = pickle.loads(pickle.dumps(predicate))  # noqa: S301 - the test's own data
    assert copy({"a": "x"})
    assert not copy({"a": "y"})
