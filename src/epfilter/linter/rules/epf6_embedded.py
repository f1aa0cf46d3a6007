"""EPF601 to EPF603: the documentation of findings around filters in programs and text files.

The findings themselves come from `epfilter.linter.files`.
"""

from __future__ import annotations

from epfilter.linter.definitions import Example, Rule

RULES = (
    Rule(
        code="EPF601",
        title="Filter built by interpolation",
        explanation=(
            "A program inserts values into the text of a filter: with an f-string, `%`, `.format`, "
            "`+` or a template literal. A value that contains `)|eq(` turns it into another "
            "filter, and a value with a comma or a quote causes an error. The builder, or "
            "`orders.payment.eq(value)` of a resource, keeps every value a single operand. If the "
            "value cannot be dangerous, add a comment `epfilter: ignore[EPF601]`."
        ),
        bad=Example(
            'client.get("/v2/orders", params={"filter": f"eq(email,{email})"})\n', name="shop.py"
        ),
        good=Example(
            'client.get("/v2/orders", params={"filter": str(F.email.eq(email))})\n', name="shop.py"
        ),
        source="this project's decision; the platform's own SDKs concatenate.",
    ),
    Rule(
        code="EPF602",
        title="Unused ignore comment",
        explanation=(
            "A comment suppresses findings, but there are none. Either the problem has been fixed, "
            "or the comment is in the wrong place: it must be on the line of the filter, or on a "
            "line of its own above it. A comment that ignores EPF602 is never reported as unused."
        ),
        bad=Example("eq(a,1)  # epfilter: ignore[EPF301]\n", name="shop.filter"),
        good=Example("in(a,1)  # epfilter: ignore[EPF405]\n", name="shop.filter"),
        source="this project's decision.",
    ),
    Rule(
        code="EPF603",
        title="Invalid linter comment",
        explanation=(
            "A comment begins with `epfilter:`, but what follows is not `ignore[CODES]`, "
            "`ignore-file[CODES]` or `resource=NAME`, or the code or the resource does not exist."
        ),
        bad=Example("eq(a,1)  # epfilter: ignore[EPF999]\n", name="shop.filter"),
        good=Example("eq(payment,paid)  # epfilter: resource=orders\n", name="shop.filter"),
        source="this project's decision.",
    ),
)
