"""An independent reader of each format reads any report back without loss."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, Literal
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from pydantic import BaseModel, ConfigDict

from epfilter import Diagnostic, Severity, Span
from epfilter.linter.files import FileFinding, FileReport, LineIndex
from epfilter.linter.reports import FORMATS, render
from epfilter.linter.reports.text import escape_surrogates
from epfilter.version import __version__
from linter.reports.samples import reports, sample_reports


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class EditData(Strict):
    span: tuple[int, int]
    text: str


class FixData(Strict):
    title: str
    safe: bool
    edits: list[EditData]


class FindingData(Strict):
    code: str
    severity: Literal["error", "warning", "info"]
    message: str
    hint: str | None
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    span: tuple[int, int]
    fix: FixData | None


class SummaryData(Strict):
    error: int
    warning: int
    info: int
    suppressed: int
    fixed: int


class ReportData(Strict):
    version: str
    findings: list[FindingData]
    files: int
    filters: int
    summary: SummaryData


def render_as_file(style: str, rendered: list[FileReport]) -> str:
    """Return a report as it is read back from a file."""
    return "".join(render(style, rendered)).encode("utf-8").decode("utf-8")


def list_findings(rendered: list[FileReport]) -> list[tuple[str, FileFinding, Diagnostic]]:
    return [
        (report.name, finding, finding.diagnostic)
        for report in rendered
        for finding in report.findings
    ]


def escape_all(value: Any) -> Any:
    """Return JSON data with the lone surrogates in every text escaped."""
    if isinstance(value, dict):
        return {name: escape_all(member) for name, member in value.items()}
    if isinstance(value, list):
        return [escape_all(item) for item in value]
    return escape_surrogates(value) if isinstance(value, str) else value


@given(reports)
def test_json(rendered: list[FileReport]) -> None:
    text = render_as_file("json", rendered)
    read = ReportData.model_validate_json(text)
    assert read.version == __version__
    assert (read.files, read.filters) == (
        len(rendered),
        sum(report.filters for report in rendered),
    )
    severities = Counter(diagnostic.severity.value for _, _, diagnostic in list_findings(rendered))
    assert read.summary.model_dump() == {
        **{severity.value: severities[severity.value] for severity in Severity},
        "suppressed": sum(report.suppressed for report in rendered),
        "fixed": sum(report.fixed for report in rendered),
    }
    for item, (name, finding, diagnostic) in zip(
        read.findings, list_findings(rendered), strict=True
    ):
        assert item.path == escape_surrogates(name)
        assert (item.line, item.column) == (finding.line, finding.column)
        assert (item.end_line, item.end_column) == (finding.end_line, finding.end_column)
        data = item.model_dump(mode="json", include=set(diagnostic.as_dict()))
        assert data == escape_all(diagnostic.as_dict())


def test_the_keys_of_json_are_in_order() -> None:
    read = json.loads(render_as_file("json", sample_reports()))
    assert list(read) == list(ReportData.model_fields)
    assert list(read["summary"]) == list(SummaryData.model_fields)
    for finding in read["findings"]:
        assert list(finding) == list(FindingData.model_fields)


_COMMAND = re.compile(r"::(error|warning|notice) ((?:[A-Za-z]+=[^,:\r\n]*,?)+)::(.*)")
_COMMAND_OF = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def unescape(text: str) -> str:
    """Unescape as the runner does: the percent sign last."""
    for escape, char in {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}.items():
        text = text.replace(escape, char)
    return text


@given(reports)
def test_github(rendered: list[FileReport]) -> None:
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


def parse_junit(rendered: list[FileReport]) -> Element:
    root = fromstring(render_as_file("junit", rendered))  # noqa: S314 - not from outside
    suite = root.find("testsuite")
    assert suite is not None
    return suite


@given(reports)
def test_junit(rendered: list[FileReport]) -> None:
    suite = parse_junit(rendered)
    cases = suite.findall("testcase")
    failed = [case for case in cases if case.find("failure") is not None]
    assert suite.attrib == {
        "name": "epfilter",
        "tests": str(len(cases)),
        "failures": str(len(failed)),
        "errors": "0",
        "skipped": "0",
    }
    for report, case in zip(rendered, cases, strict=True):
        errors = [
            finding
            for finding in report.findings
            if finding.diagnostic.severity is not Severity.INFO
        ]
        failures = case.findall("failure")
        assert [failure.get("type") for failure in failures] == [
            finding.diagnostic.code for finding in errors
        ]
        remarks = len(report.findings) - len(errors)
        assert (case.findtext("system-out", "") != "") == bool(remarks)
        assert (report.ok, len(list(case))) == (not failures, len(errors) + bool(remarks))


def test_junit_escapes_characters_that_xml_forbids() -> None:
    diagnostic = Diagnostic("EPF199", "nul \0, bell \a, \ufffe, \udcff, \r.", Span(0, 1))
    suite = parse_junit([FileReport("a\x1b", (FileFinding.of(diagnostic, LineIndex("\x01")),))])
    assert [case.get("name") for case in suite] == [r"a\u001b"]
    [failure] = suite.iter("failure")
    assert failure.get("message") == r"nul \u0000, bell \u0007, \ufffe, \udcff, \r."
    assert failure.text == (
        "a\\u001b:1:1 EPF199 nul \\u0000, bell \\u0007, \\ufffe, \\udcff, \\r.\n"
        "    \\u0001\n"
        "    ^^^^^^"
    )


@pytest.mark.parametrize("style", FORMATS)
def test_a_run_without_findings(style: str) -> None:
    text = render_as_file(style, [FileReport("a.filter", filters=1)])
    assert (style == "github") == (text == "")
