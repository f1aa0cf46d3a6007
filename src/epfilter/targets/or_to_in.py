"""Long ORs that compare one field with many values, as one question for any of them."""

from __future__ import annotations

from epfilter.ast import Operator
from epfilter.resources import (
    BoundAnd,
    BoundComparison,
    BoundFilter,
    BoundMembership,
    BoundOr,
    BoundValue,
)

LEAST = 16
"""A shorter OR stays as it is written. SQLite takes a minute to read one of 50,000 terms, and to
every engine a set of values is faster than an expression."""

_ANY_OF = {
    Operator.EQ: Operator.IN,
    Operator.IN: Operator.IN,
    Operator.CONTAINS: Operator.CONTAINS_ANY,
    Operator.CONTAINS_ANY: Operator.CONTAINS_ANY,
}


def gathered(tree: BoundFilter) -> BoundFilter:
    """The same filter, with `in` and `contains_any` for the like terms of a long OR.

    >>> from epfilter.targets.binding import bind_filter
    >>> tree = gathered(bind_filter("|".join(f"eq(a,{number})" for number in range(20)), None))
    >>> tree.op, len(tree.values)
    (<Operator.IN: 'in'>, 20)
    """
    if not isinstance(tree, (BoundAnd, BoundOr)):
        return tree
    terms = tuple([gathered(term) for term in tree.terms])
    if isinstance(tree, BoundAnd):
        return BoundAnd(terms)
    return _either(terms) if len(terms) >= LEAST else BoundOr(terms)


def _either(terms: tuple[BoundFilter, ...]) -> BoundFilter:
    values: dict[tuple[Operator, str, str], list[BoundValue]] = {}
    others: list[BoundFilter] = []
    for term in terms:
        if not isinstance(term, (BoundComparison, BoundMembership)) or term.op not in _ANY_OF:
            others.append(term)
            continue
        held = values.setdefault((_ANY_OF[term.op], term.field, term.path), [])
        held += term.values if isinstance(term, BoundMembership) else (term.value,)
    made = [BoundMembership(*asked, tuple(held)) for asked, held in values.items()]
    return BoundOr((*made, *others)) if len(made) + len(others) > 1 else made[0]
