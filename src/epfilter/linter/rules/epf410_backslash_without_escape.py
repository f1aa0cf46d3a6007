"""EPF410: a backslash in quotes that does not escape anything."""

from __future__ import annotations

import re
from collections.abc import Iterator

from epfilter.errors import Edit, Fix, Span
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context

_BACKSLASH = re.compile(r"""\\(?P<escaped>[\\"'])?""")


def _check(call: Call, _context: Context) -> Iterator[Finding]:
    for operand in call.located.operands:
        if not operand.quoted or "\\" not in operand.raw:
            continue
        start = operand.span.start
        offsets = [
            start + match.start()
            for match in _BACKSLASH.finditer(operand.raw, 1, len(operand.raw) - 1)
            if not match["escaped"]
        ]
        if offsets:
            edits = tuple([Edit(Span(offset, offset), "\\") for offset in offsets])
            yield Finding(
                "this backslash does not escape anything; it is part of the value.",
                Span(offsets[0], offsets[0] + 1),
                "double it if it is intended, or remove it",
                Fix("double the backslash", edits, safe=True),
            )


RULE = Rule(
    code="EPF410",
    title="Backslash that does not escape",
    explanation=(
        "Inside quotes a backslash escapes a backslash or a quote. Before any other character "
        "epfilter keeps it as part of the value; the platform does not document its behaviour. The "
        "fix doubles the backslash, which has the same meaning without ambiguity."
    ),
    bad=Example(r'eq(name,"C:\temp")'),
    good=Example(r'eq(name,"C:\\temp")'),
    source="decision: a backslash before any other character is part of the value.",
    required_characters="\\",
    check_call=_check,
)
