"""EPF302: a filter that is too long for a request."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from epfilter.ast import Operator
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Context


def _check(context: Context) -> Iterator[Finding]:
    limit = context.settings.max_bytes
    # A character takes at most twelve bytes, so a short text needs no encoding.
    if len(context.text) * 12 <= limit:
        return
    size = len(quote(context.text, safe=""))
    if size > limit:
        has_list = any(call.op is Operator.IN for call in context.calls)
        example = ", for example the values of an `in`," if has_list else ""
        yield Finding(
            f"the filter has {size} bytes after percent-encoding; the limit is {limit}.",
            context.span,
            f"split the filter{example} into several requests",
        )


RULE = Rule(
    code="EPF302",
    title="Filter too long for a request",
    explanation=(
        "A request with a filter must not exceed 8 KB. In a URL the filter is percent-encoded: a "
        "comma or a parenthesis takes three bytes, a letter beyond ASCII six or more. The text "
        "counts as it is written, including white space. The threshold is `max_bytes`. A text with "
        "more than 131,072 characters, and 16 times the threshold, is not checked by any other "
        "rule."
    ),
    bad=Example(f"eq(name,{'x' * 8180})"),
    good=Example(f"eq(name,{'x' * 8160})"),
    source="the platform's filtering guide, limits: at most 8 KB, about 200 ids in one `in`.",
    check_filter=_check,
)
