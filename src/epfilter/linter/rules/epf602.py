"""EPF602: a comment that keeps no finding back."""

from __future__ import annotations

from epfilter.linter.engine import Example, Rule

RULE = Rule(
    code="EPF602",
    title="Ignores nothing",
    explanation=(
        "A comment tells the linter to keep findings back, and there are none. What it was "
        "written for has been repaired, or it stands in the wrong place: behind the filter, "
        "or on a line of its own above it. A comment that names EPF602 itself is never idle."
    ),
    bad=Example("eq(a,1)  # epfilter: ignore[EPF301]\n", name="shop.filter"),
    good=Example("in(a,1)  # epfilter: ignore[EPF405]\n", name="shop.filter"),
    source="this project's decision.",
)
