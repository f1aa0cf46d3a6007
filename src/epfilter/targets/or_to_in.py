"""Rewrites a long OR of comparisons of one field with many values as one membership."""

from __future__ import annotations

from epfilter.ast import MEMBERSHIP_OF, MembershipOperator
from epfilter.resources import (
    BoundAnd,
    BoundComparison,
    BoundFilter,
    BoundMembership,
    BoundOr,
    BoundValue,
)
from epfilter.targets.overrides import NO_OVERRIDES, Overrides

MIN_TERMS = 16
"""A shorter OR stays as it is. SQLite needs a minute to parse one of 50,000 terms, and a set of
values is faster than an expression in every engine."""

_GROUPS = frozenset({BoundAnd, BoundOr})


def merge_or_terms(tree: BoundFilter, overrides: Overrides = NO_OVERRIDES) -> BoundFilter:
    """Return an equivalent tree with `in` and `contains_any` for the equalities of a long OR.

    Calls with a function of the caller stay as they are, and none is made.

    >>> from epfilter.targets.binding import bind_filter
    >>> tree = bind_filter("|".join(f"eq(a,{number})" for number in range(20)), None)
    >>> merged = merge_or_terms(tree)
    >>> merged.op, len(merged.values)
    (<Operator.IN: 'in'>, 20)
    """
    if not isinstance(tree, (BoundAnd, BoundOr)):
        return tree
    terms = tree.terms
    if not _GROUPS.isdisjoint(map(type, terms)):
        terms = tuple([merge_or_terms(term, overrides) for term in terms])
    if isinstance(tree, BoundOr) and len(terms) >= MIN_TERMS:
        return _merge_terms(terms, overrides)
    return tree if terms is tree.terms else type(tree)(terms)


def _merge_terms(terms: tuple[BoundFilter, ...], overrides: Overrides) -> BoundFilter:
    values: dict[tuple[MembershipOperator, str, str], list[BoundValue]] = {}
    others: list[BoundFilter] = []
    for term in terms:
        if not isinstance(term, (BoundComparison, BoundMembership)) or term.op not in MEMBERSHIP_OF:
            others.append(term)
            continue
        key = (MEMBERSHIP_OF[term.op], term.field, term.path)
        if overrides.has(term) or overrides.has_key(key[0], term.field):
            others.append(term)
            continue
        values.setdefault(key, []).extend(term.values)
    memberships = [BoundMembership(*key, tuple(merged)) for key, merged in values.items()]
    if len(memberships) + len(others) == 1:
        return memberships[0]
    return BoundOr((*memberships, *others))
