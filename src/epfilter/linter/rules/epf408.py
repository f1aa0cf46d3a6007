"""EPF408: AND and OR side by side."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.errors import Edit, Fix, Span
from epfilter.linter.engine import Example, Finding, Rule
from epfilter.linter.model import Context, Group


def _look(group: Group, _context: Context) -> Iterator[Finding]:
    if group.connective != "|":
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
            "write parentheses, so that nobody has to know",
            Fix("write the parentheses", tuple(edits), safe=True),
        )


RULE = Rule(
    code="EPF408",
    title="AND and OR mixed without parentheses",
    explanation=(
        "Which of `:` and `|` binds tighter is documented nowhere. Here `:` does, so "
        "`eq(a,1):eq(b,2)|eq(c,3)` is `(eq(a,1):eq(b,2))|eq(c,3)`; the platform may read it "
        "otherwise. Parentheses leave no doubt. The fix writes them where they are understood here."
    ),
    bad=Example("eq(a,1):eq(b,2)|eq(c,3)"),
    good=Example("(eq(a,1):eq(b,2))|eq(c,3)"),
    source="decision: `:` binds tighter; the platform documents no precedence.",
    needs=":|",
    group=_look,
)
