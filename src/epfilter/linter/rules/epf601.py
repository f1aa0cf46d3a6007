"""EPF601: a filter that a program puts together from text."""

from __future__ import annotations

from epfilter.linter.engine import Example, Rule

RULE = Rule(
    code="EPF601",
    title="Filter built by interpolation",
    explanation=(
        "A program puts values into the text of a filter: with an f-string, `%`, `.format`, "
        "`+` or a template literal. A value that holds `),eq(` then becomes another filter, "
        "and one that holds a comma or a quote an error. The builder, or "
        "`orders.payment.eq(value)` of a resource, keeps every value one operand. Where the "
        "value cannot be dangerous, a comment `epfilter: ignore[EPF601]` says so."
    ),
    bad=Example(
        'client.get("/v2/orders", params={"filter": f"eq(email,{email})"})\n', name="shop.py"
    ),
    good=Example(
        'client.get("/v2/orders", params={"filter": str(F.email.eq(email))})\n', name="shop.py"
    ),
    source="this project's decision; the platform's own SDKs concatenate.",
)
