"""EPF307: a filter without a field by which the project always filters a listing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from epfilter.ast import Operator
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context, Group
from epfilter.resources import resource_info


def _check(context: Context) -> Iterator[Finding]:
    if context.resource is None:
        return
    name = resource_info(context.resource).name
    required = context.settings.get_required_fields(name)
    if not required or _is_restricted(context.root, required):
        return
    listed = " or ".join(f"`{field}`" for field in required)
    hint = f"add a term on {listed} with `:`"
    if any(group.op is Operator.OR for group in context.groups):
        hint += ", for each alternative of `|`"
    yield Finding(f"filters for `{name}` must restrict {listed}.", context.span, hint)


def _is_restricted(part: Call | Group, required: Sequence[str]) -> bool:
    """Return whether everything that the part selects satisfies a term on a required field."""
    if isinstance(part, Call):
        declared_name = part.match.declared_name if part.match else part.path
        return part.path in required or declared_name in required
    if part.op is Operator.AND:
        return any(_is_restricted(each, required) for each in part.parts)
    return all(_is_restricted(each, required) for each in part.parts)


RULE = Rule(
    code="EPF307",
    title="Missing required filter",
    explanation=(
        "A project can decide that requests to a listing always restrict one of certain fields, "
        "for example orders by `created_at`, because a request for everything takes too long. Each "
        "alternative of an OR needs such a term. The table `required-filters` of the configuration "
        "(`required_filters` in Python) lists the fields of each listing and enables the rule: "
        'with `orders = ["created_at"]`, the filter `eq(payment,paid)` is reported.'
    ),
    bad=None,
    good=Example("eq(payment,paid):ge(created_at,2024-01-01)", "orders"),
    source="this project's decision: what a project requires is for it to decide.",
    enabled=False,
    check_filter=_check,
)
