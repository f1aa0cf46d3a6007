"""EPF412: a word for a missing value of another language."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.ast import Operator
from epfilter.errors import Edit, Fix, Severity, Span
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context
from epfilter.snippets import shorten

_WORDS = frozenset(("null", "NULL", "None", "undefined"))


def _check(call: Call, _context: Context) -> Iterator[Finding]:
    for value in call.values:
        if value.text not in _WORDS or value.quoted:
            continue
        field_type = call.field_type
        if call.is_rejected or (field_type is not None and field_type.name != "string"):
            continue  # the check of the resource reports it, or it is one of the values
        quoted = f'"{value.text}"'
        if not call.supports(Operator.IS_NULL):
            hint, fix = f"this field has no `is_null`; if you mean the text, write {quoted}", None
        else:
            field = shorten(call.field.raw)
            hint = f"to select missing values, write `is_null({field})`; if you mean the text, "
            hint += f"write {quoted}"
            fix = _build_fix(call) if call.op is Operator.EQ else None
        yield Finding(f"`{value.text}` is a text here, not a missing value.", value.span, hint, fix)


def _build_fix(call: Call) -> Fix:
    edits = (
        Edit(call.op_span, "is_null"),
        Edit(Span(call.field.span.end, call.values[0].span.end), ""),
    )
    return Fix("write `is_null`", edits, safe=False)


RULE = Rule(
    code="EPF412",
    title="Word for a missing value",
    explanation=(
        "Values are text, so `eq(name,null)` compares with the text `null`. Such a value often "
        "comes from a program that inserts `None`, `null` or `undefined` into a filter. Only "
        "`is_null` selects missing values. The fix writes it; it is not safe, because you may mean "
        "the text. A text in quotes is not reported."
    ),
    bad=Example("eq(name,null)"),
    good=Example("is_null(name)"),
    source="the platform's filtering guide: `is_null` selects missing values.",
    severity=Severity.INFO,
    operators=(Operator.EQ, Operator.IN),
    check_call=_check,
)
