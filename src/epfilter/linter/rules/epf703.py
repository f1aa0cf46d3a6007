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
        "TypeScript and shell scripts the rest is still read, so that this is only a remark there; "
        "so it is where YAML or Python is a template, with `{{` or `{%` in it, where Python is of "
        "another version than the one that runs, and where a line of a script is very long: then "
        "filters in URLs are found. JSON may have comments, and a comma after the last member."
    ),
    bad=Example('{"filter": "eq(a,1)"\n', name="shop.json"),
    good=Example('{"filter": "eq(a,1)"}\n', name="shop.json"),
    source="the parser of the language, in its own words where it has any.",
    severity=Severity.ERROR,
)
