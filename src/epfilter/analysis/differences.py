"""What one filter matches and another does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from epfilter.analysis.alternatives import (
    Side,
    build_alternatives,
    build_requirements,
    build_work_limit,
)
from epfilter.analysis.conditions import (
    CallNode,
    Condition,
    Group,
    analyze_filter,
    iterate_conditions,
)
from epfilter.analysis.domains import WorkLimit, WorkLimitError
from epfilter.analysis.requirements import are_independent, collect_field_terms, is_all, is_possible
from epfilter.analysis.simplification import simplify
from epfilter.ast import And, Filter, Membership, Operator, Or, construct_unchecked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from epfilter.located import Located
    from epfilter.resources import Resource
    from epfilter.templates import Template

_SPLIT_OPERATORS = (Operator.IN, Operator.CONTAINS_ANY)


class Difference(NamedTuple):
    """Rows that one filter matches and another does not: those of `f` without those of `excluded`.

    `excluded` is None if there are none to exclude. With `is_certain` false, it is not decided
    whether there are such rows.

    >>> (found,) = subtract("in(id,a,b)", "eq(id,b)")
    >>> str(found.f), str(found.excluded), found.is_certain
    ('in(id,a)', 'eq(id,b)', True)
    """

    f: Filter
    excluded: Filter | None
    is_certain: bool


def subtract(
    a: Filter | str | Template | Located,
    b: Filter | str | Template | Located,
    resource: Resource | str | None = None,
) -> list[Difference]:
    """Return what `a` matches and `b` does not, in parts that people can read.

    The result is empty if `a` certainly implies `b`. Each part is one alternative of `a`, or
    several with the same exceptions. See `never_matches` for the meaning and the errors.

    >>> both = "eq(payment,paid)|eq(payment,refunded)"
    >>> [str(found.f) for found in subtract(both, "eq(payment,paid)", "orders")]
    ['eq(payment,refunded)']
    """
    first, second = simplify(a, resource), simplify(b, resource)
    whole, other = analyze_filter(first, resource), analyze_filter(second, resource)
    conditions = [*iterate_conditions(whole), *iterate_conditions(other)]
    limit = build_work_limit(conditions)
    try:
        parts = _subtract(whole, other, limit)
    except WorkLimitError:
        return [] if first == second else [Difference(first, second, is_certain=False)]
    is_certain = are_independent([*dict.fromkeys(each.path for each in conditions)])
    return [
        Difference(simplify(_join(Or, alternatives), resource), excluded, certain and is_certain)
        for (excluded, certain), alternatives in parts.items()
    ]


_Parts = dict[tuple[Filter | None, bool], list[Filter]]


def _subtract(whole: Condition | Group, other: Condition | Group, limit: WorkLimit) -> _Parts:
    """Return the alternatives of a filter that do not imply the other, by what they exclude."""
    requirements = build_requirements(other, limit)
    others = build_alternatives(other, limit)
    parts: _Parts = {}
    for alternative in build_alternatives(_split_values(whole), limit):
        results = [(each, alternative.implies(each, limit)) for each in requirements]
        failed = [each for each, result in results if not result]
        if failed:
            is_certain = any(result is False for _, result in results)
            excluded = None
            if not all(_are_disjoint(alternative, each, limit) for each in others):
                excluded = _join(And, [_join(Or, _get_nodes(each)) for each in failed])
            f = _join(And, _get_nodes(alternative))
            parts.setdefault((excluded, is_certain), []).append(f)
    return parts


def _get_nodes(side: Side) -> list[CallNode]:
    return [condition.node for condition in side.terms]


def _join(connective: type[And | Or], terms: Sequence[Filter]) -> Filter:
    different = tuple(dict.fromkeys(terms))
    return different[0] if len(different) == 1 else connective(terms=different)


def _are_disjoint(left: Side, right: Side, limit: WorkLimit) -> bool:
    if right.is_impossible:
        return True
    fields = collect_field_terms([*left.terms, *right.terms]).values()
    return is_all(is_possible(field, None, limit) for field in fields) is False


def _split_values(part: Condition | Group) -> Condition | Group:
    """Return a filter with one alternative for each value of an `in`."""
    if isinstance(part, Group):
        copy = Group(part.op, None)
        copy.parts = [_split_values(each) for each in part.parts]
        return copy
    if part.op not in _SPLIT_OPERATORS or len(part.texts) == 1 or part.is_rejected:
        return part
    group = Group(Operator.OR, None)
    for text in part.texts:
        node = construct_unchecked(Membership, op=part.op, field=part.node.field, values=(text,))
        group.parts.append(
            Condition(node, part.op, part.number, part.match, part.has_resource, None)
        )
    return group
