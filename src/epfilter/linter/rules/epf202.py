"""EPF202: an operator that the field does not have; found by the check of the resource."""

from __future__ import annotations

from epfilter.errors import Severity
from epfilter.linter.engine import Example, Rule

RULE = Rule(
    code="EPF202",
    title="Operator not supported",
    explanation=(
        "The field exists, but the listing does not take this operator of it. The hint lists those "
        "that it takes."
    ),
    bad=Example("like(with_tax,1*):eq(payment,paid)", "orders"),
    good=Example("gt(with_tax,1000):eq(payment,paid)", "orders"),
    source="the table of filters on the page of the listing.",
    severity=Severity.ERROR,
)
