"""EPF301: more calls than the platform takes."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.linter.engine import Example, Finding, Rule
from epfilter.linter.model import Context


def _look(context: Context) -> Iterator[Finding]:
    count, most = len(context.calls), context.settings.max_calls
    if count > most:
        yield Finding(
            f"the filter has {count} call{'s' * (count > 1)}; the limit is {most}.",
            context.calls[most].span,
            "several `eq` of one field joined with `|` are one `in`; otherwise split the filter",
        )


RULE = Rule(
    code="EPF301",
    title="Too many calls",
    explanation=(
        "The platform takes a limited number of calls in one request, by default 10, and answers "
        "400 to more. It is a setting of the store, so the threshold `max_calls` can be changed. "
        "The place is the first call beyond the limit."
    ),
    bad=Example(":".join(f"eq({name},1)" for name in "abcdefghijk")),
    good=Example(":".join(f"eq({name},1)" for name in "abcdefghij")),
    source="the platform's filtering guide, limits: 10 calls per request, a store setting.",
    whole=_look,
)
