"""Queries for Elasticsearch: exact ones from `data/elasticsearch.jsonl`, options and refusals.

What the queries select is in test_elasticsearch_server.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import F, FilterError, FilterSyntaxError, FilterTypeError, all_of, any_of
from epfilter.ast import Filter, Operator
from epfilter.errors import ResourceError, UnsupportedFilterError
from epfilter.targets import to_elasticsearch
from support.differences import shows
from support.filter_strategies import filters, texts
from support.rows import for_each
from support.sizes import MANY_TERMS

DATA = Path(__file__).parent / "data"
CASES = [
    json.loads(line) for line in (DATA / "elasticsearch.jsonl").read_text("utf-8").splitlines()
]


@for_each("case", CASES, ids=lambda case: case["filter"])
def test_the_query_of_a_filter(case: dict[str, Any]) -> None:
    options = dict(case.get("options", {}))
    if isinstance(options.get("mapping"), str):
        options["mapping"] = json.loads((DATA / options["mapping"]).read_text("utf-8"))
    if "refused" in case:
        with pytest.raises(UnsupportedFilterError) as refusal:
            to_elasticsearch(case["filter"], case.get("resource"), **options)
        assert str(refusal.value) == case["refused"]
    else:
        assert to_elasticsearch(case["filter"], case.get("resource"), **options) == case["query"]


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
        ({"fields": ["a"]}, "`fields` is a mapping or a function, not a value of type list."),
        ({"mapping": ["a"]}, "`mapping` is a mapping, not a value of type list."),
        (
            {"mapping": {"a": {}, "b": {}}},
            "`mapping` has several indices, whose fields may differ.",
        ),
        ({"mapping": {"a": {"type": "long"}}}, "`mapping` has no `properties`."),
        (
            {"mapping": {"properties": ["a"]}},
            "`mapping`: `properties` is a mapping, not a value of",
        ),
        ({"mapping": {"properties": {"a": "long"}}}, "`mapping`: `a` is a mapping, not a value of"),
        (
            {"mapping": {"properties": {"a": {"type": ["long"]}}}},
            "`mapping`: the type of `a` is a str",
        ),
        ({"mapping": {"properties": {5: {}}}}, "`mapping`: a name in `properties` is a str, not"),
        *(
            (
                {"mapping": {"properties": {"a": field}}},
                f"`mapping`: `{parameter}` of `{name}` is a positive number, not ",
            )
            for value in ("x", True, [5], 0, None, "nan", 10**400)
            for name, parameter, field in (
                (
                    "a.raw",
                    "ignore_above",
                    {"type": "text", "fields": {"raw": {"type": "keyword", "ignore_above": value}}},
                ),
                ("a", "scaling_factor", {"type": "scaled_float", "scaling_factor": value}),
            )
        ),
        ({"nested": "items"}, "`nested` is a list of paths, not a value of type str."),
        ({"nested": 5}, "`nested` is a list of paths, not a value of type int."),
        ({"nested": [5]}, "`nested` is a list of paths, not a value of type list."),
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
        "regexp",
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


def _nest(levels: int) -> Filter:
    nested: Filter = F.a.eq("x")
    for level in range(levels - 1):
        nested = nested & F.b.eq("y") if level % 2 else nested | F.b.eq("y")
    return nested


@shows(
    "Elasticsearch: More than 30 levels of AND, OR, `is_null` and nested paths are not supported.",
)
@pytest.mark.parametrize(
    ("f", "options", "depth"),
    [
        (_nest(30), {}, None),
        (_nest(31), {}, 31),
        (_nest(64), {}, 64),
        (_nest(29) & F.c.is_null(), {}, None),
        (any_of(_nest(29), all_of(F.c.eq("1"), F.c.is_null())), {}, None),
        (_nest(30), {"nested": ["a"]}, None),
        (_nest(30).and_(F.c.eq("x")) | F["c.d"].is_null(), {"nested": ["c"]}, 32),
    ],
)
def test_a_query_nests_at_most_30_levels(
    f: Filter, options: dict[str, Any], depth: int | None
) -> None:
    if depth is None:
        to_elasticsearch(f, **options)
        return
    with pytest.raises(UnsupportedFilterError) as refusal:
        to_elasticsearch(f, **options)
    assert refusal.value.reason == (f"its queries nest at most 30 levels, and this one has {depth}")


def test_the_levels_of_a_nested_path_count() -> None:
    inner: Filter = F["a.b"].is_null()
    for level in range(28):
        inner = inner & F.c.eq("x") if level % 2 else inner | F.c.eq("x")
    with pytest.raises(UnsupportedFilterError, match="at most 30 levels, and this one has 31"):
        to_elasticsearch(inner, nested=["a"])
    to_elasticsearch(inner)


def test_the_condition_of_an_override_counts_its_levels() -> None:
    own = {"bool": {"must": {"nested": {"path": "a", "query": {"match_all": {}}}}}}
    override = {("eq", "a"): lambda _: own}
    assert to_elasticsearch(_nest(28), override=override)
    with pytest.raises(UnsupportedFilterError, match="this one has 31"):
        to_elasticsearch(_nest(29), override=override)


def test_many_numbers_that_may_be_years() -> None:
    numbers = [str(number) for number in range(1000, 3000)]
    with pytest.raises(UnsupportedFilterError, match="number that may be a year"):
        to_elasticsearch(F.a.in_(numbers))
    query = to_elasticsearch(F.a.in_(numbers), mapping={"properties": {"a": {"type": "long"}}})
    assert len(query["terms"]["a"]) == 2000


def test_the_response_of_the_client_is_a_mapping() -> None:
    properties = {"properties": {"a": {"type": "long"}}}
    for mapping in (properties, {"mappings": properties}, {"shop-1": {"mappings": properties}}):
        assert to_elasticsearch("eq(a,x)", mapping=mapping) == {"match_none": {}}


_names = st.sampled_from(["a", "b", "properties", "mappings", "type", ""])
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["x", "5", "false"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_names, inner, max_size=2),
    max_leaves=4,
)
_types = st.sampled_from(
    ["keyword", "text", "long", "scaled_float", "date", "object", "nested", "alias", "date_nanos"]
)
_PARAMETERS = ("ignore_above", "scaling_factor", "format", "normalizer", "null_value", "index")
_some_fields = st.recursive(
    st.fixed_dictionaries(
        {}, optional={"type": _types | _json, **dict.fromkeys((*_PARAMETERS, "path"), _json)}
    ),
    lambda inner: st.fixed_dictionaries(
        {"type": _types},
        optional={
            "properties": st.dictionaries(_names, inner, max_size=2) | _json,
            "fields": st.dictionaries(_names, inner, max_size=2) | _json,
            "enabled": _json,
        },
    ),
    max_leaves=5,
)
_properties = st.fixed_dictionaries({"properties": st.dictionaries(_names, _some_fields)})
_CALLS = [
    f"{op}({path},{value})"
    for op in ("eq", "gt", "like", "text")
    for path in ("a", "a.b", "b.a", "a.a.b")
    for value in ("x", "5.5", "2018-09-01", "1e40")
] + ["is_null(a)", "is_null(a.b)"]


@given(mapping=_json | _properties | _properties.map(lambda each: {"mappings": each}))
def test_any_mapping_gives_a_query_or_an_error_of_a_filter(mapping: Any) -> None:
    for f in _CALLS:
        with suppress(FilterError):
            json.dumps(to_elasticsearch(f, mapping=mapping))


def test_a_deep_mapping() -> None:
    mapping: dict[str, Any] = {"properties": {"a": {"type": "keyword"}}}
    for _ in range(5000):
        mapping = {"properties": {"a": mapping}}
    with pytest.raises(UnsupportedFilterError, match="the mapping has no field `b`"):
        to_elasticsearch("eq(b,x)", mapping=mapping)
