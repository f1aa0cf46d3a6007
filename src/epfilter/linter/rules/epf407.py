"""EPF407: `gt` or `le` with a date on a point in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from epfilter.ast import Operator
from epfilter.errors import Edit, Fix, Severity
from epfilter.linter.bare_dates import bare_date
from epfilter.linter.engine import Example, Finding, Rule
from epfilter.linter.model import Call, Context

_INSTEAD = {Operator.GT: Operator.GE, Operator.LE: Operator.LT}
"""What asks the same but for the one instant of midnight."""


def _look(call: Call, _context: Context) -> Iterator[Finding]:
    day = bare_date(call)
    if day is None:
        return
    following = (day + timedelta(days=1)).isoformat() if day < date.max else None
    instead = _INSTEAD[call.op]
    if call.op is Operator.GT:
        message = f"`gt` takes in nearly all of {day}: a bare date is its midnight UTC."
        hint = "write `ge` to count the day"
        hint += f", or `ge` with {following} to begin after it" if following else ""
    else:
        message = f"of {day} `le` takes in the first instant only: a bare date is its midnight UTC."
        hint = f"write `lt` with {following} to count the day, or `lt` to end before it"
        if following is None:
            hint = "write `lt` to end before it"
    fix = None
    if call.accepts(instead):
        fix = Fix(f"write `{instead}`", (Edit(call.op_span, instead.value),), safe=False)
    yield Finding(message, call.op_span, hint, fix)


RULE = Rule(
    code="EPF407",
    title="`gt` or `le` on a timestamp with a bare date",
    explanation=(
        "Does the day count? The field is a point in time and a bare date is midnight UTC of that "
        "day. So `gt(created_at,2018-09-01)` takes in all of 1 September but its first instant, "
        "and `le(created_at,2018-09-01)` takes in this instant only. `ge` and `lt` say plainly "
        "what is meant. The fix writes them with the same date; it is not safe, because the "
        "instant of midnight changes sides. Needs a resource, which tells that the field is a "
        "timestamp."
    ),
    bad=Example("gt(created_at,2018-09-01):eq(payment,paid)", "orders"),
    good=Example("ge(created_at,2018-09-01):eq(payment,paid)", "orders"),
    source="decision: a bare date is midnight UTC, as a point in time.",
    severity=Severity.INFO,
    ops=tuple(_INSTEAD),
    needs="-",
    call=_look,
)
