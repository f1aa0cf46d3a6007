"""Valid and invalid uses for type checkers; test_typing.py checks them with mypy, nothing runs them.

An invalid use has `type: ignore`: mypy strict reports an unused one.
"""

from __future__ import annotations

from typing import assert_type

from epfilter import (
    F,
    Filter,
    Located,
    Operator,
    all_of,
    any_of,
    fields,
    from_query,
    parse,
    parse_located,
    pretty,
    to_query,
    transform,
    unparse,
    walk,
)
from epfilter.ast import And, Comparison, IsNull, Membership, Or


def use_valid_arguments() -> None:
    assert_type(all_of(F.a.eq(1), None), Filter)
    assert_type(any_of([F.a.eq(1), None]), Filter)
    assert_type(all_of(F.a.eq(1), default=None), Filter | None)
    assert_type(any_of(None, default=F.b.eq(2)), Filter | Comparison)
    assert_type(F.a.eq(1).and_(None, F.b.eq(2)), Filter)
    assert_type(F.a.between(1, 5), And)
    Comparison(op="eq", field="a", value="1")
    Comparison(op=Operator.EQ, field="a", value="1")
    Membership(op="in", field="a", values=("1", "2"))
    Membership(op=Operator.CONTAINS_ANY, field="a", values=["1"])
    IsNull(field="a")
    And(terms=(IsNull(field="a"), IsNull(field="b")))
    Or(terms=[IsNull(field="a"), IsNull(field="b")])


def check_types() -> None:
    f = parse("eq(a,1)")
    assert_type(f, Filter)
    assert_type(parse_located("eq(a,1)"), Located)
    assert_type(parse_located("eq(a,1)").node, Filter | None)
    assert_type(from_query("eq(a%2C1)"), Filter)
    assert_type(unparse(f, quotes="always"), str)
    assert_type(pretty(f, indent=4, width=60), str)
    assert_type(to_query(f), str)
    assert_type(fields(f), tuple[str, ...])
    assert_type(list(walk(f)), list[Filter])
    assert_type(transform(f, lambda node: node), Filter)
    assert_type(F.a.eq(1), Comparison)
    assert_type(F.a > 1, Comparison)
    assert_type(F.a.in_("a", 1, 2.5), Membership)
    assert_type(F.a.in_(["a", "b"]), Membership)
    assert_type(F["a"][0].b.is_null(), IsNull)
    assert_type(F.a.eq(1) & F.b.eq(2), And)
    assert_type(F.a.eq(1) | F.b.eq(2), Or)
    assert_type(F.a.eq(1).and_(f), Filter)
    assert_type(all_of(F.a.eq(1), F.b.eq(2)), Filter)
    assert_type(any_of(F.a.eq(i) for i in range(3)), Filter)


def match_node(f: Filter) -> str:
    match f:
        case Comparison(op, field, value):
            assert_type(op.value, str)
            assert_type(field, str)
            assert_type(value, str)
        case Membership(values=values):
            assert_type(values, tuple[str, ...])
        case And(terms) | Or(terms):
            return ", ".join(str(term) for term in terms)
    return ""


def operator_of(node: Comparison) -> Operator:
    return node.op


def use_invalid_arguments() -> None:
    Comparison(op="gte", field="a", value="1")  # type: ignore[arg-type] # not an operator
    Comparison(op="in", field="a", value="1")  # type: ignore[arg-type] # takes many values
    Comparison(op="eq", field="a", value=1)  # type: ignore[arg-type] # nodes contain text
    Comparison(op="eq", field="a")  # type: ignore[call-arg] # a value is missing
    Membership(op="in", field="a", values="ab")  # type: ignore[arg-type] # a text is not a list
    And(terms=("eq(a,1)", "eq(b,2)"))  # type: ignore[arg-type] # texts are not filters
    F.a.eq(None)  # type: ignore[arg-type] # use is_null for a missing value
    F.a.eq(b"x")  # type: ignore[arg-type] # bytes are not text
    F.a.eq(F.b)  # type: ignore[arg-type] # a field is not a value
    F.a.in_(None)  # type: ignore[arg-type] # None is not a value
    F.a.startswith(1)  # type: ignore[arg-type] # only text has a start
    parse(b"x")  # type: ignore[arg-type] # bytes must be decoded first
    parse(None)  # type: ignore[arg-type] # not a text
    unparse("eq(a,1)")  # type: ignore[arg-type] # already text
    unparse(F.a.eq(1), quotes="single")  # type: ignore[arg-type] # minimal or always
    all_of("eq(a,1)")  # type: ignore[arg-type] # parse converts a text
    F.a.eq(1) & "eq(b,2)"  # type: ignore[operator] # the same
    F.a.eq(1).op = Operator.GT  # type: ignore[misc] # nodes are frozen
