"""EPF204: a value that the field never has; found by the check of the resource."""

from __future__ import annotations

from epfilter.errors import Severity
from epfilter.linter.engine import Example, Rule

RULE = Rule(
    code="EPF204",
    title="Value not in the list of values",
    explanation=(
        "The field has one of a few values, and this is none of them, so the filter matches "
        "nothing or is refused. The fix writes the nearest; it is a guess."
    ),
    bad=Example("eq(payment,refnded)", "orders"),
    good=Example("eq(payment,refunded)", "orders"),
    source="the schema on the page of the listing.",
    severity=Severity.ERROR,
)
