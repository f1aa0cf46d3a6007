"""Queries for Elasticsearch: exact ones from `data/elasticsearch.jsonl`, and that they select what
is meant, as a small evaluator of the query language below sees it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import F, FilterSyntaxError, FilterTypeError, all_of, any_of
from epfilter.ast import Filter, Operator
from epfilter.errors import FilterValueError, ResourceError, UnsupportedFilterError
from epfilter.targets import to_elasticsearch
from epfilter.values import from_text
from support.filter_oracle import matches
from support.filter_strategies import filters, texts
from support.rows import for_each
from support.sizes import MANY_TERMS

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "elasticsearch.jsonl")
    .read_text("utf-8")
    .splitlines()
]


@for_each("case", CASES, ids=lambda case: case["filter"])
def test_the_query_of_a_filter(case: dict[str, Any]) -> None:
    if "refused" in case:
        with pytest.raises(UnsupportedFilterError) as refusal:
            to_elasticsearch(case["filter"], case.get("resource"), **case.get("options", {}))
        assert str(refusal.value) == case["refused"]
    else:
        made = to_elasticsearch(case["filter"], case.get("resource"), **case.get("options", {}))
        assert made == case["query"]


def finds(query: dict[str, Any], document: dict[str, Any], within: str = "") -> bool:
    """Return whether a query finds a document; the mapping has the types of its values."""
    ((kind, body),) = query.items()
    if kind == "bool":
        assert body.keys() <= {"must", "filter", "should", "must_not", "minimum_should_match"}
        assert ("should" in body) is (body.get("minimum_should_match") == 1)
        every = [*body.get("must", ()), *body.get("filter", ())]
        return (
            all(finds(each, document, within) for each in every)
            and (
                "should" not in body
                or any(finds(each, document, within) for each in body["should"])
            )
            and not any(finds(each, document, within) for each in body.get("must_not", ()))
        )
    if kind == "nested":
        assert body.keys() == {"path", "query"}
        objects = document.get(body["path"]) or []
        return any(
            finds(body["query"], {f"{body['path']}.{name}": value for name, value in each.items()})
            for each in (objects if isinstance(objects, list) else [objects])
        )
    if kind == "exists":
        return bool(list(_values(document, body["field"])))
    ((field, wanted),) = body.items()
    return any(_holds(kind, value, wanted) for value in _values(document, field))


def _values(document: dict[str, Any], field: str) -> Iterator[Any]:
    value = document.get(field)
    yield from (
        each for each in (value if isinstance(value, list) else [value]) if each is not None
    )


def _holds(kind: str, value: Any, wanted: Any) -> bool:
    if kind == "terms":
        return any(value == _convert(each, value) for each in wanted)
    if kind == "term":
        assert wanted.keys() == {"value"}
        return bool(value == _convert(wanted["value"], value))
    if kind == "range":
        ((sign, limit),) = wanted.items()
        other = _convert(limit, value)
        if other is None:
            return False
        return bool(
            {
                "gt": value > other,
                "gte": value >= other,
                "lt": value < other,
                "lte": value <= other,
            }[sign]
        )
    assert kind == "wildcard"
    assert wanted.keys() <= {"value", "case_insensitive"}
    if not isinstance(value, str):
        return False
    pieces = re.findall(r"\\.|.", wanted["value"], re.DOTALL)
    regex = "".join({"*": ".*", "?": "."}.get(piece) or re.escape(piece[-1]) for piece in pieces)
    flags = re.DOTALL | re.ASCII | (re.IGNORECASE if "case_insensitive" in wanted else re.NOFLAG)
    return (
        re.fullmatch(
            f"(?a:{regex})" if regex.isascii() else regex,
            value,
            flags if regex.isascii() else flags & ~re.ASCII,
        )
        is not None
    )


def _convert(wanted: Any, value: Any) -> Any:
    kinds: tuple[type[Any], ...] = (bool, Decimal, datetime, str)
    kind = next(
        kind for kind in kinds if isinstance(value, (int, kind) if kind is Decimal else kind)
    )
    try:
        return from_text(
            str(wanted).lower() if wanted is True or wanted is False else str(wanted), kind
        )
    except FilterValueError:
        return None


_DAY = datetime(2018, 9, 1, tzinfo=UTC)
_TEXTS = (
    *(
        "",
        "a",
        "A",
        "ab",
        "a.b",
        "a*b",
        "*",
        "?",
        "a?b",
        "aXb",
        "\\",
        "a\\b",
        "\\*",
        "a\\",
        "%",
        "_",
    ),
    *("a\n", "\na", "{a}", '"', "é", "ßé", "2", "5", "5.0", "-7", "5.5", "true", "2018-09-01x"),
)
_SCALARS: tuple[Any, ...] = (
    *(
        *_TEXTS,
        None,
        0,
        1,
        2,
        5,
        -7,
        Decimal("5.5"),
        True,
        False,
        10**20,
        _DAY,
        _DAY.replace(hour=5),
    ),
)
_values_of_filters = st.sampled_from(
    (
        *_TEXTS,
        "5.50",
        "a*",
        "*b",
        "*.*",
        "**",
        "2018-09-01T00:00:00.000Z",
        "2018-09-01T02:00:00.0+02:00",
    )
) | st.text("aAb*?\\.5", max_size=4)
_cells = st.sampled_from(_SCALARS) | st.text("aAb*?\\.5", max_size=4)
_rows = st.fixed_dictionaries(
    {},
    optional={
        "a": _cells | st.lists(_cells.filter(lambda each: each is not None), min_size=1, max_size=3)
    },
)
_ONE = ("eq", "gt", "ge", "lt", "le", "like", "ilike", "contains")


def _calls_of(field: str) -> st.SearchStrategy[Filter]:
    return st.one_of(
        st.builds(
            lambda op, value: getattr(F[field], op)(value),
            st.sampled_from(_ONE),
            _values_of_filters,
        ),
        st.builds(
            lambda op, values: getattr(F[field], op)(values),
            st.sampled_from(("in_", "contains_any", "contains_all")),
            st.lists(_values_of_filters, min_size=1, max_size=3),
        ),
        st.just(F[field].is_null()),
    )


def _join(terms: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    several = st.lists(terms, min_size=2, max_size=3)
    return several.map(all_of) | several.map(any_of)


@given(st.recursive(_calls_of("a"), _join, max_leaves=6), _rows)
def test_a_query_finds_the_rows_of_the_oracle(f: Filter, row: dict[str, Any]) -> None:
    try:
        query = to_elasticsearch(f)
    except UnsupportedFilterError as refusal:
        if refusal.operator != "ilike" and "date" not in refusal.reason:
            raise
        return
    assert json.loads(json.dumps(query)) == query
    assert finds(query, row) is matches(f, row)


@given(
    st.recursive(_calls_of("items.a"), _join, max_leaves=4),
    st.fixed_dictionaries({}, optional={"items": st.lists(_rows, max_size=3)}),
)
def test_a_query_of_nested_objects_finds_the_rows_of_the_oracle(
    f: Filter, row: dict[str, Any]
) -> None:
    try:
        query = to_elasticsearch(f, nested=["items"])
    except UnsupportedFilterError as refusal:
        if refusal.operator != "ilike" and "date" not in refusal.reason:
            raise
        return
    assert finds(query, row) is matches(f, row)


def test_each_condition_tests_the_nested_objects_by_itself() -> None:
    document = {"items": [{"sku": "a", "n": 2}, {"sku": "b", "n": 9}]}
    query = to_elasticsearch("eq(items.sku,a):eq(items.n,9)", nested=["items"])
    assert finds(query, document)
    assert not finds(to_elasticsearch("is_null(items.sku)", nested=["items"]), document)
    assert finds(to_elasticsearch("is_null(items.sku)", nested=["items"]), {"items": [{"n": 2}]})


def test_the_fields_may_be_a_function() -> None:
    def keyword(path: str, op: Operator) -> str:
        return path if op in (Operator.TEXT, Operator.IS_NULL) else f"{path}.raw"

    assert to_elasticsearch("eq(a,x)|text(a,x)", fields=keyword)["bool"]["should"] == [
        {"term": {"a.raw": {"value": "x"}}},
        {"match_bool_prefix": {"a": {"query": "x", "operator": "and"}}},
    ]
    with pytest.raises(UnsupportedFilterError):
        to_elasticsearch("is_null(a*)", fields=keyword)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fields": ["a"]}, "fields is a mapping or a function, not a value of type list."),
        ({"nested": "items"}, "nested is a list of paths, not a value of type str."),
        ({"nested": 5}, "nested is a list of paths, not a value of type int."),
        ({"nested": [5]}, "nested is a list of paths, not a value of type list."),
        ({"fields": {"a": 5}}, "`fields` gives `a` a value of type int."),
        ({"fields": lambda *_: 5, "nested": ["a"]}, "`fields` gives `a` a value of type int"),
    ],
)
def test_invalid_options(options: Any, message: str) -> None:
    with pytest.raises(FilterTypeError) as refusal:
        to_elasticsearch("eq(a,1)", **options)
    assert str(refusal.value).startswith(message)


def test_invalid_filters() -> None:
    with pytest.raises(FilterSyntaxError):
        to_elasticsearch("eq(a")
    with pytest.raises(ResourceError):
        to_elasticsearch("eq(paymet,paid)", "orders")


@given(filters)
def test_every_query_is_json_of_the_query_language(f: Filter) -> None:
    try:
        query = to_elasticsearch(f)
    except UnsupportedFilterError:
        return
    assert json.loads(json.dumps(query)) == query
    (kind,) = query
    assert kind in {
        "bool",
        "term",
        "terms",
        "range",
        "wildcard",
        "match_bool_prefix",
        "multi_match",
    }


@given(texts, texts.filter(bool))
def test_hostile_values_stay_values(value: str, name: str) -> None:
    try:
        query = to_elasticsearch(F[name].contains(value))
    except UnsupportedFilterError:
        return
    assert query == {"term": {name: {"value": value}}}


@pytest.mark.parametrize("terms", MANY_TERMS)
def test_many_terms_take_one_query(terms: int) -> None:
    many = any_of(F.a.gt(str(number)) for number in range(terms))
    assert len(to_elasticsearch(many)["bool"]["should"]) == terms
