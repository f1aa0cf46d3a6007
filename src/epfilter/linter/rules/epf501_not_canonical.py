"""EPF501: a filter that is not in canonical form."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.errors import Edit, Fix, Span
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Context
from epfilter.printer import unparse
from epfilter.snippets import shorten


def _check(context: Context) -> Iterator[Finding]:
    canonical = unparse(context.node)
    if canonical != context.text:
        whole = Span(0, len(context.text))
        yield Finding(
            "the filter is not in canonical form.",
            whole,
            f"write {shorten(canonical, 100)}",
            Fix("write the canonical text", (Edit(whole, canonical),), safe=True),
        )


RULE = Rule(
    code="EPF501",
    title="Not canonical",
    explanation=(
        "A filter can be written in many ways: with white space, with unnecessary quotes, with "
        "parentheses around one term. The canonical text has none of these, so equal filters have "
        "equal texts. The rule is off by default, because the platform's own documentation writes "
        "`eq(a, 1)`."
    ),
    bad=Example("eq(a, 1)"),
    good=Example("eq(a,1)"),
    source="decision: the canonical text is what `unparse` returns.",
    enabled=False,
    check_filter=_check,
)
