"""A policy: the filters that a service accepts, as a function and as an annotation."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from epfilter import (
    F,
    Filter,
    FilterError,
    FilterTypeError,
    FilterValueError,
    PolicyError,
    parse,
)
from epfilter.errors import ResourceError
from epfilter.limits import MAX_DEPTH
from epfilter.resources import (
    Accepts,
    Alias,
    Eq,
    EqILike,
    EqInLike,
    EqOrdered,
    Policy,
    Resource,
    boolean,
    enum,
    integer,
    orders,
    string,
    timestamp,
)
from epfilter.targets import to_predicate
from support.filter_strategies import any_text, filters
from support.rows import for_each


class Tickets(Resource, title="Support tickets", aliases=(Alias("state", "status"),)):
    status = Eq(enum("open", "closed"))
    title = EqInLike(string())
    hours = EqOrdered(integer())
    opened_at = EqOrdered(timestamp())
    secret = EqILike(string())
    store = Eq(string())
    urgent = Eq(boolean())


tickets = Tickets()
ONLY: dict[str, Any] = {"status": "eq", "title": ["like"], "hours": ..., "opened_at": ...}
policy = Policy(tickets, only=ONLY, max_calls=3, max_or_complexity=4, max_length=100)
SCOPE = F.store.eq("a")


@for_each(
    ("text", "codes"),
    [
        ("eq(status,open)", []),
        ("eq(state,open)", ["EPF206"]),
        ("eq(status,opne)", ["EPF204"]),
        ("gt(status,open)", ["EPF202"]),
        ("eq(title,a)", ["EPF202"]),
        ("like(title,*a*)", []),
        ("in(title,a)", ["EPF202"]),
        ("gt(hours,x)", ["EPF203"]),
        ("eq(secret,x)", ["EPF201"]),
        ("eq(store,b)", ["EPF201"]),
        ("gte(hours,1)", ["EPF108"]),
        ("", ["EPF101"]),
        ("eq(store,b):eq(hours", ["EPF201", "EPF107"]),
        (":".join(["gt(hours,1)"] * 4), ["EPF301"]),
        ("(gt(hours,1)|gt(hours,2)|lt(hours,9)):(gt(hours,1)|gt(hours,2))", ["EPF303", "EPF301"]),
        (f"like(title,{'a' * 100}*)", ["EPF119"]),
        ("(" * MAX_DEPTH + "eq(hours,1)" + ")" * MAX_DEPTH, ["EPF119"]),
    ],
)
def test_check_reports_what_the_policy_refuses(text: str, codes: list[str]) -> None:
    assert [found.code for found in policy.check(text)] == codes


def test_a_refusal_has_every_error_as_data_and_in_words() -> None:
    with pytest.raises(PolicyError) as caught:
        policy.apply("eq(secret,x):eq(status,opne)")
    assert [(each.code, each.span) for each in caught.value.diagnostics] == [
        ("EPF201", (3, 9)),
        ("EPF204", (23, 27)),
    ]
    body = json.loads(json.dumps(caught.value.as_dict()))
    assert [each["code"] for each in body["diagnostics"]] == ["EPF201", "EPF204"]
    assert "its fields are `status`, `title`, `hours`, `opened_at`" in body["message"]
    assert "endpoints" not in body["message"]
    assert isinstance(caught.value, (FilterError, ValueError))


@pytest.mark.parametrize("f", ["gt(hours,2)|eq(status,open)", "gt(hours,2):eq(status,open)"])
def test_a_node_is_accepted_as_its_text_is(f: str) -> None:
    assert policy.apply(parse(f)) == policy.apply(f) == parse(f)


def test_a_missing_filter_is_the_required_term_or_none() -> None:
    assert policy.apply(None) is None
    assert policy.apply(None, require=SCOPE) == SCOPE


def test_the_required_term_is_checked_against_the_whole_resource() -> None:
    assert policy.apply("gt(hours,2)", require=SCOPE) == parse("eq(store,a):gt(hours,2)")
    with pytest.raises(ResourceError, match="has no field `stroe`"):
        policy.apply("gt(hours,2)", require=F.stroe.eq("a"))
    with pytest.raises(FilterTypeError):
        policy.apply(5)  # type: ignore[call-overload]


@pytest.mark.parametrize("group", ["|", ":"])
def test_the_deepest_filter_leaves_room_for_the_required_term(group: str) -> None:
    f = parse("gt(hours,1)")
    for level in range(MAX_DEPTH):
        f = f & parse("gt(hours,2)") if (level % 2) == (group == "|") else f | parse("lt(hours,3)")
    wide = Policy(tickets, max_length=None)
    assert f.depth == MAX_DEPTH
    with pytest.raises(PolicyError, match="EPF117"):
        wide.apply(f, require=SCOPE)
    shallower = f.terms[0]  # type: ignore[attr-defined] # a group
    applied = wide.apply(shallower, require=SCOPE)
    assert parse(str(applied)) == applied


_rows = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["open", "closed", None]),
        "title": st.text("ab*\"'(),:|", max_size=4),
        "hours": st.integers(0, 3),
        "secret": st.text("ab", max_size=2),
        "store": st.sampled_from(["a", "b", "a b", None]),
    },
)
_ours = st.sampled_from(["hours", "status", "title", "store", "secret"])
_texts = st.one_of(
    any_text,
    filters.map(str),
    st.lists(
        st.one_of(
            st.builds("{}({},{})".format, st.sampled_from(["eq", "like", "gt"]), _ours, any_text),
            st.builds("eq({},{})".format, _ours, st.sampled_from(["a", "b", "1", "open"])),
            st.sampled_from([")|eq(store,b", "eq(store,b)|", "|", ":", "(", ")", '"']),
        ),
        min_size=1,
        max_size=4,
    ).flatmap(lambda parts: st.sampled_from([":", "|", ""]).map(lambda by: by.join(parts))),
)


@given(text=_texts, row=_rows, use_everything=st.booleans())
def test_no_text_escapes_the_required_term(
    text: str, row: dict[str, Any], *, use_everything: bool
) -> None:
    chosen = Policy(tickets, max_length=None) if use_everything else policy
    try:
        applied = chosen.apply(text, require=SCOPE)
    except PolicyError:
        return
    assert not to_predicate(applied, resource=tickets)(row) or row.get("store") == "a"
    assert parse(str(applied)) == applied


@given(text=_texts)
def test_what_passes_uses_allowed_fields_and_operators_only(text: str) -> None:
    try:
        applied = policy.apply(text)
    except PolicyError as refusal:
        codes = [each.code for each in refusal.diagnostics]
    else:
        check_accepted(applied)
        codes = ["none"]
    assert codes


def check_accepted(applied: Filter) -> None:
    tickets.bind(applied)
    allowed = {"eq": {"status", "state", "hours", "opened_at"}, "like": {"title"}}
    ordered = {"hours", "opened_at"}
    for call in to_calls(applied):
        assert call["field"] in allowed.get(call["op"], ordered)
    assert not [found for found in policy.check(applied) if found.severity == "error"]


def to_calls(f: Filter) -> list[dict[str, Any]]:
    tree = json.loads(f.model_dump_json())  # type: ignore[attr-defined] # every node is a model
    pending, calls = [tree], []
    while pending:
        node = pending.pop()
        if "terms" in node:
            pending += node["terms"]
        else:
            calls.append(node)
    return calls


@for_each(
    ("arguments", "error", "words"),
    [
        ({"only": "status"}, FilterTypeError, "`only` must be names of fields, or a mapping"),
        ({"only": 5}, FilterTypeError, "`only` must be names"),
        ({"only": ["stauts"]}, ResourceError, "did you mean `status`"),
        ({"only": {"status": "gt"}}, ResourceError, "the field `status` has no operator `gt`"),
        ({"only": {"status": ["nope"]}}, ResourceError, "there is no operator `nope`"),
        ({"only": {"status": 5}}, FilterTypeError, "must be a list"),
        ({"max_calls": True}, FilterTypeError, "`max_calls` must be an integer"),
        ({"max_length": "9"}, FilterTypeError, "`max_length` must be an integer"),
        ({"max_or_complexity": -1}, FilterValueError, "`max_or_complexity` must be at least 0"),
        ({"max_depth": 64}, FilterValueError, "`max_depth` must be from 0 to 63"),
    ],
)
def test_invalid_arguments_raise(
    arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        Policy(tickets, **arguments)


def test_a_policy_needs_a_resource() -> None:
    with pytest.raises(FilterTypeError, match="a resource is expected"):
        Policy("orders")  # type: ignore[arg-type]


Accepted = Annotated[Filter, Accepts(tickets, only=ONLY, max_calls=2, max_length=300)]


class Query(BaseModel):
    filter: Accepted | None = None


def test_a_field_with_a_policy_has_each_error_as_data() -> None:
    assert Query(filter="eq(status,open)").filter == parse("eq(status,open)")  # type: ignore[arg-type]
    assert Query().filter is None
    dumped = Query.model_validate({"filter": "eq( status,open)"}).model_dump_json()
    assert dumped == '{"filter":"eq(status,open)"}'
    with pytest.raises(ValidationError) as caught:
        Query.model_validate({"filter": "eq(secret,x):gte(hours,1)"})
    error = next(each for each in caught.value.errors() if each["type"] == "filter_policy")
    assert [each["code"] for each in error["ctx"]["diagnostics"]] == ["EPF201", "EPF108"]
    assert "{explanation}" not in error["msg"]


@pytest.mark.parametrize("value", [parse("eq(secret,x)"), parse("eq(secret,x)").model_dump()])  # type: ignore[attr-defined]
def test_nodes_and_their_json_are_checked_too(value: object) -> None:
    adapter: TypeAdapter[Filter] = TypeAdapter(Accepted)
    with pytest.raises(ValidationError, match="has no field `secret`"):
        adapter.validate_python(value)
    with pytest.raises(ValidationError, match="A filter is expected"):
        adapter.validate_python(5)


@pytest.mark.parametrize(
    "annotation", [Accepted, Annotated[Filter | None, Accepts(tickets, only=ONLY, max_length=300)]]
)
def test_the_json_schema_lists_fields_operators_and_values(annotation: Any) -> None:
    schema = TypeAdapter(annotation).json_schema()
    schema = next(each for each in schema.get("anyOf", [schema]) if each["type"] == "string")
    assert schema["maxLength"] == 300
    assert schema["x-filter-fields"][0] == {
        "field": "status",
        "operators": ["eq"],
        "type": "enum",
        "values": ["open", "closed"],
    }
    assert "- `hours`: eq, gt, ge, lt, le (integer)" in schema["description"]
    assert "secret" not in json.dumps(schema)


def test_the_json_schema_has_no_example_that_the_policy_refuses() -> None:
    example = TypeAdapter(Annotated[Filter, Accepts(orders)]).json_schema()["examples"]
    assert example == TypeAdapter(Filter).json_schema()["examples"]
    refused = TypeAdapter(Annotated[Filter | None, Accepts(orders, only=["status"])]).json_schema()
    assert all("examples" not in option for option in refused["anyOf"])
