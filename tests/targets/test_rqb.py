"""Queries of react-querybuilder: both directions, what is refused, and the fields of a resource."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import F, FilterTypeError, FilterValueError, all_of, any_of, fields, parse
from epfilter.ast import And, Filter, Operator, Or
from epfilter.errors import FilterError, ResourceError
from epfilter.limits import MAX_DEPTH
from epfilter.resources import Resource, all_resources, orders, pim_nodes, resource_info
from epfilter.targets import UnsupportedFilterError, from_rqb, rqb_fields, to_predicate, to_rqb
from epfilter.targets.rqb.operators import OPERATORS, PATTERNS, RANGES
from support.filter_strategies import filters
from support.rows import for_each
from support.sizes import MANY_TERMS

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "rqb.jsonl").read_text("utf-8").splitlines()
]


@for_each("case", CASES, ids=lambda case: case["query"][:120])
def test_a_query_is_read_or_refused(case: dict[str, str]) -> None:
    if "refused" in case:
        with pytest.raises(FilterValueError) as refusal:
            from_rqb(case["query"])
        assert str(refusal.value) == case["refused"]
    else:
        assert str(from_rqb(case["query"])) == case["filter"]


@given(filters.filter(lambda f: "~" not in fields(f)))
def test_every_filter_survives_a_round_trip(f: Filter) -> None:
    query = to_rqb(f)
    assert from_rqb(query) == f
    assert from_rqb(json.dumps(query)) == f
    assert from_rqb(json.dumps(query, ensure_ascii=False).encode()) == f


@given(st.text("ab*", max_size=5))
def test_every_pattern_survives_a_round_trip(operand: str) -> None:
    f = F.name.like(operand)
    assert from_rqb(to_rqb(f)) == f


@given(st.sampled_from([*PATTERNS]), st.text("ab*%_", min_size=1, max_size=5))
def test_a_pattern_of_the_builder_means_its_text_or_is_refused(name: str, text: str) -> None:
    query = {"field": "name", "operator": name, "value": text}
    try:
        f = from_rqb(query)
    except FilterValueError:
        assert "*" in text
        return
    tests = {"contains": str.__contains__, "beginsWith": str.startswith, "endsWith": str.endswith}
    matches = to_predicate(f)
    for name_of_row in (text, f"{text}a", f"a{text}", f"b{text}b", text[1:], text[:-1], "ab"):
        assert matches({"name": name_of_row}) == tests[name](name_of_row, text)


_names = st.sampled_from([*OPERATORS, *PATTERNS, *RANGES, "!=", "~", "x", "and", "or", "a", ""])
_members = st.sampled_from(
    ["combinator", "rules", "not", "field", "operator", "value", "valueSource", "match", "muted"]
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text(max_size=5) | _names,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(_members, inner, max_size=3)
        | st.fixed_dictionaries({"rules": st.lists(inner, max_size=5)})
        | st.fixed_dictionaries({"combinator": _names, "rules": st.lists(inner, max_size=3)})
        | st.fixed_dictionaries({"field": st.just("a"), "operator": _names, "value": inner})
    ),
    max_leaves=12,
)


@given(_json)
def test_any_json_is_read_or_refused(data: Any) -> None:
    try:
        f = from_rqb(json.dumps(data))
    except FilterValueError:
        return
    assert from_rqb(to_rqb(f)) == f
    assert parse(str(f)) == f


@given(st.text() | st.binary())
def test_any_text_is_read_or_refused(data: str | bytes) -> None:
    with pytest.raises(FilterError):
        from_rqb(data)


def test_the_query_of_the_documentation() -> None:
    assert to_rqb(parse("gt(a,1):(is_null(b)|in(c,x,y)|like(d,*e*))")) == {
        "combinator": "and",
        "rules": [
            {"field": "a", "operator": ">", "value": "1"},
            {
                "combinator": "or",
                "rules": [
                    {"field": "b", "operator": "null", "value": None},
                    {"field": "c", "operator": "in", "value": ["x", "y"]},
                    {"field": "d", "operator": "contains", "value": "e"},
                ],
            },
        ],
    }


def test_a_field_that_means_no_field_is_refused() -> None:
    with pytest.raises(UnsupportedFilterError) as refusal:
        to_rqb(F["~"].eq(1) | F.a.eq(1))
    assert str(refusal.value) == (
        "react-querybuilder cannot run `eq` on `~`: it has no selected field in a rule with the "
        "field `~`."
    )


@pytest.mark.parametrize("data", [None, 5, ["and"], parse("eq(a,1)")])
def test_arguments_of_a_wrong_type(data: Any) -> None:
    with pytest.raises(FilterTypeError, match=r"^a query of the builder is a str, bytes or a map"):
        from_rqb(data)
    if not isinstance(data, Filter):
        with pytest.raises(FilterTypeError):
            to_rqb(data)
        with pytest.raises(FilterTypeError):
            rqb_fields(data)


def _nested(levels: int) -> str:
    text = '{"field":"a","operator":"=","value":"1"}'
    for level in range(levels):
        other = '{"field":"b","operator":"null"}'
        text = f'{{"combinator":"{("and", "or")[level % 2]}","rules":[{text},{other}]}}'
    return text


def test_the_deepest_query_and_a_deeper_one() -> None:
    f = from_rqb(_nested(MAX_DEPTH))
    assert f.depth == MAX_DEPTH
    assert from_rqb(json.dumps(to_rqb(f))) == f
    for levels in (MAX_DEPTH + 1, 20_000):
        with pytest.raises(FilterValueError, match="a filter may nest at most 64 levels"):
            from_rqb(_nested(levels))
    query: dict[str, Any] = {"field": "a", "operator": "=", "value": "1"}
    for _ in range(5_000):
        query = {"rules": [query]}
    with pytest.raises(FilterValueError, match="a filter may nest at most 64 levels"):
        from_rqb(query)


def test_a_range_counts_as_a_level() -> None:
    def nested(levels: int, operator: str) -> str:
        innermost = f'{{"field":"a","operator":"{operator}","value":"1,2"}}'
        return _nested(levels).replace('{"field":"a","operator":"=","value":"1"}', innermost)

    # The innermost group is one of AND, which the ends of `between` join.
    assert from_rqb(nested(MAX_DEPTH, "between")).depth == MAX_DEPTH
    assert from_rqb(nested(MAX_DEPTH - 1, "notBetween")).depth == MAX_DEPTH
    with pytest.raises(FilterValueError, match="a filter may nest at most 64 levels"):
        from_rqb(nested(MAX_DEPTH, "notBetween"))


def test_groups_of_one_kind_stay_nested() -> None:
    a, b, c = F.a.eq(1), F.b.eq(2), F.c.eq(3)
    for f in (And(terms=(And(terms=(a, b)), c)), Or(terms=(a, Or(terms=(b, c)), a))):
        assert from_rqb(to_rqb(f)) == f


@pytest.mark.parametrize("terms", MANY_TERMS)
def test_a_flat_filter_of_many_terms(terms: int) -> None:
    f = any_of(F.a.eq(number) for number in range(terms))
    assert from_rqb(json.dumps(to_rqb(f))) == f
    wide = all_of(F.id.in_(range(terms)), F.b.is_null())
    assert from_rqb(to_rqb(wide)) == wide


def test_a_mapping_of_any_kind_is_a_query() -> None:
    rule = MappingProxyType({"field": "id", "operator": "in", "value": ("a", "b")})
    assert str(from_rqb(MappingProxyType({"rules": (rule,)}))) == "in(id,a,b)"


@for_each(
    "value",
    [b"x", object(), 10**5000, float("inf"), "\ud800", {1}],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("operator", ["=", "in", "contains"])
def test_a_value_that_json_cannot_have(operator: str, value: object) -> None:
    with pytest.raises(FilterValueError, match=r"^value(\[0\])?: "):
        from_rqb({"field": "a", "operator": operator, "value": value})


def _valid_values(field: dict[str, Any]) -> str:
    if "values" in field:
        return str(field["values"][0]["name"])
    if field["inputType"] == "number":
        return "5"
    return str(field.get("placeholder", "2018-09-01"))


@for_each("resource", all_resources(), ids=str)
def test_every_rule_that_the_fields_offer_is_a_valid_filter(resource: Resource) -> None:
    required = resource_info(resource)
    for field in rqb_fields(resource):
        value = _valid_values(field)
        for option in field["operators"]:
            rule = {"field": field["name"], "operator": option["name"], "value": value}
            if option["name"] == "between":
                rule["value"] = [value, value]
            f = from_rqb({"combinator": "and", "rules": [rule]})
            found = [each for each in resource.check(f) if each.severity == "error"]
            missing = {name for name, each in required.fields.items() if each.required}
            assert not found or missing - {field["name"]}, (f, found)


@for_each("resource", all_resources(), ids=str)
def test_the_fields_offer_every_operator_of_the_resource(resource: Resource) -> None:
    offered = {field["name"]: field["operators"] for field in rqb_fields(resource)}
    for name, declared in resource_info(resource).fields.items():
        if "{" in name:
            assert name not in offered
        elif declared.operators:
            names = {OPERATORS.get(each["name"]) for each in offered[name]} - {None}
            assert names == {*declared.operators}
            assert ("between" in {each["name"] for each in offered[name]}) == (
                {Operator.GE, Operator.LE} <= {*declared.operators} and not declared.multivalued
            )
        else:
            assert name not in offered  # The builder would offer its own operators.


def test_the_editors_of_values() -> None:
    shown = {field["name"]: field for field in rqb_fields(orders)}
    assert shown["payment"]["valueEditorType"] == "select"
    assert {"name": "refunded", "label": "refunded"} in shown["payment"]["values"]
    assert shown["with_tax"]["inputType"] == "number"
    assert shown["created_at"]["label"] == "Created at"
    assert shown["created_at"]["placeholder"] == "2018-04-16T10:11:59Z"
    assert json.loads(json.dumps(rqb_fields("orders"))) == rqb_fields(orders)


def test_the_fields_of_some_names() -> None:
    names = ["locales.fr-FR.name", "name"]
    assert [field["name"] for field in rqb_fields(pim_nodes, names)] == names
    with pytest.raises(ResourceError, match="has no field `nmae`"):
        rqb_fields(pim_nodes, ["nmae"])
    with pytest.raises(
        FilterTypeError, match="`names` is a list of fields, not a value of type str"
    ):
        rqb_fields(pim_nodes, "name")
