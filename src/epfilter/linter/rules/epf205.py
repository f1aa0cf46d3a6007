"""EPF205: a field that should no longer be used; found by the check of the resource."""

from __future__ import annotations

from epfilter.errors import Severity
from epfilter.linter.engine import Example, Rule

RULE = Rule(
    code="EPF205",
    title="Deprecated field",
    explanation=(
        "The platform announced that it will stop taking this field. The hint says what to use "
        "instead, where the platform does."
    ),
    bad=Example("eq(shipping_name,Ron)", "orders"),
    good=Example("eq(name,Ron)", "orders"),
    source="the platform's changelog.",
    severity=Severity.WARNING,
)
