"""EPF407: `gt` or `le` with a bare date on a timestamp."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from epfilter.ast import Operator
from epfilter.errors import Edit, Fix, Severity
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context

_REPLACEMENTS = {Operator.GT: Operator.GE, Operator.LE: Operator.LT}
"""The operators that state whether the day is included."""


def _check(call: Call, _context: Context) -> Iterator[Finding]:
    day = call.read_bare_date()
    if day is None:
        return
    next_day = (day + timedelta(days=1)).isoformat() if day < date.max else None
    message, hint = _DESCRIPTIONS[call.op](day, next_day)
    yield Finding(message, call.op_span, hint, _build_fix(call, next_day))


def _build_fix(call: Call, next_day: str | None) -> Fix | None:
    """Return the fix that includes the whole day, so that the filter never matches less."""
    replacement = _REPLACEMENTS[call.op]
    if not call.supports(replacement):
        return None
    edit = Edit(call.op_span, replacement.value)
    if replacement is Operator.GE:
        return Fix("write `ge`", (edit,), safe=False)
    if next_day is None:
        return None
    edits = (edit, Edit(call.values[0].span, next_day))
    return Fix(f"write `lt` with {next_day}", edits, safe=False)


def _describe_gt(day: date, next_day: str | None) -> tuple[str, str]:
    message = f"`gt` includes nearly all of {day}: a bare date means 00:00 UTC of that day."
    hint = "write `ge` to include the day"
    return message, f"{hint}, or `ge` with {next_day} to start after it" if next_day else hint


def _describe_le(day: date, next_day: str | None) -> tuple[str, str]:
    message = (
        f"`le` includes only the first instant of {day}: a bare date means 00:00 UTC of that day."
    )
    if next_day is None:
        return message, "write `lt` to end before the day"
    return message, f"write `lt` with {next_day} to include the day, or `lt` to end before it"


_DESCRIPTIONS: dict[Operator, Callable[[date, str | None], tuple[str, str]]] = {
    Operator.GT: _describe_gt,
    Operator.LE: _describe_le,
}

RULE = Rule(
    code="EPF407",
    title="`gt` or `le` on a timestamp with a bare date",
    explanation=(
        "The field is a timestamp, and a bare date means 00:00 UTC of that day. So "
        "`gt(created_at,2018-09-01)` includes all of 1 September except its first instant, and "
        "`le(created_at,2018-09-01)` includes only this instant. With `ge` and `lt` it is clear "
        "whether the day is included. The fix includes the day: it writes `ge` with the same date, "
        "or `lt` with the next one. It is not safe, because it changes what matches. Requires a "
        "resource, which declares that the field is a timestamp."
    ),
    bad=Example("gt(created_at,2018-09-01):eq(payment,paid)", "orders"),
    good=Example("ge(created_at,2018-09-01):eq(payment,paid)", "orders"),
    source="decision: a bare date means 00:00 UTC of that day, as a point in time.",
    severity=Severity.INFO,
    operators=tuple(_REPLACEMENTS),
    required_characters="-",
    check_call=_check,
)
