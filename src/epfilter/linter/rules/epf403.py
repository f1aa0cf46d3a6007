"""EPF403: the same term twice."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.errors import Fix
from epfilter.linter.engine import Example, Finding, Rule
from epfilter.linter.model import Context, Group
from epfilter.linter.removal import removed
from epfilter.snippets import shorten


def _look(group: Group, context: Context) -> Iterator[Finding]:
    seen: set[int] = set()
    for part in group.parts:
        if part.same in seen and (edit := removed(part)):
            shown = shorten(context.text[slice(*part.span)], 60)
            connective = "AND" if group.connective == ":" else "OR"
            yield Finding(
                f"`{shown}` stands twice in this {connective}.",
                part.span,
                "remove it, or correct it if something else was meant",
                Fix("remove it", (edit,), safe=True),
            )
        seen.add(part.same)


RULE = Rule(
    code="EPF403",
    title="Duplicate term",
    explanation=(
        "The same call, or the same group, stands twice in one AND or OR. The later one changes "
        "nothing, so the fix that removes it is safe; often another field or value was meant."
    ),
    bad=Example("eq(a,1):eq(b,2):eq(a, 1)"),
    good=Example("eq(a,1):eq(b,2)"),
    source="what AND and OR mean.",
    group=_look,
)
