"""EPF208: a pattern that is none; found by the check of the resource."""

from __future__ import annotations

from epfilter.errors import Severity
from epfilter.linter.engine import Example, Rule

RULE = Rule(
    code="EPF208",
    title="`like` without a wildcard",
    explanation=(
        "A `like` without `*` at either end matches the whole value only, which `eq` asks as well, "
        "and faster. The fix writes `eq`; it is safe where the field is a text."
    ),
    bad=Example("like(name,Ron)", "orders"),
    good=Example("eq(name,Ron)", "orders"),
    source="the platform's filtering guide, performance: prefer `eq` to `like`.",
    severity=Severity.INFO,
)
