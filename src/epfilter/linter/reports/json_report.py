"""JSON: all details of the findings, for programs in any language.

The report is one object with these keys, in this order; no key is ever omitted.

`version`   the version of epfilter, a string
`findings`  an array of objects, in the order of the files and of their texts
`files`     the number of linted files
`filters`   the number of filters in these files
`summary`   the number of findings: `error`, `warning` and `info` of the listed ones, `suppressed`
            by comments and configuration, and `fixed`

A finding is an object with these keys, in this order; no key is ever omitted.

`code`      for example `EPF301`; a code never changes its meaning
`severity`  `error`, `warning` or `info`
`message`   the problem, in one sentence
`hint`      how to solve it, or null
`path`      the path of the file, as epfilter shows it
`line`      and `column`, `end_line` and `end_column`: the position, all from 1, columns in code
            points; the end is after the last character
`span`      the same position as `[start, end]`: offsets in the text of the file, from 0, in code
            points; a byte order mark does not count, a line end of two characters counts as two
`fix`       null, or an object: `title`, `safe` (whether a program may apply it without asking)
            and `edits`, an array of objects with a `span` and the `text` that replaces it; the
            edits of one fix do not overlap, and insertions at one position are applied in order

Later versions may add keys, so programs should ignore unknown ones. The text can be encoded as
UTF-8; a lone surrogate, which UTF-8 cannot encode, appears as the six characters of its escape.
Each finding is one line of the text. The counts follow the findings, so that a report of any length
can be written without holding it in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from epfilter.errors import Severity
from epfilter.linter.files import FileFinding, FileReport
from epfilter.linter.reports.text import dump_json
from epfilter.version import __version__


def render(reports: Iterable[FileReport]) -> Iterator[str]:
    """Yield the pieces of one JSON object.

    >>> print("".join(render([FileReport("a.filter", filters=2)])))
    {"version": "...", "findings": [], "files": 1, "filters": 2, "summary": {"error": 0, ...}}
    """
    counts: Counter[str] = Counter()
    separator = "\n"
    yield f'{{"version": {dump_json(__version__)}, "findings": ['
    for report in reports:
        counts["files"] += 1
        counts["filters"] += report.filters
        counts["suppressed"] += report.suppressed
        counts["in_baseline"] += report.in_baseline
        counts["fixed"] += report.fixed
        for finding in report.findings:
            counts[finding.diagnostic.severity.value] += 1
            yield separator + dump_json(_build_finding(report.name, finding))
            separator = ",\n"
    summary = {name: counts[name] for name in (*Severity, "suppressed", "in_baseline", "fixed")}
    totals = {"files": counts["files"], "filters": counts["filters"], "summary": summary}
    yield "], " if separator == "\n" else "\n], "
    yield dump_json(totals)[1:] + "\n"


def _build_finding(path: str, finding: FileFinding) -> dict[str, object]:
    diagnostic = finding.diagnostic.as_dict()
    return {
        "code": diagnostic["code"],
        "severity": diagnostic["severity"],
        "message": diagnostic["message"],
        "hint": diagnostic["hint"],
        "path": path,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "span": diagnostic["span"],
        "fix": diagnostic["fix"],
    }
