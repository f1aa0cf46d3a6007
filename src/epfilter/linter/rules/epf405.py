"""EPF405: an `in` with one value."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.ast import Operator
from epfilter.errors import Edit, Fix, Severity
from epfilter.linter.engine import Example, Finding, Rule
from epfilter.linter.model import Call, Context


def _look(call: Call, _context: Context) -> Iterator[Finding]:
    if len(call.values) == 1 and call.accepts(Operator.EQ):
        yield Finding(
            "this `in` has one value; `eq` asks the same.",
            call.op_span,
            "write `eq`",
            Fix("write `eq`", (Edit(call.op_span, "eq"),), safe=True),
        )


RULE = Rule(
    code="EPF405",
    title="`in` with one value",
    explanation=(
        "An `in` with one value means what `eq` means: neither has wildcards, and on a list both "
        "hold when any element is the value. `eq` says it plainly, and more fields have it. "
        "Nothing is said where the field has no `eq`."
    ),
    bad=Example("in(id,a)"),
    good=Example("eq(id,a)"),
    source="decision: `eq` is the plain form of the two.",
    severity=Severity.INFO,
    ops=(Operator.IN,),
    call=_look,
)
