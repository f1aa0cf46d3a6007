"""EPF414: alternatives of which one is always true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from epfilter.analysis import find_tautology
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context, Group


def _check(group: Group, _context: Context) -> Iterator[Finding]:
    if not group.is_outermost:
        return
    terms = cast("tuple[Call, ...]", find_tautology(group))
    if terms:
        scope = "the whole filter" if group.parent is None else "this part of the filter"
        yield Finding(
            f"one of the terms on `{terms[0].path}` is always true, so {scope} matches everything.",
            terms[-1].span,
            "remove the group, or correct one of the terms",
        )


RULE = Rule(
    code="EPF414",
    title="Always matches",
    explanation=(
        "The terms of one OR cover every value of a field and the missing value: an `is_null` with "
        "a pattern that matches every text, or with two ranges that meet. The group changes "
        "nothing; as the whole filter it selects every object. Only a resource makes this certain, "
        "because without one a field may have values of another type, or be an empty list."
    ),
    bad=Example("is_null(family_name)|ilike(family_name,*)", "account_members"),
    good=Example("is_null(family_name)|ilike(family_name,A*)", "account_members"),
    source="the meaning of the operators.",
    check_group=_check,
)
