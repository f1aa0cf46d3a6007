"""EPF601 to EPF604: the documentation of findings around filters in programs and text files.

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
    Rule(
        code="EPF604",
        title="SDK object not sent as written",
        explanation=(
            "The JavaScript SDK makes a filter from an object, and sends another one than the "
            "object describes. It escapes nothing: a comma, a parenthesis or a quote in a value "
            "ends the value, unless the value stands in double quotes inside its text, and `&`, "
            "`#` and `+` change the URL. It ignores `or` without an array, puts several fields of "
            "a nested object into one call, and cannot send objects that are nested deeper. Of "
            "several members with one name, JavaScript keeps the last."
        ),
        bad=Example('Moltin.Customers.Filter({ eq: { name: "Poe, Ron" } }).All();\n', name="a.js"),
        good=Example(
            "Moltin.Customers.Filter({ eq: { name: '\"Poe, Ron\"' } }).All();\n", name="a.js"
        ),
        source="github.com/elasticpath/js-sdk, src/utils/formatQueryString.js.",
    ),
)
