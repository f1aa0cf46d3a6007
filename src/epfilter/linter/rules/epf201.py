"""EPF201: a field that the resource does not have; found by the check of the resource."""

from __future__ import annotations

from epfilter.errors import Severity
from epfilter.linter.engine import Example, Rule

RULE = Rule(
    code="EPF201",
    title="Unknown field",
    explanation=(
        "The listing has no such field. This matters most: older endpoints do not refuse such a "
        "filter, they ignore it and return everything, so a typo exports the whole store. Newer "
        "ones answer 400. The fix writes the nearest name; it is a guess."
    ),
    bad=Example("eq(paymet,paid)", "orders"),
    good=Example("eq(payment,paid)", "orders"),
    source=(
        "the platform's filtering guide: a filter on an unknown attribute returns everything on "
        "older endpoints."
    ),
    severity=Severity.ERROR,
)
