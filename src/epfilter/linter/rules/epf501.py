"""EPF501: another text than the canonical one."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.errors import Edit, Fix, Span
from epfilter.linter.engine import Example, Finding, Rule
from epfilter.linter.model import Context
from epfilter.printer import unparse
from epfilter.snippets import shorten


def _look(context: Context) -> Iterator[Finding]:
    canonical = unparse(context.node)
    if canonical != context.text:
        whole = Span(0, len(context.text))
        yield Finding(
            "this is not the canonical text of the filter.",
            whole,
            f"write {shorten(canonical, 100)}",
            Fix("write the canonical text", (Edit(whole, canonical),), safe=True),
        )


RULE = Rule(
    code="EPF501",
    title="Not canonical",
    explanation=(
        "A filter can be written in many ways: with white space, with quotes that are not needed, "
        "with parentheses around one term. The canonical text has none of these, so that equal "
        "filters are equal texts. Off by default, because the platform's own documentation writes "
        "`eq(a, 1)`."
    ),
    bad=Example("eq(a, 1)"),
    good=Example("eq(a,1)"),
    source="decision: the canonical text is what `unparse` prints.",
    on=False,
    whole=_look,
)
