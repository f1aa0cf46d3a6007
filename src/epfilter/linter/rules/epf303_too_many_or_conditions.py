"""EPF303: too many OR conditions."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Context, suggest_fewer_calls
from epfilter.resources import or_complexity
from epfilter.snippets import format_count


def _check(context: Context) -> Iterator[Finding]:
    limit = context.settings.max_or_complexity
    if limit and "|" not in context.text:
        return  # without OR there is one alternative
    complexity = or_complexity(context.node)
    if complexity > limit:
        yield Finding(
            f"the filter expands to {format_count(complexity)} OR alternatives; "
            f"{limit} are allowed.",
            context.span,
            f"a call counts 1, AND multiplies, OR adds; {suggest_fewer_calls(context)}",
        )


RULE = Rule(
    code="EPF303",
    title="Too many OR conditions",
    explanation=(
        "The platform expands a filter into OR alternatives and rejects more than 4 of them by "
        "default: `filter is too complex and has too many OR conditions 6 vs allowed 4`. A call "
        "counts 1, AND multiplies, OR adds, so `(a|b):(c|d|e)` has 6. The reported number is exact "
        "for any size. The threshold is `max_or_complexity`."
    ),
    bad=Example("(eq(a,1)|eq(b,2)):(eq(c,3)|eq(d,4)|eq(e,5))"),
    good=Example("(eq(a,1)|eq(b,2)):(eq(c,3)|eq(d,4))"),
    source="the error message of the platform, and the code of its open search library.",
    check_filter=_check,
)
