"""EPF306: a filter that is nothing but a pattern."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.ast import PATTERN_OPERATORS
from epfilter.errors import Severity
from epfilter.linter.engine import Example, Finding, Rule
from epfilter.linter.model import Call, Context
from epfilter.semantics import has_wildcard


def _look(context: Context) -> Iterator[Finding]:
    call = context.root
    if not isinstance(call, Call) or call.op not in PATTERN_OPERATORS:
        return
    if has_wildcard(call.values[0].text):
        yield Finding(
            f"a filter of one `{call.op}` alone is slow.",
            call.op_span,
            "use `eq` where the whole value is known, or add one more term that narrows it",
        )


RULE = Rule(
    code="EPF306",
    title="Lone pattern",
    explanation=(
        "A filter that is one `like` or `ilike` with a wildcard and nothing else looks at every "
        "entry. `eq` asks for a whole value faster, and one more narrowing term, a date for "
        "instance, leaves less to look at. Where neither is possible, ignore this remark."
    ),
    bad=Example("like(name,Ron*)"),
    good=Example("like(name,Ron*):ge(created_at,2018-09-01)"),
    source=(
        "the platform's filtering guide, performance: prefer `eq` to `like`, and add a narrowing "
        "filter."
    ),
    severity=Severity.INFO,
    needs="*",
    whole=_look,
)
