"""EPF413: terms that no number satisfies together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from epfilter.analysis import find_contradictions
from epfilter.errors import Severity
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context, Group
from epfilter.linter.rules.epf401_never_matches import describe_terms
from epfilter.snippets import shorten


def _check(group: Group, context: Context) -> Iterator[Finding]:
    if not group.is_outermost:
        return
    for contradiction in find_contradictions(group, assume=True):
        if contradiction.assumption == "number":
            terms = cast("tuple[Call, ...]", contradiction.terms)
            field = shorten(terms[0].path)
            hint = "correct one of them if the field is a number"
            if context.resource is None:
                hint += "; lint with a resource to compare values by the type of the field"
            yield Finding(
                f"if `{field}` is a number, {describe_terms(terms)}.", terms[-1].span, hint
            )


RULE = Rule(
    code="EPF413",
    title="Never matches a number",
    explanation=(
        "Terms of one AND contradict each other if the field is a number, as in "
        "`gt(price,100):lt(price,50)`. As texts, the values have another order: the text `200` is "
        "between them. Without a resource the type of the field is not known, so this is a remark; "
        "with one, the rule EPF401 compares by the declared type."
    ),
    bad=Example("gt(price,100):lt(price,50)"),
    good=Example("gt(price,50):lt(price,100)"),
    source="the meaning of the operators; that the field is a number is an assumption.",
    severity=Severity.INFO,
    check_group=_check,
)
