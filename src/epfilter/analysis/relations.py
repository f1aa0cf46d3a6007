"""Relations between filters: whether one implies or excludes another, and whether it is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from epfilter.analysis.alternatives import (
    build_alternatives,
    build_requirements,
    build_work_limit,
    expand,
)
from epfilter.analysis.conditions import (
    Condition,
    Group,
    add_to_parent,
    analyze_filter,
    iterate_conditions,
    read_filter,
)
from epfilter.analysis.domains import WorkLimit, WorkLimitError
from epfilter.analysis.normalization import normalize
from epfilter.analysis.requirements import (
    are_independent,
    collect_field_terms,
    is_all,
    is_any,
    is_possible,
)
from epfilter.ast import Operator

if TYPE_CHECKING:
    from epfilter.ast import Filter
    from epfilter.located import Located
    from epfilter.resources import Resource
    from epfilter.templates import Template


def never_matches(
    a: Filter | str | Template | Located, resource: Resource | str | None = None
) -> bool | None:
    """Return whether a filter matches no row at all; None if this cannot be decided.

    The meaning is that of `epfilter.targets.to_predicate`. Without a resource a field may have a
    value of any type, and it may be a list, of which each term can match another element. So
    `gt(a,5):lt(a,3)` matches the list `[6, 2]`. With a resource, a field has values of its declared
    type, and one value unless it is declared to have several.

    A call that the resource does not accept, `text`, and a timestamp finer than a microsecond have
    no known meaning: what depends on them is not decided. The work is bounded; for an AND of many
    ORs the result may be None.

    Raises FilterSyntaxError for an invalid text, ResourceError for the name of an unknown
    resource, and FilterTypeError for arguments of a wrong type.

    >>> never_matches("gt(with_tax,500):lt(with_tax,300)", "orders")
    True
    >>> never_matches("gt(a,5):lt(a,3)"), never_matches("is_null(a):eq(a,1)")
    (False, True)
    """
    return _is_empty([analyze_filter(a, resource)])


def disjoint(
    a: Filter | str | Template | Located,
    b: Filter | str | Template | Located,
    resource: Resource | str | None = None,
) -> bool | None:
    """Return whether no row matches both filters; None if this cannot be decided.

    See `never_matches` for the meaning and the errors.

    >>> disjoint("eq(payment,paid)", "eq(payment,refunded)", "orders")
    True
    """
    return _is_empty([analyze_filter(a, resource), analyze_filter(b, resource)])


def implies(
    a: Filter | str | Template | Located,
    b: Filter | str | Template | Located,
    resource: Resource | str | None = None,
) -> bool | None:
    """Return whether every row that `a` matches also matches `b`; None if this cannot be decided.

    See `never_matches` for the meaning and the errors.

    >>> implies("eq(status,complete):gt(total,5)", "gt(total,3)")
    True
    >>> implies("gt(total,10)", "gt(total,5)")
    False
    >>> implies("gt(with_tax,10)", "gt(with_tax,5)", "orders")
    True
    """
    first, second = analyze_filter(a, resource), analyze_filter(b, resource)
    conditions = [*iterate_conditions(first), *iterate_conditions(second)]
    limit = build_work_limit(conditions)
    try:
        requirements = build_requirements(second, limit)
        result = is_all(
            alternative.implies(requirement, limit)
            for alternative in build_alternatives(first, limit)
            for requirement in requirements
        )
    except WorkLimitError:
        return normalize(a, resource) == normalize(b, resource) or None
    return _deny(conditions) if result is False else result


def equivalent(
    a: Filter | str | Template | Located,
    b: Filter | str | Template | Located,
    resource: Resource | str | None = None,
) -> bool | None:
    """Return whether two filters match the same rows; None if this cannot be decided.

    See `never_matches` for the meaning and the errors.

    >>> equivalent("eq(a,1)|eq(a,2)", "in(a,2,1)"), equivalent("eq(a,1)", "eq(b,1)")
    (True, False)
    """
    a, b = read_filter(a), read_filter(b)
    if normalize(a, resource) == normalize(b, resource):
        return True
    forward = implies(a, b, resource)
    if forward is False:
        return False
    backward = implies(b, a, resource)
    return backward if forward or backward is False else None


def _deny(conditions: list[Condition]) -> bool | None:
    """Return False, or None if a field is a part of another.

    The row that shows the result has values that one document may not have together.
    """
    paths = dict.fromkeys(condition.path for condition in conditions)
    return False if are_independent([*paths]) else None


def _is_empty(parts: list[Condition | Group]) -> bool | None:
    whole = Group(Operator.AND, None)
    for part in parts:
        part.parent = whole
        add_to_parent(part)
    conditions = [*iterate_conditions(whole)]
    limit = build_work_limit(conditions)
    try:
        alternatives = expand(whole, Operator.AND, limit)
        result = is_any(_is_fulfilled(terms, limit) for terms in alternatives)
    except WorkLimitError:
        return None
    return _deny(conditions) if result else None if result is None else True


def _is_fulfilled(terms: list[Condition], limit: WorkLimit) -> bool | None:
    fields = collect_field_terms(terms).values()
    return is_all(is_possible(field, None, limit) for field in fields)
