"""The nodes: what they take and refuse, and how they behave in Python and pydantic."""

from __future__ import annotations

import copy
import json
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from epfilter import (
    F,
    Filter,
    FilterTypeError,
    Operator,
    all_of,
    fields,
    parse,
    transform,
    walk,
)
from epfilter import ast as ast_module
from epfilter.ast import (
    CALL_OPERATORS,
    COMPARISONS,
    MEMBERSHIPS,
    ORDERED_OPERATORS,
    TEXT_OPERATORS,
    And,
    Comparison,
    IsNull,
    Membership,
    Node,
    Or,
)
from support.rows import for_each

TREE_PAGE = Path(__file__).parents[1] / "docs" / "pages" / "explanation" / "tree.md"

A, B, C = F.a.eq(1), F.b.eq(2), F.c.eq(3)
adapter: TypeAdapter[Filter] = TypeAdapter(Node)


class Report(BaseModel):
    filter: Filter
    other: Filter | None = None


def test_every_operator_takes_either_text_or_values_of_the_type_of_the_field() -> None:
    """A new operator must be added to `TEXT_OPERATORS`, or to the operators here."""
    typed = {Operator.EQ, *ORDERED_OPERATORS, Operator.CONTAINS, *MEMBERSHIPS}
    assert {*CALL_OPERATORS} == typed | {*TEXT_OPERATORS, Operator.IS_NULL}
    assert not typed & {*TEXT_OPERATORS}


def test_the_documentation_of_the_nodes_has_every_operator() -> None:
    page = TREE_PAGE.read_text(encoding="utf-8")
    for operators in (COMPARISONS, MEMBERSHIPS):
        assert f" {' '.join(operators)} " in (ast_module.__doc__ or "")
        assert f"| `{' '.join(operators)}` |" in page


@for_each(
    ("node", "members"),
    [
        (Comparison, {"op": "eq", "field": "", "value": "1"}),
        (Comparison, {"op": "eq", "field": "a", "value": 1}),
        (Comparison, {"op": "eq", "field": "a", "value": None}),
        (Comparison, {"op": "eq", "field": "a", "value": b"1"}),
        (Comparison, {"op": "eq", "field": b"a", "value": "1"}),
        (Comparison, {"op": "eq", "field": "a\ud800", "value": "1"}),
        (Comparison, {"op": "eq", "field": "a", "value": "\udfff"}),
        (Comparison, {"op": "in", "field": "a", "value": "1"}),
        (Comparison, {"op": "and", "field": "a", "value": "1"}),
        (Comparison, {"op": "EQ", "field": "a", "value": "1"}),
        (Comparison, {"op": "gte", "field": "a", "value": "1"}),
        (Comparison, {"op": "eq", "field": "a"}),
        (Comparison, {"op": "eq", "field": "a", "value": "1", "more": 1}),
        (Membership, {"op": "in", "field": "a", "values": ()}),
        (Membership, {"op": "in", "field": "a", "values": "ab"}),
        (Membership, {"op": "in", "field": "a", "values": {"x", "y"}}),
        (Membership, {"op": "in", "field": "a", "values": {"x": 1}}),
        (Membership, {"op": "in", "field": "a", "values": ("x", 1)}),
        (Membership, {"op": "in", "field": "a", "values": ("\ud800",)}),
        (Membership, {"op": "in", "field": "", "values": ("x",)}),
        (Membership, {"op": "eq", "field": "a", "values": ("x",)}),
        (IsNull, {"field": ""}),
        (IsNull, {"op": "eq", "field": "a"}),
        (IsNull, {"field": "a", "value": "1"}),
        (And, {"terms": ()}),
        (And, {"terms": (A,)}),
        (And, {"terms": (A, "eq(b,2)")}),
        (And, {"terms": {A, B}}),
        (And, {"op": "or", "terms": (A, B)}),
        (Or, {"terms": (A,)}),
        (Or, {"op": "and", "terms": (A, B)}),
        (Or, {"terms": A}),
    ],
)
def test_nodes_refuse_invalid_fields(node: type[BaseModel], members: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        node(**members)


@pytest.mark.parametrize(
    ("f", "data"),
    [
        (A, {"op": "eq", "field": "a", "value": "1"}),
        (F.a.in_("x", "y"), {"op": "in", "field": "a", "values": ["x", "y"]}),
        (F.a.is_null(), {"op": "is_null", "field": "a"}),
        (
            A & B,
            {
                "op": "and",
                "terms": [
                    {"op": "eq", "field": "a", "value": "1"},
                    {"op": "eq", "field": "b", "value": "2"},
                ],
            },
        ),
        (
            F.a.is_null() | B,
            {
                "op": "or",
                "terms": [
                    {"op": "is_null", "field": "a"},
                    {"op": "eq", "field": "b", "value": "2"},
                ],
            },
        ),
    ],
    ids=["comparison", "membership", "is_null", "and", "or"],
)
def test_json_of_a_node(f: Filter, data: dict[str, Any]) -> None:
    assert isinstance(f, BaseModel)
    assert f.model_dump(mode="json") == data
    assert f.model_dump_json() == json.dumps(data, separators=(",", ":"))
    assert adapter.validate_python(data) == f
    assert type(f).model_validate(data) == f


def test_fields_by_position_have_the_order_of_a_match() -> None:
    comparison = Comparison("eq", "a", "1")
    assert comparison == Comparison("eq", field="a", value="1") == F.a.eq(1)
    assert Membership("in", "a", ["1", "2"]) == F.a.in_(1, 2)
    assert IsNull("a") == F.a.is_null()
    assert And([comparison, IsNull("a")]) == comparison & IsNull("a")
    assert Or((comparison, IsNull("a"))) == comparison | IsNull("a")
    with pytest.raises(ValidationError):
        Comparison("in", "a", "1")  # type: ignore[arg-type] # that is the point
    with pytest.raises(ValidationError):
        Comparison("eq", "a")  # type: ignore[call-arg] # that is the point


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda: And(IsNull("a"), IsNull("b")),  # type: ignore[arg-type, call-arg] # the point
            "And takes at most 1 by position, not 2. Hint: as in And(terms).",
        ),
        (
            lambda: Comparison("eq", "a", "1", "2"),  # type: ignore[call-arg] # the point
            "Comparison takes at most 3 by position, not 4. Hint: as in Comparison(op, field, value).",
        ),
        (
            lambda: IsNull("a", field="a"),  # type: ignore[misc] # the point
            "IsNull: `field` is given by position and by name.",
        ),
    ],
)
def test_too_many_fields_by_position(build: Callable[[], object], message: str) -> None:
    with pytest.raises(FilterTypeError) as error:
        build()
    assert str(error.value) == message


def test_a_text_is_accepted_as_an_operator() -> None:
    node = Comparison(op="eq", field="a", value="1")
    assert node.op is Operator.EQ
    assert node == Comparison(op=Operator.EQ, field="a", value="1")
    assert Membership(op="in", field="a", values=["1"]).op is Operator.IN
    assert IsNull(field="a").op is Operator.IS_NULL
    assert And(terms=[A, B]).op is Operator.AND
    assert Or(terms=[A, B]).op is Operator.OR


@pytest.mark.parametrize(
    "text", ["eq(a,1)", "in(a,1)", "is_null(a)", "eq(a,1):eq(b,2)", "eq(a,1)|eq(b,2)"]
)
def test_repr_evaluates_to_the_node(text: str) -> None:
    f = parse(text)
    names = {kind.__name__: kind for kind in (Comparison, Membership, IsNull, And, Or)}
    assert eval(repr(f), names) == f  # noqa: S307 - the text is our own repr


def test_equality_is_structural() -> None:
    kinds = [A, F.a.gt(1), F.b.eq(1), F.a.eq(2), F.a.in_(1), F.a.contains_any(1), F.a.in_(1, 2),
             F.b.in_(1), F.a.is_null(), F.b.is_null(), A & B, A | B, B & A, A & B & C, A & (B & C)]  # fmt: skip
    assert len(set(kinds)) == len(kinds)
    for place, one in enumerate(kinds):
        for other_place, other in enumerate(kinds):
            assert (one == other) is (place == other_place)
            assert (one != other) is (place != other_place)
    assert A != "eq(a,1)"
    assert object() != A & B
    assert F.a.is_null() != 1
    assert F.a.in_(1) != 1


def test_two_equal_deep_trees_compare_in_linear_time() -> None:
    """pydantic's own comparison looks at each level twice once a depth is cached."""
    one: Filter = A
    other: Filter = F.a.eq(2)
    for level in range(60):
        one, other = (one & B, other & B) if level % 2 else (one | B, other | B)
    assert one.depth == other.depth
    assert one != other


@pytest.mark.parametrize(
    "f",
    [
        IsNull(field="a"),
        parse("is_null(a)"),
        And(terms=(IsNull(field="a"), A)),
        Or(terms=(A, B)),
        (A & B) | F.c.is_null(),
    ],
    ids=str,
)
def test_a_dump_of_the_set_fields_contains_the_operator(f: Filter) -> None:
    assert isinstance(f, BaseModel)
    assert adapter.validate_python(f.model_dump(exclude_unset=True)) == f


def test_match_statement_destructures_nodes() -> None:
    match parse("eq(a,1):in(b,x,y)|is_null(c)"):
        case Or((And((Comparison("eq", "a", value), Membership("in", "b", values))), IsNull(name))):
            assert (value, values, name) == ("1", ("x", "y"), "c")
        case _:
            pytest.fail("the pattern did not match")


def test_nodes_are_frozen() -> None:
    with pytest.raises(ValidationError):
        A.value = "2"  # type: ignore[misc] # refused at run time as well
    with pytest.raises(ValidationError):
        (A & B).terms = (A,)  # type: ignore[misc] # refused at run time as well


@for_each(
    ("built", "text"),
    [
        (A & B, "eq(a,1):eq(b,2)"),
        (A & B & C, "eq(a,1):eq(b,2):eq(c,3)"),
        (A & (B & C), "eq(a,1):(eq(b,2):eq(c,3))"),
        (A | B | C, "eq(a,1)|eq(b,2)|eq(c,3)"),
        (A | (B | C), "eq(a,1)|(eq(b,2)|eq(c,3))"),
        (A & B | C, "(eq(a,1):eq(b,2))|eq(c,3)"),
        ((A | B) & C, "(eq(a,1)|eq(b,2)):eq(c,3)"),
        (A.and_(B, C), "eq(a,1):eq(b,2):eq(c,3)"),
        (A.or_(B).or_(C), "eq(a,1)|eq(b,2)|eq(c,3)"),
        (A.and_(B).or_(C), "(eq(a,1):eq(b,2))|eq(c,3)"),
        (A.and_(), "eq(a,1)"),
        (A.or_(), "eq(a,1)"),
        (A.and_(None, B, None), "eq(a,1):eq(b,2)"),
        (A.or_(None, B), "eq(a,1)|eq(b,2)"),
        (A.and_(None).or_(None, None), "eq(a,1)"),
    ],
)
def test_combining(built: Filter, text: str) -> None:
    assert str(built) == text
    assert parse(text) == built


@pytest.mark.parametrize("other", ["eq(b,2)", None, 1, True, F.b])
def test_combining_with_another_type_is_refused(other: Any) -> None:
    with pytest.raises(TypeError):
        _ = A & other
    with pytest.raises(TypeError):
        _ = A | other


@pytest.mark.parametrize("other", ["eq(b,2)", 1, False, F.b])
def test_chaining_with_another_type_is_refused(other: Any) -> None:
    with pytest.raises(TypeError):
        A.and_(other)
    with pytest.raises(TypeError):
        A.or_(None, other)


def test_a_filter_has_no_truth_value() -> None:
    for use in (
        lambda: bool(A),
        lambda: A and B,
        lambda: A or B,
        lambda: not A,
        lambda: 1 if A else 2,
    ):
        with pytest.raises(FilterTypeError, match="f is not None"):
            use()
    with pytest.raises(FilterTypeError, match="chained comparisons"):
        _ = 1 < F.a < 5
    with pytest.raises(FilterTypeError, match="no NOT"):
        _ = ~A


def test_the_base_is_abstract() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Filter()  # type: ignore[abstract] # that is the point


def test_model_copy_validates() -> None:
    assert A.model_copy() is A
    assert A.model_copy(deep=True) is A
    assert A.model_copy(update={"value": "9"}) == F.a.eq(9)
    with pytest.raises(ValidationError):
        A.model_copy(update={"field": ""})
    with pytest.raises(ValidationError):
        (A & B).model_copy(update={"terms": (A,)})
    for update in ({"op": "eq(x,1)|gt"}, {"value": 5}, {"field": ""}):
        with pytest.raises(ValidationError):
            A.copy(update=update)


def test_depth_cannot_be_set() -> None:
    f: Any = A & B
    assert f.depth == 1
    with pytest.raises((ValidationError, AttributeError)):
        f.depth = 0
    assert And(**f.model_dump()) == f


@pytest.mark.parametrize(
    "text", ["eq(a,1)", "in(a,1,2)", "is_null(a)", "(eq(a,1)|in(b,2)):eq(c,3)"]
)
def test_strict_json_reads_back(text: str) -> None:
    f = parse(text)
    assert adapter.validate_json(adapter.dump_json(f), strict=True) == f


def test_walk_and_fields() -> None:
    f = (A | B) & C & (A | F.d.is_null())
    assert [str(node) for node in walk(f)] == [
        "(eq(a,1)|eq(b,2)):eq(c,3):(eq(a,1)|is_null(d))",
        "eq(a,1)|eq(b,2)", "eq(a,1)", "eq(b,2)", "eq(c,3)", "eq(a,1)|is_null(d)", "eq(a,1)", "is_null(d)",
    ]  # fmt: skip
    assert fields(f) == ("a", "b", "c", "d")
    assert fields(F.x.in_(1)) == ("x",)


def test_transform() -> None:
    f = (A | B) & C
    assert transform(f, lambda node: node) is f
    changed = transform(f, lambda node: F.z.eq(0) if node == B else node)
    assert str(changed) == "(eq(a,1)|eq(z,0)):eq(c,3)"
    assert isinstance(changed, And)
    assert changed.terms[1] is C
    flat = transform(f, lambda node: all_of(node.terms[0], C) if isinstance(node, Or) else node)
    assert str(flat) == "(eq(a,1):eq(c,3)):eq(c,3)"
    untyped: tuple[Any, ...] = (walk, fields, lambda f: transform(f, lambda node: node))
    for function in untyped:
        with pytest.raises(
            FilterTypeError, match=r"a filter is expected, not a value of type str\. Hint"
        ):
            function("eq(a,1)")
        with pytest.raises(FilterTypeError, match="a filter is expected, not None"):
            function(None)
    with pytest.raises(FilterTypeError, match="must return a filter, not None"):
        transform(f, lambda _: None)  # type: ignore[arg-type, return-value] # refused at run time as well


def test_pickles_and_copies() -> None:
    for f in (A, F.a.in_(1), F.a.is_null(), A & B, (A | B) & C):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            again = pickle.loads(pickle.dumps(f, protocol))  # noqa: S301 - what was pickled here
            assert again == f
            assert again.depth == f.depth
        assert copy.deepcopy([f])[0] is f


@pytest.mark.parametrize("value", ["eq(a, 1)", A, {"op": "eq", "field": "a", "value": "1"}])
def test_a_filter_as_a_field(value: object) -> None:
    report = Report.model_validate({"filter": value})
    assert report.filter == A
    assert report.model_dump(exclude_none=True) == {"filter": "eq(a,1)"}
    assert report.model_dump_json() == '{"filter":"eq(a,1)","other":null}'
    assert Report.model_validate_json(report.model_dump_json()) == report


@for_each(
    ("value", "message"),
    [
        ("eq(a", "Not a filter:\n1:5 EPF107"),
        ("", "Not a filter:\n1:1 EPF101"),
        (None, "not None"),
        (5, "not a value of type int"),
        (b"eq(a,1)", "not a value of type bytes"),
        ([A], "not a value of type list"),
        ({"op": "no"}, "Not the tree of a filter"),
        ({}, "Not the tree of a filter"),
        ({"op": "and", "terms": []}, "Not the tree of a filter"),
    ],
)
def test_an_invalid_filter_is_a_validation_error(value: object, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Report.model_validate({"filter": value})
    (error,) = caught.value.errors()
    assert message in error["msg"]
    json.dumps(error["ctx"])


def test_a_validation_error_contains_the_diagnostics() -> None:
    with pytest.raises(ValidationError) as caught:
        Report.model_validate_json('{"filter": "gte(a,1)"}')
    (error,) = caught.value.errors()
    assert error["type"] == "filter_syntax"
    assert error["ctx"]["diagnostics"][0]["code"] == "EPF108"


def test_braces_of_the_text_stay_in_the_message() -> None:
    with pytest.raises(ValidationError, match=re.escape("eq(a,{diagnostics}{explanation}é)")):
        Report.model_validate({"filter": "eq(a,{diagnostics}{explanation}é)"})


def test_json_schema_is_a_string() -> None:
    schema = Report.model_json_schema()["properties"]["filter"]
    assert schema["type"] == "string"
    parse(schema["examples"][0])
    tree = TypeAdapter(Node).json_schema()
    assert tree["discriminator"]["propertyName"] == "op"


def test_model_fields_set_is_a_copy() -> None:
    f, other = parse("eq(a,1)"), parse("gt(b,2)")
    assert isinstance(f, BaseModel)
    assert isinstance(other, BaseModel)
    f.model_fields_set.clear()
    assert f.model_fields_set == other.model_fields_set == {"op", "field", "value"}
    assert other.model_dump(exclude_unset=True) == {"op": "gt", "field": "b", "value": "2"}


@pytest.mark.parametrize("f", [A, F.a.in_(1), F.a.is_null(), A & B, A | B])
def test_completion_offers_no_methods_of_pydantic(f: Any) -> None:
    offered = {name for name in dir(f) if not name.startswith("_")}
    assert offered == {"and_", "depth", "op", "or_", *f.__match_args__}
    assert f.model_dump()  # what is not offered works


def test_a_filter_is_not_a_number() -> None:
    with pytest.raises(FilterTypeError, match=r"a filter is not a number. Hint: pass its text"):
        int(F.a.eq(1))
