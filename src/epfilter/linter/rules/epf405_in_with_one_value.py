"""EPF405: an `in` with one value."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.ast import Operator
from epfilter.errors import Edit, Fix, Severity
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context


def _check(call: Call, _context: Context) -> Iterator[Finding]:
    if len(call.values) == 1 and call.supports(Operator.EQ):
        yield Finding(
            "this `in` has one value; `eq` means the same.",
            call.op_span,
            "write `eq`",
            Fix("write `eq`", (Edit(call.op_span, "eq"),), safe=True),
        )


RULE = Rule(
    code="EPF405",
    title="`in` with one value",
    explanation=(
        "An `in` with one value means the same as `eq`: neither supports wildcards, and on a list "
        "both match if any element has the value. `eq` is simpler, and more fields support it. The "
        "rule reports nothing if the field does not support `eq`, and in Markdown only if it "
        "is selected by its code: a page about the operators has such an `in` on purpose."
    ),
    bad=Example("in(id,a)"),
    good=Example("eq(id,a)"),
    source="decision: `eq` is the simpler form of the two.",
    severity=Severity.INFO,
    operators=(Operator.IN,),
    check_call=_check,
)
