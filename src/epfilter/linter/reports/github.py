"""GitHub: one workflow command a finding, which annotates the lines of a pull request.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands says what
there is; how it is read is said by `ActionCommand.cs` and `ActionCommandManager.cs` of
https://github.com/actions/runner, and how it is written by `command.ts` of
https://github.com/actions/toolkit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from epfilter.errors import Severity
from epfilter.linter.files.report import FileFinding, FileReport
from epfilter.linter.reports.spelling import encodable, said
from epfilter.snippets import make_printable

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}

_IN_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


_CONTROL = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""What a terminal obeys, and no command can encode."""


def render(reports: Iterable[FileReport]) -> Iterator[str]:
    """The report as lines, one a finding.

    >>> from epfilter.errors import Diagnostic, Span
    >>> from epfilter.linter.files.document import Lines
    >>> found = Diagnostic("EPF108", "there is no operator `gte`.", Span(0, 3))
    >>> report = FileReport("a.filter", (FileFinding.of(found, Lines("gte(a,1)")),))
    >>> print("".join(render([report])))
    ::error file=a.filter,line=1,endLine=1,col=1,endColumn=4,title=EPF108::there is no ...
    """
    for report in reports:
        path = _CONTROL.sub(_shown, PurePath(report.name).as_posix())
        for one in report.findings:
            yield _command(path, one)


def _shown(found: re.Match[str]) -> str:
    return make_printable(found[0])


def _command(path: str, one: FileFinding) -> str:
    found = one.diagnostic
    properties: dict[str, object] = {"file": path, "line": one.line, "endLine": one.end_line}
    if one.line == one.end_line:
        # The runner refuses both columns where the lines differ.
        properties |= {"col": one.column, "endColumn": one.end_column}
    properties["title"] = found.code
    written = ",".join(
        f"{name}={encodable(str(value)).translate(_IN_PROPERTY)}"
        for name, value in properties.items()
    )
    message = encodable(said(found)).translate(_IN_MESSAGE)
    return f"::{_COMMANDS[found.severity]} {written}::{message}\n"
