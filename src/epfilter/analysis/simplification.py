"""Removal of the parts of a filter that change nothing, and `in` for alternatives of one field."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from epfilter.analysis.conditions import CallNode, Condition, Group, analyze_filter, read_filter
from epfilter.analysis.contradictions import find_tautology, is_impossible
from epfilter.analysis.redundancy import (
    find_dead_terms,
    find_redundant_parts,
    find_repeated_parts,
)
from epfilter.ast import MEMBERSHIP_OF, And, Filter, Membership, MembershipOperator, Operator, Or

if TYPE_CHECKING:
    from collections.abc import Iterator

    from epfilter.located import Located
    from epfilter.resources import Resource
    from epfilter.templates import Template

_MAX_PASSES = 8
"""One pass can make another one useful; more than a few never are."""


def simplify(
    f: Filter | str | Template | Located, resource: Resource | str | None = None
) -> Filter:
    """Return a filter that matches the same rows with fewer terms, in the order of the original.

    Terms that repeat another or follow from it are removed, and so are alternatives that never
    match. Several `eq` and `in` of one field in an OR become one `in`, and several `contains` one
    `contains_any`, if the field supports it. Groups that are not necessary are resolved. A filter
    that has nothing to remove is returned as it is.

    The language has no filter for nothing or for everything: where only such a term would remain,
    it is kept. What is certain depends on the resource, as `never_matches` explains.

    Raises FilterSyntaxError for an invalid text, ResourceError for the name of an unknown
    resource, and FilterTypeError for arguments of a wrong type.

    >>> str(simplify("gt(total,5):gt(total,3):(eq(a,1)|eq(a,2)|eq(a,1))"))
    'gt(total,5):in(a,1,2)'
    >>> str(simplify("eq(payment,paid)|(gt(with_tax,5):lt(with_tax,3))", "orders"))
    'eq(payment,paid)'
    """
    f = read_filter(f)
    for _ in range(_MAX_PASSES):
        simpler = _Pass(analyze_filter(f, resource)).result
        if simpler == f:
            break
        f = simpler
    return f


class _State(StrEnum):
    """What a part matches: `SOME` rows, or it is known to match none or all."""

    NONE = "none"
    SOME = "some"
    ALL = "all"


class _Built(NamedTuple):
    """A simplified part; `part` is its call, if it is one."""

    f: Filter
    state: _State = _State.SOME
    part: Condition | None = None


class _Pass:
    """One pass over a filter: first the parts to remove are collected, then the rest is built."""

    def __init__(self, root: Condition | Group) -> None:
        self._removed: set[Condition | Group] = set()
        self._states: dict[Group, _State] = {}
        if isinstance(root, Group):
            self._examine(root)
        self.result = self._build(root).f

    def _examine(self, root: Group) -> None:
        pending = [root]
        while pending:
            group = pending.pop()
            pending += [part for part in group.parts if isinstance(part, Group)]
            self._removed |= set(find_repeated_parts(group))
            if not group.is_outermost:
                continue
            self._removed |= {part for part, _ in find_redundant_parts(group)}
            self._removed |= {part for part, _ in find_dead_terms(group)}
            if group.op is Operator.AND and is_impossible(group):
                self._states[group] = _State.NONE
            elif find_tautology(group):
                self._states[group] = _State.ALL

    def _build(self, part: Condition | Group) -> _Built:
        if isinstance(part, Condition):
            return _Built(_remove_repeated_values(part.node), part=part)
        built = [self._build(each) for each in self._flatten(part)]
        if not built:  # all alternatives are dead; with one of them nothing matches, too
            return self._build(part.parts[0])
        neutral, decisive = _State.ALL, _State.NONE
        if part.op is Operator.OR:
            neutral, decisive = decisive, neutral
        for each in built:
            if each.state is decisive:
                return each._replace(part=None)
        built = [each for each in built if each.state is not neutral] or built[:1]
        if part.op is Operator.OR:
            built = _merge_equalities(built)
        if len(built) == 1:
            return built[0]
        terms = tuple([each.f for each in built])
        f = And(terms=terms) if part.op is Operator.AND else Or(terms=terms)
        return _Built(f, self._states.get(part, _State.SOME))

    def _flatten(self, group: Group) -> Iterator[Condition | Group]:
        """Yield the remaining parts, those of nested groups with the same connective as well."""
        pending = [*reversed(group.parts)]
        while pending:
            part = pending.pop()
            if part in self._removed:
                continue
            if isinstance(part, Group) and part.op is group.op:
                pending.extend(reversed(part.parts))
            else:
                yield part


def _remove_repeated_values(node: CallNode) -> CallNode:
    if not isinstance(node, Membership):
        return node
    values = tuple(dict.fromkeys(node.values))
    if len(values) == len(node.values):
        return node
    return Membership(op=node.op, field=node.field, values=values)


def _merge_equalities(terms: list[_Built]) -> list[_Built]:
    """Return the alternatives with one membership for each field with several equalities."""
    calls_by_key: dict[tuple[str, MembershipOperator], list[Condition]] = {}
    for term in terms:
        key = _get_membership_key(term.part)
        if key is not None and term.part is not None:
            calls_by_key.setdefault(key, []).append(term.part)
    merged: list[_Built] = []
    for term in terms:
        key = _get_membership_key(term.part)
        calls = [] if key is None else calls_by_key[key]
        if key is None or len(calls) == 1:
            merged.append(term)
        elif term.part is calls[0]:
            values = tuple(dict.fromkeys(text for call in calls for text in call.texts))
            f = Membership(op=key[1], field=calls[0].node.field, values=values)
            merged.append(_Built(f))
    return merged


def _get_membership_key(call: Condition | None) -> tuple[str, MembershipOperator] | None:
    """Return the path and the operator with which an equality can be merged; None for none."""
    if call is None or call.is_rejected:
        return None
    op = MEMBERSHIP_OF.get(call.op)
    return (call.path, op) if op is not None and call.supports(op) else None
