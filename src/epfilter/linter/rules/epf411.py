"""EPF411: a wildcard where none can stand."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.ast import PATTERN_OPERATORS
from epfilter.errors import Span
from epfilter.linter.engine import Example, Finding, Rule
from epfilter.linter.model import Call, Context


def _look(call: Call, _context: Context) -> Iterator[Finding]:
    (pattern,) = call.values
    place = pattern.text.find("*", 1, len(pattern.text) - 1)
    if place == -1:
        return
    span = pattern.span
    if not pattern.quoted:
        span = Span(span.start + place, span.start + place + 1)
    yield Finding(
        "a `*` inside a pattern is no wildcard: it stands for itself.",
        span,
        "only the first and the last character can be a wildcard; write a term for each part, as "
        "in `like(a,x*):like(a,*y)`",
    )


RULE = Rule(
    code="EPF411",
    title="Inner wildcard",
    explanation=(
        "In `like` and `ilike` a `*` is a wildcard as the first or the last character of the "
        "pattern. Anywhere else it stands for itself, so `like(sku,A*Z)` finds only a value that "
        "holds a star."
    ),
    bad=Example("like(sku,A*Z):eq(status,live)"),
    good=Example("like(sku,A*):eq(status,live)"),
    source="the platform's filtering guide: `*` as the first and/or last character.",
    ops=PATTERN_OPERATORS,
    needs="*",
    call=_look,
)
