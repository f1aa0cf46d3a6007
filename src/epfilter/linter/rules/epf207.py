"""EPF207: a wildcard where the operator has none; found by the check of the resource."""

from __future__ import annotations

from epfilter.errors import Severity
from epfilter.linter.engine import Example, Rule

RULE = Rule(
    code="EPF207",
    title="Wildcard without `like`",
    explanation=(
        "Only `like` and `ilike` know wildcards. Any other operator compares the `*` itself, so "
        "the filter finds only a value that begins or ends with a star. The fix writes `like` "
        "where the field has it; it is a guess."
    ),
    bad=Example("eq(name,Ron*)", "orders"),
    good=Example("like(name,Ron*):eq(payment,paid)", "orders"),
    source="the platform's filtering guide: wildcards belong to `like`.",
    severity=Severity.WARNING,
)
