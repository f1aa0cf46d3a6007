"""Every operator in every target: translated, or refused with UnsupportedFilterError.

A new operator has no third outcome: it must not fail otherwise, and must not mean `eq`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

import pytest

from epfilter.ast import CALL_OPERATORS, Filter, Operator, construct_call
from epfilter.english import in_words
from epfilter.targets import (
    UnsupportedFilterError,
    filter_frame,
    from_ep_ast,
    to_django,
    to_elasticsearch,
    to_ep_ast,
    to_mongo,
    to_narwhals,
    to_predicate,
    to_rqb,
    to_sqlalchemy,
)
from epfilter.targets.registry import TARGETS
from support.rows import for_each

Translate = Callable[[Filter], object]

SAME_AS_EQ = {Operator.EQ, Operator.IN, Operator.CONTAINS, Operator.CONTAINS_ANY}
SAME_AS_EQ |= {Operator.CONTAINS_ALL, Operator.LIKE}
"""Operators that mean `eq` for one value of text without wildcards."""


class Letter(Enum):
    """An enum class that a column holds."""

    A = "a"
    B = "b"


def call(op: Operator, field: str = "name", value: str = "b") -> Filter:
    """A call of the operator on one value."""
    return construct_call(op, field, [value])


def _sql(dialect: str, *, lists: bool = False, json: bool = False) -> Translate:
    sqlalchemy = pytest.importorskip("sqlalchemy")
    module = pytest.importorskip(f"sqlalchemy.dialects.{dialect}")
    text = sqlalchemy.String()
    type_ = sqlalchemy.JSON() if json else sqlalchemy.ARRAY(text) if lists else text
    table = sqlalchemy.table("rows", sqlalchemy.column("name", type_))
    return lambda f: str(to_sqlalchemy(f, table).compile(dialect=module.dialect()))


def _sql_enum() -> Translate:
    sqlalchemy = pytest.importorskip("sqlalchemy")
    table = sqlalchemy.table("rows", sqlalchemy.column("name", sqlalchemy.Enum(Letter)))
    return lambda f: str(to_sqlalchemy(f, table))


def _django() -> Translate:
    pytest.importorskip("django")
    from support.django_project import Order

    return lambda f: str(Order.objects.filter(to_django(f, Order)).query)


def _polars(values: list[Any]) -> Translate:
    polars = pytest.importorskip("polars")
    pytest.importorskip("narwhals")
    frame = polars.DataFrame({"name": values})
    return lambda f: filter_frame(frame, f)


def _narwhals() -> Translate:
    pytest.importorskip("narwhals")
    return to_narwhals


TRANSLATORS: dict[str, dict[str, Callable[[], Translate]]] = {
    "predicate": {"dict": lambda: lambda f: to_predicate(f)({"name": "b"})},
    "mongo": {"query": lambda: to_mongo},
    "elasticsearch": {"query": lambda: to_elasticsearch},
    "rqb": {"query": lambda: to_rqb},
    "ep_ast": {"tree": lambda: lambda f: from_ep_ast(to_ep_ast(f))},
    "sqlalchemy": {
        "sqlite": lambda: _sql("sqlite"),
        "postgresql": lambda: _sql("postgresql"),
        "mysql": lambda: _sql("mysql"),
        "list": lambda: _sql("postgresql", lists=True),
        "json": lambda: _sql("postgresql", json=True),
        "enum": _sql_enum,
    },
    "django": {"sqlite": _django},
    "dataframe": {
        "narwhals": _narwhals,
        "text": lambda: _polars(["b", None]),
        "list": lambda: _polars([["b"], None]),
    },
}
CASES = [(target, name) for target, names in TRANSLATORS.items() for name in names]
TEXT_CASES = [
    (target, name)
    for target, name in CASES
    if target not in ("predicate", "dataframe") and name != "enum"
]
"""Targets whose translation is a text or plain data, with a different one for each operator."""


def test_every_target_is_here() -> None:
    assert {target.module for target in TARGETS} == TRANSLATORS.keys()


@pytest.mark.parametrize("op", CALL_OPERATORS)
@for_each(("target", "name"), CASES)
def test_an_operator_is_translated_or_refused(target: str, name: str, op: Operator) -> None:
    translate = TRANSLATORS[target][name]()
    for value in ("b", "b*", "5"):
        error = None
        try:
            translate(call(op, value=value))
        except UnsupportedFilterError as refusal:
            error = refusal
        if error is not None:
            assert (error.operator, error.field) == (op, "name")
            assert str(error).startswith(f"{error.target} cannot run `{op}` on `name`: ")


@pytest.mark.parametrize("op", [op for op in CALL_OPERATORS if op not in SAME_AS_EQ])
@for_each(("target", "name"), TEXT_CASES)
def test_no_other_operator_is_translated_as_eq(target: str, name: str, op: Operator) -> None:
    translate = TRANSLATORS[target][name]()
    try:
        translation = repr(translate(call(op)))
    except UnsupportedFilterError:
        return
    assert translation != repr(translate(call(Operator.EQ)))


@pytest.mark.parametrize("field", ["name", "names", "created_at"])
@for_each("op", CALL_OPERATORS)
def test_every_operator_has_english_words(op: Operator, field: str) -> None:
    assert in_words(call(op, field))
