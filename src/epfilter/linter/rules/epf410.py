"""EPF410: a backslash in quotes that escapes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from epfilter.errors import Edit, Fix, Span
from epfilter.linter.engine import Example, Finding, Rule
from epfilter.linter.model import Call, Context

_BACKSLASH = re.compile(r"""\\(?P<escaped>[\\"'])?""")


def _look(call: Call, _context: Context) -> Iterator[Finding]:
    for operand in call.located.operands:
        if not operand.quoted or "\\" not in operand.raw:
            continue
        start = operand.span.start
        places = [
            start + found.start()
            for found in _BACKSLASH.finditer(operand.raw, 1, len(operand.raw) - 1)
            if not found["escaped"]
        ]
        if places:
            edits = tuple([Edit(Span(place, place), "\\") for place in places])
            yield Finding(
                "this backslash is no escape: it stands for itself.",
                Span(places[0], places[0] + 1),
                "double it, or remove it if it is not part of the value",
                Fix("double it", edits, safe=True),
            )


RULE = Rule(
    code="EPF410",
    title="Backslash that is no escape",
    explanation=(
        "Inside quotes a backslash escapes a backslash or a quote. Before anything else it stands "
        "for itself here, and what the platform does with it is documented nowhere. The fix "
        "doubles it, which says the same without doubt."
    ),
    bad=Example(r'eq(name,"C:\temp")'),
    good=Example(r'eq(name,"C:\\temp")'),
    source="decision: a backslash before anything but a backslash or a quote is itself.",
    needs="\\",
    call=_look,
)
