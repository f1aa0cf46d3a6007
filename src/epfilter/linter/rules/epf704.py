"""EPF704: a file whose reader is not installed."""

from __future__ import annotations

from epfilter.errors import Severity
from epfilter.linter.engine import Example, Rule

RULE = Rule(
    code="EPF704",
    title="Reader not installed",
    explanation=(
        "YAML, Markdown, shell scripts, JavaScript and TypeScript are read with packages that "
        "not everybody needs. `pip install 'epfilter[lint]'` installs them."
    ),
    bad=None,
    good=Example("filter: eq(a,1)\n", name="shop.yaml"),
    source="this project's decision.",
    severity=Severity.ERROR,
)
