"""EPF403: a term that repeats an earlier one."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.errors import Fix
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Context, Group, build_removal_edit
from epfilter.snippets import shorten


def _check(group: Group, context: Context) -> Iterator[Finding]:
    seen: set[int] = set()
    for part in group.parts:
        if part.equality_key in seen and (edit := build_removal_edit(part)):
            text = shorten(context.text[slice(*part.span)], 60)
            yield Finding(
                f"`{text}` repeats an earlier term of this {group.op.upper()}.",
                part.span,
                "remove it, or correct it if you meant something else",
                Fix("remove it", (edit,), safe=True),
            )
        seen.add(part.equality_key)


RULE = Rule(
    code="EPF403",
    title="Duplicate term",
    explanation=(
        "The same call, or the same group, occurs twice in one AND or OR. The later one changes "
        "nothing, so the fix that removes it is safe. Often another field or value was intended."
    ),
    bad=Example("eq(a,1):eq(b,2):eq(a, 1)"),
    good=Example("eq(a,1):eq(b,2)"),
    source="the meaning of AND and OR.",
    check_group=_check,
)
