"""GitHub reports: exact output, and any report is read back as the runner of GitHub does."""

from __future__ import annotations

import re

from hypothesis import given

from epfilter import Severity
from epfilter.linter import Configuration, lint_content
from epfilter.linter.files import FileReport
from epfilter.linter.reports import render
from epfilter.linter.reports.text import escape_surrogates
from support.report_samples import (
    list_findings,
    read_expected,
    render_as_file,
    render_samples,
    reports,
)


def test_the_sample_reports() -> None:
    assert render_samples("github") == read_expected("expected.github.txt")


_COMMAND = re.compile(r"::(error|warning|notice) ((?:[A-Za-z]+=[^,:\r\n]*,?)+)::(.*)")
_COMMAND_OF = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def unescape(text: str) -> str:
    """Unescape as the runner does: the percent sign last."""
    for escape, char in {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}.items():
        text = text.replace(escape, char)
    return text


@given(reports)
def test_the_runner_reads_any_report_back(rendered: list[FileReport]) -> None:
    lines = render_as_file("github", rendered).split("\n")
    assert lines.pop() == ""
    for line, (_, finding, diagnostic) in zip(lines, list_findings(rendered), strict=True):
        read = _COMMAND.fullmatch(line)
        assert read, line
        command, properties, message = read.groups()
        assert command == _COMMAND_OF[diagnostic.severity]
        values = {
            name: unescape(value)
            for name, _, value in (pair.partition("=") for pair in properties.split(","))
        }
        assert (values["line"], values["endLine"]) == (str(finding.line), str(finding.end_line))
        assert values["title"] == diagnostic.code
        assert values["file"]
        assert ("col" in values, "endColumn" in values) == (finding.line == finding.end_line,) * 2
        hint = f"\nhint: {diagnostic.hint}" if diagnostic.hint else ""
        # The runner does not unescape colon and comma in a message.
        message = re.sub("%(0D|0A|25)", lambda match: unescape(match[0]), message)
        assert message == escape_surrogates(diagnostic.message + hint)


def test_control_characters_in_file_names_are_escaped() -> None:
    report = lint_content("gte(a,1)", "a\x1b[31m\x07\x9bé.filter", Configuration())
    (line,) = render("github", [report])
    assert line.startswith("::error file=a\\u001b[31m\\u0007\\u009bé.filter,")
