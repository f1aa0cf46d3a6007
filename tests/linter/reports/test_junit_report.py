"""JUnit reports: exact output, and an XML parser reads any report back."""

from __future__ import annotations

from xml.etree.ElementTree import Element, fromstring

from hypothesis import given

from epfilter import Diagnostic, Severity, Span
from epfilter.linter.files import FileFinding, FileReport, LineIndex
from support.report_samples import read_expected, render_as_file, render_samples, reports


def test_the_sample_reports() -> None:
    assert render_samples("junit") == read_expected("expected.junit.xml")


def parse_junit(rendered: list[FileReport]) -> Element:
    root = fromstring(render_as_file("junit", rendered))  # noqa: S314 - not from outside
    suite = root.find("testsuite")
    assert suite is not None
    return suite


@given(reports)
def test_an_xml_parser_reads_any_report_back(rendered: list[FileReport]) -> None:
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
