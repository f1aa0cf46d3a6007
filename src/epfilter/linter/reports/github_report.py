"""GitHub: one workflow command per finding, which annotates the lines of a pull request.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands documents the
commands. `ActionCommand.cs` and `ActionCommandManager.cs` of https://github.com/actions/runner
read them; `command.ts` of https://github.com/actions/toolkit writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from epfilter.errors import Severity
from epfilter.linter.files import FileFinding, FileReport
from epfilter.linter.reports.text import escape_surrogates, format_message
from epfilter.snippets import make_printable

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}

_MESSAGE_ESCAPES = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY_ESCAPES = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})

_CONTROL_CHARACTER = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Characters that control a terminal and that a command has no escape for."""


def render(reports: Iterable[FileReport]) -> Iterator[str]:
    """Yield one line per finding.

    >>> from epfilter.errors import Diagnostic, Span
    >>> from epfilter.linter.files import LineIndex
    >>> diagnostic = Diagnostic("EPF108", "unknown operator.", Span(0, 3))
    >>> finding = FileFinding.of(diagnostic, LineIndex("gte(a,1)"))
    >>> print("".join(render([FileReport("a.filter", (finding,))])))
    ::error file=a.filter,line=1,endLine=1,col=1,endColumn=4,title=EPF108::unknown operator.
    """
    for report in reports:
        path = _CONTROL_CHARACTER.sub(
            lambda match: make_printable(match[0]), PurePath(report.name).as_posix()
        )
        for finding in report.findings:
            yield _format_command(path, finding)


def _format_command(path: str, finding: FileFinding) -> str:
    diagnostic = finding.diagnostic
    properties: dict[str, object] = {
        "file": path,
        "line": finding.line,
        "endLine": finding.end_line,
    }
    if finding.line == finding.end_line:
        # The runner rejects columns if the lines differ.
        properties |= {"col": finding.column, "endColumn": finding.end_column}
    properties["title"] = diagnostic.code
    formatted = ",".join(
        f"{name}={escape_surrogates(str(value)).translate(_PROPERTY_ESCAPES)}"
        for name, value in properties.items()
    )
    message = escape_surrogates(format_message(diagnostic)).translate(_MESSAGE_ESCAPES)
    return f"::{_COMMANDS[diagnostic.severity]} {formatted}::{message}\n"
