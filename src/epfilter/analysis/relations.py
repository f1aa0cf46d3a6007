"""Relations between filters: whether one implies or excludes another, and whether it is empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

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
    FieldTerms,
    are_independent,
    collect_field_terms,
    is_all,
    is_any,
    is_possible,
    split_condition,
)
from epfilter.ast import Operator

if TYPE_CHECKING:
    from epfilter.ast import Filter
    from epfilter.located import Located
    from epfilter.resources import Resource

_Connective = Literal[Operator.AND, Operator.OR]
_Terms = list[Condition]

_BASE_WORK = 100_000
_WORK_PER_CALL = 50
"""A question may cost this many set comparisons, and more for a filter with many calls.

Whether an AND of many ORs can be true is a hard problem; beyond the limit it is not decided.
"""


def never_matches(a: Filter | str | Located, resource: Resource | str | None = None) -> bool | None:
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
    a: Filter | str | Located, b: Filter | str | Located, resource: Resource | str | None = None
) -> bool | None:
    """Return whether no row matches both filters; None if this cannot be decided.

    See `never_matches` for the meaning and the errors.

    >>> disjoint("eq(payment,paid)", "eq(payment,refunded)", "orders")
    True
    """
    return _is_empty([analyze_filter(a, resource), analyze_filter(b, resource)])


def implies(
    a: Filter | str | Located, b: Filter | str | Located, resource: Resource | str | None = None
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
    limit = WorkLimit(_BASE_WORK + _WORK_PER_CALL * len(conditions))
    try:
        result = _implies(first, second, limit)
    except WorkLimitError:
        return normalize(a, resource) == normalize(b, resource) or None
    return _deny(conditions) if result is False else result


def equivalent(
    a: Filter | str | Located, b: Filter | str | Located, resource: Resource | str | None = None
) -> bool | None:
    """Return whether two filters match the same rows; None if this cannot be decided.

    See `never_matches` for the meaning and the errors.

    >>> equivalent("eq(a,1)|eq(a,2)", "in(a,2,1)"), equivalent("eq(a,1)", "eq(b,1)")
    (True, False)
    """
    a, b = read_filter(a), read_filter(b)
    forward = implies(a, b, resource)
    if forward is False:
        return False
    backward = implies(b, a, resource)
    return backward if forward or backward is False else None


def _deny(conditions: _Terms) -> bool | None:
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
    limit = WorkLimit(_BASE_WORK + _WORK_PER_CALL * len(conditions))
    try:
        alternatives = _expand(whole, Operator.AND, limit)
        result = is_any(_is_fulfilled(terms, limit) for terms in alternatives)
    except WorkLimitError:
        return None
    return _deny(conditions) if result else None if result is None else True


def _is_fulfilled(terms: _Terms, limit: WorkLimit) -> bool | None:
    fields = collect_field_terms(terms).values()
    return is_all(is_possible(field, None, limit) for field in fields)


class _Side:
    """One AND of `a` or one OR of `b`: its terms by field, and the fields that are not decided."""

    def __init__(self, terms: _Terms, *, is_required: bool, limit: WorkLimit) -> None:
        self.fields = collect_field_terms(terms)
        self.undecided: set[str] = set()
        self.is_impossible = False
        for path, field in self.fields.items():
            required, excluded = (field, None) if is_required else (None, field)
            result = is_possible(required, excluded, limit)
            if result is False:
                self.is_impossible = True
                return
            if result is None:
                self.undecided.add(path)


def _implies(first: Condition | Group, second: Condition | Group, limit: WorkLimit) -> bool | None:
    """Return whether each AND of the first implies each OR of the second."""
    alternatives = [
        _Side(terms, is_required=True, limit=limit) for terms in _expand(first, Operator.AND, limit)
    ]
    requirements = [
        _Side(terms, is_required=False, limit=limit)
        for terms in _expand(second, Operator.OR, limit)
    ]
    return is_all(
        _is_implied(alternative, requirement, limit)
        for alternative in alternatives
        for requirement in requirements
        if not (alternative.is_impossible or requirement.is_impossible)
    )


def _is_implied(alternative: _Side, requirement: _Side, limit: WorkLimit) -> bool | None:
    undecided = alternative.undecided | requirement.undecided
    for path, required, excluded in _find_shared(alternative.fields, requirement.fields):
        result = is_possible(required, excluded, limit)
        if result is False:
            return True
        if result is None:
            undecided.add(path)
        else:
            undecided.discard(path)
    limit.spend(1)
    return None if undecided else False


def _find_shared(
    left: dict[str, FieldTerms], right: dict[str, FieldTerms]
) -> Iterator[tuple[str, FieldTerms, FieldTerms]]:
    paths = left if len(left) < len(right) else right
    return ((path, left[path], right[path]) for path in paths if path in left and path in right)


def _expand(part: Condition | Group, inner: _Connective, limit: WorkLimit) -> list[_Terms]:
    """Return a filter as an OR of ANDs (`inner` is AND), or as an AND of ORs (`inner` is OR)."""
    if isinstance(part, Condition):
        terms = split_condition(part)
        limit.spend(len(terms))
        return [terms] if inner is Operator.AND else [[term] for term in terms]
    expanded = (_expand(each, inner, limit) for each in part.parts)
    if part.op is not inner:
        return [terms for each in expanded for terms in each]
    product: list[_Terms] = [[]]
    for alternatives in expanded:
        if len(alternatives) == 1:
            limit.spend(len(product) * len(alternatives[0]))
            for terms in product:
                terms.extend(alternatives[0])
        else:
            limit.spend(len(product) * sum(map(len, alternatives)) + len(product))
            limit.spend(len(alternatives) * sum(map(len, product)))
            product = [[*terms, *more] for terms in product for more in alternatives]
    return product
