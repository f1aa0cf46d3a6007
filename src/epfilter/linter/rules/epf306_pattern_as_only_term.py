"""EPF306: a pattern as the only term of a filter."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.ast import PATTERN_OPERATORS
from epfilter.errors import Severity
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context
from epfilter.semantics import has_wildcard


def _check(context: Context) -> Iterator[Finding]:
    call = context.root
    if not isinstance(call, Call) or call.op not in PATTERN_OPERATORS:
        return
    if has_wildcard(call.values[0].text):
        yield Finding(
            f"a filter with a single `{call.op}` is slow.",
            call.op_span,
            "use `eq` if you know the whole value, or add a term that narrows the result",
        )


RULE = Rule(
    code="EPF306",
    title="Pattern as the only term",
    explanation=(
        "A filter that consists of one `like` or `ilike` with a wildcard reads every entry. `eq` "
        "matches a whole value faster, and another term, for example on a date, reduces the "
        "entries to read. If neither is possible, ignore this remark."
    ),
    bad=Example("like(name,Ron*)"),
    good=Example("like(name,Ron*):ge(created_at,2018-09-01)"),
    source=(
        "the platform's filtering guide, performance: prefer `eq` to `like`, and add a narrowing "
        "filter."
    ),
    severity=Severity.INFO,
    required_characters="*",
    check_filter=_check,
)
