"""EPF305: a pattern that begins with a wildcard."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.ast import PATTERN_OPERATORS
from epfilter.errors import Severity, Span
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context
from epfilter.semantics import parse_pattern


def _check(call: Call, _context: Context) -> Iterator[Finding]:
    (operand,) = call.values
    pattern = parse_pattern(operand.text)
    if pattern.any_prefix and pattern.text:
        start = operand.span.start + operand.quoted
        yield Finding(
            f"a leading `*` makes `{call.op}` slow.",
            Span(start, start + 1),
            "write the beginning of the value if you know it; the platform must read every value",
        )


RULE = Rule(
    code="EPF305",
    title="Leading wildcard",
    explanation=(
        "A pattern that begins with `*` cannot use an index, so the platform reads the value of "
        "every entry. If you know the beginning of the value, write it."
    ),
    bad=Example("eq(status,live):like(name,*shoe)"),
    good=Example("eq(status,live):like(name,shoe*)"),
    source="the platform's filtering guide, performance: a leading `*` in `like` is slow.",
    severity=Severity.INFO,
    operators=PATTERN_OPERATORS,
    required_characters="*",
    check_call=_check,
)
