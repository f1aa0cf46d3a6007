"""EPF302: longer than a request may be."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from epfilter.linter.engine import Example, Finding, Rule
from epfilter.linter.model import Context


def _look(context: Context) -> Iterator[Finding]:
    most = context.settings.max_bytes
    # Every character is at least one byte, and at most twelve.
    if len(context.text) * 12 <= most:
        return
    size = len(quote(context.text, safe=""))
    if size > most:
        yield Finding(
            f"the filter is {size} bytes long once percent-encoded; the limit is {most}.",
            context.span,
            "split it, for instance the values of an `in`, and send several requests",
        )


RULE = Rule(
    code="EPF302",
    title="Too long for a request",
    explanation=(
        "A request with a filter may be 8 KB long, and in a URL the filter is percent-encoded: a "
        "comma or parenthesis takes three bytes there, a letter beyond ASCII six or more. What "
        "counts is the text as it is written, white space included. The threshold is `max_bytes`."
    ),
    bad=Example(f"eq(name,{'x' * 8180})"),
    good=Example(f"eq(name,{'x' * 8160})"),
    source="the platform's filtering guide, limits: at most 8 KB, about 200 ids in one `in`.",
    whole=_look,
)
