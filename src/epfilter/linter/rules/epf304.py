"""EPF304: an `in` with very many values."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.ast import Operator
from epfilter.linter.engine import Example, Finding, Rule
from epfilter.linter.model import Call, Context


def _look(call: Call, context: Context) -> Iterator[Finding]:
    count, most = len(call.values), context.settings.max_in_values
    if count > most:
        yield Finding(
            f"this `in` has {count} values; more than {most} are slow or refused.",
            call.op_span,
            "send several requests, each with a part of the values",
        )


RULE = Rule(
    code="EPF304",
    title="Too many values in `in`",
    explanation=(
        "A long `in` is slow, and about 200 ids fill the 8 KB that a request may have. The "
        "threshold is `max_in_values`."
    ),
    bad=Example(f"in(id,{','.join(map(str, range(201)))})"),
    good=Example(f"in(id,{','.join(map(str, range(200)))})"),
    source="the platform's filtering guide, limits: about 200 ids in one `in`; a long one is slow.",
    ops=(Operator.IN,),
    call=_look,
)
