"""EPF403: a term that repeats an earlier one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from epfilter.analysis import find_repeated_parts
from epfilter.errors import Fix
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context, Group, build_removal_edit
from epfilter.snippets import shorten


def _check(group: Group, context: Context) -> Iterator[Finding]:
    repeated: dict[int, list[Call | Group]] = {}
    for part in find_repeated_parts(group):
        repeated.setdefault(part.equality_key, []).append(cast("Call | Group", part))
    for parts in repeated.values():
        edits = tuple(edit for part in parts if (edit := build_removal_edit(part)))
        text = shorten(context.text[slice(*parts[0].span)], 60)
        if len(parts) == 1:
            message = f"`{text}` repeats an earlier term of this {group.op.upper()}."
        else:
            message = f"`{text}` stands {len(parts) + 1} times in this {group.op.upper()}."
        what = "it" if len(parts) == 1 else "the repetitions"
        yield Finding(
            message,
            parts[0].span,
            f"remove {what}, or correct {'it' if len(parts) == 1 else 'them'} if you meant "
            "something else",
            Fix(f"remove {what}", edits, safe=True),
        )


RULE = Rule(
    code="EPF403",
    title="Duplicate term",
    explanation=(
        "The same call, or the same group in any order, occurs twice in one AND or OR. The later "
        "one changes nothing, so the fix that removes it is safe. Often another field or value was "
        "intended."
    ),
    bad=Example("eq(a,1):eq(b,2):eq(a, 1)"),
    good=Example("eq(a,1):eq(b,2)"),
    source="the meaning of AND and OR.",
    check_group=_check,
)
