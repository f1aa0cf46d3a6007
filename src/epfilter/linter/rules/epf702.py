"""EPF702: a file that is no text."""

from __future__ import annotations

from epfilter.errors import Severity
from epfilter.linter.engine import Example, Rule

RULE = Rule(
    code="EPF702",
    title="Not a text",
    explanation=(
        "A file is binary, or not in the encoding that it says. Files are UTF-8 unless a byte "
        "order mark, or the first lines of a Python file, say otherwise."
    ),
    bad=Example("eq(a,1\x00)\n", name="shop.filter"),
    good=Example("eq(a,1)\n", name="shop.filter"),
    source="RFC 3629 for UTF-8, PEP 263 for Python files.",
    severity=Severity.ERROR,
)
