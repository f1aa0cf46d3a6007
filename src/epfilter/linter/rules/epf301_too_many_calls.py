"""EPF301: more calls than the platform accepts."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Context, suggest_fewer_calls


def _check(context: Context) -> Iterator[Finding]:
    count, limit = len(context.calls), context.settings.max_calls
    if count > limit:
        yield Finding(
            f"the filter has {count} call{'s' * (count > 1)}; the limit is {limit}.",
            context.calls[limit].span,
            suggest_fewer_calls(context),
        )


RULE = Rule(
    code="EPF301",
    title="Too many calls",
    explanation=(
        "The platform accepts a limited number of calls in one request, 10 by default, and "
        "responds with 400 to more. The limit is a setting of the store, so you can change the "
        "threshold `max_calls`. The finding points at the first call beyond the limit."
    ),
    bad=Example(":".join(f"eq({name},1)" for name in "abcdefghijk")),
    good=Example(":".join(f"eq({name},1)" for name in "abcdefghij")),
    source="the platform's filtering guide, limits: 10 calls per request, a store setting.",
    check_filter=_check,
)
