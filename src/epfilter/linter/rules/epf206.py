"""EPF206: another name of a field; found by the check of the resource."""

from __future__ import annotations

from epfilter.errors import Severity
from epfilter.linter.engine import Example, Rule

RULE = Rule(
    code="EPF206",
    title="Alias used",
    explanation=(
        "The field has several names, and this is not its own. Both are taken. With one name "
        "everywhere a search finds every use; the fix writes it and is safe."
    ),
    bad=Example("eq(customer.name,Ron)", "orders"),
    good=Example("eq(name,Ron)", "orders"),
    source=(
        "the table of filters on the page of the listing; that one name is better than two is a "
        "decision."
    ),
    severity=Severity.INFO,
)
