"""EPF404: a value that occurs twice in one list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from epfilter.analysis import get_reader
from epfilter.ast import MEMBERSHIPS
from epfilter.errors import Edit, Fix, Span
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context
from epfilter.located import Operand
from epfilter.snippets import shorten


def _check(call: Call, _context: Context) -> Iterator[Finding]:
    if len(call.values) < 2:
        return
    field_type = None if call.is_rejected else call.field_type
    read = get_reader(field_type) if field_type is not None else None
    spellings: dict[object, list[Operand]] = {}
    removals: dict[object, list[Edit]] = defaultdict(list)
    previous = call.field
    for value in call.values:
        typed = read(value.text) if read else None
        # The tuple keeps the text `1` apart from the number 1.
        key = (value.text,) if typed is None else typed
        spellings.setdefault(key, []).append(value)
        if len(spellings[key]) > 1:
            removals[key].append(Edit(Span(previous.span.end, value.span.end), ""))
        previous = value
    for key, edits in removals.items():
        yield _describe(call, spellings[key], tuple(edits))


def _describe(call: Call, values: Sequence[Operand], edits: tuple[Edit, ...]) -> Finding:
    """Return the finding about equal values of a call; `edits` remove all but the first."""
    first, second, *others = values
    text = shorten(first.text)
    if others:
        is_same = all(value.text == first.text for value in values)
        return Finding(
            f"`{text}` stands {len(values)} times in this `{call.op}`"
            f"{'' if is_same else ', in different spellings'}.",
            second.span,
            "remove the repetitions, or correct them if you meant other values",
            Fix("remove the repetitions", edits, safe=True),
        )
    spelling = f", written as `{text}`" if first.text != second.text else ""
    return Finding(
        f"`{shorten(second.text)}` is already in this `{call.op}`{spelling}.",
        second.span,
        "remove it, or correct it if you meant another value",
        Fix("remove it", edits, safe=True),
    )


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
