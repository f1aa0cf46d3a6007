"""EPF701 to EPF705: the documentation of findings about files that cannot be linted.

The findings themselves come from `epfilter.linter.files`.
"""

from __future__ import annotations

from epfilter.errors import Severity
from epfilter.linter.definitions import Example, Rule

RULES = (
    Rule(
        code="EPF701",
        title="Unreadable file",
        explanation=(
            "A file or folder does not exist, cannot be read or written for lack of permission, or "
            "is a broken link. The other files are still linted."
        ),
        bad=None,
        good=Example("eq(a,1)\n", name="shop.filter"),
        source="the error of the operating system.",
        severity=Severity.ERROR,
    ),
    Rule(
        code="EPF702",
        title="Not a text file",
        explanation=(
            "A file is binary, or is not in the encoding that it declares. Files must be UTF-8 "
            "unless they declare another encoding: by a byte order mark, or in the first lines of "
            "a Python file. A few null characters are allowed, except in a file of filters. The "
            "finding is only a remark if nothing in the file looks like a filter."
        ),
        bad=Example("eq(a,1\x00)\n", name="shop.filter"),
        good=Example("eq(a,1)\n", name="shop.filter"),
        source="RFC 3629 for UTF-8, PEP 263 for Python files.",
        severity=Severity.ERROR,
    ),
    Rule(
        code="EPF703",
        title="File cannot be parsed",
        explanation=(
            "The text is not valid JSON, YAML, Python, JavaScript or another language, although "
            "the file has the suffix of that language. Filters in the damaged part are not linted. "
            "The finding is only a remark if the rest of the file is still linted: in shell "
            "scripts and in all programs that are not Python. It is also a remark if filters in "
            "URLs are still found: in a YAML or Python file that is a template with `{{` or `{%`, "
            "in Python of another version than the one that runs, and in a script with a very long "
            "line. JSON may contain comments, and a comma after the last member. "
            "Where nothing shows that the file or the project uses the platform, the finding is a "
            "remark, too."
        ),
        bad=Example('{"filter": "eq(a,1)"\n', name="shop.json"),
        good=Example('{"filter": "eq(a,1)"}\n', name="shop.json"),
        source="the error of the language's parser, if it reports one.",
        severity=Severity.ERROR,
    ),
    Rule(
        code="EPF704",
        title="Parser not installed",
        explanation=(
            "The parsers for YAML, Markdown, shell scripts, JavaScript and TypeScript are optional "
            "packages. `pip install 'epfilter[lint]'` installs them. Those for the other languages "
            "are in `epfilter[lint-all]`; without one of these, the finding is only a remark."
        ),
        bad=None,
        good=Example("filter: eq(a,1)\n", name="shop.yaml"),
        source="this project's decision.",
        severity=Severity.ERROR,
    ),
    Rule(
        code="EPF705",
        title="Unsupported kind of file",
        explanation=(
            "No extractor supports this kind of file, so the file is skipped and never changed. If "
            "it contains only filters, list the file under `filter-lines` in the configuration. "
            "In folders, such files are only counted."
        ),
        bad=Example('local filter = "eq(a,1"\n', name="shop.lua"),
        good=Example("eq(a,1)\n", name="shop.filter"),
        source="this project's decision.",
        severity=Severity.INFO,
    ),
)
