"""EPF409: a space at the end of an unquoted operand."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.errors import Edit, Fix, Span
from epfilter.linter.engine import Example, Finding, Rule
from epfilter.linter.model import Call, Context
from epfilter.printer import quoted
from epfilter.snippets import shorten


def _look(call: Call, _context: Context) -> Iterator[Finding]:
    for operand in call.located.operands:
        if operand.quoted or not operand.text.endswith(" "):
            continue
        end = operand.span.end
        spaces = Span(end - len(operand.text) + len(operand.text.rstrip(" ")), end)
        one = spaces.end - spaces.start == 1
        shown = shorten(operand.text.rstrip(" "))
        yield Finding(
            f"`{shown}` takes in the space{'' if one else 's'} after it.",
            spaces,
            f"remove {'it' if one else 'them'}; if meant, write {shorten(quoted(operand.text))}",
            Fix(f"remove the space{'' if one else 's'}", (Edit(spaces, ""),), safe=False),
        )


RULE = Rule(
    code="EPF409",
    title="Trailing space in an unquoted operand",
    explanation=(
        "Spaces at the beginning of an unquoted operand are dropped; those at its end are a part "
        "of it, so `eq(payment,paid )` compares with `paid` and a space. Nearly always the space "
        "is an accident, so the fix removes it; that changes what the filter means and is "
        "therefore not safe. Quotes would keep the meaning, and with it the accident."
    ),
    bad=Example("eq(payment,paid )"),
    good=Example("eq(payment,paid)"),
    source=(
        "the platform's documentation: leading spaces are dropped; that trailing ones are kept is "
        "a decision."
    ),
    needs=" ",
    call=_look,
)
