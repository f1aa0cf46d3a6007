"""Any report is read back by an independent reader of its format, with nothing lost."""

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


def written(style: str, found: list[FileReport]) -> str:
    """A report after its way through a file."""
    return "".join(render(style, found)).encode("utf-8").decode("utf-8")


def listed(found: list[FileReport]) -> list[tuple[str, FileFinding, Diagnostic]]:
    return [(report.name, one, one.diagnostic) for report in found for one in report.findings]


def encoded(value: Any) -> Any:
    """JSON data with every text in it as it can be encoded."""
    if isinstance(value, dict):
        return {name: encoded(one) for name, one in value.items()}
    if isinstance(value, list):
        return [encoded(one) for one in value]
    return escape_surrogates(value) if isinstance(value, str) else value


@given(reports)
def test_json(found: list[FileReport]) -> None:
    text = written("json", found)
    read = ReportData.model_validate_json(text)
    assert read.version == __version__
    assert (read.files, read.filters) == (len(found), sum(one.filters for one in found))
    severities = Counter(one.severity.value for _, _, one in listed(found))
    assert read.summary.model_dump() == {
        **{severity.value: severities[severity.value] for severity in Severity},
        "suppressed": sum(one.suppressed for one in found),
        "fixed": sum(one.fixed for one in found),
    }
    for said, (name, one, diagnostic) in zip(read.findings, listed(found), strict=True):
        assert said.path == escape_surrogates(name)
        assert (said.line, said.column) == (one.line, one.column)
        assert (said.end_line, said.end_column) == (one.end_line, one.end_column)
        data = said.model_dump(mode="json", include=set(diagnostic.as_dict()))
        assert data == encoded(diagnostic.as_dict())


def test_json_keeps_its_keys_in_their_order() -> None:
    read = json.loads(written("json", sample_reports()))
    assert list(read) == list(ReportData.model_fields)
    assert list(read["summary"]) == list(SummaryData.model_fields)
    for one in read["findings"]:
        assert list(one) == list(FindingData.model_fields)


_COMMAND = re.compile(r"::(error|warning|notice) ((?:[A-Za-z]+=[^,:\r\n]*,?)+)::(.*)")
_COMMAND_OF = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def unescaped(text: str) -> str:
    """As the runner does it: the percent sign last."""
    for written_as, meant in {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}.items():
        text = text.replace(written_as, meant)
    return text


@given(reports)
def test_github(found: list[FileReport]) -> None:
    lines = written("github", found).split("\n")
    assert lines.pop() == ""
    for line, (_, one, diagnostic) in zip(lines, listed(found), strict=True):
        read = _COMMAND.fullmatch(line)
        assert read, line
        command, properties, message = read.groups()
        assert command == _COMMAND_OF[diagnostic.severity]
        said = {
            name: unescaped(value)
            for name, _, value in (pair.partition("=") for pair in properties.split(","))
        }
        assert (said["line"], said["endLine"]) == (str(one.line), str(one.end_line))
        assert said["title"] == diagnostic.code
        assert said["file"]
        assert ("col" in said, "endColumn" in said) == (one.line == one.end_line,) * 2
        hint = f"\nhint: {diagnostic.hint}" if diagnostic.hint else ""
        # The runner knows no colon and comma in a message, so it leaves these escapes.
        message = re.sub("%(0D|0A|25)", lambda sign: unescaped(sign[0]), message)
        assert message == escape_surrogates(diagnostic.message + hint)


def junit(found: list[FileReport]) -> Element:
    root = fromstring(written("junit", found))  # noqa: S314 - our own
    suite = root.find("testsuite")
    assert suite is not None
    return suite


@given(reports)
def test_junit(found: list[FileReport]) -> None:
    suite = junit(found)
    cases = suite.findall("testcase")
    failed = [case for case in cases if case.find("failure") is not None]
    assert suite.attrib == {
        "name": "epfilter",
        "tests": str(len(cases)),
        "failures": str(len(failed)),
        "errors": "0",
        "skipped": "0",
    }
    for report, case in zip(found, cases, strict=True):
        errors = [one for one in report.findings if one.diagnostic.severity is not Severity.INFO]
        failures = case.findall("failure")
        assert [one.get("type") for one in failures] == [one.diagnostic.code for one in errors]
        remarks = len(report.findings) - len(errors)
        assert (case.findtext("system-out", "") != "") == bool(remarks)
        assert (report.ok, len(list(case))) == (not failures, len(errors) + bool(remarks))


def test_junit_shows_what_xml_forbids() -> None:
    found = Diagnostic("EPF199", "nul \0, bell \a, \ufffe, \udcff, \r.", Span(0, 1))
    suite = junit([FileReport("a\x1b", (FileFinding.of(found, LineIndex("\x01")),))])
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
    text = written(style, [FileReport("a.filter", filters=1)])
    assert (style == "github") == (text == "")
