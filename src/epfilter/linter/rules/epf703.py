"""EPF703: a file that is not what its name says."""

from __future__ import annotations

from epfilter.errors import Severity
from epfilter.linter.engine import Example, Rule

RULE = Rule(
    code="EPF703",
    title="File not understood",
    explanation=(
        "The text is not JSON, YAML, Python, JavaScript, TypeScript or a shell script, though the "
        "name of the file ends so. Filters in the damaged part are not linted. Of JavaScript, "
        "TypeScript and shell scripts the rest is still read, so that this is only a remark there."
    ),
    bad=Example('{"filter": "eq(a,1)"\n', name="shop.json"),
    good=Example('{"filter": "eq(a,1)"}\n', name="shop.json"),
    source="the parser of the language, in its own words where it has any.",
    severity=Severity.ERROR,
)
