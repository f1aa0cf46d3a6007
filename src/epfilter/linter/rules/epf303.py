"""EPF303: too many OR conditions."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.linter.engine import Example, Finding, Rule
from epfilter.linter.model import Context
from epfilter.resources import or_complexity

_BITS_SHOWN = 64
"""A greater number is told as a power of two: Python refuses to print the longest."""


def _look(context: Context) -> Iterator[Finding]:
    most = context.settings.max_or_complexity
    if most and "|" not in context.text:
        return  # calls that are joined with AND alone count 1
    complexity = or_complexity(context.node)
    if complexity > most:
        bits = complexity.bit_length() - 1
        shown = str(complexity) if bits <= _BITS_SHOWN else f"2**{bits} or more"
        yield Finding(
            f"the filter has an OR complexity of {shown}; the limit is {most}.",
            context.span,
            "a call counts 1, AND multiplies, OR adds: write `in` for several `eq` of one field, "
            "or split the filter",
        )


RULE = Rule(
    code="EPF303",
    title="Too many OR conditions",
    explanation=(
        "The platform turns a filter into alternatives and refuses more than 4 of them by default: "
        "`filter is too complex and has too many OR conditions 6 vs allowed 4`. A call counts 1, "
        "AND multiplies, OR adds, so `(a|b):(c|d|e)` has 6. The number is exact, however large. "
        "The threshold is `max_or_complexity`."
    ),
    bad=Example("(eq(a,1)|eq(b,2)):(eq(c,3)|eq(d,4)|eq(e,5))"),
    good=Example("(eq(a,1)|eq(b,2)):(eq(c,3)|eq(d,4))"),
    source="the answer of the platform, and the count of its open search library.",
    whole=_look,
)
