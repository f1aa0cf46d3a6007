"""GitLab: a code quality report, which merge requests show as new and resolved findings.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format documents the members.
GitLab compares the fingerprints of two reports, so a fingerprint must not depend on line numbers,
and two findings must not share one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from epfilter.errors import Severity
from epfilter.linter.files import FileFinding, FileReport
from epfilter.linter.reports.text import compute_fingerprints, dump_json, format_message

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(reports: Iterable[FileReport]) -> Iterator[str]:
    """Yield the pieces of one JSON array.

    >>> print("".join(render([FileReport("a.filter")])))
    []
    """
    separator = "["
    for report in reports:
        path = _shorten_path(report.name)
        for finding, fingerprint in compute_fingerprints(report, path):
            yield f"{separator}\n{dump_json(_build_issue(finding, fingerprint, path))}"
            separator = ","
    yield "[]\n" if separator == "[" else "\n]\n"


def _build_issue(finding: FileFinding, fingerprint: str, path: str) -> dict[str, object]:
    diagnostic = finding.diagnostic
    return {
        "description": format_message(diagnostic),
        "check_name": diagnostic.code,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[diagnostic.severity],
        "location": {
            "path": path,
            "lines": {"begin": finding.line, "end": finding.end_line},
        },
    }


def _shorten_path(name: str) -> str:
    """Return the path relative to the current folder: GitLab requires relative paths."""
    path = PurePath(name)
    current = Path.cwd()
    return (path.relative_to(current) if path.is_relative_to(current) else path).as_posix()
