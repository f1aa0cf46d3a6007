"""EPF203: a value that is not of the field's type; found by the check of the resource."""

from __future__ import annotations

from epfilter.errors import Severity
from epfilter.linter.engine import Example, Rule

RULE = Rule(
    code="EPF203",
    title="Value not of the type",
    explanation=(
        "The value does not read as what the field holds: a number, a date, a UUID, `true` or "
        "`false`."
    ),
    bad=Example("gt(with_tax,ten)", "orders"),
    good=Example("gt(with_tax,10)", "orders"),
    source="the table of filters and the schema on the page of the listing.",
    severity=Severity.ERROR,
)
