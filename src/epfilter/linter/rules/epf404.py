"""EPF404: the same value twice in one list."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.ast import MEMBERSHIPS
from epfilter.errors import Edit, Fix, Span
from epfilter.linter.engine import Example, Finding, Rule
from epfilter.linter.model import Call, Context
from epfilter.linter.value_sets import read_as
from epfilter.snippets import shorten


def _look(call: Call, _context: Context) -> Iterator[Finding]:
    if len(call.values) < 2:
        return
    kind = None if call.refused else call.kind
    read = read_as(kind) if kind is not None else None
    seen: dict[object, str] = {}
    before = call.field
    for value in call.values:
        meant = read(value.text) if read else None
        # A text is no key of a typed value, so `1` as text and 1 as a number stay two.
        key = (value.text,) if meant is None else meant
        if key in seen:
            earlier = seen[key]
            same = f", as `{shorten(earlier)}`" if earlier != value.text else ""
            yield Finding(
                f"`{shorten(value.text)}` stands in this `{call.op}` before{same}.",
                value.span,
                "remove it, or correct it if another value was meant",
                Fix("remove it", (Edit(Span(before.span.end, value.span.end), ""),), safe=True),
            )
        else:
            seen[key] = value.text
        before = value


RULE = Rule(
    code="EPF404",
    title="Duplicate value",
    explanation=(
        "A value stands twice in one `in`, `contains_any` or `contains_all`. With a resource "
        "values are compared by what they mean, so `1` and `1.0` are one number; without one by "
        "their text. The later one changes nothing, so the fix that removes it is safe."
    ),
    bad=Example("in(id,a,b,a)"),
    good=Example("in(id,a,b,c)"),
    source="what the operators mean.",
    ops=MEMBERSHIPS,
    call=_look,
)
