"""A filter as an OR of ANDs or as an AND of ORs, and whether one AND implies one OR."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from epfilter.analysis.conditions import Condition, Group
from epfilter.analysis.domains import WorkLimit
from epfilter.analysis.requirements import (
    FieldTerms,
    collect_field_terms,
    is_possible,
    split_condition,
)
from epfilter.ast import Operator

_Connective = Literal[Operator.AND, Operator.OR]
Terms = list[Condition]

_BASE_WORK = 100_000
_WORK_PER_CALL = 50


def build_work_limit(conditions: Sequence[Condition]) -> WorkLimit:
    """Return the limit for a question: a number of comparisons, and more for many calls.

    Whether an AND of many ORs can be true is a hard problem; beyond the limit it is not decided.
    """
    return WorkLimit(_BASE_WORK + _WORK_PER_CALL * len(conditions))


class Side:
    """One AND of the filter that implies, or one OR of the filter that is implied.

    `undecided` are the fields for which it is not known whether the terms alone can be true (AND)
    or false (OR), and `is_impossible` is true if they cannot for one field.
    """

    def __init__(self, terms: Terms, *, is_required: bool, limit: WorkLimit) -> None:
        self.terms = terms
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

    def implies(self, requirement: Side, limit: WorkLimit) -> bool | None:
        """Return whether each row that this AND matches also matches an OR; None if undecided."""
        if self.is_impossible or requirement.is_impossible:
            return True
        undecided = self.undecided | requirement.undecided
        for path, required, excluded in _find_shared(self.fields, requirement.fields):
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


def build_alternatives(part: Condition | Group, limit: WorkLimit) -> list[Side]:
    """Return the ANDs of which a filter is the OR."""
    return [
        Side(terms, is_required=True, limit=limit) for terms in expand(part, Operator.AND, limit)
    ]


def build_requirements(part: Condition | Group, limit: WorkLimit) -> list[Side]:
    """Return the ORs of which a filter is the AND."""
    return [
        Side(terms, is_required=False, limit=limit) for terms in expand(part, Operator.OR, limit)
    ]


def expand(part: Condition | Group, inner: _Connective, limit: WorkLimit) -> list[Terms]:
    """Return a filter as an OR of ANDs (`inner` is AND), or as an AND of ORs (`inner` is OR)."""
    if isinstance(part, Condition):
        terms = split_condition(part)
        limit.spend(len(terms))
        return [terms] if inner is Operator.AND else [[term] for term in terms]
    expanded = (expand(each, inner, limit) for each in part.parts)
    if part.op is not inner:
        return [terms for each in expanded for terms in each]
    product: list[Terms] = [[]]
    for alternatives in expanded:
        if len(alternatives) == 1:
            limit.spend(len(product) * len(alternatives[0]))
            for terms in product:
                terms.extend(alternatives[0])
        else:
            size = len(product) * sum(map(len, alternatives))
            limit.spend(size + len(alternatives) * sum(map(len, product)) + len(product))
            product = [[*terms, *more] for terms in product for more in alternatives]
    return product
