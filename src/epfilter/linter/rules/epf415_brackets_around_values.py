"""EPF415: brackets around the values of a call."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.ast import MEMBERSHIPS
from epfilter.errors import Edit, Fix, Span
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context

_PAIRS = {"[": "]", "{": "}"}


def _check(call: Call, _context: Context) -> Iterator[Finding]:
    first, last = call.values[0], call.values[-1]
    end = last.raw.rstrip()
    opening, closing = first.raw[0], end[-1:]
    if first.quoted or last.quoted or _PAIRS.get(opening) != closing:
        return
    if first is last:
        # One value in braces is a placeholder of a template.
        is_pair = opening == "[" and len(first.raw) > len("[]")
    else:
        is_pair = closing not in first.raw and opening not in last.raw
    if not is_pair or not first.raw[1:].strip() or not end[:-1].strip():
        return
    start = last.span.start + len(end) - 1
    edits = (
        Edit(Span(first.span.start, first.span.start + _count_spaces(first.raw[1:]) + 1), ""),
        Edit(Span(start - _count_spaces(end[-2::-1]), last.span.end), ""),
    )
    yield Finding(
        f"`{opening}` and `{closing}` are part of the values here.",
        Span(first.span.start, last.span.end),
        f"values are listed without `{opening}` and `{closing}`; to compare with them, use quotes",
        Fix(f"remove `{opening}` and `{closing}`", edits, safe=False),
    )


def _count_spaces(text: str) -> int:
    return len(text) - len(text.lstrip())


RULE = Rule(
    code="EPF415",
    title="Brackets around values",
    explanation=(
        "An operator with several values takes them as operands, separated by commas. Brackets "
        "around them are part of the first and the last value, so `in(id,[1,2])` compares with "
        "`[1` and `2]`. Programs that insert a list into a text write this. The fix removes the "
        "brackets; it is not safe, because values may contain them. Values in quotes are not "
        "reported."
    ),
    bad=Example("in(id,[1,2,3])"),
    good=Example("in(id,1,2,3)"),
    source="the platform's filtering guide: `in(id,1,2,3)`.",
    operators=tuple(MEMBERSHIPS),
    check_call=_check,
)
