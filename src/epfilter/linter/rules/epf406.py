"""EPF406: `eq` with a date on a point in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from epfilter.ast import Operator
from epfilter.errors import Edit, Fix, Span
from epfilter.linter.bare_dates import bare_date
from epfilter.linter.engine import Example, Finding, Rule
from epfilter.linter.model import Call, Context
from epfilter.snippets import shorten


def _look(call: Call, _context: Context) -> Iterator[Finding]:
    day = bare_date(call)
    if day is None:
        return
    hint, fix = "for a range of time use `ge` and `lt`", None
    if day < date.max and call.accepts(Operator.GE) and call.accepts(Operator.LT):
        hint, fix = _whole_day(call, day, (day + timedelta(days=1)).isoformat())
    yield Finding(
        f"`{shorten(call.path)}` is a point in time: this matches midnight UTC of that day only.",
        call.values[0].span,
        hint,
        fix,
    )


def _whole_day(call: Call, day: date, following: str) -> tuple[str, Fix]:
    field, end = call.field.raw, call.values[0].span.end
    inside = call.parent is not None and call.parent.connective == "|"
    opening, closing = ("(", ")") if inside else ("", "")
    edits = (
        Edit(call.op_span, f"{opening}ge"),
        # The parenthesis that closed the `eq` now closes the `lt`, or the group of both.
        Edit(Span(end, end), f"):lt({field},{following}{closing}"),
    )
    name = shorten(field)
    hint = f"for the whole day write `ge({name},{day}):lt({name},{following})`"
    return hint, Fix("ask for the whole day", edits, safe=False)


RULE = Rule(
    code="EPF406",
    title="`eq` on a timestamp with a bare date",
    explanation=(
        "The field is a point in time, and a bare date is midnight UTC of that day, so `eq` finds "
        "almost nothing. The day as a whole is a range from its midnight to the next one. Needs a "
        "resource, which tells that the field is a timestamp."
    ),
    bad=Example("eq(created_at,2018-09-01):eq(payment,paid)", "orders"),
    good=Example("ge(created_at,2018-09-01):lt(created_at,2018-09-02):eq(payment,paid)", "orders"),
    source=(
        "the platform's older guide advises no `eq` on dates but a range; that a bare date is "
        "midnight UTC is a decision."
    ),
    ops=(Operator.EQ,),
    needs="-",
    call=_look,
)
