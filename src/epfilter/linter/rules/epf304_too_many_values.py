"""EPF304: an `in` with too many values."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.ast import Operator
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context


def _check(call: Call, context: Context) -> Iterator[Finding]:
    count, limit = len(call.values), context.settings.max_in_values
    if count > limit:
        yield Finding(
            f"this `in` has {count} values; more than {limit} are slow or rejected.",
            call.op_span,
            "split the values into several requests",
        )


RULE = Rule(
    code="EPF304",
    title="Too many values in `in`",
    explanation=(
        "A long `in` is slow, and about 200 ids fill the 8 KB that a request can have. The "
        "threshold is `max_in_values`."
    ),
    bad=Example(f"in(id,{','.join(map(str, range(201)))})"),
    good=Example(f"in(id,{','.join(map(str, range(200)))})"),
    source="the platform's filtering guide, limits: about 200 ids in one `in`; a long one is slow.",
    operators=(Operator.IN,),
    check_call=_check,
)
