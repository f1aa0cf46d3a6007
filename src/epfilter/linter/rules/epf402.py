"""EPF402: a term that another one makes superfluous."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.errors import Fix
from epfilter.linter.engine import Example, Finding, Rule
from epfilter.linter.model import Call, Context, Group
from epfilter.linter.redundancy import (
    Compared,
    by_field,
    largest_sets,
    narrowest,
    single_values,
    widest,
)
from epfilter.linter.removal import removed
from epfilter.linter.value_sets import all_within


def _look(group: Group, _context: Context) -> Iterator[Finding]:
    if not group.outermost:
        return
    for compared in by_field(group):
        pairs = _implied(compared) if group.connective == ":" else _covered(compared)
        for idle, reason in pairs:
            message = f"`{idle}` always holds where `{reason}` does."
            if group.connective == "|":
                message = f"`{idle}` adds nothing to `{reason}`."
            edit = removed(idle)
            fix = Fix("remove it", (edit,), safe=False) if edit else None
            yield Finding(message, idle.span, "remove it, or correct it", fix)


def _implied(compared: list[Compared]) -> Iterator[tuple[Call, Call]]:
    """In an AND: the wider one, and the narrower one that implies it."""
    few, singles = narrowest(compared), single_values(compared)
    for wide in compared:
        candidates = [*few]
        known = (singles.get(value) for value in wide.extents[0].points or ())
        candidates += [one for one in [next(filter(None, known), None)] if one]
        for narrow in candidates:
            if _decides(narrow, wide) and all_within(narrow.extents, wide.extents):
                if narrow.place > wide.place and all_within(wide.extents, narrow.extents):
                    continue  # they are equal, and the later one is reported
                yield wide.call, narrow.call
                break


def _covered(compared: list[Compared]) -> Iterator[tuple[Call, Call]]:
    """In an OR: the narrower one, and the wider one that covers it."""
    few, sets = widest(compared), largest_sets(compared)
    for narrow in compared:
        points = narrow.extents[0].points
        candidates = [*few, sets[next(iter(points))]] if points else few
        for wide in candidates:
            if _decides(wide, narrow) and all_within(narrow.extents, wide.extents):
                if wide.place > narrow.place and all_within(wide.extents, narrow.extents):
                    continue
                yield narrow.call, wide.call
                break


def _decides(one: Compared, other: Compared) -> bool:
    """Whether the two are different terms, and no duplicates that EPF403 reports."""
    here, there = one.call, other.call
    return here is not there and not (here.same == there.same and here.parent is there.parent)


RULE = Rule(
    code="EPF402",
    title="Implied by another term",
    explanation=(
        "In an AND a term says nothing new where a narrower one stands beside it; in an OR it is "
        "the narrower one that says nothing new. Often a value or an operator is wrong. Values are "
        "compared as the type of the field says; without a resource only what holds for text, "
        "numbers and dates alike is reported. The fix removes the term; it is not safe, because "
        "the term may have been meant otherwise."
    ),
    bad=Example("gt(a,5):gt(a,3)"),
    good=Example("gt(a,3):lt(a,5)"),
    source="what the operators mean.",
    group=_look,
)
