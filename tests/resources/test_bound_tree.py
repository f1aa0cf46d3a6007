"""The walks over bound trees agree with a filter's own structure."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from epfilter import Filter, Operator, unparse
from epfilter.ast import And, Comparison, IsNull, Membership, Or, construct_call, walk
from epfilter.resources import (
    BoundCall,
    BoundComparison,
    BoundFilter,
    BoundIsNull,
    BoundMembership,
    bind_calls,
    bound_calls,
    fold_bound,
    map_bound,
)
from support.filter_strategies import filters


def bind_text(call: Comparison | Membership | IsNull) -> BoundCall:
    if isinstance(call, Comparison):
        return BoundComparison(call.op, call.field, call.field, call.value)
    if isinstance(call, Membership):
        return BoundMembership(call.op, call.field, call.field, call.values)
    return BoundIsNull(call.field, call.field)


def unbind(call: BoundCall) -> Filter:
    return construct_call(call.op, call.path, [*map(str, call.values)])


def bind_text_of(f: Filter) -> BoundFilter:
    return bind_calls(f, bind_text)


@given(filters)
def test_a_fold_can_rebuild_the_filter(f: Filter) -> None:
    rebuilt = fold_bound(
        bind_text_of(f),
        call=unbind,
        conjunction=lambda terms: And(terms=tuple(terms)),
        disjunction=lambda terms: Or(terms=tuple(terms)),
    )
    assert rebuilt == f


@given(filters)
def test_the_calls_are_in_the_order_of_the_text(f: Filter) -> None:
    calls = [node for node in walk(f) if isinstance(node, (Comparison, Membership, IsNull))]
    assert [unbind(call) for call in bound_calls(bind_text_of(f))] == calls


@given(filters)
def test_a_map_changes_every_call_and_nothing_else(f: Filter) -> None:
    def rename(call: BoundCall) -> BoundCall:
        return replace(call, path=f"order.{call.path}")

    tree = bind_text_of(f)
    renamed = map_bound(tree, rename)
    assert [*bound_calls(renamed)] == [rename(call) for call in bound_calls(tree)]
    restored = map_bound(renamed, lambda call: replace(call, path=call.field))
    assert restored == tree


def test_every_call_has_an_operator_and_values() -> None:
    call = BoundIsNull("a", "a")
    assert (call.op, call.values) == (Operator.IS_NULL, ())
    assert BoundComparison(Operator.EQ, "a", "a", 1).values == (1,)
    assert unparse(unbind(call)) == "is_null(a)"
