"""EPF409: a trailing space in an unquoted operand."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.errors import Edit, Fix, Span
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context
from epfilter.printer import quote_operand
from epfilter.snippets import shorten


def _check(call: Call, _context: Context) -> Iterator[Finding]:
    for operand in call.located.operands:
        if operand.quoted or not operand.text.endswith(" "):
            continue
        end = operand.span.end
        spaces = Span(end - len(operand.text) + len(operand.text.rstrip(" ")), end)
        if spaces.end - spaces.start == 1:
            noun, pronoun, verb = "space", "it", "is"
        else:
            noun, pronoun, verb = "spaces", "them", "are"
        yield Finding(
            f"`{shorten(operand.text.rstrip(' '))}` includes the trailing {noun}.",
            spaces,
            f"remove {pronoun}; if the {noun} {verb} intended, write "
            f"{shorten(quote_operand(operand.text))}",
            Fix(f"remove the {noun}", (Edit(spaces, ""),), safe=False),
        )


RULE = Rule(
    code="EPF409",
    title="Trailing space in an unquoted operand",
    explanation=(
        "Spaces at the beginning of an unquoted operand are dropped, but spaces at its end are "
        "part of it. So `eq(payment,paid )` compares with `paid` and a space. The space is almost "
        "always a mistake, so the fix removes it. That changes the meaning of the filter, so the "
        "fix is not safe. If the space is intended, put the operand in quotes."
    ),
    bad=Example("eq(payment,paid )"),
    good=Example("eq(payment,paid)"),
    source=(
        "the platform's documentation: leading spaces are dropped; to keep trailing spaces is a "
        "decision."
    ),
    required_characters=" ",
    check_call=_check,
)
