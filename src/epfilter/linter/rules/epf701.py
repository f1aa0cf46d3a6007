"""EPF701: a file that cannot be read or written."""

from __future__ import annotations

from epfilter.errors import Severity
from epfilter.linter.engine import Example, Rule

RULE = Rule(
    code="EPF701",
    title="File not readable",
    explanation=(
        "A file or folder does not exist, may not be read or written, or is a link that leads "
        "nowhere. The other files are linted all the same."
    ),
    bad=None,
    good=Example("eq(a,1)\n", name="shop.filter"),
    source="the operating system, in its own words.",
    severity=Severity.ERROR,
)
