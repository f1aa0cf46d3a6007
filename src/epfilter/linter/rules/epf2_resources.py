"""EPF201 to EPF212: the documentation of what `epfilter.resources` reports.

The findings themselves come from the check of a resource; two rules also check filters for which
no resource is known, and the rule about quotes is here alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.ast import PATTERN_OPERATORS, Operator
from epfilter.errors import Edit, Fix, Severity
from epfilter.linter.definitions import Example, Finding, Rule
from epfilter.linter.model import Call, Context
from epfilter.printer import print_operand
from epfilter.resources import documents_quotes, resource_info
from epfilter.semantics import has_wildcard, replace_percent_wildcards
from epfilter.snippets import shorten


def _check_literal_wildcard(call: Call, context: Context) -> Iterator[Finding]:
    if context.resource is not None:
        return  # the check of the resource reports it
    for value in call.values:
        if has_wildcard(value.text):
            fix = None
            if call.op is Operator.EQ:
                fix = Fix("write `like`", (Edit(call.op_span, "like"),), safe=False)
            yield Finding(
                f"`*` is not a wildcard in `{call.op}`.",
                value.span,
                "`*` is a wildcard in `like` only",
                fix,
            )


def _check_missing_wildcard(call: Call, context: Context) -> Iterator[Finding]:
    (value,) = call.values
    if context.resource is not None or "*" in value.text:
        return  # an inner `*` is EPF411
    pattern = replace_percent_wildcards(value.text)
    if pattern != value.text:
        written = print_operand(pattern)
        yield Finding(
            f"`%` is not a wildcard in `{call.op}`.",
            value.span,
            f"the wildcard is `*`: write `{shorten(written)}`",
            Fix("write `*`", (Edit(value.span, written),), safe=False),
        )
    elif call.op is Operator.LIKE:
        yield Finding(
            "a pattern without `*` matches only the whole value.",
            value.span,
            "`eq` matches the whole value and is faster; to match a part of the value, add `*`",
            # For a number or a date, `eq` compares another way than `like`.
            Fix("write `eq`", (Edit(call.op_span, "eq"),), safe=False),
        )


def _check_quotes(context: Context) -> Iterator[Finding]:
    if context.resource is None or documents_quotes(context.resource):
        return
    quoted = [
        (operand, print_operand(operand.text, field=operand is call.field))
        for call in context.calls
        for operand in call.located.operands
        if operand.quoted
    ]
    if not quoted:
        return
    name = resource_info(context.resource).name
    hint = "some values need quotes: try the filter before you rely on it"
    fix = None
    if not any(printed.startswith('"') for _, printed in quoted):
        hint = "the filter means the same without quotes"
        edits = tuple(Edit(operand.span, printed) for operand, printed in quoted)
        fix = Fix("remove the quotes", edits, safe=True)
    yield Finding(f"quotes are not documented for `{name}`.", quoted[0][0].span, hint, fix)


RULES = (
    Rule(
        code="EPF201",
        title="Unknown field",
        explanation=(
            "The listing has no such field. This is the most important check: older endpoints do "
            "not reject such a filter, they ignore it and return everything, so a typo exports the "
            "whole store. Newer endpoints respond with 400. The fix writes the nearest field name; "
            "it is a guess."
        ),
        bad=Example("eq(paymet,paid)", "orders"),
        good=Example("eq(payment,paid)", "orders"),
        source=(
            "the platform's filtering guide: a filter on an unknown attribute returns everything "
            "on older endpoints."
        ),
        severity=Severity.ERROR,
    ),
    Rule(
        code="EPF202",
        title="Unsupported operator",
        explanation=(
            "The field exists, but the listing does not support this operator for it. The hint "
            "lists the operators that it supports."
        ),
        bad=Example("like(with_tax,1*):eq(payment,paid)", "orders"),
        good=Example("gt(with_tax,1000):eq(payment,paid)", "orders"),
        source="the table of filters on the page of the listing.",
        severity=Severity.ERROR,
    ),
    Rule(
        code="EPF203",
        title="Value of the wrong type",
        explanation=(
            "The value does not have the type of the field: a number, a date, a UUID, `true` or "
            "`false`."
        ),
        bad=Example("gt(with_tax,ten)", "orders"),
        good=Example("gt(with_tax,10)", "orders"),
        source="the table of filters and the schema on the page of the listing.",
        severity=Severity.ERROR,
    ),
    Rule(
        code="EPF204",
        title="Value not allowed",
        explanation=(
            "The field has a fixed list of values, and this value is not on it. The filter matches "
            "nothing or is rejected. The fix writes the nearest value; it is a guess."
        ),
        bad=Example("eq(payment,refnded)", "orders"),
        good=Example("eq(payment,refunded)", "orders"),
        source="the schema on the page of the listing.",
        severity=Severity.ERROR,
    ),
    Rule(
        code="EPF205",
        title="Deprecated field",
        explanation=(
            "The platform has announced that it will stop supporting this field. The hint names "
            "the replacement, if there is one."
        ),
        bad=Example("eq(shipping_name,Ron)", "orders"),
        good=Example("eq(name,Ron)", "orders"),
        source="the platform's changelog.",
        severity=Severity.WARNING,
    ),
    Rule(
        code="EPF206",
        title="Field alias",
        explanation=(
            "The field has several names, and this is an alias. The platform accepts both. If you "
            "use one name everywhere, a search finds every use. The fix writes the canonical name; "
            "it is safe."
        ),
        bad=Example("eq(customer.name,Ron)", "orders"),
        good=Example("eq(name,Ron)", "orders"),
        source=(
            "the table of filters on the page of the listing; the preference for one name is a "
            "decision."
        ),
        severity=Severity.INFO,
    ),
    Rule(
        code="EPF207",
        title="Wildcard without `like`",
        explanation=(
            "Only `like` and `ilike` support wildcards. Any other operator compares the `*` "
            "literally, so the filter matches only a value that begins or ends with an asterisk. "
            "The fix writes `like` if the field supports it; it is a guess."
        ),
        bad=Example("eq(name,Ron*)", "orders"),
        good=Example("like(name,Ron*):eq(payment,paid)", "orders"),
        source="the platform's filtering guide: wildcards belong to `like`.",
        severity=Severity.WARNING,
        operators=(Operator.EQ, Operator.IN),
        required_characters="*",
        check_call=_check_literal_wildcard,
    ),
    Rule(
        code="EPF208",
        title="`like` without a wildcard",
        explanation=(
            "A `like` without `*` at either end matches the whole value only. `eq` matches the "
            "same and is faster. The fix writes `eq`; it is safe if the field contains text. A "
            "`%` at an end is probably the wildcard of SQL; the fix then writes `*`, which is a "
            "guess."
        ),
        bad=Example("like(name,Ron)", "orders"),
        good=Example("eq(name,Ron)", "orders"),
        source="the platform's filtering guide, performance: prefer `eq` to `like`.",
        severity=Severity.INFO,
        operators=PATTERN_OPERATORS,
        check_call=_check_missing_wildcard,
    ),
    Rule(
        code="EPF209",
        title="Missing or extra field",
        explanation=(
            "Some listings require a filter on certain fields, and some of these accept no other "
            "fields. For example, personal data requires both the type and the id of a resource."
        ),
        bad=Example("eq(resource_type,customer)", "personal_data_logs"),
        good=Example(
            "eq(resource_type,customer):eq(resource_id,3fa85f64-5717-4562-b3fc-2c963f66afa6)",
            "personal_data_logs",
        ),
        source="the page of the listing.",
        severity=Severity.ERROR,
    ),
    Rule(
        code="EPF210",
        title="Sources disagree",
        explanation=(
            "One public source lists this operator for the field, another does not: for example, "
            "the types of the JavaScript SDK and the page of the listing. The hint states which "
            "source lists what. The platform may accept the filter, reject it or, for a field, "
            "ignore it and return everything."
        ),
        bad=Example("eq(email,ron@example.com)", "account_members"),
        good=Example("eq(email,ron@example.com)", "customers"),
        source="the sources that the hint names.",
        severity=Severity.WARNING,
    ),
    Rule(
        code="EPF211",
        title="Deprecated listing",
        explanation=(
            "The listing itself is deprecated: the platform may remove it. In a file this is "
            "reported once for each listing."
        ),
        bad=Example("eq(name,Ron)", "legacy_products"),
        good=Example("eq(name,Ron)", "pim_products"),
        source="the platform's changelog and the page of the listing.",
        severity=Severity.WARNING,
    ),
    Rule(
        code="EPF212",
        title="Undocumented quotes",
        explanation=(
            "The platform documents quoted operands only for some listings, and this is not one of "
            "them. Its older parser accepts letters, digits, spaces and `$ - _ * .` only. The fix "
            "removes quotes that the filter does not need; it is safe."
        ),
        bad=Example('eq(name,"Deck, small")', "pim_nodes"),
        good=Example('eq(name,"Deck, small")', "pim_products"),
        source=(
            "the platform's filtering guide of 2024-11. A newer guide, of which only the beginning "
            "is public, lists others."
        ),
        severity=Severity.INFO,
        check_filter=_check_quotes,
    ),
)
