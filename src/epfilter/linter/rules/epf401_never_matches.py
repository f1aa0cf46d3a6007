"""EPF401: terms that are never true together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from epfilter.analysis import Contradiction, find_contradictions, find_dead_terms
from epfilter.ast import Operator
from epfilter.errors import Fix
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context, Group, build_removal_edit
from epfilter.snippets import shorten

_EQUALITIES = (Operator.EQ, Operator.IN)
_MAX_SHOWN = 3


def _check(group: Group, _context: Context) -> Iterator[Finding]:
    if group.op is not Operator.AND or not group.is_outermost:
        return
    for contradiction in find_contradictions(group, assume=True):
        if contradiction.assumption != "number":  # that is EPF413
            terms = cast("tuple[Call, ...]", contradiction.terms)
            message = f"{describe_terms(terms)}{_describe_reason(contradiction)}."
            yield Finding(message, terms[-1].span, _choose_hint(group, contradiction))
    for part, reason in find_dead_terms(group):
        dead, call = cast("Call | Group", part), cast("Call", reason)
        edit = build_removal_edit(dead)
        yield Finding(
            f"`{dead}` never matches here: `{call}` must be true as well.",
            dead.span,
            "remove it, or correct one of them",
            Fix("remove it", (edit,), safe=False) if edit else None,
        )


def describe_terms(terms: Sequence[Call]) -> str:
    """Return a clause that the terms are never all true, without its full stop.

    >>> from epfilter import parse_located
    >>> from epfilter.linter.model import build_context
    >>> from epfilter.linter.settings import Settings
    >>> text = "gt(a,5):lt(a,3)"
    >>> describe_terms(build_context(text, parse_located(text), None, Settings()).calls)
    '`gt(a,5)` and `lt(a,3)` are never both true'
    """
    if len(terms) > _MAX_SHOWN:
        return f"the {len(terms)} terms on `{shorten(terms[0].path)}` are never all true"
    *first, last = [f"`{term}`" for term in terms]
    quantity = "both" if len(terms) == 2 else "all"
    return f"{', '.join(first)} and {last} are never {quantity} true"


def _describe_reason(contradiction: Contradiction) -> str:
    if any(term.op is Operator.IS_NULL for term in contradiction.terms):
        return ": a missing value satisfies only `is_null`"
    return " for one value" if contradiction.assumption else ""


def _choose_hint(group: Group, contradiction: Contradiction) -> str:
    terms = contradiction.terms
    if any(term.op is Operator.IS_NULL for term in terms):
        return "to match both, join the terms with `|`"
    if all(term.op in _EQUALITIES for term in terms):
        if terms[0].supports(Operator.IN):
            return "to match any of several values, use one `in`"
        return "to match any of several values, join the terms with `|`"
    exception = ""
    if contradiction.assumption:
        exception = f"unless `{shorten(terms[0].path)}` is a list, "
    if group.parent is not None:
        return f"correct one of them; {exception}this part of the filter matches nothing"
    return f"correct one of them; {exception}the whole filter matches nothing"


RULE = Rule(
    code="EPF401",
    title="Never matches",
    explanation=(
        "Terms of one AND contradict each other: a range that ends before it begins, two different "
        "values of a field that has one, an `in` without the value of an `eq`, a pattern that this "
        "value does not match, `is_null` and a comparison of the same field. Also a term of an OR "
        "that contradicts a term beside the OR never matches. Values are compared by the type of "
        "the field. Without a resource, only terms that contradict each other for every type are "
        "reported.\n"
        "A list can contain two values at once, so it is never reported. Without a resource it is "
        "not known whether a field is a list; the field is taken for a single value only if one of "
        "the terms compares by order (`gt`, `ge`, `lt`, `le`), and the message restricts the "
        "finding to one value."
    ),
    bad=Example("gt(a,5):lt(a,3)"),
    good=Example("gt(a,3):lt(a,5)"),
    source="the meaning of the operators; the platform returns no entries and no error.",
    check_group=_check,
)
