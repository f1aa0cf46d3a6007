"""JSON: all that is known of the findings, for programs in any language.

The report is one object with these keys, in this order; none is ever left out.

`version`   of epfilter, a string
`findings`  an array of objects, in the order of the files and of their texts
`files`     how many files were looked at
`filters`   how many filters stand in them
`summary`   how many findings there are: `error`, `warning` and `info` of those that are listed,
            `suppressed` by comments and configuration, and `fixed`

A finding is an object with these keys, in this order; none is ever left out.

`code`      as `EPF301`; a code never changes its meaning
`severity`  `error`, `warning` or `info`
`message`   what is wrong, in a sentence
`hint`      what to do about it, or null
`path`      of the file, as epfilter shows it
`line`      and `column`, `end_line` and `end_column`: where it stands, all from 1, columns in
            code points; the end is behind the last character
`span`      the same place as `[start, end]`: offsets in the text of the file, from 0, in code
            points, a byte order mark not counted, a line end of two characters counted as two
`fix`       null, or an object: `title`, `safe` (whether a program may apply it without asking)
            and `edits`, an array of objects with `span` as above and the `text` that replaces it;
            the edits of one fix do not overlap, and insertions at one place take place in order

Programs should not mind keys that they do not know: later versions may add some. The text encodes
to UTF-8; a lone surrogate, which UTF-8 has not, is written as the six characters of its escape.
Each finding is a line of the text. What is counted stands behind what is listed, so that a report
of any length can be written without being held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from epfilter.errors import Severity
from epfilter.linter.files.report import FileFinding, FileReport
from epfilter.linter.reports.spelling import json_text
from epfilter.version import __version__


def render(reports: Iterable[FileReport]) -> Iterator[str]:
    """The report as pieces of one JSON object.

    >>> print("".join(render([FileReport("a.filter", filters=2)])))
    {"version": "...", "findings": [], "files": 1, "filters": 2, "summary": {"error": 0, ...}}
    """
    counts: Counter[str] = Counter()
    between = "\n"
    yield f'{{"version": {json_text(__version__)}, "findings": ['
    for report in reports:
        counts["files"] += 1
        counts["filters"] += report.filters
        counts["suppressed"] += report.suppressed
        counts["fixed"] += report.fixed
        for one in report.findings:
            counts[one.diagnostic.severity.value] += 1
            yield between + json_text(_finding(report.name, one))
            between = ",\n"
    summary = {name: counts[name] for name in (*Severity, "suppressed", "fixed")}
    rest = {"files": counts["files"], "filters": counts["filters"], "summary": summary}
    yield "], " if between == "\n" else "\n], "
    yield json_text(rest)[1:] + "\n"


def _finding(name: str, one: FileFinding) -> dict[str, object]:
    said = one.diagnostic.as_dict()
    return {
        "code": said["code"],
        "severity": said["severity"],
        "message": said["message"],
        "hint": said["hint"],
        "path": name,
        "line": one.line,
        "column": one.column,
        "end_line": one.end_line,
        "end_column": one.end_column,
        "span": said["span"],
        "fix": said["fix"],
    }
