"""EPF401: terms that cannot hold together."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.ast import ORDERED_OPERATORS, Operator
from epfilter.linter.engine import Example, Finding, Rule
from epfilter.linter.model import Context, Group
from epfilter.linter.redundancy import Compared, by_field, narrowest
from epfilter.linter.value_sets import all_apart, holds_several

_EQUALITIES = (Operator.EQ, Operator.IN)


def _look(group: Group, _context: Context) -> Iterator[Finding]:
    if group.connective != ":" or not group.outermost:
        return
    for compared in by_field(group):
        if holds_several(compared[0].call):
            continue
        pair = _excluding(compared)
        if pair is None:
            continue
        first, second = (one.call for one in pair)
        hint = "correct one of them, or the whole filter matches nothing"
        if first.op in _EQUALITIES and second.op in _EQUALITIES:
            hint = "for any of several values join them with `|`"
            if first.accepts(Operator.IN):
                hint = "for any of several values write them in one `in`"
        elif group.parent is not None:
            hint = "correct one of them; this part of the filter matches nothing"
        yield Finding(f"`{first}` and `{second}` never hold together.", second.span, hint)


def _excluding(compared: list[Compared]) -> tuple[Compared, Compared] | None:
    """The first two that exclude each other, in the order of the text."""
    best: tuple[Compared, Compared] | None = None
    for one in narrowest(compared):
        for other in compared:
            first, second = (one, other) if one.place < other.place else (other, one)
            if best and best[1].place <= second.place:
                continue
            if all_apart(one.extents, other.extents) and _one_value(one, other):
                best = first, second
    return best


def _one_value(one: Compared, other: Compared) -> bool:
    """Whether the field holds one value: as declared, or because it is compared by order."""
    return (
        one.call.kind is not None
        or one.call.op in ORDERED_OPERATORS
        or other.call.op in ORDERED_OPERATORS
    )


RULE = Rule(
    code="EPF401",
    title="Never matches",
    explanation=(
        "Two terms of one AND exclude each other: a range that ends before it begins, two "
        "different values of a field that has one, an `in` without the value of an `eq`. Values "
        "are compared as the type of the field says; without a resource only what excludes itself "
        "as text, as numbers and as dates is reported.\n"
        "A list can hold two values at once, so it is never reported. Without a resource, nobody "
        "knows whether a field is a list; only where one of the terms compares by order (`gt`, "
        "`ge`, `lt`, `le`) it is taken for a single value."
    ),
    bad=Example("gt(a,5):lt(a,3)"),
    good=Example("gt(a,3):lt(a,5)"),
    source="what the operators mean; the platform gives an empty answer, not an error.",
    group=_look,
)
