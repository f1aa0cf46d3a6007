"""EPF404: a value that occurs twice in one list."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.analysis import get_reader
from epfilter.ast import MEMBERSHIPS
from epfilter.errors import Edit, Fix, Span
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context
from epfilter.snippets import shorten


def _check(call: Call, _context: Context) -> Iterator[Finding]:
    if len(call.values) < 2:
        return
    field_type = None if call.is_rejected else call.field_type
    read = get_reader(field_type) if field_type is not None else None
    first_texts: dict[object, str] = {}
    previous = call.field
    for value in call.values:
        typed = read(value.text) if read else None
        # The tuple keeps the text `1` apart from the number 1.
        key = (value.text,) if typed is None else typed
        if key in first_texts:
            first_text = first_texts[key]
            spelling = f", written as `{shorten(first_text)}`" if first_text != value.text else ""
            yield Finding(
                f"`{shorten(value.text)}` is already in this `{call.op}`{spelling}.",
                value.span,
                "remove it, or correct it if you meant another value",
                Fix("remove it", (Edit(Span(previous.span.end, value.span.end), ""),), safe=True),
            )
        else:
            first_texts[key] = value.text
        previous = value


RULE = Rule(
    code="EPF404",
    title="Duplicate value",
    explanation=(
        "A value occurs twice in one `in`, `contains_any` or `contains_all`. With a resource, "
        "values are compared by their type, so `1` and `1.0` are the same number; without one, by "
        "their text. The later value changes nothing, so the fix that removes it is safe."
    ),
    bad=Example("in(id,a,b,a)"),
    good=Example("in(id,a,b,c)"),
    source="the meaning of the operators.",
    operators=MEMBERSHIPS,
    check_call=_check,
)
