"""EPF411: a wildcard inside a pattern."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.ast import PATTERN_OPERATORS
from epfilter.errors import Span
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context


def _check(call: Call, _context: Context) -> Iterator[Finding]:
    (pattern,) = call.values
    index = pattern.text.find("*", 1, len(pattern.text) - 1)
    if index == -1:
        return
    span = pattern.span
    if not pattern.quoted:
        span = Span(span.start + index, span.start + index + 1)
    yield Finding(
        "a `*` inside a pattern is not a wildcard; it matches only an asterisk.",
        span,
        "only the first and the last character can be wildcards; write one term for each part, "
        "as in `like(a,x*):like(a,*y)`",
    )


RULE = Rule(
    code="EPF411",
    title="Inner wildcard",
    explanation=(
        "In `like` and `ilike` a `*` is a wildcard only as the first or the last character of the "
        "pattern. Anywhere else it is a literal asterisk, so `like(sku,A*Z)` matches only the "
        "value `A*Z`."
    ),
    bad=Example("like(sku,A*Z):eq(status,live)"),
    good=Example("like(sku,A*):eq(status,live)"),
    source="the platform's filtering guide: `*` as the first and/or last character.",
    operators=PATTERN_OPERATORS,
    required_characters="*",
    check_call=_check,
)
