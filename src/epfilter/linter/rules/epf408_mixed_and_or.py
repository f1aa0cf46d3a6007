"""EPF408: AND and OR mixed without parentheses."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.ast import Operator
from epfilter.errors import Edit, Fix, Span
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Context, Group


def _check(group: Group, _context: Context) -> Iterator[Finding]:
    if group.op is not Operator.OR:
        return
    mixed = [
        part.span
        for part in group.parts
        if isinstance(part, Group) and not part.located.parenthesized
    ]
    if mixed:
        edits = [
            edit
            for start, end in mixed
            for edit in (Edit(Span(start, start), "("), Edit(Span(end, end), ")"))
        ]
        yield Finding(
            "`:` (and) and `|` (or) are mixed without parentheses; here `:` binds tighter.",
            mixed[0],
            "add parentheses to make the grouping explicit",
            Fix("add parentheses", tuple(edits), safe=True),
        )


RULE = Rule(
    code="EPF408",
    title="AND and OR mixed without parentheses",
    explanation=(
        "The platform does not document which of `:` and `|` binds tighter. In epfilter `:` does, "
        "so `eq(a,1):eq(b,2)|eq(c,3)` means `(eq(a,1):eq(b,2))|eq(c,3)`; the platform may read it "
        "differently. Parentheses make the grouping explicit. The fix adds them according to the "
        "reading of epfilter."
    ),
    bad=Example("eq(a,1):eq(b,2)|eq(c,3)"),
    good=Example("(eq(a,1):eq(b,2))|eq(c,3)"),
    source="decision: `:` binds tighter; the platform documents no precedence.",
    required_characters=":|",
    check_group=_check,
)
