"""What an AND of conditions requires of each field, and whether some row fulfils it.

A row has any value in any field, independently of its other fields. A value is null, or it has any
number of elements; a single value is one element. An `is_null` requires null, and each other
condition an element of its set. So an AND is possible if it is for each field, and it implies an
OR if the AND without the values of the OR is impossible for a field.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from epfilter.analysis.conditions import Condition
from epfilter.analysis.domains import (
    UNTYPED_DOMAINS,
    Domain,
    WorkLimit,
    get_domain,
    reduce_excluded,
    reduce_required,
)
from epfilter.analysis.value_sets import ValueSet
from epfilter.ast import Membership, Operator, construct_unchecked
from epfilter.semantics import strip_indices


@dataclass(slots=True)
class FieldTerms:
    """The conditions of one AND or one OR on one field.

    `keys` identify all of them. `sets` has the sets of those whose values are known, `has_opaque`
    whether there are others, and `has_rejected` whether there are some that the resource does not
    accept, so that not even null is known to fail.
    """

    domains: tuple[Domain, ...]
    is_single: bool
    has_null: bool = False
    has_opaque: bool = False
    has_rejected: bool = False
    sets: list[tuple[ValueSet, ...]] = field(default_factory=list)
    keys: set[tuple[str, ...]] = field(default_factory=set)
    _required: list[list[list[ValueSet]]] | None = None
    _excluded: list[list[ValueSet]] | None = None

    def get_required(self) -> list[list[list[ValueSet]]]:
        """Return, for each element that a value must have, its sets in each domain."""
        if self._required is None:
            elements = [self.sets] if self.is_single else [[sets] for sets in self.sets]
            self._required = [
                [reduce_required([*column]) for column in zip(*sets, strict=True)]
                if sets
                else [[ValueSet()] for _ in self.domains]
                for sets in elements
            ]
        return self._required

    def get_excluded(self) -> list[list[ValueSet]]:
        """Return, for each domain, the sets of which a value must have no element."""
        if self._excluded is None:
            self._excluded = [reduce_excluded([*column]) for column in zip(*self.sets, strict=True)]
        return self._excluded


def collect_field_terms(conditions: Iterable[Condition]) -> dict[str, FieldTerms]:
    """Return the conditions of an AND or an OR for each path."""
    by_path: dict[str, FieldTerms] = {}
    for condition in conditions:
        terms = by_path.get(condition.path)
        if terms is None:
            type_ = condition.field_type
            domains = UNTYPED_DOMAINS if type_ is None else (get_domain(type_),)
            terms = by_path[condition.path] = FieldTerms(domains, condition.is_single)
        key = (condition.op, *condition.texts)
        if key in terms.keys:
            continue
        terms.keys.add(key)
        if condition.is_rejected:
            terms.has_rejected = True
        elif condition.op is Operator.IS_NULL:
            terms.has_null = True
        elif sets := condition.get_value_sets():
            terms.sets.append(sets)
        else:
            terms.has_opaque = True
    return by_path


def split_condition(condition: Condition) -> list[Condition]:
    """Return the conditions that a `contains_all` joins by AND; for any other, itself."""
    if condition.op is not Operator.CONTAINS_ALL or condition.is_rejected:
        return [condition]
    node = condition.node
    return [
        Condition(
            construct_unchecked(Membership, op=condition.op, field=node.field, values=(text,)),
            condition.op,
            condition.number,
            condition.match,
            condition.has_resource,
            condition.parent,
        )
        for text in condition.texts
    ]


_NOTHING = FieldTerms((), is_single=False)


def is_possible(
    required: FieldTerms | None, excluded: FieldTerms | None, limit: WorkLimit
) -> bool | None:
    """Return whether a value of a field fulfils all required and none of the excluded conditions.

    The result is None if this cannot be decided.
    """
    limit.spend(1)
    if required is None:
        required = (
            FieldTerms(excluded.domains, excluded.is_single) if excluded is not None else _NOTHING
        )
    if excluded is None:
        excluded = _NOTHING
    if not required.keys.isdisjoint(excluded.keys):
        return False
    null: bool | None = not (required.sets or required.has_opaque or excluded.has_null)
    value: bool | None = not required.has_null and _has_value(required, excluded, limit)
    is_unknown = required.has_rejected or excluded.has_rejected
    if null and is_unknown:
        null = None
    if value and (is_unknown or required.has_opaque or excluded.has_opaque):
        value = None
    if null or value:
        return True
    return None if null is None or value is None else False


def _has_value(required: FieldTerms, excluded: FieldTerms, limit: WorkLimit) -> bool | None:
    """Return whether a value that is not null fulfils the conditions; None if not decided."""
    unwanted = excluded.get_excluded() or [[] for _ in required.domains]
    return is_all(
        is_any(
            domain.has_value(wanted, rest, limit)
            for domain, wanted, rest in zip(required.domains, element, unwanted, strict=True)
        )
        for element in required.get_required()
    )


def is_any(results: Iterable[bool | None]) -> bool | None:
    """Return whether one of the results is True; None if this depends on one that is None."""
    decided: bool | None = False
    for result in results:
        if result:
            return True
        if result is None:
            decided = None
    return decided


def is_all(results: Iterable[bool | None]) -> bool | None:
    """Return whether all results are True; None if this depends on one that is None."""
    decided: bool | None = True
    for result in results:
        if result is False:
            return False
        if result is None:
            decided = None
    return decided


def are_independent(paths: Sequence[str]) -> bool:
    """Return whether no path is a part of another, as `items` is of `items[0].sku`."""
    stripped = sorted(f"{strip_indices(path)}." for path in paths)
    return not any(after.startswith(before) for before, after in pairwise(stripped))
