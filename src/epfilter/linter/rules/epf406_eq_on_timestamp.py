"""EPF406: `eq` with a bare date on a timestamp."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from epfilter.ast import Operator
from epfilter.errors import Edit, Fix, Span
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context
from epfilter.snippets import shorten


def _check(call: Call, _context: Context) -> Iterator[Finding]:
    day = call.read_bare_date()
    if day is None:
        return
    hint, fix = "use `ge` and `lt` to match a range of time", None
    if day < date.max and call.supports(Operator.GE) and call.supports(Operator.LT):
        hint, fix = _build_whole_day_fix(call, day, (day + timedelta(days=1)).isoformat())
    yield Finding(
        f"`{shorten(call.path)}` is a timestamp: a bare date matches only 00:00 UTC of that day.",
        call.values[0].span,
        hint,
        fix,
    )


def _build_whole_day_fix(call: Call, day: date, next_day: str) -> tuple[str, Fix]:
    field, end = call.field.raw, call.values[0].span.end
    in_or = call.parent is not None and call.parent.op is Operator.OR
    opening, closing = ("(", ")") if in_or else ("", "")
    edits = (
        Edit(call.op_span, f"{opening}ge"),
        # The parenthesis that closed the `eq` now closes the `lt`, or the group of both.
        Edit(Span(end, end), f"):lt({field},{next_day}{closing}"),
    )
    name = shorten(field)
    hint = f"to match the whole day, write `ge({name},{day}):lt({name},{next_day})`"
    return hint, Fix("match the whole day", edits, safe=False)


RULE = Rule(
    code="EPF406",
    title="`eq` on a timestamp with a bare date",
    explanation=(
        "The field is a timestamp, and a bare date means 00:00 UTC of that day, so `eq` matches "
        "almost nothing. To match the whole day, use a range from this day to the next one. "
        "Requires a resource, which declares that the field is a timestamp."
    ),
    bad=Example("eq(created_at,2018-09-01):eq(payment,paid)", "orders"),
    good=Example("ge(created_at,2018-09-01):lt(created_at,2018-09-02):eq(payment,paid)", "orders"),
    source=(
        "the platform's older guide recommends a range instead of `eq` on dates; that a bare date "
        "means 00:00 UTC of that day is a decision."
    ),
    operators=(Operator.EQ,),
    required_characters="-",
    check_call=_check,
)
