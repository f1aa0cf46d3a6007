"""EPF603: a comment to the linter that it does not understand."""

from __future__ import annotations

from epfilter.linter.engine import Example, Rule

RULE = Rule(
    code="EPF603",
    title="Comment not understood",
    explanation=(
        "A comment begins with `epfilter:`, but what follows is neither `ignore[CODES]`, "
        "`ignore-file[CODES]` nor `resource=NAME`, or the code or the resource does not "
        "exist."
    ),
    bad=Example("eq(a,1)  # epfilter: ignore[EPF999]\n", name="shop.filter"),
    good=Example("eq(payment,paid)  # epfilter: resource=orders\n", name="shop.filter"),
    source="this project's decision.",
)
